"""What the engine says about itself to whoever shows it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec

from qlue_desk.domain.moves import N_

FAREWELL_SECONDS = 0.17
"""How long a closing desk lets its outbox leave; with the joins of `Engine.stop` it stays below 0.3 s."""
SWITCHED_OFF = N_("Luring: saklar dimatikan.")


class Phase(StrEnum):
    """How the desk stands with central."""

    CONNECTING = "connecting"
    SYNCING = "syncing"
    """A snapshot or many pages are on their way; `progress` says how far."""
    CONNECTED = "connected"
    OFFLINE = "offline"
    REFUSED = "refused"
    """Central answers, but not us: token, dinas, version, or it is another server."""
    HINDERED = "hindered"
    """The desk's own storage does not allow it: only read, no permission, in use."""
    STOPPED = "stopped"


class SyncState(msgspec.Struct, frozen=True):
    """One state; equal states are not told twice."""

    phase: Phase = Phase.CONNECTING
    last_contact: dt.datetime | None = None
    waiting: int = 0
    """Own actions that central has not confirmed: in the outbox, or accepted and not in the feed yet."""
    refused: int = 0
    detail: str = ""
    """One sentence for a person, '' when all is well."""
    stuck: str = ""
    """One sentence when work stands still although central answers; '' when it moves."""
    progress: tuple[int, int] | None = None
    """Rows that are here, rows there are."""


class RoundResult(msgspec.Struct, frozen=True):
    """What `Engine.once` did."""

    pulled: int = 0
    """Events and snapshot rows."""
    applied: int = 0
    refused: int = 0
    waiting: int = 0
    """Actions that are still in the outbox afterwards."""
    resynced: bool = False
    elsewhere: bool = False
    """Another process of this data folder is syncing; it takes the outbox along."""
