"""The system's Chromium, without a window: pages opened in it, with everything that they say and ask for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def started() -> Iterator[Browser]:
    """A browser with a profile of its own, which goes when it is closed."""
    program = shutil.which("chromium")
    assert program, "these tests need chromium; `make test` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class Opened:
    """A page in the browser, with the lines of its console, its errors and its requests, and why requests failed."""

    def __init__(self, browser: Browser, path: Path, **context: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.blocked: dict[str, str | None] = {}
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(5000)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", lambda request: self.blocked.update({request.url: request.failure}))
        self.address = path.as_uri()
        self.page.goto(self.address)

    @property
    def quiet(self) -> bool:
        """Whether the page has said nothing to the console and asked for nothing but itself."""
        return (self.said, self.asked) == ([], [self.address])

    def violations(self) -> list[str]:
        """What axe finds wrong, with the elements that it finds it at."""
        self.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        found = self.page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
        return [f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}" for each in json.loads(found)]

    def seen(self, selector: str) -> list[str]:
        """The texts of the visible elements of a selector."""
        script = "(all) => all.filter((each) => each.checkVisibility()).map((each) => each.innerText)"
        found: list[str] = self.page.locator(selector).evaluate_all(script)
        return found
