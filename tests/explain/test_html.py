"""The HTML face: what a page holds, and how it behaves in a real browser."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from explain.html import page, reasons
from explain.outline import outline
from explain.points import points
from explain.proof import Proof
from explain.repair import Repair, Repairs, Step
from explain.report import report
from kb.decide import decide
from kb.policy import load_policy
from kb.query import ask, question
from kb.read_case import load_case
from tests.browser import Opened
from tests.commands.hostile import IN_A_CASE, IN_A_POLICY, case_file, policy_file, twin
from tests.explain.test_faces import TOLD, case, proof_of
from tests.test_cases import EXAMPLES

REFUSAL, PEND, APPROVAL = (
    next(path for path in EXAMPLES if path.name.startswith(name)) for name in ("refusal", "pend", "approval")
)
PAGES = {"refused": REFUSAL, "pended": PEND, "approved": APPROVAL, "conflict": case("conflict-edss")}
LARGEST = 300_000
TREE = ".tree:visible"
ELSEWHERE = "http://127.0.0.1:9/x"
Open = Callable[..., Opened]


def repairs_for(path: Path) -> Repairs:
    """Repairs as the search gives them, without the search."""
    steps = (Step("document", "notes submitted"), Step("act", "a skin exam"), Step("time", "a longer trial"))
    return Repairs((Repair(steps, load_case(path, load_policy("lemtrada").vocabulary)),) * 2, more=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of one case of each kind."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, path in PAGES.items():
        found[name] = folder / f"{name}.html"
        proof = proof_of(path)
        found[name].write_bytes(page(proof, None if name == "approved" else repairs_for(path)))
    return found


class Elements(HTMLParser):
    """The elements of a page, each with the names of its attributes, and its texts."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


# What a page holds


@pytest.mark.parametrize("path", [*map(case, TOLD), *EXAMPLES], ids=lambda path: path.name.removesuffix(".case.yaml"))
def test_whatever_the_report_lists_is_on_the_page(path: Path) -> None:
    """The checklist, what to document, grants, advisories and every step of the outline; and the page stays small."""
    proof = proof_of(path)
    found = report(proof)
    content = page(proof, repairs_for(path))
    assert len(content) < LARGEST
    text = Elements(content).text
    for line in found.checklist:
        for words in (line.point.words, line.point.note, *line.support):
            assert words in text
    told = [each.removeprefix("not documented: ") for each in found.missing]
    told += [each.words for each in (*found.grants, *found.advisories)]
    told += [each.words for each in points(outline(proof, full=True))]
    assert [words for words in told if words not in text] == []
    for digest in (proof.decision.policy.hash, proof.decision.case.hash):
        assert f"SHA-256 {digest}" in text
    assert found.determination in text


def test_a_repair_is_told_by_what_it_takes() -> None:
    """Documents first, then what a person can do, then what only time brings; and that there are more."""
    text = Elements(page(proof_of(REFUSAL), repairs_for(REFUSAL))).text
    parts = (
        "only has to be submitted, if true notes submitted a person can bring about a skin exam only time can change"
    )
    assert f"Smallest change {parts} a longer trial" in text
    assert text.count(parts) == 2
    assert "There are more" in text
    blocked = Elements(page(proof_of(REFUSAL), Repairs(blocked=("HIV infection",)))).text
    assert "Nothing can change this: HIV infection" in blocked
    assert "What would change the verdict" not in Elements(page(proof_of(REFUSAL))).text


def test_a_goal_has_a_page_without_a_determination() -> None:
    """A goal that is not the policy's root is answered, and nothing is recommended."""
    policy = load_policy("lemtrada")
    asked = question(policy, "inadequate_response(P, rebif)")
    record = load_case(REFUSAL, policy.vocabulary)
    decision, _ = ask(asked, record)
    from explain.prover import prove

    text = Elements(page(prove(decision, asked.about(record)))).text
    assert "Inadequate response to Rebif (interferon beta-1a) is met" in text
    assert "Recommended:" not in text
    assert "Advisories" not in text


def small(folder: Path, where: str, text: str) -> Proof:
    """The proof of a small case, a text in every place of it or of its policy."""
    from explain.prover import prove

    plain = "plain words"
    policy = load_policy(str(policy_file(folder, text if where == "policy" else plain)))
    return prove(decide(policy, load_case(case_file(folder, text if where == "case" else plain), policy.vocabulary)))


@pytest.mark.parametrize(
    ("where", "text"),
    [*(("case", text) for text in IN_A_CASE.values()), *(("policy", text) for text in IN_A_POLICY.values())],
)
def test_a_hostile_text_adds_no_element(where: str, text: str, tmp_path: Path, opened: Open) -> None:
    """The page has the elements that a harmless text gives it, and nothing runs or is asked for."""
    hostile, harmless = (page(small(tmp_path / each, where, t)) for each, t in (("a", text), ("b", twin(text))))
    assert Elements(hostile).found == Elements(harmless).found
    path = tmp_path / "hostile.html"
    path.write_bytes(hostile)
    assert opened(path).quiet


