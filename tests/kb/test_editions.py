"""Editions side by side: which one decides a case, and what keeps files from being editions of one policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb.editions import Editions, edition_files, lint_editions, load_editions, under
from kb.policy import SHIPPED, Policy, load_policy
from kb.problems import ProblemsError
from kb.read_case import CaseText, load_case
from tests.editions import SHORTER, case_on, folder_of, small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three editions: the first ends where the second begins, and after the second there is a gap."""
    return folder_of(
        tmp_path / "policies",
        c=small("3", "2026-01-01"),
        a=small("1", "2024-01-01"),
        b=small("2", "2025-01-01", "2025-06-30", SHORTER),
    )


def edition(policy: Policy | None) -> str:
    return policy.vocabulary.header.edition if policy else "none"


def problems(source: Path, name: str | None = None) -> tuple[list[str], str]:
    """The codes of what keeps editions from being loaded, and all that is told of it."""
    with pytest.raises(ProblemsError) as caught:
        load_editions(source, name)
    return [each.code for each in caught.value.problems], str(caught.value)


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2023-12-31", "none"),
        ("2024-01-01", "1"),
        ("2024-12-31", "1"),
        ("2025-01-01", "2"),
        ("2025-06-30", "2"),
        ("2025-07-01", "none"),
        ("2025-12-31", "none"),
        ("2026-01-01", "3"),
        ("2999-12-31", "3"),
    ],
)
def test_the_edition_in_force_on_a_day(folder: Path, day: str, wanted: str) -> None:
    """Both its first and its last day belong to an edition."""
    assert edition(load_editions(folder).in_force(date.fromisoformat(day))) == wanted


def test_editions_stand_in_the_order_of_their_dates(folder: Path) -> None:
    """Whatever their files are called; the hash of each is that of its file."""
    found = load_editions(folder).policies
    assert [edition(each) for each in found] == ["1", "2", "3"]
    assert [each.hash for each in found] == [load_policy(folder / f"{name}.pl").hash for name in "abc"]


def test_an_edition_without_an_end_ends_where_the_next_begins(folder: Path) -> None:
    """So its file, which decisions rest on, stays as it is when the next one is published; the last stays open."""
    assert [each.vocabulary.header.until for each in load_editions(folder).policies] == [
        date(2024, 12, 31),
        date(2025, 6, 30),
        None,
    ]


@pytest.mark.parametrize("ending", ["yaml", "pl"])
def test_a_case_is_read_by_the_edition_of_its_date(folder: Path, tmp_path: Path, ending: str) -> None:
    """In both forms of a case file, which is taken apart once."""
    editions = load_editions(folder)
    case = case_on(tmp_path / "case.yaml", "2025-03-01")
    if ending == "pl":
        case = tmp_path / "case.pl"
        case.write_text("case('A-1').\npolicy('A-1', small).\nrequested_on('A-1', '2025-03-01').\n", "utf-8")
    policy, opened = under(editions, str(case))
    assert (edition(policy), isinstance(opened, CaseText)) == ("2", True)
    assert load_case(opened, policy.vocabulary) == load_case(case, policy.vocabulary)


def test_a_case_may_use_what_only_its_own_edition_knows(tmp_path: Path) -> None:
    """The date is read without the rest of the case, which another edition would refuse."""
    added = ("step_drug(copaxone).", "step_drug(copaxone).\nstep_drug(other_drug).")
    renamed = ("other_drug: ", "later_drug: ")
    folder = folder_of(
        tmp_path / "policies",
        a=small("1", "2024-01-01", "", added),
        b=small("2", "2025-01-01", "", renamed),
    )
    case = case_on(tmp_path / "case.yaml", "2025-03-01")
    case.write_text(case.read_text("utf-8").replace("avonex", "later_drug"), "utf-8")
    policy, opened = under(load_editions(folder), str(case))
    assert edition(policy) == "2"
    load_case(opened, policy.vocabulary)


