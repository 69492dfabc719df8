"""The command line: which commands there are, and how bad input ends.

Exit codes: 0 proved, 1 refuted, 3 undetermined, 2 for bad usage or bad input.
Nothing but this module and ``commands`` touches files, the terminal or exit codes. A command's own
module is imported when it is asked for, and heavy libraries by the command that needs them.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from kb.problems import ProblemsError, did_you_mean, printable

BAD_INPUT = 2
# What a shell gives for a command that is ended by the signal of a closed pipe.
UNHEARD = 141
# Each command with the module that holds it, in the order of a reader's first day.
COMMANDS = {
    "demo": "cases",
    "check": "cases",
    "query": "cases",
    "explain": "cases",
    "repair": "repair",
    "packet": "packet",
    "replay": "records",
    "shell": "shell",
    "new": "policies",
    "schema": "policies",
    "lint": "policies",
    "diff": "diff",
    "analyze": "analyze",
    "test": "suites",
    "coverage": "coverage",
    "mutate": "mutate",
    "suite": "mutate",
    "cohort": "cohort",
    "sql": "sql",
    "trace": "policies",
}


class Commands(click.Group):
    """The group of commands; bad input anywhere ends with its problems and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"commands.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and (hint := did_you_mean(args[0], COMMANDS)):
            raise click.UsageError(f"no such command `{printable(args[0])}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ProblemsError as error:
            click.echo(str(error), err=True)
            ctx.exit(BAD_INPUT)
        except OSError as error:
            # What is still unsaid goes nowhere, or the interpreter would say it again as it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                # The reader of a pipe has seen enough. The verdict was not told, so the code must be none of a verdict.
                ctx.exit(UNHEARD)
            reason = (error.strerror or str(error)).lower()
            click.echo(f"error: the output cannot be written: {reason}", err=True)
            ctx.exit(BAD_INPUT)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="policykb", prog_name="policykb")
def main() -> None:
    """Decide whether a coverage policy is met, and show why or why not."""


if __name__ == "__main__":
    main(prog_name="policykb")
