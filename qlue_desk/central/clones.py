"""From which places a desk asks: a data folder that was copied works twice, and somebody should know.

Both copies stay sound, for actions have random ids; but two machines speak in one name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central import meta
from qlue_desk.central.instants import to_ms

if TYPE_CHECKING:
    from qlue_desk.central.database import CentralDatabase
    from qlue_desk.central.hub import Hub

KEPT = 10
"""Stays of a desk that are remembered."""
LOOKED_AT_MS = 30 * 24 * 3600 * 1000
_PLACE = re.compile(r"[0-9a-f]{8,64}")
_PREFIX = "places:"


class Stay(msgspec.Struct):
    """A desk asked from this place between two times (ms), and from no other in between."""

    place: str
    first: int
    last: int


_stays = msgspec.json.Decoder(list[Stay])


def note(hub: Hub, desk_id: str, place: str) -> None:
    """A desk has just asked from this place; '' from a program that does not say."""
    if _PLACE.fullmatch(place) is None:
        return
    now = to_ms(hub.now())
    with hub.database.writing():
        stays = _read(hub.database, desk_id)
        if stays and stays[-1].place == place:
            stays[-1].last = now
        else:
            stays.append(Stay(place, now, now))
        meta.put(hub.database, _PREFIX + desk_id, msgspec.json.encode(stays[-KEPT:]).decode())


def is_cloned(database: CentralDatabase, desk_id: str, now_ms: int) -> bool:
    """Whether the desk came back to a place after another one in the last 30 days.

    A single change is a desk that moved to another machine; two machines in turn are two copies.
    """
    places = [stay.place for stay in _read(database, desk_id) if now_ms - stay.last < LOOKED_AT_MS]
    return len(places) > len(set(places))


def _read(database: CentralDatabase, desk_id: str) -> list[Stay]:
    stored = meta.get(database, _PREFIX + desk_id)
    return _stays.decode(stored) if stored else []
