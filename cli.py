"""The commands: read, call the walk, print, exit.

Exit codes: 0 proved, 1 refuted, 3 undetermined, 2 for bad usage or bad input.
Nothing but this module touches files, the terminal or exit codes; heavy libraries are imported by
the commands that need them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kb.problems import Problem, ProblemsError, printable

if TYPE_CHECKING:
    from kb.case import Case
    from kb.decide import Decision
    from kb.policy import Policy

EXIT = {"proved": 0, "refuted": 1, "undetermined": 3}
BAD_INPUT = 2
CASE_FILES = (".yaml", ".yml", ".json", ".pl")
EXAMPLES = Path(__file__).parent / "kb" / "examples"

F = TypeVar("F", bound=Callable[..., Any])


class Commands(click.Group):
    """The group of commands; bad input anywhere ends with its problems and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ProblemsError as error:
            click.echo(str(error), err=True)
            ctx.exit(BAD_INPUT)
        except BrokenPipeError:
            # The reader of a pipe has seen enough.
            sys.stderr.close()
            ctx.exit(0)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from kb.problems import did_you_mean

            if hint := did_you_mean(args[0], self.list_commands(ctx)):
                raise click.UsageError(f"{error.message.rstrip('.')}; {hint}", ctx) from None
            raise


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="policykb", prog_name="policykb")
def main() -> None:
    """Decide whether a coverage policy is met, and show why or why not."""


def policy_option(function: F) -> F:
    return click.option(
        "--policy", default="lemtrada", show_default=True, metavar="POLICY", help="A policy file, or a shipped policy."
    )(function)


