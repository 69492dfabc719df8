"""Which files are of a cohort, told by their endings; so little that every command can ask."""

from __future__ import annotations

from typing import Literal, TypeAlias

Format: TypeAlias = Literal["parquet", "csv", "ndjson", "tables"]
ENDINGS: dict[str, Format] = {".parquet": "parquet", ".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
