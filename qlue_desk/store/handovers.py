"""Notes that one shift leaves for the next, kept at this desk."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.domain.text import storable
from qlue_desk.store import meta

KEY = "handovers"
SEEN = "handover_seen:"
"""With the user id: up to when the person has read them."""
KEPT = 30
"""Ten days of three shifts."""
REMEMBERED = dt.timedelta(hours=24)
"""How long a note of an earlier shift is told to the next."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the lists: words of ours, or a report by its id.

    What a citizen wrote is looked up when it is shown, so that it is gone with the report.
    """

    text: str = ""
    report: str = ""
    status: str = ""
    due: int = 0
    """Both as they were then."""


class Handover(msgspec.Struct, frozen=True):
    """Who handed over when, the person's words, and the lists as they were then."""

    at: dt.datetime
    user: str
    name: str
    note: str
    lines: tuple[Line, ...] = ()


_decode = msgspec.json.Decoder(list[Handover]).decode


def latest() -> list[Handover]:
    """All that are kept, newest first."""
    stored = meta.get(KEY)
    return _decode(stored) if stored else []


def leave(handover: Handover) -> None:
    """Keep one more; inside `Store.write`."""
    _put([msgspec.structs.replace(handover, note=storable(handover.note)), *latest()])


def tidy() -> None:
    """Keep of them what this program knows: an older one kept the titles of reports, too."""
    stored, known = meta.get(KEY), latest()
    if stored and stored != msgspec.json.encode(known):
        _put(known)


def _put(newest_first: list[Handover]) -> None:
    meta.put(KEY, msgspec.json.encode(newest_first[:KEPT]))


def unseen(user: str, since: dt.datetime) -> list[Handover]:
    """What others left since then that the person has not read, newest first."""
    stored = meta.get(SEEN + user)
    seen = dt.datetime.fromisoformat(stored.decode()) if stored else since
    return [one for one in latest() if one.user != user and one.at > max(seen, since)]


def mark_seen(user: str, at: dt.datetime) -> None:
    """The person has read what was left up to then; inside `Store.write`."""
    meta.put(SEEN + user, at.isoformat())
