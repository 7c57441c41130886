"""While a slow machine loads the desk, one line says so, and nothing of it is left."""

from __future__ import annotations

import io

import pytest

from qlue_desk.desk import opening_line
from qlue_desk.desk.opening_line import OpeningLine
from tests.waiting import until


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_is_said_after_a_while_and_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr(opening_line, "SECONDS", 0.01)
    line = OpeningLine()
    line.begin("Membuka meja…")
    until(lambda: terminal.getvalue() == "Membuka meja…")
    line.end()
    assert terminal.getvalue() == "Membuka meja…\r             \r"


def test_a_desk_that_is_here_at_once_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    line = OpeningLine()
    line.begin("Membuka meja…")
    line.end()
    line._say("Membuka meja…")  # the timer was about to
    assert terminal.getvalue() == ""


def test_a_file_gets_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr("sys.stdout", file)
    line = OpeningLine()
    line.begin("Membuka meja…")
    line._say("Membuka meja…")
    assert file.getvalue() == ""