@pytest.mark.parametrize(
    ("day", "code", "told"),
    [
        ("2023-12-31", "no-edition-in-force", "comes before the first edition, `1`"),
        ("2025-09-01", "no-edition-in-force", "falls between the editions `2` and `3`"),
        ("", "no-request-date", "is not stated"),
        ("{evidence: [{value: 2024-02-01}, {value: 2025-02-01}]}", "no-request-date", "is conflicting"),
        ("{value: 2024-02-30}", "no-such-date", "2024-02-30"),
        ("soon", "wrong-type", "soon"),
    ],
)
def test_a_date_that_leads_to_no_edition_is_an_error(
    folder: Path, tmp_path: Path, day: str, code: str, told: str
) -> None:
    """It says why, and what can be chosen; what cannot be read is told as in any case."""
    case = case_on(tmp_path / "case.yaml", day)
    with pytest.raises(ProblemsError) as caught:
        under(load_editions(folder), str(case))
    assert [each.code for each in caught.value.problems] == [code]
    message = str(caught.value)
    assert told in message
    if code.startswith("no-") and code != "no-such-date":
        assert "`1` from 2024-01-01 to 2024-12-31" in message
        assert "`3` from 2026-01-01 on" in message
        assert "`--edition NAME`" in message


def test_a_date_after_the_last_edition_ended_is_an_error(tmp_path: Path) -> None:
    """As one before the first is."""
    folder = folder_of(tmp_path, a=small("1", "2024-01-01"), b=small("2", "2025-01-01", "2025-12-31"))
    with pytest.raises(ProblemsError, match="comes after the last edition, `2`, ended"):
        under(load_editions(folder), str(case_on(tmp_path / "case.yaml", "2026-01-01")))


def test_an_attested_date_is_none_where_a_document_counts(tmp_path: Path) -> None:
    """As for any input: somebody's word does not choose the edition."""
    document = ('"When was it requested?")', '"When was it requested?", [document])')
    folder = folder_of(tmp_path, a=small("1", "2024-01-01", "", document), b=small("2", "2025-01-01", "", document))
    case = case_on(tmp_path / "case.yaml", "{value: 2024-02-01, origin: attestation}")
    with pytest.raises(ProblemsError, match="attested, not documented"):
        under(load_editions(folder), str(case))


