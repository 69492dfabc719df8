"""The cases of a suite: found in files and folders, each with what it expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from explain.suite.expect import Expectation, read_expectation
from explain.suite.policies import SHIPPED_DEFAULT, Policies, edition_of
from explain.suite.read_expect import expected_of
from kb.case import Case
from kb.editions import Editions
from kb.policy import Policy
from kb.problems import Problem, ProblemsError
from kb.read_case import CaseText, open_case
from kb.table import load_table
from kb.table_case import RowText, row_texts

CASE_ENDINGS = (".case.yaml", ".case.yml", ".case.json")
TABLE_ENDINGS = (".cases.csv", ".cases.parquet")


@dataclass(frozen=True)
class Entry:
    """One case of a suite: its file, its row where that is a table, and what it expects, if anything.

    ``name`` is that of the file, or of the case in a table. ``error`` says what is wrong with it; there is
    then no case. ``row`` and ``line`` say where it stands, ``source`` where its policy is.
    """

    path: Path
    name: str
    policy: Policy | None = None
    case: Case | None = None
    expectation: Expectation | None = None
    error: ProblemsError | None = None
    row: int = 0
    line: int = 0
    source: str = ""

    @property
    def judges(self) -> bool:
        """Whether it can be read and expects something."""
        return self.error is None and self.case is not None and self.expectation is not None


def is_table(path: Path) -> bool:
    """Whether a file is a table of cases, by its ending."""
    return path.suffix.lower() in (".csv", ".parquet")


def suite_files(paths: Sequence[str]) -> list[Path]:
    """The files of a suite: those that are named, and of folders every `.case.yaml` and `.cases.csv`.

    Raises ``ProblemsError`` for a folder that holds none.
    """
    found: list[Path] = []
    for name in paths:
        path = Path(name)
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(
            file
            for file in path.rglob("*")
            if file.name.lower().endswith((*CASE_ENDINGS, *TABLE_ENDINGS))
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
            and file.is_file()
        )
        if not inside:
            help = f"the files of a suite end in {', '.join((*CASE_ENDINGS, *TABLE_ENDINGS))}"
            raise ProblemsError([Problem("no-cases", "the folder holds no case of a suite", str(path), help=help)], {})
        found += inside
    return list(dict.fromkeys(found))


def entries(files: Iterable[Path], policies: Policies) -> Iterator[Entry]:
    """Each case of these files, with what is wrong where it cannot be read."""
    for path in files:
        yield from table_entries(path, policies) if is_table(path) else (file_entry(path, policies),)


def read_suite(policy: Policy, source: str, paths: Sequence[str]) -> list[Entry]:
    """The cases of a suite, each read for this policy, which was asked for as ``source``.

    A case that names another policy has an error. Raises ``ProblemsError`` for a folder without a case.
    """
    return list(entries(suite_files(paths), Policies(source, known={source: Editions((policy,), policy)})))


def stem(path: Path) -> str:
    """The name of a case file without its ending."""
    return next((path.name[: -len(end)] for end in CASE_ENDINGS if path.name.lower().endswith(end)), path.name)


def file_entry(path: Path, policies: Policies) -> Entry:
    """The case of a file that holds one."""
    name, line = stem(path), 1
    try:
        opened = open_case(path)
        line = expect_line(opened)
        policy = policies.of(opened)
        case = opened.case(policy.vocabulary)
        expectation = read_expectation(case, policy)
        return Entry(path, name, policy, case, expectation, line=line, source=policies.source_of(opened))
    except ProblemsError as error:
        return Entry(path, name, error=error, line=line)


def expect_line(text: CaseText) -> int:
    """The line of the key `expect`; 1 where there is none."""
    from kb.case_nodes import Mapping

    entries = text.parts.entries if isinstance(text.parts, Mapping) else ()
    return next((key.span.line for key, _ in entries if key.text == "expect"), 1)


def table_entries(path: Path, policies: Policies) -> Iterator[Entry]:
    """The cases of a table, a row each; one entry that says what is wrong where it cannot be read as a table."""
    try:
        editions = policies.shared()
        table = load_table(path)
        try:
            rows = row_texts(table, editions.policies[-1].vocabulary)
        except ProblemsError as error:
            raise error if policies.given else unasked(error) from None
        if not rows:
            help = "write a case a row below the heading"
            raise ProblemsError([Problem("no-cases", "the table has no rows", str(path), help=help)], {})
    except ProblemsError as error:
        yield Entry(path, path.name, error=error)
        return
    for row in rows:
        try:
            policy = row_edition(editions, row)
            case = row.case(policy.vocabulary)
            expectation, wrong = expected_of(case, policy)
            if wrong:
                told = (
                    row.told(("expect", *w.keys), Problem(w.code, w.message, case.path, help=w.help)) for w in wrong
                )
                raise ProblemsError(told, {case.path: table.text})
        except ProblemsError as error:
            yield Entry(path, row.name, error=error, row=row.number, line=row.line)
        else:
            source = policies.given or SHIPPED_DEFAULT
            yield Entry(path, row.name, policy, case, expectation, row=row.number, line=row.line, source=source)


def unasked(error: ProblemsError) -> ProblemsError:
    """What is wrong with the columns of a table, the first told of the policy, which nobody has asked for."""
    first, *others = error.problems
    read = f"the table is read under `{SHIPPED_DEFAULT}`, and with `--policy POLICY` under another"
    return ProblemsError([replace(first, help=f"{first.help}; {read}" if first.help else read), *others], error.texts)


def row_edition(editions: Editions, row: RowText) -> Policy:
    """The edition that decides a row."""
    try:
        return edition_of(editions, row.text)
    except ProblemsError as error:
        raise row.placed(error) from None
