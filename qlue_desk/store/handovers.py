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


class Handover(msgspec.Struct, frozen=True):
    """Who handed over when, the person's words, and the lists as they were then."""

    at: dt.datetime
    user: str
    name: str
    note: str
    text: str = ""


_decode = msgspec.json.Decoder(list[Handover]).decode


def latest() -> list[Handover]:
    """All that are kept, newest first."""
    stored = meta.get(KEY)
    return _decode(stored) if stored else []


def leave(handover: Handover) -> None:
    """Keep one more; inside `Store.write`."""
    plain = msgspec.structs.replace(handover, note=storable(handover.note), text=storable(handover.text))
    meta.put(KEY, msgspec.json.encode([plain, *latest()][:KEPT]))


def unseen(user: str, since: dt.datetime) -> list[Handover]:
    """What others left since then that the person has not read, newest first."""
    stored = meta.get(SEEN + user)
    seen = dt.datetime.fromisoformat(stored.decode()) if stored else since
    return [one for one in latest() if one.user != user and one.at > max(seen, since)]


def mark_seen(user: str, at: dt.datetime) -> None:
    """The person has read what was left up to then; inside `Store.write`."""
    meta.put(SEEN + user, at.isoformat())
