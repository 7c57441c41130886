"""Lines that are drawn only where they are seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen

from qlue_desk.desk.widgets.text_lines import TextLines

NUMBERED = [Content(f"baris {n}") for n in range(100)]


class LinesApp(App[None]):
    def compose(self) -> ComposeResult:
        yield TextLines(id="lines")

    @property
    def lines(self) -> TextLines:
        return self.query_one(TextLines)

    def shown(self) -> list[str]:
        return [self.lines.render_line(y).text.rstrip() for y in range(self.lines.size.height)]


def _play(scene: Callable[[LinesApp, Pilot[None]], Awaitable[None]]) -> None:
    async def run() -> None:
        app = LinesApp()
        async with app.run_test(size=(40, 10)) as pilot:
            app.lines.show_lines(NUMBERED)
            await pilot.pause()
            await scene(app, pilot)

    asyncio.run(run())


def test_lines_scroll_and_end_where_the_text_ends() -> None:
    async def scene(app: LinesApp, pilot: Pilot[None]) -> None:
        assert app.shown() == [f"baris {n}" for n in range(10)]
        app.lines.scroll_end(animate=False, immediate=True)
        assert app.shown() == [f"baris {n}" for n in range(90, 100)]
        app.lines.show_lines(NUMBERED[:5])
        await pilot.pause()
        assert app.shown() == [*(f"baris {n}" for n in range(5)), *[""] * 5]

    _play(scene)


def test_a_change_lays_out_nothing_and_paints_the_changed_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(app: LinesApp, pilot: Pilot[None]) -> None:
        await pilot.pause(0.3)  # what the start still owes is laid out
        laid_out: list[bool] = []
        monkeypatch.setattr(Screen, "_refresh_layout", lambda *_args, **_kw: laid_out.append(True))
        painted: list[tuple[int, int]] = []
        refresh_lines = TextLines.refresh_lines
        monkeypatch.setattr(
            TextLines,
            "refresh_lines",
            lambda lines, start, count: (painted.append((start, count)), refresh_lines(lines, start, count)),
        )
        app.lines.show_lines(list(NUMBERED))
        assert painted == []
        app.lines.show_lines(
            [*NUMBERED[:3], Content("lain"), Content.styled("baris 4", "bold"), *NUMBERED[5:]]
        )
        await pilot.pause()
        assert (painted, laid_out) == ([(3, 1), (4, 1)], [])
        assert app.shown()[3] == "lain"

    _play(scene)


def test_text_is_selected_with_the_mouse(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(app: LinesApp, pilot: Pilot[None]) -> None:
        app.lines.scroll_to(y=20, animate=False, immediate=True)
        await pilot.pause()
        await pilot.mouse_down(app.lines, offset=(2, 1))
        await pilot.hover(app.lines, offset=(4, 2))
        await pilot.mouse_up(app.lines, offset=(4, 2))
        assert app.screen.get_selected_text() == "ris 21\nbaris"
        styles = [segment.style for segment in app.lines.render_line(1) if segment.text.startswith("ris")]
        plain = [segment.style for segment in app.lines.render_line(5) if segment.text.startswith("baris")]
        assert styles[0] is not None
        assert plain[0] is not None
        assert styles[0].bgcolor != plain[0].bgcolor

    _play(scene)
