"""The command that writes a packet: a notice of a determination, and what an appeal needs."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.common import (
    EXIT,
    edition_option,
    emit,
    parse_readings,
    policy_option,
    prove_case,
    reading_option,
    redact_option,
)
from kb.problems import ProblemsError, printable
from kb.syntax import Constant

if TYPE_CHECKING:
    from explain.proof import Proof
    from explain.repair import Repairs

# More than a packet shows, so that those which it shows are the same each time.
MOST_REPAIRS = 10


@click.command()
@click.argument("case", required=False)
@click.option("--profile", metavar="FILE", help="The organisation, the member, the reviewer and the rights of appeal.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, ending in .pdf or .html.")
@click.option("--template", metavar="FILE", help="Another template: in Typst for a PDF, in Jinja for HTML.")
@click.option("--new-profile", is_flag=True, help="Write an empty, commented profile instead of a packet.")
@redact_option
@policy_option
@edition_option
@reading_option
def packet(
    case: str | None,
    profile: str | None,
    output: str | None,
    template: str | None,
    new_profile: bool,
    redact: bool,
    policy: str,
    edition: str | None,
    readings: tuple[str, ...],
) -> None:
    """Write the notice of a determination, with all that an appeal needs.

    It tells the reasons with their sections and evidence, what is missing, the smallest repairs, the
    proof diagram, the rights of appeal and how to run the decision again. A case that does not meet the
    criteria is called denied only where the profile names the person who denied it; else it is a draft.

    Exit code: that of the case (0 proved, 1 refuted, 3 undetermined), 2 bad usage or bad input; 0 for an empty profile.
    """
    if new_profile:
        from explain.profile import new_profile as empty

        if case is not None or profile is not None:
            raise click.UsageError("`--new-profile` goes with `-o FILE` alone")
        emit(empty(), output)
        return
    for name, given in (("CASE", case), ("--profile FILE", profile), ("-o FILE", output)):
        if given is None:
            raise click.UsageError(f"`{name}` is missing; `--new-profile -o FILE` writes a profile to fill in")
    assert case is not None
    assert profile is not None
    assert output is not None
    write_packet(case, profile, output, template, redact, policy, edition, readings)


def write_packet(
    case: str,
    profile: str,
    output: str,
    template: str | None,
    redact: bool,
    policy: str,
    edition: str | None,
    readings: tuple[str, ...],
) -> None:
    from explain.dot import dot
    from explain.packet import LEADS, kind_of
    from explain.packet import packet as packet_of
    from explain.packet_faces import drawn
    from explain.picture import render
    from explain.profile import redact_profile
    from explain.read_profile import load_profile, refuse_reviewer
    from kb.files import write

    ending = packet_ending(output, template)
    filled = load_profile(profile)
    proof = prove_case(case, policy, parse_readings(readings), redact=redact, edition=edition)
    kind = kind_of(proof.status, filled)
    if kind == "denial":
        # The names are compared before any of them is redacted.
        record = proof if not redact else prove_case(case, policy, parse_readings(readings), edition=edition)
        refuse_reviewer(filled, str(record.decision.case.id.value), requested_on(record), redact)
    elif filled.has("reviewer"):
        click.echo("note: the reviewer is not named, since this case is not refuted", err=True)
    if other_birth_date(filled.day("member", "birth_date"), proof):
        click.echo("note: the date of birth in the profile is not the one in the case", err=True)
    command = again(case, profile, output, template, redact, policy, edition, readings)
    data = packet_of(proof, redact_profile(filled) if redact else filled, repairs_of(proof), command)
    picture = render(dot(proof, medium="svg"), "svg")
    write(Path(output), drawn(data, picture, ending, template))
    click.echo(f"{printable(output)}: {LEADS[kind]}", err=True)
    sys.exit(EXIT[proof.status])


def other_birth_date(born: date | None, proof: Proof) -> bool:
    """Whether the case states dates that tell who the member is, and none of them is the profile's."""
    decision = proof.decision
    stated = {
        term.value
        for declared in decision.policy.vocabulary.inputs.values()
        if declared.personal
        for fact in decision.case.facts[declared.predicate]
        for term in fact.row
        if isinstance(term, Constant) and isinstance(term.value, date)
    }
    return born is not None and bool(stated) and born not in stated


def packet_ending(output: str, template: str | None) -> str:
    """The ending of a packet's file; that of its template has to go with it."""
    from explain.packet_faces import FORMATS, LANGUAGES

    ending = Path(output).suffix.lower()
    if ending not in FORMATS:
        message = f"`{printable(ending or output)}` is no known ending; known are {', '.join(FORMATS)}"
        raise click.BadParameter(message, param_hint="--output")
    if template is not None and Path(template).suffix.lower() != LANGUAGES[ending]:
        message = f"a template for a {ending} ends in {LANGUAGES[ending]}, and `{printable(template)}` does not"
        raise click.BadParameter(message, param_hint="--template")
    return ending


def requested_on(proof: Proof) -> date | None:
    """The date of the request, where it is stated."""
    from explain.phrases import Words

    try:
        return date.fromisoformat(Words(proof.decision).request_date())
    except ValueError:
        return None


def repairs_of(proof: Proof) -> Repairs | None:
    """The smallest repairs of a case that is not approved; none where its policy is beyond solving."""
    from explain.repair import repairs

    try:
        return repairs(proof.decision, most=MOST_REPAIRS)
    except ProblemsError:
        return None


def again(
    case: str,
    profile: str,
    output: str,
    template: str | None,
    redact: bool,
    policy: str,
    edition: str | None,
    readings: tuple[str, ...],
) -> list[str]:
    """The command that writes the packet anew; names of files stay out of a redacted one."""
    files = ("CASE", "PROFILE", f"FILE{Path(output).suffix}") if redact else (case, profile, output)
    told = ["policykb", "packet", files[0], "--profile", files[1], "-o", files[2]]
    told += ["--template", "TEMPLATE" if redact else template] if template is not None else []
    told += ["--redact"] if redact else []
    told += ["--policy", Path(policy).name if redact else policy]
    told += ["--edition", edition] if edition is not None else []
    return told + [word for pair in readings for word in ("--reading", pair)]
