"""Facts about the project as a whole: who imports whom, what is committed, what a wheel holds."""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
# Those that slow the start of a command, by the names they are imported under.
HEAVY = {"duckdb", "graphviz", "jinja2", "lark", "networkx", "polars", "pygraphviz", "rich", "ruamel", "typst", "z3"}
# Where the name that is imported is not the name of the distribution.
DISTRIBUTIONS = {"ruamel": "ruamel.yaml", "z3": "z3-solver"}
PACKAGES = ("kb", "explain", "commands")


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the root."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    return tuple(Path(name) for name in names if (ROOT / name).is_file())


def modules() -> dict[str, Path]:
    """The shipped modules by their dotted names: those of the packages, and those at the root."""
    found = {}
    for path in committed():
        if path.suffix == ".py" and (path.parts[0] in PACKAGES or len(path.parts) == 1):
            parts = path.with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, *, typing_too: bool = True) -> Iterator[str]:
    """The dotted names of the modules that a file imports, also inside functions.

    Without ``typing_too``, what is imported for the type checker alone is left out.
    """
    todo: list[ast.AST] = [ast.parse((ROOT / path).read_text("utf-8"), str(path))]
    known = modules()
    while todo:
        node = todo.pop()
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    whole = f"{module}.{alias.name}"
                    yield whole if whole in known else module
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise) if not typing_too:
                todo += otherwise
                continue
        todo += ast.iter_child_nodes(node)


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    return parser


