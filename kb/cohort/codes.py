"""The codes of everything that can be wrong with the data of a cohort, each with its meaning in one line."""

from __future__ import annotations

from collections.abc import Mapping

COHORT_CODES: Mapping[str, str] = {
    "no-engine": "DuckDB, which reads cohorts, sqlglot, which writes SQL, or Spark is not installed or not reached.",
    "no-cohort": "The data is not there, or is of no format that can be read.",
    "members-missing": "Spark wrote rows where this machine does not see them.",
    "no-format": "The name of the file to be written does not say in which format.",
    "files-differ": "The files of one cohort do not have the same columns and types.",
    "missing-column": "A column that the policy asks for is missing, or one that is to be kept.",
    "unknown-column": "A column that neither the policy has nor `--keep` names.",
    "column-type": "A column whose type cannot be read as what the policy asks for.",
    "unknown-table": "A table of a folder of tables that belongs to no input.",
    "no-case": "A row without the name of its case.",
    "duplicate-case": "Rows with one and the same case.",
    "malformed-row": "A row that cannot be taken apart: no JSON object, or too few or too many cells.",
    "malformed-value": "A list, a struct or flags that are not written as one, or a list where one value belongs.",
    "wrong-value": "A value that is no date, number, truth or text of its column.",
    "not-in-enumeration": "A value outside its enumeration.",
    "empty-row": "A row of a list that says nothing.",
    "stray-row": "A row of a table whose case is not in the table of the members.",
    "repeated-row": "A second row of a case in a table of single values.",
    "not-a-folder": "A decided cohort is to be written to what is named like a file.",
    "inside-data": "A decided cohort is to be written into the folder of its own data.",
    "kept-name": "A column that is to be kept has the name of one that is written.",
    "unfinished": "An earlier run left members that it has decided; go on with it, or remove them.",
    "nothing-to-resume": "There is no run to go on with.",
    "resume-differs": "The run to go on with had another policy, other readings, data or options.",
    "data-changed": "The data changed while it was read.",
    "no-member": "No row of a cohort has the case that is named.",
    "no-case-file": "What a row says of its member cannot be said in a case file.",
    "in-use": "Another run is writing to the same folder.",
}
