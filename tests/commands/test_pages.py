"""`explain` to a page, and of a folder of cases to pages with an index, as a person finds them in a browser."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import pages
from explain.proof import Proof
from tests.browser import Opened
from tests.commands.hostile import case_file, policy_file
from tests.commands.running import APPROVAL, EXAMPLES, PEND, REFUSAL, ROOT, STEERING, flat, run, written

Open = Callable[..., Opened]
PROFILE = ROOT / "explain" / "profiles" / "example.yaml"
BROKEN = "case: X\nno_such_key: <script>alert(1)</script>\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples and more of their kind, in folders, with one file that is no case: their pages."""
    cases = tmp_path_factory.mktemp("cases")
    for name, path in (("b/second", REFUSAL), ("a & b?/first", PEND), ("third", APPROVAL), ("fourth", REFUSAL)):
        text = path.read_text("utf-8").replace("case: EXAMPLE-", f"case: {name[0].upper()}-")
        written(cases / f"{name}.case.yaml", text)
    written(cases / "broken.yaml", BROKEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "repairs_of", no_repairs)
        result = run("explain", cases, "-o", cases / "pages")
    assert (result.exit_code, result.stdout) == (2, "")
    assert flat(result.stderr).endswith("index.html: 1 undetermined, 2 refuted, 1 bad input, 1 proved")
    assert "no_such_key" in result.stderr
    return cases / "pages"


def no_repairs(_: Proof) -> None:
    """What stands for the search of repairs where it only takes time."""


