"""The faces of a packet: a letter as PDF, by Typst, and the same as one self-contained HTML file, by Jinja.

Texts reach either template as data alone: Typst gets them as JSON that no markup is read in, and Jinja
escapes each. An organisation can bring a template of its own; it gets the same data.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Literal

from kb.problems import Problem, ProblemsError, printable
from kb.source import read_text

TEMPLATES = Path(__file__).parent / "templates"
FORMATS = (".pdf", ".html")
LANGUAGES: Mapping[str, str] = {".pdf": ".typ", ".html": ".html"}
"""The ending of the template for each ending of a packet."""
STANDARD: Literal["ua-1"] = "ua-1"
# It comes with Typst, and is narrower than the letters for which Graphviz made room.
FONT = "Libertinus Serif"
PROXIES = ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY")
# No connection can be made to port 0: the system refuses it before anything is sent.
NOWHERE = "http://127.0.0.1:0"
PACKAGE = re.compile(r"failed to download package \(https?://[^/]*/(.*?)\.tar\.gz")
LONG_WORD = re.compile(r"\S{24}(?=\S{4})")
# What a line of a command has room for.
LINE = 58
LONG_LINE = re.compile(rf"\S{{{LINE}}}(?=\S{{4}})")
HASH = re.compile(r"[0-9a-f]{64}")


def drawn(packet: Mapping[str, Any], picture: bytes, ending: str, template: str | None = None) -> bytes:
    """A packet in the format of an ending, with its diagram, which is SVG.

    ``template`` is the path of another template. Raises ``ProblemsError`` where that cannot be used.
    """
    path = str(TEMPLATES / f"packet{LANGUAGES[ending]}") if template is None else template
    text = read_text(path)
    return (_pdf if ending == ".pdf" else _html)(packet, picture.decode("utf-8"), text, path)


def _pdf(packet: Mapping[str, Any], picture: str, text: str, path: str) -> bytes:
    """The packet as a tagged PDF; accessible by PDF/UA where the fonts have every letter of it."""
    import typst

    width, height = size_of(picture)
    drawing = re.sub(r'font-family="[^"]*"', f'font-family="{FONT}"', picture)
    told = breakable(packet)
    told["run_again"]["lines"] = command_lines(packet["run_again"]["command"])
    inputs = {"packet": json.dumps(told), "proof": drawing, "width": str(width), "height": str(height)}
    day = packet["notice"]["date"][0]
    # The time of the notice, not of the run: the same packet is the same file.
    source = text.encode("utf-8")
    # The types of the wheel ask for bytes here as well, and its code for a path.
    root: Any = str(Path(path).resolve().parent)
    try:
        with offline():
            try:
                return typst.compile(
                    source, root=root, sys_inputs=inputs, timestamp=moment(day), pdf_standards=[STANDARD]
                )
            except typst.TypstError as error:
                if "PDF/UA" not in str(error):
                    raise
                # A letter that no font of this machine has is shown as a box, and the rest can be read.
                return typst.compile(source, root=root, sys_inputs=inputs, timestamp=moment(day))
    except typst.TypstError as error:
        if found := PACKAGE.search(str(error)):
            raise package_problem(found[1], path) from None
        raise template_problem(str(error), path) from None


@contextmanager
def offline() -> Iterator[None]:
    """Keep Typst from fetching a package, which it would do for any import of one that is not on the machine.

    It has no setting for that, and an import can be computed, so no look at the template would find
    all of them. But it goes through a proxy where the environment names one, and this one is none.
    """
    kept = {name: os.environ.pop(name) for name in PROXIES if name in os.environ}
    os.environ |= {"https_proxy": NOWHERE, "HTTPS_PROXY": NOWHERE}
    try:
        yield
    finally:
        for name in PROXIES:
            os.environ.pop(name, None)
        os.environ |= kept


def _html(packet: Mapping[str, Any], picture: str, text: str, path: str) -> bytes:
    """The packet as one HTML file that asks for nothing."""
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    from explain.html import dates

    style = (TEMPLATES / "packet.css").read_text("utf-8").strip()
    shown = {
        "packet": packet,
        "proof": inline(picture),
        "style": style,
        "style_hash": f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'",
    }
    loader = jinja2.FileSystemLoader(Path(path).resolve().parent)
    environment = SandboxedEnvironment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["dates"] = dates
    try:
        return environment.from_string(text).render(**shown).encode("utf-8")
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise template_problem(str(error), path) from None


def breakable(value: Any) -> Any:
    """Plain data whose very long words can be broken: they hold a zero-width space now and then."""
    match value:
        case str():
            return LONG_WORD.sub("\\g<0>\N{ZERO WIDTH SPACE}", value) if not HASH.fullmatch(value) else value
        case list():
            return [breakable(each) for each in value]
        case dict():
            return {key: breakable(each) for key, each in value.items()}
    return value


def command_lines(command: str) -> list[str]:
    """A command over several lines that a shell reads as one, each option on a line with its value.

    Copied from paper or from a PDF they are the command still, unless a single word is wider than a line.
    """
    lines: list[str] = []
    for word in map(shlex.quote, shlex.split(command)):
        if not lines or word.startswith("-") or len(lines[-1]) + len(word) >= LINE:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    lines = [LONG_LINE.sub("\\g<0>\N{ZERO WIDTH SPACE}", line) for line in lines]
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def template_problem(said: str, path: str) -> ProblemsError:
    """That a template cannot be used, and what its language says of it."""
    first = " ".join(said.split()) or "it cannot be run"
    help = "the templates that are shipped show the data there are: explain/templates/packet.typ and packet.html"
    return ProblemsError([Problem("template", f"the template cannot be used: {first}", path, help=help)], {})


def package_problem(package: str, path: str) -> ProblemsError:
    """That a template imports a package that Typst would have to fetch."""
    message = f"the template imports the package `{printable(package)}`, and nothing is fetched from the network"
    help = "copy what it needs into a file beside the template, and import that file by its name"
    return ProblemsError([Problem("template", message, path, help=help)], {})


def inline(picture: str) -> str:
    """An SVG without the lines before its root, as it stands inside a page; its width gives way to the page's."""
    return picture[picture.index("<svg") :]


def size_of(picture: str) -> tuple[float, float]:
    """Width and height of an SVG in points."""
    found = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', picture)
    return (float(found[1]), float(found[2])) if found else (700.0, 400.0)


def moment(day: str) -> int:
    """The start of a day, in seconds since 1970; nothing of a year alone."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * 86_400
