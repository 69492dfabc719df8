"""`packet`: a notice and what an appeal needs, as PDF and as HTML."""

from __future__ import annotations

import html
import os
import re
import shlex
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from explain import packet_faces
from tests.commands.hostile import IN_A_CASE, IN_A_POLICY, case_file, policy_file
from tests.commands.running import APPROVAL, PEND, REFUSAL, ROOT, STEERING, changed, flat, run, written
from tests.explain.test_packet import words_of
from tests.explain.test_redact import bytes_of, secret_file, told

EXAMPLE = ROOT / "explain" / "profiles" / "example.yaml"
REVIEWER = re.compile(r"\nreviewer:\n(?:  .*\n)+")


@pytest.fixture
def unsigned(tmp_path: Path) -> Path:
    """The example profile without a reviewer."""
    return written(tmp_path / "unsigned.yaml", REVIEWER.sub("", EXAMPLE.read_text("utf-8")))


@pytest.mark.parametrize("ending", [".pdf", ".html", ".PDF"])
def test_a_packet_is_written_for_its_owner_alone(ending: str, tmp_path: Path) -> None:
    """The exit code is that of the case, and the terminal gets the outcome alone."""
    output = tmp_path / f"packet{ending}"
    result = run("packet", REFUSAL, "--profile", EXAMPLE, "-o", output)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{output}: The request is denied.\n"
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [output]
    assert output.read_bytes().startswith(b"%PDF-" if ending.lower() == ".pdf" else b"<!DOCTYPE html>")


def test_without_a_reviewer_nothing_is_denied(unsigned: Path, tmp_path: Path) -> None:
    """It is a draft, and says so in the file and on the terminal."""
    output = tmp_path / "packet.html"
    result = run("packet", REFUSAL, "--profile", unsigned, "-o", output)
    words = "Recommendation: refer to a clinician; no adverse determination has been made."
    assert (result.exit_code, result.stderr) == (1, f"{output}: {words}\n")
    assert words in output.read_text("utf-8")


def test_a_reviewer_of_another_case_stops_the_packet(tmp_path: Path) -> None:
    """And nothing is written; redacted, no case is named."""
    case = changed(REFUSAL, tmp_path, ("case: EXAMPLE-1", "case: EXAMPLE-9"))
    output = tmp_path / "packet.pdf"
    named = "the case `EXAMPLE-1`, and this is `EXAMPLE-9`"
    for options, about in (([], named), (["--redact"], "another case")):
        result = run("packet", case, "--profile", EXAMPLE, "-o", output, *options)
        assert result.exit_code == 2
        assert f"error[other-reviewer]: the reviewer's determination is about {about}\n" in result.stderr
        assert ("EXAMPLE-" in result.stderr) is not bool(options)
    assert not output.exists()


@pytest.mark.parametrize(("case", "code"), [(PEND, 3), (APPROVAL, 0)])
def test_a_reviewer_denies_no_case_that_is_not_refuted(case: Path, code: int, tmp_path: Path) -> None:
    """The packet leaves the name out, and the terminal says so."""
    output = tmp_path / "packet.html"
    result = run("packet", case, "--profile", EXAMPLE, "-o", output)
    assert result.exit_code == code
    assert result.stderr.startswith("note: the reviewer is not named, since this case is not refuted\n")
    assert "Specimen" not in output.read_text("utf-8")


def test_the_command_in_a_packet_writes_it_again(tmp_path: Path) -> None:
    """Byte for byte."""
    output = tmp_path / "packet.html"
    options: list[str | Path] = ["--profile", EXAMPLE, "-o", output, "--reading", "spms_course=active"]
    run("packet", REFUSAL, *options)
    first = output.read_bytes()
    match = re.search(r'<code class="command">policykb (.*)</code>', first.decode("utf-8"))
    assert match
    output.unlink()
    assert run(*shlex.split(html.unescape(match[1]))).exit_code == 1
    assert output.read_bytes() == first