def policy_of(content: str) -> str:
    """The content security policy of a page."""
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', content)
    assert found
    return found[1]


def test_the_content_security_policy_admits_the_pages_own_style_and_script_alone(files: dict[str, Path]) -> None:
    """Everything else is forbidden, and the two are named by their hashes."""
    content = files["refused"].read_text("utf-8")
    directives = dict(each.strip().split(" ", 1) for each in policy_of(content).split(";"))
    assert directives["default-src"] == "'none'"
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", content, re.DOTALL)
        digest = b64encode(sha256(inner.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
    assert re.search(r"\s(style|on\w+)=", content) is None
    assert re.search(r"(src|href)=\"(?!#)", content) is None


def test_the_browser_obeys_the_content_security_policy(files: dict[str, Path], tmp_path: Path, opened: Open) -> None:
    """A script, a handler and a picture that got into the page all the same would do nothing."""
    evil = f"<script>document.title = 'evil'</script><img src='{ELSEWHERE}' onerror='document.title = 1'>"
    content = files["refused"].read_text("utf-8").replace("<main>", f"<main>{evil}", 1)
    assert evil in content
    path = tmp_path / "evil.html"
    path.write_text(content, "utf-8")
    found = opened(path)
    assert found.page.title().startswith("Case EXAMPLE-1")
    assert found.blocked == {ELSEWHERE: "csp"}
    assert any("Content Security Policy" in said for said in found.said)


# How it behaves


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation_and_the_page_asks_for_nothing(name: str, files: dict[str, Path], opened: Open) -> None:
    """With a step in focus, on a phone as well, where nothing is wider than the screen; the console stays empty."""
    phone = {"viewport": {"width": 360, "height": 740}} if name == "refused" else {}
    found = opened(files[name], **phone)
    found.page.locator(f"{TREE} > li").press("ArrowRight")
    assert found.violations() == []
    assert not phone or found.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert found.quiet


def test_axe_finds_no_violation_in_the_dark_with_everything_shown(files: dict[str, Path], opened: Open) -> None:
    """Colours change with the scheme, and every step is there."""
    found = opened(files["approved"], color_scheme="dark")
    found.page.click("button[data-view=everything]")
    found.page.fill("input[type=search]", "diagnosis")
    assert found.violations() == []
    assert found.quiet


def test_a_step_folds_and_unfolds_by_mouse(files: dict[str, Path], opened: Open) -> None:
    """A click on a step hides what stands under it, and another shows it again."""
    page = opened(files["refused"]).page
    item = page.locator("#short li", has_text="documented consultation with").last
    inner = item.locator("li").first
    assert inner.is_visible()
    item.locator("> div").click()
    assert (inner.is_visible(), item.get_attribute("aria-expanded")) == (False, "false")
    item.locator("> div").click()
    assert (inner.is_visible(), item.get_attribute("aria-expanded")) == (True, "true")


def test_the_proof_is_walked_and_folded_by_keyboard_alone(files: dict[str, Path], opened: Open) -> None:
    """One stop of the Tab key; the arrows walk, Enter folds, Home and End lead to the ends."""
    page = opened(files["refused"]).page
    focus = "document.activeElement"
    page.focus("input[type=search]")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focus}.id") == "s0"
    walked = []
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
        walked.append(page.evaluate(f"{focus}.querySelector('p').textContent.trim()"))
    assert walked[0].startswith("inadequate response to a drug of both steps")
    assert walked[1].startswith("inadequate response to natalizumab")
    assert walked[2] == walked[0]
    assert walked[3] == walked[0], "folded first, which keeps the focus"
    assert walked[4].startswith("coverage of alemtuzumab")
    assert walked[5] == "consultation notes submitted: no (Request form 2024-06-03)"
    assert walked[6] == walked[4]
    page.keyboard.press("Enter")
    assert page.locator(f"{TREE} li >> nth=1").is_hidden()
    page.keyboard.press(" ")
    assert page.locator(f"{TREE} > li > ul").is_visible()
    style = page.evaluate(f"getComputedStyle({focus}.firstElementChild).outlineStyle")
    assert style == "solid", "the focus can be seen"


def test_a_step_in_focus_or_pointed_at_tells_where_it_comes_from(files: dict[str, Path], opened: Open) -> None:
    """Section, clause with file and line, evidence with its source; Escape puts it away."""
    page = opened(files["refused"]).page
    panel = page.locator(".origin-panel")
    assert panel.is_hidden()
    page.locator("#short li", has_text="trial of at least 3 months").last.locator("> div").hover()
    assert "Section: A.2, " in panel.inner_text()
    assert re.search(
        r"Clause: lines \d+, \d+\s+Clauses stand in kb/policies/lemtrada\.pl, evidence in .*refusal", panel.inner_text()
    )
    page.locator("#s0").focus()
    page.keyboard.press("End")
    evidence = r"Evidence: consultation notes submitted: no \(Request form 2024-06-03; document; line \d+\)"
    assert re.search(evidence, panel.inner_text())
    assert page.evaluate("document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent")
    page.keyboard.press("Escape")
    assert panel.is_hidden()


def test_the_buttons_choose_what_the_proof_shows(files: dict[str, Path], opened: Open) -> None:
    """Only what failed, all criteria, every step; each more than the one before, and the first nothing that is met."""
    found = opened(files["refused"])
    counts = {}
    for view in ("failed", "criteria", "everything"):
        found.page.click(f"button[data-view={view}]")
        words = [text.split("\n")[0] for text in found.seen(f"{TREE} li > div > b")]
        counts[view] = len(words)
        assert ("met" in words) is (view != "failed")
        assert "not met" in words
        assert found.page.locator("button[aria-pressed=true]").all_inner_texts() == [
            {"failed": "Only what failed", "criteria": "All criteria", "everything": "Everything"}[view]
        ]
    assert 5 < counts["failed"] < counts["criteria"] < counts["everything"]
    found.page.click("text=Fold all")
    assert len(found.seen(f"{TREE} li > div")) < counts["criteria"]
    found.page.click("text=Unfold all")
    assert len(found.seen(f"{TREE} li > div")) == counts["everything"]


def test_a_search_finds_steps_and_unfolds_them(files: dict[str, Path], opened: Open) -> None:
    """How many match is said, what matches is marked, and Enter goes from one to the next."""
    page = opened(files["refused"]).page
    page.click("button[data-view=everything]")
    page.click("text=Fold all")
    page.fill("input[type=search]", "Rebif (interferon beta-1a) from")
    hits = page.locator(".hit > div")
    assert hits.count() > 1
    assert page.locator("output").inner_text() == f"{hits.count()} steps match"
    assert all(hit.is_visible() for hit in hits.all())
    page.keyboard.press("Enter")
    first = page.evaluate("document.activeElement.id")
    assert page.locator(f"#{first}.hit").count() == 1
    page.focus("input[type=search]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") not in (first, "")
    page.fill("input[type=search]", "nothing like this")
    assert (hits.count(), page.locator("output").inner_text()) == (0, "0 steps match")


def test_a_link_leads_to_the_step_that_is_shown_already(files: dict[str, Path], opened: Open) -> None:
    """What occurs again is shown where it occurs first, and the link unfolds the way to it."""
    page = opened(files["conflict"]).page
    page.click("button[data-view=everything]")
    link = page.locator("#long a").first
    if link.count() == 0:
        pytest.skip("nothing occurs twice")
    target = link.get_attribute("href")
    link.click()
    assert "#" + page.evaluate("document.activeElement.id") == target


@pytest.mark.parametrize(("paper", "box"), [("Letter", "612 792"), ("A4", "595.* 842.*")])
def test_a_page_prints(paper: str, box: str, files: dict[str, Path], opened: Open) -> None:
    """On one or more sheets, with what was folded, and without what only a screen can use."""
    found = opened(files["refused"])
    found.page.click("text=Fold all")
    printed = found.page.pdf(format=paper)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 8
    assert re.search(rf"/MediaBox\s*\[0 0 {box}\]".encode(), printed)
    found.page.emulate_media(media="print")
    assert found.page.locator("#short p", has_text="treatment of 2 months from").is_visible()
    assert found.seen(".tools, nav, .origin-panel") == []
    assert found.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_everything_can_be_read_without_a_script(files: dict[str, Path], opened: Open) -> None:
    """The proof is a nested list with its origins, every step stands behind a native disclosure, no button is dead."""
    found = opened(files["refused"], java_script_enabled=False)
    steps = found.seen("#short li > div")
    assert len(steps) == found.page.locator("#short li > div").count()
    assert any("Evidence: " in step for step in steps)
    assert found.seen("button, input") == []
    assert found.seen("#long li > div") == []
    found.page.click("summary")
    assert len(found.seen("#long li > div")) > len(steps)


def test_a_group_of_which_all_are_needed_is_told_as_one() -> None:
    """Three reasons in a row would read as three ways out, where two of them go together."""
    found = report(proof_of(REFUSAL))
    (prescriber,) = (line.point for line in found.checklist if line.point.section == "PRESCRIBER")
    assert prescriber.note == "one of these is needed"
    (alone, first), (group, both) = reasons(prescriber)
    assert (alone, len(first)) == ("", 1)
    assert (group, len(both)) == ("all of these are needed", 2)


def test_two_groups_with_one_heading_are_two() -> None:
    """Each is a way of its own, so to name all four reasons under one heading would ask for too much."""
    (prescriber,) = (line.point for line in report(proof_of(REFUSAL)).checklist if line.point.section == "PRESCRIBER")
    group = prescriber.children[-1]
    other = replace(group, children=tuple(replace(child, words=f"{child.words}, too") for child in group.children))
    told = reasons(replace(prescriber, children=(group, other)))
    assert [(heading, len(lines)) for heading, lines in told] == [("all of these are needed", 2)] * 2
