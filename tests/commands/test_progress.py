"""Progress is shown on a terminal, and only where somebody would wait."""

from __future__ import annotations

import sys

import pytest

from commands import progress


def test_a_long_run_shows_its_progress_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is shown elsewhere, nor of what takes no longer than anybody waits in silence."""

    def shown(at_once: bool = False) -> str:
        assert list(progress.patiently("abc", 3, "deciding", at_once)) == ["a", "b", "c"]
        return capsys.readouterr().err

    assert shown() == shown(at_once=True) == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert shown() == ""
    for bar in (shown(at_once=True), monkeypatch.setattr(progress, "PATIENCE", -1.0) or shown()):
        assert "deciding" in bar
        assert "0%" in bar
        assert "33%" in bar
        assert "100%" in bar


def test_what_is_at_work_stands_beside_the_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As soon as its part begins, and not when it ends."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.progress("analysing", at_once=True) as told:
        told(0, 2, "the first part")
        assert "the first part" in capsys.readouterr().err