def test_the_command_can_be_copied_from_a_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line of it is broken but where the shell goes on reading, whatever its words are."""
    monkeypatch.chdir(tmp_path)
    case = "a case of a-long-folder/with-a-long-name.yaml"
    written(tmp_path / case, APPROVAL.read_text("utf-8"))
    written(tmp_path / "a-long-profile.yaml", EXAMPLE.read_text("utf-8"))
    options = ["--profile", "a-long-profile.yaml", "-o", "packet.pdf"]
    reading = ["--reading", "spms_course=active"]
    assert run("packet", case, *options, *reading).exit_code == 0
    shown = "\n".join(page.extract_text() for page in pypdf.PdfReader("packet.pdf").pages)
    said = shown.partition("The command that writes this packet:\n")[2].partition("\nNotice")[0]
    assert len(said.splitlines()) > 3
    command = shlex.split(said.replace("\\\n", " "))
    assert command == ["policykb", "packet", case, *options, "--policy", "lemtrada", *reading]


def test_a_command_stays_the_same_over_several_lines() -> None:
    """Each line but the last says that it goes on; one word that is too wide can still be printed."""
    for command in ("a b", "policykb packet 'x -o y' -o " + "z " * 60, "policykb packet --profile 'it''s' -- -x"):
        lines = packet_faces.command_lines(command)
        assert shlex.split("\n".join(lines).replace("\\\n", " ")) == shlex.split(command)
        assert max(map(len, lines)) <= packet_faces.LINE + 2
    assert packet_faces.command_lines("") == []
    assert "\u200b" in packet_faces.command_lines("x" * 90)[0]


def test_a_date_of_birth_that_is_not_the_case_s_is_told(tmp_path: Path) -> None:
    """It may be the profile of somebody else; redacted or not."""
    for case, options, told_so in ((PEND, [], True), (PEND, ["--redact"], True), (REFUSAL, [], False)):
        result = run("packet", case, "--profile", EXAMPLE, "-o", tmp_path / "packet.html", *options)
        assert ("note: the date of birth in the profile is not the one in the case\n" in result.stderr) is told_so


def test_a_new_profile_is_written_to_be_filled_in(tmp_path: Path) -> None:
    """A packet by it is refused with all that is left to do; a file that is there is left alone."""
    profile = tmp_path / "profile.yaml"
    assert run("packet", "--new-profile", "-o", profile).exit_code == 0
    result = run("packet", REFUSAL, "--profile", profile, "-o", tmp_path / "packet.pdf")
    assert result.exit_code == 2
    assert "error[not-filled-in]: `organisation.name` is not filled in" in result.stderr
    assert run("packet", "--new-profile", "-o", profile).exit_code == 2
    assert run("packet", "--new-profile").stdout == profile.read_text("utf-8")
    assert run("packet", REFUSAL, "--new-profile").exit_code == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "`CASE` is missing"),
        ([REFUSAL], "`--profile FILE` is missing"),
        ([REFUSAL, "--profile", EXAMPLE], "`-o FILE` is missing"),
        ([REFUSAL, "--profile", EXAMPLE, "-o", "x.docx"], "`.docx` is no known ending; known are .pdf, .html"),
        ([REFUSAL, "--profile", EXAMPLE, "-o", "x.pdf", "--template", "t.html"], "a template for a .pdf ends in .typ"),
        ([REFUSAL, "--profile", "nowhere.yaml", "-o", "x.pdf"], "nowhere.yaml"),
    ],
)  # fmt: skip
def test_bad_usage_is_told(args: list[str | Path], words: str) -> None:
    """With exit code 2, and nothing written."""
    result = run("packet", *args)
    assert result.exit_code == 2
    assert words in flat(result.stderr)


# Templates


def test_an_organisation_can_replace_the_template(tmp_path: Path) -> None:
    """It gets the same data, and files beside it, for PDF and HTML."""
    written(tmp_path / "words.typ", "#let greeting = [Dear member]")
    typst = '#import "words.typ": greeting\n#set document(title: "x")\n'
    typst += "#greeting: #json(bytes(sys.inputs.packet)).determination.lead"
    jinja = "{% include 'words.typ' %}{{ packet.member.name[0] }} {{ packet.determination.lead }}"
    for template, output in (("own.typ", "a.pdf"), ("own.html", "a.html")):
        written(tmp_path / template, typst if template == "own.typ" else jinja)
        args: list[str | Path] = ["--profile", EXAMPLE, "-o", tmp_path / output, "--template", tmp_path / template]
        assert run("packet", REFUSAL, *args).exit_code == 1
    assert words_of((tmp_path / "a.pdf").read_bytes(), ".pdf") == "Dear member: The request is denied."
    assert (tmp_path / "a.html").read_text("utf-8").endswith("Jordan Sample The request is denied.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bad.typ", "#panic(1)"),
        ("bad.typ", "#nothing"),
        ("bad.typ", '#read("/../../../etc/hostname")'),
        ("bad.html", "{% if %}"),
        ("bad.html", "{{ packet.nothing }}"),
        ("bad.html", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
        ("bad.html", "{% include '../secret.html' %}"),
    ],
)  # fmt: skip
def test_a_bad_template_is_told_and_writes_nothing(name: str, text: str, tmp_path: Path) -> None:
    """A template sees the packet and the files beside it, and nothing else."""
    written(tmp_path / "secret.html", "secret")
    template, output = (
        written(tmp_path / "own" / name, text),
        tmp_path / ("x.pdf" if name.endswith("typ") else "x.html"),
    )
    result = run("packet", APPROVAL, "--profile", EXAMPLE, "-o", output, "--template", template)
    assert result.exit_code == 2
    assert "error[template]: the template cannot be used: " in result.stderr
    assert not output.exists()


@pytest.fixture
def caught() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a proxy, and what was asked of it."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(1000))

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)


IMPORTS = (
    '#import "@preview/cetz:0.3.1": canvas',
    '#let name = "\\u{40}" + "preview/cetz:0.3.1"\n#import name: canvas',
    '#include "beside.typ"',
)


@pytest.mark.parametrize("text", IMPORTS)
def test_a_template_fetches_nothing(
    text: str, tmp_path: Path, caught: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it names a package, also in a file that it includes, and whatever the environment says of proxies.

    Without what holds Typst back the same template does ask, so the trap catches.
    """
    proxy, asked = caught
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("no_proxy", "nowhere.example")
    written(tmp_path / "beside.typ", '#import "@preview/cetz:0.3.1"')
    template, output = written(tmp_path / "own.typ", text), tmp_path / "x.pdf"
    args: list[str | Path] = ["packet", APPROVAL, "--profile", EXAMPLE, "-o", output, "--template", template]
    result = run(*args)
    assert (result.exit_code, output.exists(), asked) == (2, False, [])
    words = flat(result.stderr)
    assert "the template imports the package `preview/cetz-0.3.1`, and nothing is fetched from the network" in words
    assert "help: copy what it needs into a file beside the template" in words
    assert (os.environ["HTTPS_PROXY"], os.environ["no_proxy"]) == (proxy, "nowhere.example")
    assert "https_proxy" not in os.environ
    with packet_faces.offline():
        proxies = {name: value for name, value in os.environ.items() if name.lower() in ("https_proxy", "no_proxy")}
    assert proxies == dict.fromkeys(("https_proxy", "HTTPS_PROXY"), "http://127.0.0.1:0")
    monkeypatch.setattr(packet_faces, "offline", nullcontext)
    run(*args)
    assert asked
    assert b"packages.typst.org" in asked[0]


