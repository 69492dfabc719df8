"""`check --record` and `replay`: decisions kept, and made again."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.running import APPROVAL, CASES, PEND, REFUSAL, ROOT, STEERING, run
from tests.editions import SHORTER, folder_of, lemtrada, small
from tests.explain.test_schemas import faults
from tests.sampling import sample
from tests.support import FULL


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The records of the three examples, beside copies of them."""
    for case in (APPROVAL, PEND, REFUSAL):
        (tmp_path / case.name).write_bytes(case.read_bytes())
    path = tmp_path / "records.jsonl"
    assert run("check", *(tmp_path / each.name for each in (REFUSAL, APPROVAL, PEND)), "--record", path).exit_code == 1
    return path


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_line_is_kept_of_each_decision(kept: Path) -> None:
    """In the order of the table, in a file for its owner alone, and by its schema."""
    assert [each["verdict"] for each in lines(kept)] == ["refuted", "proved", "undetermined"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [faults("record", each) for each in lines(kept)] == [[], [], []]


def test_the_records_of_every_shipped_case_keep_to_the_schema_and_are_replayed(tmp_path: Path) -> None:
    """Every form of a verdict and of a key."""
    path, cases = tmp_path / "records.jsonl", tmp_path / "cases"
    cases.mkdir()
    for each in sample(sorted(CASES.rglob("*.case.yaml")), 25):
        shutil.copy(each, cases)
    run("check", cases, "--no-repair", "--record", path)
    assert [found for each in lines(path) if (found := faults("record", each))] == []
    result = run("replay", path, "--cases", cases)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"{len(lines(path))} records: {len(lines(path))} same"


def test_bad_input_is_not_recorded(tmp_path: Path) -> None:
    """Nothing was decided."""
    (tmp_path / "bad.yaml").write_text("case: [\n", "utf-8")
    path = tmp_path / "records.jsonl"
    assert run("check", tmp_path / "bad.yaml", REFUSAL, "--record", path).exit_code == 2
    assert [each["verdict"] for each in lines(path)] == ["refuted"]


def test_a_decision_that_cannot_be_recorded_is_not_told(tmp_path: Path) -> None:
    """Nobody acts on what is not on record."""
    result = run("check", REFUSAL, "--record", tmp_path / "missing" / "records.jsonl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[unwritable]" in result.stderr


def test_a_redacted_decision_is_not_recorded(tmp_path: Path) -> None:
    """Its case has no hash to find it by."""
    result = run("check", REFUSAL, "--redact", "--record", tmp_path / "records.jsonl")
    assert result.exit_code == 2
    assert not (tmp_path / "records.jsonl").exists()


def test_a_torn_end_is_warned_of(kept: Path) -> None:
    """The record is kept all the same, on a line of its own, and `replay` names the damaged line."""
    kept.write_bytes(kept.read_bytes()[:-50])
    result = run("check", REFUSAL, "--no-repair", "--record", kept)
    assert (result.exit_code, "ended in a line that was cut" in result.stderr) == (1, True)
    replayed = run("replay", kept)
    assert replayed.exit_code == 2
    assert f"{kept}:3:1" in replayed.stderr
    assert "error[damaged-record]" in replayed.stderr
    assert replayed.stdout.splitlines()[-1] == "4 records: 3 same, 1 damaged"


def test_commands_that_record_at_once_lose_nothing(tmp_path: Path) -> None:
    """Real processes of the command itself."""
    path = tmp_path / "records.jsonl"
    command = [
        sys.executable,
        "-m",
        "cli",
        "check",
        str(ROOT / "kb" / "examples"),
        "--no-repair",
        "--record",
        str(path),
    ]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [each.wait() for each in running] == [1] * 4
    assert (
        sorted(str(each["verdict"]) for each in lines(path)) == ["proved"] * 4 + ["refuted"] * 4 + ["undetermined"] * 4
    )


def test_all_is_the_same(kept: Path) -> None:
    """The cases are found beside the records."""
    result = run("replay", kept)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"line 1: same: {kept.parent / REFUSAL.name}, edition 2024, refuted",
        f"line 2: same: {kept.parent / APPROVAL.name}, edition 2024, proved",
        f"line 3: same: {kept.parent / PEND.name}, edition 2024, undetermined",
        "",
        "3 records: 3 same",
    ]


def test_what_differs_is_told_with_section_and_title(kept: Path) -> None:
    """From what to what."""
    text = kept.read_text("utf-8")
    old = '"old_enough":"met"'
    kept.write_text(text.replace(old, '"old_enough":"not met"', 1).replace('"refuted"', '"proved"', 1), "utf-8")
    result = run("replay", kept)
    assert result.exit_code == 1
    first, second, *_ = result.stdout.splitlines()
    assert first.startswith("line 1: differs: ")
    assert first.endswith("proved -> refuted")
    assert second.startswith("  AGE  ")
    assert second.endswith("[old_enough]: not met -> met")


def test_what_cannot_be_replayed_says_why(kept: Path) -> None:
    """A case that was changed, and an edition that is not known; the other is replayed."""
    changed = kept.parent / REFUSAL.name
    changed.write_text(changed.read_text("utf-8") + "\n", "utf-8")
    text = kept.read_text("utf-8").splitlines()
    text[1] = text[1].replace('"policy_sha256":"', '"policy_sha256":"0')[:-1] + "}"
    digest = str(lines(kept)[1]["policy_sha256"])
    text[1] = text[1].replace("0" + digest, "0" + digest[:-1])
    kept.write_text("\n".join(text) + "\n", "utf-8")
    result = run("replay", kept)
    assert result.exit_code == 2
    told = result.stdout.splitlines()
    assert "cannot be replayed" in told[0]
    assert "has the bytes of the case" in told[0]
    assert "no known file has the bytes of edition `2024` of `lemtrada`" in told[1]
    assert told[2].startswith("line 3: same")
    assert told[-1] == "3 records: 2 cannot be replayed, 1 same"


def test_a_candidate_edition_shows_what_it_flips(kept: Path, tmp_path: Path) -> None:
    """Criterion by criterion, with the records that it flips in."""
    text = lemtrada("2025", "2025-01-01", ("Months >= 3", "Months >= 2"))
    folder = folder_of(tmp_path / "policies", new=text)
    for against in (("2025", "--policy", folder), (folder / "new.pl",)):
        result = run("replay", kept, "--against", *against)
        assert result.exit_code == 1
        assert "Against edition 2025" in result.stdout
        flips = result.stdout.split("Flips, by criterion\n")[1].split("\n\n")[0].splitlines()
        assert "  A.2  inadequate response to a drug of both steps [inadequate_steps]: not met -> met: line 1" in flips
        assert any(each.startswith("  A.2  trial of at least") and "[long_trial]" in each for each in flips)
    found = json.loads(run("replay", kept, "--against", folder / "new.pl", "--json").stdout)
    assert faults("replay", found) == []
    assert {each["criterion"]: each["lines"] for each in found["flips"]}["long_trial"] == [1]
    assert [each["outcome"] for each in found["records"]] == ["differs", "same", "same"]


def test_a_default_that_a_candidate_changes_shows_what_it_flips(tmp_path: Path) -> None:
    """Each reading and value is told once, with the lines of the records: taken, kept, or not to be told."""
    case = tmp_path / "case.yaml"
    case.write_text(FULL.replace("edss: 4.0", "edss: 2.0"), "utf-8")
    turn = ("reading(window, request, [trial]", "reading(window, trial, [request]")
    folder = folder_of(tmp_path / "p", a=small("1", "2024-01-01"), c=small("3", "2024-01-01", "", turn))
    path, policy = tmp_path / "records.jsonl", ("--policy", folder / "a.pl")
    for _ in range(2):
        run("check", case, *policy, "--no-repair", "--record", path)
    run("check", case, *policy, "--reading", "window=trial", "--no-repair", "--record", path)

    def told(*args: str | Path) -> tuple[int, list[str]]:
        result = run("replay", path, *args)
        part = result.stdout.partition("Recorded readings that are not the candidate's defaults\n")[2]
        return result.exit_code, [each.strip() for each in part.split("\n\n")[0].splitlines()]

    against = ("--against", folder / "c.pl")
    assert [each["verdict"] for each in lines(path)] == ["proved", "proved", "refuted"]
    assert run("check", case, "--policy", folder / "c.pl").exit_code == 1
    taken = "window: decided by trial, the candidate's default; the record has request, the default of its edition"
    assert told(*policy, *against) == (1, [f"{taken}: lines 1, 2"])
    assert told("--policy", folder / "a.pl", "--against", folder / "a.pl")[1] == [
        "window: decided by trial, as was chosen for the record; the candidate's default is request: line 3"
    ]
    status, (kept,) = told(*against)
    assert status == 0
    assert kept.startswith("window: decided by request, as recorded; the candidate's default is trial; the edition")
    assert kept.endswith("see `--policy`: lines 1, 2")
    found = json.loads(run("replay", path, *policy, *against, "--json").stdout)
    assert faults("replay", found) == []
    entry = {"reading": "window", "recorded": "request", "replayed": "trial", "default": "trial", "why": "default"}
    assert found["readings"] == [{**entry, "lines": [1, 2]}]


def test_a_reading_that_a_candidate_has_not_is_told(tmp_path: Path) -> None:
    """Neither a value that it does not offer nor a whole reading is passed over in silence."""
    case = tmp_path / "case.yaml"
    case.write_text(FULL, "utf-8")
    folder = folder_of(tmp_path / "p", a=small("1", "2024-01-01"))
    path = tmp_path / "records.jsonl"
    run("check", case, "--policy", folder, "--no-repair", "--record", path)
    path.write_text(path.read_text("utf-8").replace('"window":"request"', '"gone":"x","window":"y"'), "utf-8")
    result = run("replay", path, "--against", folder / "a.pl", "--json")
    found = json.loads(result.stdout)
    assert faults("replay", found) == []
    assert [(each["reading"], each["replayed"], each["why"]) for each in found["readings"]] == [
        ("gone", None, "not offered"),
        ("window", "request", "not offered"),
    ]
    text = run("replay", path, "--against", folder / "a.pl").stdout
    assert "gone: the record has x; the candidate has no such reading: line 1" in text
    assert "the record has y, which the candidate does not offer: line 1" in text


def test_what_is_not_met_any_more_is_told_with_its_values(kept: Path) -> None:
    """Its row is gone, and its key has them; a text that is there by its hash alone is any text."""
    added = '"consecutive_days(7)":"met","frequency(one_course)":"met","hcpcs_code(text:1)":"met","doses(x)":"met"'
    text = kept.read_text("utf-8").splitlines()
    text[0] = text[0].replace('"statuses":{', f'"statuses":{{{added},')
    kept.write_text("\n".join(text) + "\n", "utf-8")
    told = run("replay", kept).stdout
    assert "  DURATION  given on 7 consecutive days [consecutive_days(7)]: met -> not met\n" in told
    assert "  DURATION  one course [frequency(one_course)]: met -> not met\n" in told
    assert "  CODING  HCPCS any code: injection, alemtuzumab, 1 mg [hcpcs_code(text:1)]: met -> not met\n" in told
    assert "  DURATION  any count doses [doses(x)]: met -> not met\n" in told


def test_json_keeps_to_its_schema(kept: Path) -> None:
    """With a damaged line and a record that cannot be replayed."""
    kept.write_bytes(kept.read_bytes() + b"nonsense\n")
    (kept.parent / REFUSAL.name).unlink()
    result = run("replay", kept, "--json")
    found = json.loads(result.stdout)
    assert (faults("replay", found), result.exit_code) == ([], 2)
    assert [each["outcome"] for each in found["records"]] == ["cannot be replayed", "same", "same"]
    assert [each["line"] for each in found["damaged"]] == [4]


def test_an_appeal_gets_the_same_answer_after_a_new_edition(kept: Path, tmp_path: Path) -> None:
    """The new edition stands beside the old one, and the record is decided by its own."""
    new = lemtrada("2025", "2024-02-01", ("Months >= 3", "Months >= 2"))
    folder = folder_of(tmp_path / "policies", a=lemtrada("2024", "2024-01-01"), b=new)
    now = run("check", kept.parent / REFUSAL.name, "--policy", folder, "--no-repair")
    assert "edition 2025" in now.stdout
    result = run("replay", kept, "--policy", folder)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "3 records: 3 same")