def test_a_broken_case_is_told_as_it_is(folder: Path, tmp_path: Path) -> None:
    """What is no YAML has no date; the problem is the YAML."""
    case = tmp_path / "case.yaml"
    case.write_text("case: [\n", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        under(load_editions(folder), str(case))
    assert [each.code for each in caught.value.problems] == ["yaml-syntax"]


def test_the_only_edition_decides_whatever_the_date(tmp_path: Path) -> None:
    """Who names one file has chosen it; the report then cautions."""
    folder = folder_of(tmp_path, a=small("1", "2024-01-01"))
    case = case_on(tmp_path / "case.yaml", "1999-01-01")
    for source in (folder, folder / "a.pl"):
        policy, opened = under(load_editions(source), str(case))
        assert (edition(policy), opened) == ("1", str(case))


def test_a_chosen_edition_decides_whatever_the_date(folder: Path, tmp_path: Path) -> None:
    """And a name that there is not is told with those that there are."""
    policy, _ = under(load_editions(folder, "3"), str(case_on(tmp_path / "case.yaml", "")))
    assert edition(policy) == "3"
    codes, told = problems(folder, "4")
    assert (codes, "`2` from 2025-01-01 to 2025-06-30" in told) == (["no-such-edition"], True)
    assert "did you mean `2024`?" in problems(SHIPPED / "lemtrada.pl", "2042")[1]


def test_a_gap_between_editions_is_allowed(folder: Path) -> None:
    """A payer may have had no policy for a time."""
    assert lint_editions(folder)[0] == []


@pytest.mark.parametrize(
    ("texts", "code", "told"),
    [
        (
            (small("1", "2024-01-01", "2025-01-01"), small("2", "2025-01-01")),
            "editions-overlap",
            "`2` from 2025-01-01 on overlaps `1` from 2024-01-01 to 2025-01-01, at ",
        ),
        ((small("1", "2024-01-01"), small("2", "2024-01-01")), "editions-overlap", "overlaps"),
        ((small("1", "2024-01-01"), small("1", "2025-01-01")), "edition-twice", "the edition `1` stands twice"),
        (
            (small("1", "2024-01-01"), small("2", "2025-01-01", "", ("root(eligible)", "root(clear)"))),
            "edition-differs",
            "the root goal is `clear`, and `eligible` in another edition",
        ),
        (
            (small("1", "2024-01-01"), small("2", "2025-01-01", "", ("policy(small,", "policy(other,"))),
            "other-policy",
            "the policy `other` is no edition of `small`",
        ),
        (
            (
                small("1", "2024-01-01"),
                small("2", "2025-01-01", "", ('"When was it requested?")', '"When was it requested?", [document])')),
            ),
            "edition-differs",
            "what counts as the request date is `a document`, and `any evidence`",
        ),
    ],
    ids=["overlap", "same day", "same name", "root", "policy", "request date"],
)
def test_files_that_cannot_stand_side_by_side(tmp_path: Path, texts: tuple[str, str], code: str, told: str) -> None:
    """Each problem names both places."""
    folder = folder_of(tmp_path, a=texts[0], b=texts[1])
    codes, message = problems(folder)
    assert codes == [code]
    assert told in message
    assert f"{folder / 'a.pl'}:2" in message
    assert f"--> {folder / 'b.pl'}:2" in message
    assert [each.code for each in lint_editions(folder)[0] if each.severity == "error"] == [code]


def test_an_overlap_is_seen_beyond_the_next_edition(tmp_path: Path) -> None:
    """A long edition may overlap the second as well as the third."""
    texts = (small("1", "2024-01-01", "2030-01-01"), small("2", "2025-01-01", "2025-02-01"), small("3", "2026-01-01"))
    codes, _ = problems(folder_of(tmp_path, **dict(zip("abc", texts, strict=True))))
    assert codes == ["editions-overlap"] * 2


def test_every_error_of_every_file_is_told(tmp_path: Path) -> None:
    """One bad file does not hide what is wrong with another."""
    broken = ("eligible(P) :- step(P)", "eligible(P) :- stop(P)")
    folder = folder_of(tmp_path, a=small("1", "2024-01-01", "", broken), b=small("2", "2025-01-01", "", broken))
    codes, _ = problems(folder)
    assert codes.count("undefined-predicate") == 2


def test_which_files_are_editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder's policy files but for cases and what is hidden; a shipped policy with what is named after it."""
    folder = folder_of(tmp_path / "f", **{"a": "x", ".b": "x", "c.case": "x"})
    (folder / "inner").mkdir()
    assert edition_files(folder) == [folder / "a.pl"]
    assert edition_files("lemtrada") == [SHIPPED / "lemtrada.pl"]
    shipped = folder_of(
        tmp_path / "shipped",
        **{"small": small("1", "2024-01-01"), "small-2025": small("2", "2025-01-01")},
        **{"small-other": small("9", "2024-01-01", "", ("policy(small,", "policy(other,"))},
    )
    monkeypatch.setattr("kb.editions.SHIPPED", shipped)
    monkeypatch.setattr("kb.policy.SHIPPED", shipped)
    assert [edition(each) for each in load_editions("small").policies] == ["1", "2"]
    assert [edition(each) for each in load_editions("small-2025").policies] == ["2"]
    assert edition(load_editions("small", "2").only) == "2"


def test_a_folder_without_a_policy_is_an_error(tmp_path: Path) -> None:
    """And so is a name that nothing has."""
    assert problems(tmp_path)[0] == ["no-policy-file"]
    assert problems(tmp_path / "nothing")[0] == ["no-such-policy"]


def test_a_folder_in_the_way_does_not_hide_a_shipped_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps the cases in a folder named after the policy still gets the policy; `./lemtrada` is the folder."""
    folder_of(tmp_path / "lemtrada", a=small("1", "2024-01-01"))
    monkeypatch.chdir(tmp_path)
    assert [each.path for each in load_editions("lemtrada").policies] == ["kb/policies/lemtrada.pl"]
    assert [edition(each) for each in load_editions("./lemtrada").policies] == ["1"]


def test_editions_are_a_value() -> None:
    """One policy is the only one; of none chosen from several, there is no only one."""
    policy = load_policy("lemtrada")
    assert Editions((policy,)).only is policy
    assert Editions((policy, policy)).only is None
