"""From a key to what it paints: on a still desk, while a sync is applied, over a thin line."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import msgspec

from qlue_desk.protocol import decode_cursor
from qlue_desk.store import meta, position
from qlue_desk.store.database import Store
from qlue_desk.sync import signing_in
from tests.bench import city, home
from tests.bench.desk import BACK, DOWN, PAGE, REST, ROW, UP, desk, ready
from tests.bench.table import Line, Sample
from tests.slow_line import BYTES_PER_SECOND, DELAY_SECONDS
from tests.terminal import Terminal

FEW = 100
"""A queue so short that nothing about its length can cost anything; in an empty one a key paints nothing."""
KEYS = {"down": (DOWN, UP, 16.0), "half page": (PAGE, BACK, 33.0)}
"""The key, the one that leads back, and milliseconds that a person would not see."""
_PRESSES = 60
_CHANGES_A_SECOND = 100


def keys(count: int) -> Iterator[Line]:
    """One line down and half a page down, against the same keys where all rows fit the screen."""
    for name, (_key, _back, limit) in KEYS.items():
        what = f"key to paint, {name}, {count:,}"
        yield Line(
            what, pressed(count)[name], f"the same key, {FEW} reports", pressed(FEW)[name], 2.0, p=0.95
        )
        yield Line(what, pressed(count)[name], "a frame of the screen", None, limit, p=0.95)


def keys_while_syncing(count: int) -> Iterator[Line]:
    """The same, while central's changes are pulled and applied all the time."""
    ours, events = _while_syncing(count)
    floor = _still(FEW)
    for name, (_key, _back, limit) in KEYS.items():
        what = f"key to paint, {name}, {count:,}, {events:.0f} events/s coming in"
        yield Line(what, ours[name], f"the same key, {FEW} reports, none", floor[name], 2.0, p=0.95)
        yield Line(what, ours[name], "a frame of the screen", None, limit, p=0.95)


@cache
def pressed(count: int) -> dict[str, Sample]:
    """Until the first frame after the key is whole; `… bytes` is all that was written for it."""
    with ready(count) as terminal:
        found = {}
        for name, (key, back, _limit) in KEYS.items():
            taken, written = [], []
            # Down and up in turn, so that there is always somewhere to go; only down is counted.
            for _ in range(_PRESSES):
                before = len(terminal.raw)
                taken.append(1000 * terminal.press(key)[0])
                terminal.quiet(REST)
                written.append(float(len(terminal.raw) - before))
                terminal.press(back)
                terminal.quiet(REST)
            found[name] = Sample(tuple(taken))
            found[f"{name} bytes"] = Sample(tuple(written), "B")
        return found


def _moved(terminal: Terminal) -> dict[str, Sample]:
    """Until another report is lit: where more is painted than a key asks for, a frame proves nothing."""
    found = {}
    for name, (key, back, _limit) in KEYS.items():
        taken = []
        for turn in range(2 * _PRESSES):
            seconds = terminal.move(back if turn % 2 else key)
            taken.append(1000 * seconds)
            terminal.quiet(0.1, 0.1)
        found[name] = Sample(tuple(taken[::2]))
    return found


def _still(count: int) -> dict[str, Sample]:
    with ready(count) as terminal:
        return _moved(terminal)


def _while_syncing(count: int) -> tuple[dict[str, Sample], float]:
    """And the events that came in each second."""
    with tempfile.TemporaryDirectory() as folder, city.running(Path(folder) / "city", 0) as place:
        copy = home.copied_home(count, Path(folder) / "home")
        with closing(Store.open(copy)) as store:
            signing_in.adopt_token(place.url, place.token, store)
            store.writing(_go_on_from, place)
        with desk(copy) as terminal:
            terminal.see(ROW)
            terminal.quiet(1.0)
            place.say(f"change {_CHANGES_A_SECOND}")
            terminal.quiet(2.0, 2.0)
            before, began = _seen_events(copy), time.perf_counter()
            taken = _moved(terminal)
            events = (_seen_events(copy) - before) / (time.perf_counter() - began)
            place.say("rest")
    return taken, events


def _go_on_from(place: city.City) -> None:
    """As if all that central knows had been here before."""
    meta.put(meta.ACTOR, msgspec.json.encode(place.actor))
    meta.put(position.CURSOR, place.cursor)


def _seen_events(home_: Path) -> int:
    with closing(Store.open(home_)) as store:
        cursor = store.reading(position.cursor)
    assert cursor is not None
    return decode_cursor(cursor).seq


# --- a thin line -----------------------------------------------------------------------------------------


def thin_line(count: int) -> Iterator[Line]:
    """300 ms and 64 kbit/s between desk and eye: what the desk adds to what the line takes by itself."""
    with _far_away(count) as terminal:
        yield from _each_key(terminal, "down", count, (DOWN, UP) * 10)
        yield _held(terminal, count)
        yield from _each_key(terminal, "down at the bottom, where the list scrolls", count, (DOWN,) * 10)
        yield from _each_key(terminal, "half page", count, (PAGE, BACK) * 5)


def _each_key(terminal: Terminal, name: str, count: int, typed: Sequence[bytes]) -> Iterator[Line]:
    taken, alone, written = [], [], []
    for key in typed:
        before = len(terminal.raw)
        taken.append(1000 * terminal.move(key))
        alone.append(1000 * _line_alone(len(terminal.raw) - before))
        terminal.quiet(1.5)
        written.append(float(len(terminal.raw) - before))
    what = f"thin line, {name}, {count:,}"
    yield Line(what, Sample(tuple(taken)), "the line alone, those bytes", Sample(tuple(alone)), 1.25)
    yield Line(f"{what}: written in all", Sample(tuple(written), "B"), "", None)


@contextmanager
def _far_away(count: int) -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as folder:
        copy = home.copied_home(count, Path(folder) / "home")
        with desk(copy, slow=True) as terminal:
            terminal.see(ROW)
            terminal.quiet(2.0)
            yield terminal


def _held(terminal: Terminal, count: int, keys: int = 60, a_second: float = 15.0) -> Line:
    """A finger stays on a key until the list scrolls: from its last key until the screen is still.

    The line alone needs its delay and the bytes of the last frames; more is paint that nobody waited for.
    """
    for _ in range(keys):
        terminal.type(DOWN)
        terminal.quiet(1 / a_second, 1 / a_second)
    before, released = len(terminal.raw), time.perf_counter()
    still = released
    while terminal.read(1.5):
        still = time.perf_counter()
    ours = Sample((1000 * (still - released),))
    alone = Sample((1000 * _line_alone(_SCREENFUL),))
    found = f"thin line, a key held and let go, {count:,}: {len(terminal.raw) - before:,} B late"
    return Line(found, ours, f"the line alone, {_SCREENFUL:,} B", alone, 1.25)


_SCREENFUL = 10_000
"""Bytes of the list and the detail pane painted whole: what may be on its way when a key is let go."""


def _line_alone(count: int) -> float:
    return 2 * DELAY_SECONDS + count / BYTES_PER_SECOND
