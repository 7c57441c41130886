"""What the desk and its engine's process say to each other: one JSON object a line, over the child's stdin and stdout."""

from __future__ import annotations

import msgspec

from qlue_desk.protocol import Looker
from qlue_desk.sync.state import SyncState


class Begin(msgspec.Struct, frozen=True, tag=True):
    """The first line: what to sync and how. Nothing secret: token and key are read from the data folder."""

    home: str
    private_ca: str | None
    wait_seconds: int | None
    undo_seconds: float
    bulk_from: int
    retry_first_seconds: float
    retry_longest_seconds: float
    language: str = "id"
    offline: bool = False
    family: str = ""
    """`Store.family` of the desk: its commits are no news to the process, and the reverse."""


class Nudge(msgspec.Struct, frozen=True, tag=True):
    """There is something to send, or a person wants to see the newest now."""


class Committed(msgspec.Struct, frozen=True, tag=True):
    """The desk has written into the database: there may be something to send."""


class Look(msgspec.Struct, frozen=True, tag=True):
    """A person has this report open; '' for none."""

    complaint_id: str
    actor_id: str


class Switch(msgspec.Struct, frozen=True, tag=True):
    """The switch that keeps the desk off the network."""

    offline: bool


class Speak(msgspec.Struct, frozen=True, tag=True):
    """Sentences in this language from now on."""

    language: str


class Release(msgspec.Struct, frozen=True, tag=True):
    """Send now what waits only to be undone, and say when that is done."""


Said = Begin | Nudge | Committed | Look | Switch | Speak | Release
"""To the process; that nothing more comes means: stop."""


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that happened since the last line; fields with their defaults did not."""

    state: SyncState | None = None
    others: tuple[Looker, ...] | None = None
    """Who else has which report open."""
    changed: frozenset[str] = frozenset()
    """Complaints that a commit of this process changed."""
    everything: bool = False
    """Or any of them."""
    elsewhere: bool = False
    """Somebody has committed who is neither this process nor its desk: a second window, or a command."""
    released: bool = False
    """`Release` is done."""
