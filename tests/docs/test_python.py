"""The Python of the documentation: its examples run, and the interface is what its page says."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import explain
import kb
from explain.core import core
from explain.proof import Proof
from tests.commands.running import PEND, REFUSAL
from tests.docs.pages import DOCS, ROOT, blocks, name_of, pages


def sessions(page: Path) -> str:
    """The Python of a page that is a session; the scripts of the decisions' measurements are none."""
    return "\n".join(block.text for block in blocks(page) if block.language == "python" and ">>> " in block.text)


PAGES = [page for page in pages() if sessions(page)]


def run(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """What is said of a page's examples that do not give what they say, and how many there are."""
    shutil.copytree(ROOT / "kb" / "examples", folder / "kb" / "examples", dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("POLICYKB_CACHE", str(folder / "cache"))
    examples = doctest.DocTestParser().get_doctest(text, {}, "page", "page", 0)
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=told.append)
    return "".join(told), len(examples.examples)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_python_of_a_page_gives_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its blocks run one after the other, beside the shipped examples."""
    told, count = run(sessions(page), tmp_path, monkeypatch)
    assert told == ""
    assert count


def test_an_example_that_gives_something_else_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line and what it gave are told."""
    told, _ = run(">>> 1 + 1\n3\n", tmp_path, monkeypatch)
    assert "Got:\n    2" in told


def test_the_page_names_the_whole_interface() -> None:
    """Every name that `kb` and `explain` export, and no other."""
    rows = re.findall(r"^\| `(kb|explain)` \| (.*?) \|", (DOCS / "api.md").read_text("utf-8"), flags=re.MULTILINE)
    named = {(package, name) for package, cell in rows for name in re.findall(r"`(\w+)", cell)}
    assert named == {("kb", name) for name in kb.__all__} | {("explain", name) for name in explain.__all__}
    assert all(hasattr(package, name) for package in (kb, explain) for name in package.__all__)


def test_the_names_are_functions_whatever_was_imported_before() -> None:
    """`kb.decide` is a module as well, and must not hide the function."""
    code = "import kb.engine_datalog, kb.decide, kb.read_case; from kb import decide; decide.__call__"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
    assert kb.decide.__module__ == "kb.decide"
    assert callable(kb.decide)


def test_importing_the_interface_imports_nothing_heavy() -> None:
    """The engine, the parsers and the drawing come when they are used."""
    code = "import sys, kb, explain; print(*{name.split('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    heavy = {"pyDatalog", "graphviz", "jinja2", "lark", "networkx", "pygraphviz", "rich", "ruamel", "z3", "click"}
    assert heavy & set(ran.stdout.split()) == set()


@pytest.mark.parametrize("path", [REFUSAL, PEND], ids=lambda path: path.name)
def test_a_proof_is_shown_as_its_picture_in_a_notebook(path: Path) -> None:
    """An SVG, of the whole proof and of its core alike."""
    policy = kb.load_policy()
    proof = explain.prove(kb.decide(policy, kb.load_case(path, policy)))
    assert isinstance(proof, Proof)
    for each in (proof, core(proof)):
        picture = each._repr_svg_()  # type: ignore[attr-defined]
        assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


def test_what_is_not_exported_is_not_there() -> None:
    """A name that was mistyped is told."""
    with pytest.raises(AttributeError, match="no attribute 'porve'"):
        explain.porve  # noqa: B018
