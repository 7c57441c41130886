"""A store and a conversation with central, tied together for one thread, with the fence of a stop.

A reply that arrives after `cut` changes nothing, even if its thread is still on its way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from qlue_desk.protocol import Limits, Session
from qlue_desk.store.database import Store
from qlue_desk.sync.errors import Stopped
from qlue_desk.sync.transport import Transport

T = TypeVar("T")


class Replies(Protocol):
    """What answers requests: the network, or a recorded answer."""

    def send(
        self,
        method: str,
        path: str,
        reply_type: type[T],
        *,
        body: object = None,
        params: dict[str, str | int] | None = None,
        deadline: float = ...,
    ) -> T:
        """Send a message and read the reply; raises `SyncError`."""

    def close(self) -> None:
        """Break off what is under way."""


class Line:
    """What pulling works with: a store and whatever answers."""

    transport: Replies

    def __init__(self, store: Store, transport: Replies) -> None:
        self.store = store
        self.transport = transport
        self.session: Session | None = None
        self._cut = threading.Event()

    @property
    def limits(self) -> Limits:
        """Central's limits, the protocol's own before the first session."""
        return self.session.limits if self.session is not None else Limits()

    def read(self, call: Callable[..., T], *args: Any) -> T:
        """Read from the store and wait for it; never on the app's thread."""
        return self.store.read(call, *args).result()

    def write(self, call: Callable[..., T], *args: Any) -> T:
        """Write to the store in one transaction and wait for it.

        :raises Stopped: when the link was cut before the write began.
        """

        def fenced() -> T:
            if self._cut.is_set():
                raise Stopped("stopped")
            return call(*args)

        return self.store.write(fenced).result()

    def cut(self) -> None:
        """No more writes; whatever request is under way is broken off."""
        self._cut.set()
        self.transport.close()


class Link(Line):
    """A line over the network: what pushing and files need beside."""

    transport: Transport