def normal(distribution: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def requirements(text: str) -> set[str]:
    """The normal names of the distributions in a list of requirements, one a line."""
    named = (re.match(r"[\w.-]+", line.strip()) for line in text.splitlines())
    return {normal(match[0]) for match in named if match}


@pytest.mark.parametrize(
    ("room", "below"), [("kb", {"explain", "commands", "cli"}), ("explain", {"commands", "cli"}), ("commands", {"cli"})]
)
def test_imports_point_up_only(room: str, below: set[str]) -> None:
    """The decision knows nothing of how it is shown, and neither knows of the commands."""
    wrong = [
        f"{path} imports {name}"
        for path in modules().values()
        if path.parts[0] == room
        for name in imports(path)
        if name.split(".")[0] in below
    ]
    assert not wrong


def test_no_module_imports_itself_through_others() -> None:
    """There is an order in which the modules can be read, each after those that it builds on."""
    known = modules()
    graph = {name: {each for each in imports(path, typing_too=False) if each in known} for name, path in known.items()}
    tuple(TopologicalSorter(graph).static_order())


def test_only_the_engine_imports_pydatalog() -> None:
    """Everything else would do as well with another engine."""
    importers = {
        str(path) for path in modules().values() for name in imports(path) if name.split(".")[0] == "pyDatalog"
    }
    assert importers == {"kb/engine_datalog.py"}


def test_a_command_starts_without_the_heavy_libraries() -> None:
    """Importing the commands imports none of the libraries that only some of them need."""
    code = "import sys, cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert HEAVY & set(ran.stdout.split()) == set()


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    """The requirements in the metadata are those of the code, no fewer and no more.

    What an extra brings is imported where it is wanted, and pytest by the plugin that it loads.
    """
    own = {name.split(".")[0] for name in modules()}
    imported = {name.split(".")[0] for path in modules().values() for name in imports(path)}
    needed = {normal(DISTRIBUTIONS.get(name, name)) for name in imported - own - sys.stdlib_module_names}
    extras = setup()["options.extras_require"]
    extra = requirements("\n".join(extras[each] for each in ("cohort", "parquet", "spark")))
    assert needed - {"pytest"} == requirements(setup()["options"]["install_requires"]) | extra


def test_every_requirement_is_pinned_once() -> None:
    """Each line of the constraints pins one version, and no requirement goes without."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.!+]+", pin)] == []
    pinned = [normal(pin.split("==")[0]) for pin in pins]
    assert len(pinned) == len(set(pinned))
    wanted = requirements(setup()["options"]["install_requires"])
    wanted |= requirements("\n".join(setup()["options.extras_require"].values()))
    assert wanted <= set(pinned)


def test_no_file_is_too_long_to_read() -> None:
    """A file that grows past its limit is split by noun."""
    lengths = {str(path): (ROOT / path).read_bytes().count(b"\n") for path in modules().values()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


SENTENCE_ENDS = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bDr)(?<![A-Z\d])[.!?][)\"'*_`]*\s+[\"'(*_`\[]*[A-Z]")
NOT_PROSE = re.compile(r"\s*(#|\||<|!?\[[^]]*\]:|!\[|---|===|>\s*\[!)")
NEW_ITEM = re.compile(r"\s*([-*+]|\d+[.)])\s")


def prose(text: str) -> Iterator[tuple[int, str, str]]:
    """Number, line and next line of each line of prose; code blocks, tables and headings are left out."""
    fence = ""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        opening = re.match(r"\s*(```+|~~~+)", line)
        if opening and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else opening[1]
        elif not fence and line.strip() and not NOT_PROSE.match(line) and not re.match(r"(    |\t)", line):
            after = lines[number] if number < len(lines) else ""
            yield number, re.sub(r"`[^`]*`", "`x`", line), after


def continues(after: str) -> bool:
    """Whether the line that follows belongs to the same paragraph."""
    opens_block = NOT_PROSE.match(after) or NEW_ITEM.match(after) or re.match(r"\s*(```|~~~)", after)
    return bool(after.strip()) and not opens_block


def layout_faults(text: str) -> list[str]:
    """The lines of a Markdown text that hold more than one sentence, or only a part of one."""
    faults = []
    for number, line, after in prose(text):
        if SENTENCE_ENDS.search(re.sub(NEW_ITEM, "", line, count=1)):
            faults.append(f"line {number}: more than one sentence: {line.strip()}")
        if continues(after) and not re.search(r"[.!?:;][)\"'*_`]*\s*$", line):
            faults.append(f"line {number}: the sentence goes on in the next line: {line.strip()}")
    return faults


def test_markdown_is_written_one_sentence_a_line() -> None:
    """A changed sentence then shows as one changed line."""
    pages = [path for path in committed() if path.suffix == ".md"]
    faults = {str(page): layout_faults((ROOT / page).read_text("utf-8")) for page in pages}
    assert {page: found for page, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One sentence.\nAnd another.\n", 0),
        ("One sentence. And another.\n", 1),
        ("A sentence that is\nbroken.\n", 1),
        ("- An item.\n- Another, see A.2. It is `x. Y`.\n", 0),
        ("1. An item. With two.\n", 1),
        ("```\nCode. Not prose\nat all\n```\n", 0),
        ("| A. B | C. D |\n|---|---|\n", 0),
        ("# A heading. Still one\nA sentence, e.g. This.\n", 0),
    ],
)
def test_the_check_of_markdown_sees_what_it_should(text: str, count: int) -> None:
    """The rule of one sentence a line is told from what only looks like a breach of it."""
    assert len(layout_faults(text)) == count


FOREIGN = re.compile(
    r"(?<![\w.~/-])/(?:work|root|home|tmp|opt|Users)/[\w.]"
    r"|\b(?:pypi\.org|pythonhosted\.org|npmjs\.org|registry\.yarnpkg\.com|deb\.debian\.org)\b"
    r"|--(?:extra-)?index-url|--find[-]links|file:/{3}"
)


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    """The project is the same on every machine, and takes its packages from where the machine does."""
    found = []
    for path in committed():
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert found == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that a copy of the committed files builds."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for path in committed():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes((ROOT / path).read_bytes())
    code = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(built)], cwd=source, capture_output=True, check=True)
    (file,) = built.glob("*.whl")
    return file


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """Policy, grammar, examples and templates come along, and nothing that is not the software's."""
    packaged = [path for path in committed() if path.parts[0] in PACKAGES]
    shipped = {path.as_posix() for path in (*packaged, *modules().values())}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == shipped
    assert {"kb/grammar.lark", "kb/policies/lemtrada.pl", "kb/py.typed", "explain/py.typed"} <= held
    assert any(name.startswith("kb/examples/") for name in held)


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """Name, licence and command stand in the metadata."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name}
    metadata = Parser().parsestr(texts["METADATA"])
    assert (metadata["Name"], metadata["License-Expression"]) == ("policykb", "Apache-2.0")
    assert "policykb = cli:main" in texts["entry_points.txt"]
    assert "[pytest11]\npolicykb = policykb_pytest" in texts["entry_points.txt"]
    assert texts["LICENSE"] == (ROOT / "LICENSE").read_text("utf-8")


def test_the_wheel_alone_decides_the_example(wheel: Path, tmp_path: Path) -> None:
    """Whoever has the wheel and no repository can run the example and gets its picture."""
    installed = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(installed)
    ran = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "-o", "proof.svg"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert str(installed) in ran.stdout
    assert "<svg" in (tmp_path / "proof.svg").read_text("utf-8")
