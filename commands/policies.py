"""The commands about a policy: check it, trace it, describe its case files."""

from __future__ import annotations

import sys

import click

from commands.common import (
    BAD_INPUT,
    dump,
    edition_option,
    emit,
    json_option,
    json_text,
    one_edition,
    output_option,
    policy_option,
)
from kb.problems import printable, render_all


@click.command()
@click.argument("file", default="lemtrada")
@json_option
def lint(file: str, as_json: bool) -> None:
    """Check a policy FILE and print every error and warning, with its place and a way out.

    Of a folder, or of a shipped policy with several editions, every file is checked, and whether the
    editions can stand side by side.

    Exit code: 0 without an error, 2 with one.
    """
    from kb.editions import lint_editions

    problems, texts = lint_editions(file)
    if as_json:
        dump([problem.as_json() for problem in problems])
    else:
        click.echo(render_all(problems, texts) if problems else f"{printable(file)}: no problems")
    sys.exit(BAD_INPUT if any(problem.severity == "error" for problem in problems) else 0)


@click.command()
@policy_option
@edition_option
@json_option
def trace(policy: str, edition: str | None, as_json: bool) -> None:
    """Print, section by section of the policy document, what encodes it."""
    from kb.trace import trace_json, trace_text

    loaded = one_edition(policy, edition)
    if as_json:
        dump(trace_json(loaded))
    else:
        click.echo(trace_text(loaded))


@click.command()
@policy_option
@edition_option
@output_option
def new(policy: str, edition: str | None, output: str | None) -> None:
    """Write an empty, commented case file made from the policy's vocabulary."""
    from kb.schema import template

    emit(template(one_edition(policy, edition).vocabulary), output)


@click.command()
@policy_option
@edition_option
@output_option
def schema(policy: str, edition: str | None, output: str | None) -> None:
    """Print the JSON Schema of a case file, so that editors complete and check it."""
    from kb.schema import json_schema

    emit(json_text(json_schema(one_edition(policy, edition).vocabulary)) + "\n", output)