def reading_option(function: F) -> F:
    return click.option(
        "--reading", "readings", multiple=True, metavar="NAME=VALUE", help="Choose a reading of an ambiguous text."
    )(function)


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def parse_readings(pairs: Sequence[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name or not value:
            raise click.BadParameter(f"`{printable(pair)}` is not NAME=VALUE", param_hint="--reading")
        if chosen.get(name, value) != value:
            raise click.BadParameter(f"`{printable(name)}` is chosen twice", param_hint="--reading")
        chosen[name] = value
    return chosen


def case_files(paths: Sequence[str]) -> list[Path]:
    """The case files that the arguments name: files as they are, folders searched throughout."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.suffix in CASE_FILES and file.is_file())
            if not found:
                raise ProblemsError(
                    [Problem("no-cases", "the folder holds no case file", str(path), help="case files end in " + ", ".join(CASE_FILES))], {}
                )
            files += found
        else:
            files.append(path)
    return files


def read_cases(policy: Policy, paths: Sequence[str]) -> Iterator[tuple[Path, Case | ProblemsError]]:
    """Each case, or what is wrong with its file, so that one bad file hides no other case."""
    from kb.read_case import load_case

    for path in case_files(paths):
        try:
            yield path, load_case(path, policy.vocabulary)
        except ProblemsError as error:
            yield path, error


def dump(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


@main.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@policy_option
@reading_option
@json_option
def check(cases: tuple[str, ...], policy: str, readings: tuple[str, ...], as_json: bool) -> None:
    """Decide one case and print its checklist; several cases or a folder give a table.

    Exit code: 0 proved, 1 refuted, 3 undetermined, 2 bad input. For several cases it is the
    code of the first that is not proved, bad input before refuted before undetermined.
    """
    from explain.proof import prove
    from kb.decide import decide
    from kb.policy import load_policy

    loaded, chosen = load_policy(policy), parse_readings(readings)
    files = case_files(cases)
    several = len(files) > 1 or Path(cases[0]).is_dir()
    decisions: list[Decision] = []
    rows: list[tuple[Path, Any]] = []
    for path, case in progress(list(files), read_cases(loaded, cases)):
        if isinstance(case, ProblemsError):
            click.echo(str(case), err=True)
            rows.append((path, None))
            continue
        decisions.append(decide(loaded, case, chosen))
        rows.append((path, prove(decisions[-1])))
    proofs = [proof for _, proof in rows if proof]
    if as_json:
        from explain.json import report_json

        reports = [report_json(proof) for proof in proofs]
        if several:
            dump(reports)
        elif reports:
            dump(reports[0])
    elif several:
        from explain.report import table_text

        click.echo(table_text(rows))
    elif proofs:
        from explain.report import report_text

        click.echo(report_text(proofs[0]))
    verdicts = {decision.verdict for decision in decisions}
    if len(proofs) < len(rows):
        sys.exit(BAD_INPUT)
    sys.exit(next((EXIT[verdict] for verdict in ("refuted", "undetermined") if verdict in verdicts), 0))


def progress(files: Sequence[Path], cases: Iterator[Any]) -> Iterator[Any]:
    """The cases as they come, with a bar on a terminal when there are many."""
    if len(files) < 50 or not sys.stderr.isatty():
        yield from cases
        return
    with click.progressbar(cases, length=len(files), label="deciding", file=sys.stderr) as bar:
        yield from bar


@main.command()
@click.argument("goal")
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@policy_option
@reading_option
@json_option
def query(goal: str, cases: tuple[str, ...], policy: str, readings: tuple[str, ...], as_json: bool) -> None:
    r"""Ask any GOAL of each case: bindings and statuses.

    For example: policykb query 'inadequate_response(P, Drug)' CASE, or '\+ eligible(P)'.

    Exit code: 0 when some answer is met, 3 when some is not documented, else 1; 2 bad input.
    """
    from explain.report import answers_json, answers_text
    from kb.answers import Status
    from kb.policy import load_policy
    from kb.query import ask, question

    loaded, chosen = load_policy(policy), parse_readings(readings)
    asked = question(loaded, goal)
    best, bad, found = Status.NOT_MET, False, []
    for _, case in read_cases(loaded, cases):
        if isinstance(case, ProblemsError):
            click.echo(str(case), err=True)
            bad = True
            continue
        decision, answers = ask(asked, case, chosen)
        best = max([best, *(answer.status for answer in answers)])
        found.append((decision, answers))
    if as_json:
        dump(answers_json(asked, found))
    else:
        click.echo(answers_text(asked, found))
    sys.exit(BAD_INPUT if bad else {Status.MET: 0, Status.UNDOCUMENTED: 3, Status.NOT_MET: 1}[best])


@main.command()
@click.argument("case")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE: .svg .png .pdf .dot .txt .json; text to the terminal without.")
@click.option("--goal", metavar="GOAL", help="Explain this goal rather than the policy's root goal.")
@click.option("--full", is_flag=True, help="Unfold what is met and what says nothing.")
@policy_option
@reading_option
def explain(case: str, output: str | None, goal: str | None, full: bool, policy: str, readings: tuple[str, ...]) -> None:
    """Show the proof of a case's verdict, or of any goal, as a picture or as text.

    Exit code: that of the goal (0 met, 1 not met, 3 not documented), 2 bad usage or bad input.
    """
    from explain.faces import FORMATS, draw
    from kb.answers import Status

    ending = Path(output).suffix.lower() if output else ".txt"
    if ending not in FORMATS:
        raise click.BadParameter(f"`{printable(ending)}` is no format; known are {', '.join(FORMATS)}", param_hint="--output")
    proof = prove_case(case, policy, parse_readings(readings), goal)
    drawn = draw(proof, ending, full=full)
    if output:
        write(Path(output), drawn)
        click.echo(f"{output}: {summary(proof)}", err=True)
    else:
        click.echo(drawn.decode("utf-8"))
    sys.exit({Status.MET: 0, Status.UNDOCUMENTED: 3, Status.NOT_MET: 1}[proof.status])


def summary(proof: Any) -> str:
    from explain.wording import verdict_sentence

    return str(verdict_sentence(proof))


def prove_case(path: str, policy: str, readings: Mapping[str, str], goal: str | None = None) -> Any:
    """The proof of one case's root goal or of another goal."""
    from explain.proof import prove
    from kb.decide import decide
    from kb.policy import load_policy
    from kb.read_case import load_case

    loaded = load_policy(policy)
    if goal is None:
        return prove(decide(loaded, load_case(path, loaded.vocabulary), readings))
    from kb.query import ask, question

    asked = question(loaded, goal)
    case = load_case(path, loaded.vocabulary)
    decision, _ = ask(asked, case, readings)
    return prove(decision, asked.about(case))


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone: it may hold health data."""
    import os
    import tempfile

    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        Path(draft).unlink(missing_ok=True)
        raise _unwritable(path, error) from None
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _unwritable(path: Path, error: OSError) -> ProblemsError:
    reason = (error.strerror or str(error)).lower()
    return ProblemsError([Problem("unwritable", f"cannot be written: {reason}", str(path))], {})


@main.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@policy_option
@reading_option
def shell(cases: tuple[str, ...], policy: str, readings: tuple[str, ...]) -> None:
    """Ask goals at a ?- prompt, with history and completion; `why GOAL` explains."""
    from kb.policy import load_policy
    from shell import run

    loaded = load_policy(policy)
    found = []
    for _, case in read_cases(loaded, cases):
        if isinstance(case, ProblemsError):
            raise case
        found.append(case)
    run(loaded, found, parse_readings(readings))


@main.command()
@click.argument("file", default="lemtrada")
@json_option
def lint(file: str, as_json: bool) -> None:
    """Check a policy FILE and print every error and warning with its place and a way out.

    Exit code: 0 without an error, 2 with one.
    """
    from kb.policy import lint_policy

    problems, texts = lint_policy(file)
    if as_json:
        dump([problem.as_json() for problem in problems])
    else:
        from kb.problems import render_all

        click.echo(render_all(problems, texts) if problems else f"{printable(file)}: no problems")
    sys.exit(BAD_INPUT if any(problem.severity == "error" for problem in problems) else 0)


@main.command()
@policy_option
@json_option
def trace(policy: str, as_json: bool) -> None:
    """Print, section by section of the policy, what encodes it."""
    from kb.policy import load_policy
    from kb.trace import trace_json, trace_text

    loaded = load_policy(policy)
    if as_json:
        dump(trace_json(loaded))
    else:
        click.echo(trace_text(loaded))


@main.command()
@policy_option
@click.option("-o", "--output", metavar="FILE", help="Write to FILE rather than to the terminal.")
def new(policy: str, output: str | None) -> None:
    """Write an empty, commented case file made from the policy's vocabulary."""
    from kb.policy import load_policy
    from kb.schema import template

    emit(template(load_policy(policy).vocabulary), output)


@main.command()
@policy_option
@click.option("-o", "--output", metavar="FILE", help="Write to FILE rather than to the terminal.")
def schema(policy: str, output: str | None) -> None:
    """Print the JSON Schema of a case file, so that editors complete and check it."""
    import json

    from kb.policy import load_policy
    from kb.schema import json_schema

    emit(json.dumps(json_schema(load_policy(policy).vocabulary), indent=2, ensure_ascii=False) + "\n", output)


def emit(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    if Path(output).exists():
        raise ProblemsError([Problem("exists", "there is a file of this name already", output, help="choose another name")], {})
    write(Path(output), text.encode("utf-8"))
    click.echo(f"{output}: written", err=True)


@main.command()
@click.option("-o", "--output", default="proof.svg", show_default=True, metavar="FILE", help="Where to write the picture.")
def demo(output: str) -> None:
    """Decide a shipped example case, print its checklist and draw its proof. Exits 0 when that worked."""
    from explain.faces import draw
    from explain.report import report_text

    example = EXAMPLES / "refusal.case.yaml"
    proof = prove_case(str(example), "lemtrada", {})
    click.echo(report_text(proof))
    write(Path(output), draw(proof, Path(output).suffix.lower()))
    click.echo(f"\nThe proof is drawn in {output}.")
    click.echo(f"The case is {example}")


if __name__ == "__main__":
    main(prog_name="policykb")
