"""The pages of the documentation taken apart: their fenced blocks, their links, their console examples."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from cli import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
WIDTH = "100"


@dataclass(frozen=True)
class Block:
    """A fenced block: the language, the other words of its first line, its text, and the line it starts on."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int

    @property
    def file(self) -> str:
        """The name of the file that the block is to be saved as, if it has one."""
        return next((word for word in self.words if "." in word), "")

    @property
    def wrong(self) -> bool:
        """Whether the block shows something that is wrong on purpose."""
        return "wrong" in self.words


def pages() -> list[Path]:
    """Every page of the documentation, the README at the root among them when there is one."""
    readme = ROOT / "README.md"
    return [*([readme] if readme.is_file() else []), *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, from top to bottom."""
    lines = page.read_text("utf-8").splitlines()
    start, info = 0, ""
    for number, line in enumerate(lines, 1):
        if start and line == "```":
            language, *words = info.split() or [""]
            yield Block(language, tuple(words), "\n".join(lines[start : number - 1]) + "\n", start + 1)
            start = 0
        elif not start and line.startswith("```"):
            start, info = number, line[3:]
    assert not start, f"{name_of(page)}:{start}: the block is never closed"


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    """The links of a page to other pages and files of the project."""
    return [link for link in LINK.findall(prose(page)) if not re.match(r"[a-z]+:", link)]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", prose(page), flags=re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = 1
        while f"{slug}-{number}" in found:
            number += 1
        found.add(f"{slug}-{number}" if slug in found else slug)
    return found


@dataclass(frozen=True)
class Step:
    """One command of a console example: its line, what is typed into it, and its expected output."""

    command: str
    typed: tuple[str, ...]
    expected: tuple[str, ...]


def steps(block: Block) -> list[Step]:
    """The commands of a console example, each with the lines up to the next."""
    found: list[list[str]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append([line[2:]])
        else:
            assert found, f"line {block.line}: a console example starts with `$ `"
            found[-1].append(line)
    result = []
    for command, *rest in found:
        typed = tuple(line[3:] for line in rest if line.startswith("?- "))
        while rest and not rest[-1]:
            rest.pop()
        result.append(Step(command, typed, tuple(rest)))
    return result


class Console:
    """A folder with the shipped examples and policies, in which the commands of one page are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = 0
        for name in ("examples", "policies"):
            shutil.copytree(ROOT / "kb" / name, folder / "kb" / name, dirs_exist_ok=True)

    def run(self, step: Step) -> list[str]:
        """The lines that a command prints; it runs in this process, in the current folder."""
        program, *arguments = shlex.split(step.command)
        if step.command == "echo $?":
            return [str(self.status)]
        if program == "cp":
            source, target = arguments
            shutil.copy(self.folder / source, self.folder / target)
            return []
        if program == "sed":
            script, source, _, target = arguments
            _, old, new, _ = script.split("/")
            lines = (self.folder / source).read_text("utf-8").splitlines()
            (self.folder / target).write_text("".join(line.replace(old, new, 1) + "\n" for line in lines), "utf-8")
            return []
        assert program == "policykb", f"a console example runs policykb, cp, sed or `echo $?`, not {program}"
        typed = "".join(f"{line}\n" for line in step.typed)
        runner = CliRunner(echo_stdin=True, env={"COLUMNS": WIDTH, "NO_COLOR": "1"})
        ran = runner.invoke(main, arguments, input=typed or None, prog_name="policykb")
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        self.status = ran.exit_code
        lines = [line.rstrip() for line in ran.output.splitlines()]
        while lines and lines[-1] in ("", "?-"):
            lines.pop()
        return lines

    def edit(self, block: Block) -> None:
        """Change a file as a `diff` block says: what starts with `-` becomes what starts with `+`."""
        lines = block.text.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line[:1] in ("-", " "))
        new = "".join(f"{line[1:]}\n" for line in lines if line[:1] in ("+", " "))
        path = self.folder / block.file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{block.file} holds {text.count(old)} times:\n{old}"
        path.write_text(text.replace(old, new), "utf-8")

    def save(self, block: Block) -> None:
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")


def agrees(expected: tuple[str, ...], found: list[str]) -> bool:
    """Whether an output is the one expected, where `...` on a line of its own stands for any lines."""
    pattern = "".join("(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in found)) is not None
