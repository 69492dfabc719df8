"""Suites in a temporary folder, for the tests of the command and of the plugin."""

from __future__ import annotations

from pathlib import Path

from tests.commands.running import written
from tests.explain.suite.small import POLICY, RECORD

EXPECT = "expect: {verdict: proved}\n"
YOUNG = RECORD.replace("age: 20", "age: 17").replace("S-1", "S-2")
TABLE = (
    "case;requested_on;age;tested.cbc;tested.skin;shot;expect.verdict;expect.not_met\n"
    "T-1;2024-01-01;20;yes;TRUE;none;proved;\n"
    "T-2;2024-01-01;17;yes;TRUE;none;proved;\n"
    "T-3;1/1/2024;20;yes;TRUE;none;proved;\n"
    "T-4;2024-01-01;17;yes;TRUE;none;;\n"
)


def suite(folder: Path) -> Path:
    """A folder with the policy and with a case that passes, one that fails, one that cannot be read and one that
    expects nothing."""
    written(folder / "small.pl", POLICY)
    written(folder / "cases" / "good.case.yaml", RECORD + EXPECT)
    written(folder / "cases" / "young.case.yaml", f"# kept\n{YOUNG}{EXPECT}# kept as well\n")
    written(folder / "cases" / "broken.case.yaml", "case: S-3\nage: old\nexpect: proved\n")
    written(folder / "cases" / "silent.case.yaml", RECORD.replace("S-1", "S-4"))
    return folder
