"""What a desk remembers of a central that states the digest of each reply: from then on one without is damaged.

Damage that takes the header away and changes the body would pass unseen, so the memory outlives the program.
It ends where another central may answer: with a new enrolment, at another address, and when central itself no
longer says in its session that it states digests, because an older version was put back.
"""

from __future__ import annotations

import contextlib
from typing import Protocol

import msgspec

from qlue_desk.store import meta
from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError


class Digests(Protocol):
    """Whether the replies of one central must state their digest."""

    def expected(self) -> bool:
        """A reply without one is damaged."""

    def seen(self) -> None:
        """A reply stated its digest, and it was right."""

    def forget(self) -> None:
        """Central does not state them any more."""


class Unkept:
    """For a conversation that belongs to no enrolled desk."""

    def __init__(self) -> None:
        self._seen = False

    def expected(self) -> bool:
        """Whether this conversation has seen one."""
        return self._seen

    def seen(self) -> None:
        """One was seen."""
        self._seen = True

    def forget(self) -> None:
        """None was."""
        self._seen = False


class Kept:
    """In the desk's store, for one address; a comfort, so a full disk or a closed store stops nothing."""

    def __init__(self, store: Store, url: str) -> None:
        self._store = store
        self._url = url.encode()
        self._seen = False

    def expected(self) -> bool:
        """Whether this desk has ever seen one; asked only when a reply comes without."""
        with contextlib.suppress(StoreError):
            return self._store.reading(meta.get, meta.DIGESTS) == self._url
        return self._seen

    def seen(self) -> None:
        """Kept with the first of a conversation."""
        if self._seen:
            return
        self._seen = True
        with contextlib.suppress(StoreError):
            if self._store.reading(meta.get, meta.DIGESTS) != self._url:
                self._store.writing(meta.put, meta.DIGESTS, self._url)

    def forget(self) -> None:
        """Of all conversations of this desk."""
        self._seen = False
        with contextlib.suppress(StoreError):
            self._store.writing(meta.put, meta.DIGESTS, None)


class _Said(msgspec.Struct, frozen=True):
    """What a session says of central."""

    server_id: str
    digests: bool = False


def given_up(session: bytes, server_id: str) -> bool:
    """Whether this is a session, and its central does not claim to state digests.

    The claim lies inside the reply: one damage may take the header away, the claim needs a second.
    """
    try:
        said = msgspec.json.decode(session, type=_Said)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return False
    return said.server_id == server_id and not said.digests