# Hostile texts


HOSTILE = {
    **{f"case, {name}": ("case", text) for name, text in IN_A_CASE.items()},
    **{f"policy, {name}": ("policy", text) for name, text in IN_A_POLICY.items()},
    "case, letters": ("case", "\u6f22\u5b57 \u05e9\u05dc\u05d5\u05dd \U0001f600"),
    "case, typst": ("case", '#panic("x") #eval("1") $ */ // \\u{41} <label> @ref _x_ `raw` ] ) } ='),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_printed_and_does_nothing(name: str, unsigned: Path, tmp_path: Path) -> None:
    """In a case, a policy and a profile alike: no markup of it is read, and no page is lost."""
    where, text = HOSTILE[name]
    policy = policy_file(tmp_path, text if where == "policy" else "plain")
    case = case_file(tmp_path, text if where == "case" else "plain")
    profile = changed(unsigned, tmp_path, ("Jordan Sample", "'" + " ".join(text.split()).replace("'", "''") + "'")) \
        if where == "case" else unsigned  # fmt: skip
    made = {}
    for ending in (".pdf", ".html"):
        output = tmp_path / f"packet{ending}"
        result = run("packet", "--policy", policy, case, "--profile", profile, "-o", output)
        assert result.exit_code == 1, result.output
        assert not STEERING.search(result.output)
        made[ending] = output.read_bytes()
    page = made[".html"].decode("utf-8")
    assert page.count("<script") == page.count("onerror") == 0
    assert not STEERING.search(page.replace("\t", ""))
    assert (page.count("</main>"), page.count("<h2"), page.count("<svg")) == (1, 10, 1)
    pages = pypdf.PdfReader(BytesIO(made[".pdf"])).pages
    # To read eighty pages takes this library long.
    shown = flat(" ".join(page.extract_text() for page in [*pages][-6:]))
    assert "How this was decided, and how to run it again" in shown
    if name == "case, typst":
        assert "#panic" in shown
        assert "<label>" in shown


# Redacted


@pytest.mark.parametrize("ending", [".pdf", ".html"])
def test_no_byte_of_a_redacted_packet_tells_who_the_member_is(ending: str, tmp_path: Path) -> None:
    """Not the case, its file, the profile or its file; the same search finds them in the plain packet."""
    case, output = secret_file(tmp_path), tmp_path / f"packet{ending}"
    text = EXAMPLE.read_text("utf-8").replace("Jordan Sample", "JaneRoe").replace("LCH-000000001", "MRN-4711")
    text = text.replace("Dr. Alex Example", "Dr. Quimby").replace("1990-09-17", "1985-12-12")
    profile = written(tmp_path / "roe-secret" / "profile.yaml", text)
    found = []
    for options in ([], ["--redact"]):
        assert run("packet", case, "--profile", profile, "-o", output, *options).exit_code == 3
        found.append(told(bytes_of(output)))
    assert {"JaneRoe", "MRN-4711", "Dr. Quimby", "1985-12-12", "roe-secret"} <= set(found[0])
    assert found[1] == []
    assert "--redact" in words_of(output.read_bytes(), ending)


def test_a_redacted_denial_keeps_title_and_date_of_its_reviewer(tmp_path: Path) -> None:
    """The name goes, and the determination is still that of a person."""
    output = tmp_path / "packet.pdf"
    assert run("packet", REFUSAL, "--profile", EXAMPLE, "-o", output, "--redact").exit_code == 1
    words = words_of(output.read_bytes(), ".pdf")
    assert "Determination made by [redacted] Title Medical director, board-certified in neurology" in words
    assert "The request is denied." in words
    assert "EXAMPLE-1" not in words + str(pypdf.PdfReader(BytesIO(output.read_bytes())).metadata)
