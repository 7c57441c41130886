"""The top line: where am I, what waits to be sent, is central there, who am I."""

from __future__ import annotations

import datetime as dt

import msgspec
from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from qlue_desk.desk import wording
from qlue_desk.desk.messages import LineState
from qlue_desk.desk.safe_text import safe
from qlue_desk.words import _

Part = tuple[str, str]


class Whereabouts(msgspec.Struct, frozen=True):
    """What stays the same while the desk is open."""

    city: str
    dinas: str
    person: str
    role: str
    zone: dt.tzinfo
    ascii_only: bool = False


def line_words(
    state: LineState | None, now: dt.datetime, zone: dt.tzinfo, *, ascii_only: bool = False
) -> Part:
    """The connection as glyph and words, with its colour."""
    full, empty = ("*", "o") if ascii_only else ("●", "○")
    words, style = _state_words(state, now, zone)
    if style == "$status-red":
        return f"! {words}", style
    there = state is not None and state.phase in ("connected", "syncing")
    return f"{full if there else empty} {words}", style


def _state_words(state: LineState | None, now: dt.datetime, zone: dt.tzinfo) -> Part:
    if state is None:
        return _("belum tersambung"), "$text-muted"
    since = state.last_contact
    match state.phase:
        case "connected" if since:
            return _("tersambung {time} lalu").format(time=wording.ago(since, now)), "$status-green"
        case "connected":
            return _("tersambung"), "$status-green"
        case "syncing" if state.progress and state.progress[1]:
            had, whole = state.progress
            return _("menyalin {percent}%").format(percent=had * 100 // whole), "$status-yellow"
        case "syncing":
            return _("sinkron…"), "$status-green"
        case "connecting":
            return _("menyambung…"), "$status-yellow"
        case "refused":
            return _("pusat menolak meja ini"), "$status-red"
        case "hindered":
            return _("penyimpanan meja terganggu"), "$status-red"
        case _ if since is None:
            return _("tanpa jaringan"), "$status-yellow"
        case _:
            same_day = since.astimezone(zone).date() == now.astimezone(zone).date()
            moment = wording.clock_time(since, zone) if same_day else wording.stamp(since, zone).strip()
            return _("tanpa jaringan sejak {time}").format(time=moment), "$status-yellow"


class HeaderLine(Widget):
    """One line; what matters least gives way first when it is narrow."""

    DEFAULT_CSS = """
    HeaderLine { dock: top; height: 1; background: $panel; padding: 0 1; }
    """

    def __init__(self, place: Whereabouts, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.place = place
        self.state: LineState | None = None
        self.waiting = 0
        self.now = dt.datetime.now(dt.UTC)
        self._drawn = Content()

    def show(self, state: LineState | None, waiting: int, now: dt.datetime) -> None:
        """Show the line's state and how many actions wait."""
        self.state, self.waiting, self.now = state, waiting, now
        line = self._words()
        if (line.plain, line.spans) != (self._drawn.plain, self._drawn.spans):
            self.refresh()

    def render(self) -> Content:
        """The line as it is painted now."""
        self._drawn = self._words()
        return self._drawn

    def _words(self) -> Content:
        """Left: city and dinas. Right: waiting, connection, person."""
        place = self.place
        mark = "^" if place.ascii_only else "▲"
        connection = line_words(self.state, self.now, place.zone, ascii_only=place.ascii_only)
        waiting, short = self._waiting(mark)
        person: Part = (f"{safe(place.person)} · {_(place.role)}", "$text-muted")
        left_long: list[Part] = [
            ("qlue desk", "bold $accent"),
            (f" · {safe(place.city)} · {safe(place.dinas)}", ""),
        ]
        left_short: list[Part] = [(f"{safe(place.city)} · {safe(place.dinas)}", "bold")]
        for left, right in (
            (left_long, [*waiting, connection, person]),
            (left_short, [*waiting, connection, person]),
            (left_short, [*short, connection, person]),
            (left_short, [*short, connection, self._by_first_name()]),
            (left_short, [*short, connection, (safe(place.person), "$text-muted")]),
            (left_short, [*short, connection]),
            (left_short[:0], [*short, connection]),
        ):
            line = self._line(left, right)
            if line is not None:
                return line
        return Content.styled(connection[0], connection[1])

    def _by_first_name(self) -> Part:
        """Somebody who sits at several desks must see as what; their own name they know."""
        first, *_others = safe(self.place.person).split() or [""]
        return f"{first} · {_(self.place.role)}", "$text-muted"

    def _waiting(self, mark: str) -> tuple[list[Part], list[Part]]:
        """What waits in the outbox, long and short; work that stands still looks like it."""
        if not self.waiting:
            return [], []
        if self.state is not None and self.state.stuck:
            words = _("{n} tertahan").format(n=self.waiting)
            return [(f"{mark} {words}", "bold $status-yellow")], [
                (f"{mark} {self.waiting}!", "bold $status-yellow")
            ]
        words = _("{n} menunggu kirim").format(n=self.waiting)
        return [(f"{mark} {words}", "bold $accent")], [(f"{mark} {self.waiting}", "bold $accent")]

    def _line(self, left: list[Part], right: list[Part]) -> Content | None:
        parts: list[Part] = []
        for place, part in enumerate(right):
            parts += [("   ", ""), part] if place else [part]
        used = sum(cell_len(text) for text, _style in [*left, *parts])
        gap = self.size.width - used
        if gap < (2 if left else 0):
            return None
        return Content.assemble(*left, (" " * gap, ""), *parts)