@pytest.fixture
def unrepaired(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are written without looking for repairs."""
    monkeypatch.setattr(pages, "repairs_of", no_repairs)


def rows(found: Opened) -> list[str]:
    """The cases that the table shows, in its order."""
    return found.seen("tbody th")


def test_a_page_has_the_smallest_repairs(tmp_path: Path) -> None:
    """They are looked for when a verdict is not proved, and not for another goal."""
    output = tmp_path / "page.html"
    assert run("explain", REFUSAL, "-o", output).exit_code == 1
    text = output.read_text("utf-8")
    assert "Smallest change" in text
    assert "prescribed by a board-certified neurologist" in text
    run("explain", APPROVAL, "-o", output)
    assert "What would change" not in output.read_text("utf-8")
    run("explain", REFUSAL, "--goal", "qualified_prescriber(P)", "-o", output)
    assert "What would change" not in output.read_text("utf-8")


def test_full_starts_with_every_step(tmp_path: Path, opened: Open) -> None:
    """As it does in the other faces."""
    run("explain", APPROVAL, "--full", "-o", tmp_path / "page.html")
    found = opened(tmp_path / "page.html")
    assert found.seen("button[aria-pressed=true]") == ["Everything"]
    assert len(found.seen(".tree li > div")) > 50


@pytest.mark.usefixtures("unrepaired")
def test_the_core_says_that_it_is_the_core(tmp_path: Path) -> None:
    """A page on which something was left out must say so."""
    run("explain", REFUSAL, "--core", "-o", tmp_path / "page.html")
    assert "only what the verdict needs is shown" in (tmp_path / "page.html").read_text("utf-8")


def test_a_redacted_page_names_nobody(tmp_path: Path) -> None:
    """Neither the identifier nor the title, the date of birth or the folder; not in the repairs either."""
    output = tmp_path / "page.html"
    assert run("explain", REFUSAL, "--redact", "-o", output).exit_code == 1
    text = output.read_text("utf-8")
    assert "Smallest change" in text
    for name in ("EXAMPLE-1", "A typical refusal", "1990-09-17", str(REFUSAL.parent)):
        assert name not in text


def test_every_file_is_for_its_owner_alone(folder: Path) -> None:
    """The pages hold health data, and so do the folders that were made for them."""
    found = [folder, *folder.rglob("*")]
    assert len([path for path in found if path.suffix == ".html"]) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {0o600}


def test_a_bad_case_is_a_row_and_hides_no_other(folder: Path, opened: Open) -> None:
    """With what is wrong with its file, whatever stands in that file."""
    found = opened(folder / "index.html")
    assert sorted(rows(found))[-1] == "broken.yaml"
    assert len(rows(found)) == 5
    found.page.click("summary")
    assert "no_such_key" in found.page.locator("pre").inner_text()
    assert found.quiet


def test_the_index_leads_to_each_page_and_back(folder: Path, opened: Open) -> None:
    """From any folder, whatever its name."""
    found = opened(folder / "index.html")
    links = found.page.locator("tbody a").all()
    assert len(links) == 4
    for at in range(4):
        link = found.page.locator("tbody a").nth(at)
        name = link.inner_text().partition(":")[0]
        link.click()
        assert name in found.page.locator("dd").first.inner_text()
        found.page.click("text=All cases")
        assert found.page.title() == "5 cases"
    assert found.said == []


def test_the_table_sorts_by_mouse_and_keyboard(folder: Path, opened: Open) -> None:
    """The order is said to those who hear the table as well; once more turns it round."""
    found = opened(folder / "index.html")
    head = found.page.locator("th[scope=col]", has_text="Case")
    head.locator("button").click()
    first = rows(found)
    assert (head.get_attribute("aria-sort"), first) == ("ascending", sorted(first, key=str.lower))
    found.page.keyboard.press("Enter")
    assert (head.get_attribute("aria-sort"), rows(found)) == ("descending", first[::-1])
    found.page.locator("th[scope=col]", has_text="Verdict").locator("button").press("Enter")
    assert head.get_attribute("aria-sort") is None
    verdicts = [text.split(" ", 1)[1] for text in found.seen("tbody td:first-child")]
    assert verdicts == ["refuted", "refuted", "undetermined", "proved", "bad input"]


def test_the_table_filters_by_verdict_section_and_text(folder: Path, opened: Open) -> None:
    """Each by itself and together, and the number that is left is said."""
    found = opened(folder / "index.html")
    page = found.page
    page.select_option("#verdict", "refuted")
    assert {each[:1] for each in rows(found)} == {"B", "F"}
    page.select_option("#verdict", "")
    page.select_option("#section", "C.2")
    assert {each[:1] for each in rows(found)} == {"A"}
    page.select_option("#section", "PRESCRIBER")
    assert len(rows(found)) == 3
    page.fill("#text", "second REFUSAL")
    assert {each[:1] for each in rows(found)} == {"B"}
    assert page.locator("output").inner_text() == "1 of 5 cases shown"


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_no_violation_in_the_index(width: int, folder: Path, opened: Open) -> None:
    """On a desk and on a phone; the page asks for nothing, its console stays empty, and it prints."""
    found = opened(folder / "index.html", viewport={"width": width, "height": 800})
    assert found.violations() == []
    assert found.quiet
    assert found.page.pdf(format="A4").startswith(b"%PDF")


def test_without_a_script_the_index_is_a_table(folder: Path, opened: Open) -> None:
    """Every case is there, and nothing that does nothing."""
    found = opened(folder / "index.html", java_script_enabled=False)
    assert len(rows(found)) == 5
    assert found.seen("button, input, select") == []


@pytest.mark.usefixtures("unrepaired")
def test_a_folder_without_a_bad_case_ends_as_check_does(tmp_path: Path) -> None:
    """The worst verdict counts."""
    result = run("explain", EXAMPLES, "-o", tmp_path / "new" / "pages")
    assert result.exit_code == run("check", EXAMPLES).exit_code == 1
    assert "1 refuted" in result.stderr


@pytest.mark.parametrize(
    "args", [(), ("--goal", "eligible(P)", "-o", "x"), ("--core", "-o", "x"), ("--drop", "benefit", "-o", "x")]
)
def test_a_folder_wants_a_folder_and_the_verdict(args: tuple[str, ...]) -> None:
    """What explains one case alone is refused, before anything is written."""
    result = run("explain", EXAMPLES, *args)
    assert (result.exit_code, "a folder of cases needs -o FOLDER" in result.stderr) == (2, True)
    assert not Path("x").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file is in its place."""
    result = run("explain", EXAMPLES, "-o", written(tmp_path / "file", ""))
    assert (result.exit_code, "error[unwritable]: the folder cannot be made: file exists" in result.stderr) == (2, True)


@pytest.mark.usefixtures("unrepaired")
def test_the_names_of_hostile_files_steer_nothing(tmp_path: Path, opened: Open) -> None:
    """Neither in the index nor in a link to a page, nor on the terminal."""
    policy = policy_file(tmp_path, "plain")
    for at, name in enumerate(('"><script>alert(1)<', "javascript:alert(1)", "#?%41 &amp;", "\x1b[31m\u202e\\..")):
        case_file(tmp_path / "cases", f"plain {at}", f"{name}.yaml")
    result = run("explain", tmp_path / "cases", "-o", tmp_path / "pages", "--policy", policy)
    assert result.exit_code == 1
    assert STEERING.search(result.output) is None
    found = opened(tmp_path / "pages" / "index.html")
    assert len(rows(found)) == 4
    assert STEERING.search("".join(found.seen("body")).replace("\t", "")) is None
    for at in range(4):
        found.page.locator("tbody a").nth(at).click()
        assert found.page.locator("h1").count() == 1
        found.page.click("text=All cases")
    assert found.said == []


def test_a_policy_beyond_solving_has_pages_without_repairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision is shown all the same."""
    from kb.problems import Problem, ProblemsError

    def refused(*_: object, **__: object) -> None:
        raise ProblemsError([Problem("loop", "beyond solving", "x")], {})

    monkeypatch.setattr("explain.repair.repairs", refused)
    assert run("explain", REFUSAL, "-o", tmp_path / "page.html").exit_code == 1
    assert "What would change" not in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(width: int, folder: Path, tmp_path: Path, opened: Open) -> None:
    """The table of cases and the diagram of a packet scroll by themselves; no word of a packet's tables is broken."""
    packet = tmp_path / "packet.html"
    assert run("packet", APPROVAL, "--profile", PROFILE, "-o", packet).exit_code == 0
    for path in (folder / "index.html", packet):
        found = opened(path, viewport={"width": width, "height": 800})
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    lines = found.page.evaluate(
        "[...document.querySelectorAll('td.word')].filter(each => !each.innerText.includes(' ')).map(each => {"
        "const range = document.createRange();"
        "range.selectNodeContents(each.querySelector('b') ?? each);"
        "return range.getClientRects().length })"
    )
    assert len(lines) > 100
    assert max(lines) == 1