@pytest.mark.parametrize(
    "args",
    [
        ("missing.jsonl",),
        (REFUSAL, "--cases", "missing"),
        (REFUSAL, "--policy", "missing"),
        (REFUSAL, "--against", "9"),
    ],
    ids=lambda args: args[-1],
)
def test_bad_usage_is_told(args: tuple[str, ...]) -> None:
    """Whatever of the arguments is not there."""
    result = run("replay", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[" in result.stderr


def test_an_empty_file_of_records_is_all_the_same(tmp_path: Path) -> None:
    """Nothing was decided, so nothing differs."""
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"")
    result = run("replay", path)
    assert (result.exit_code, result.stdout) == (0, "\n0 records: none\n")


def test_no_text_of_a_record_steers_a_terminal(tmp_path: Path, kept: Path) -> None:
    """A file of records may have been written by anyone."""
    found = lines(kept)[0]
    hostile = "\x1b[31m\u202e"
    (tmp_path / hostile).mkdir()
    found |= {"edition": hostile, "policy": hostile, "software": hostile, "recorded_at": hostile}
    found["statuses"] = {hostile: "met", f"old_enough({hostile})": "met"}
    path = tmp_path / hostile / "records.jsonl"
    path.write_text(json.dumps(found) + f"\n{hostile}\n", "utf-8")
    for args in ((), ("--json",), ("--cases", tmp_path), ("--against", "lemtrada", "--cases", tmp_path)):
        result = run("replay", path, *args)
        assert result.exit_code == 2
        assert STEERING.search(result.output) is None, args


def test_editions_of_a_small_policy_are_replayed_each_by_its_own(tmp_path: Path) -> None:
    """A record holds which edition decided."""
    from tests.editions import case_on

    folder = folder_of(tmp_path / "p", a=small("old", "2024-01-01"), b=small("new", "2024-02-01", "", SHORTER))
    for name, day in (("a", "2024-01-02"), ("b", "2024-02-02")):
        case_on(tmp_path / "cases" / f"{name}.yaml", day)
    path = tmp_path / "records.jsonl"
    run("check", tmp_path / "cases", "--policy", folder, "--record", path)
    assert [each["edition"] for each in lines(path)] == ["old", "new"]
    assert run("replay", path, "--policy", folder).exit_code == 0
    assert run("replay", path).exit_code == 2
