"""Who may come in: addresses that are ours, signed-in visits, and how often a password may be tried.

The desk is driven by keys over a websocket, which no browser keeps foreign pages from opening; so each
request must name one of our own addresses (against DNS rebinding) and, where it does something, come from one.
"""

from __future__ import annotations

import ipaddress
import secrets
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

VISIT_SECONDS = 12 * 3600
"""A shift and a half; then the password is asked again."""
TRIES, TRIES_SECONDS = 8, 60.0


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Addresses(msgspec.Struct, frozen=True):
    """Where this desk is found: on its own port, or behind a proxy under an https address."""

    port: int
    public: str = ""
    """`https://meja.kota.example`, without a path; '' where there is no proxy."""

    def knows_host(self, host: str) -> bool:
        """Whether a `Host` header names us; a foreign name that leads here is refused."""
        if self.public and host.casefold() == urlsplit(self.public).netloc.casefold():
            return True
        name, colon, port = host.rpartition(":")
        if not colon or host.endswith("]"):
            name, port = host, "80"  # which browsers leave out
        return is_loopback(name) and port == str(self.port)

    def origin(self, host: str) -> str:
        """The address that the browser shows, for a `Host` that is known."""
        return self.public or f"http://{host}"

    def is_ours(self, origin: str | None, host: str) -> bool:
        """Whether an `Origin` header names our own page; none at all is not ours."""
        return origin is not None and origin.casefold() == self.origin(host).casefold()


class Visit(msgspec.Struct, frozen=True):
    """Somebody signed in with a browser."""

    token: str
    form: str
    """What every form of theirs must carry."""
    person: str
    """Id of the actor."""
    until: float


class Visits:
    """Signed-in visits, in memory only: a server that stops forgets them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._visits: dict[str, Visit] = {}

    def begin(self, person: str) -> Visit:
        """Let somebody in; whoever else had been let in at this desk must sign in again."""
        self._visits = {key: each for key, each in self._visits.items() if each.person == person}
        visit = Visit(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), person, self._clock() + VISIT_SECONDS
        )
        self._visits[visit.token] = visit
        return visit

    def find(self, token: str | None, signed_in: str | None) -> Visit | None:
        """The visit of a cookie, if it lasts and its person is still the one who is signed in at the desk."""
        visit = self._visits.get(token or "")
        if visit is None or visit.until <= self._clock() or visit.person != signed_in:
            return None
        return visit

    def end(self, token: str) -> None:
        """Signed out."""
        self._visits.pop(token, None)


class Tries:
    """Counts attempts to sign in: by address and by name, so that neither way lets a password be guessed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def wait_seconds(self, *keys: str) -> int:
        """How long to wait before the next try, 0 for none."""
        now = self._clock()
        for key in list(self._times):
            times = self._times[key]
            while times and times[0] <= now - TRIES_SECONDS:
                times.popleft()
            if not times:
                del self._times[key]
        full = [self._times[key][0] for key in keys if len(self._times.get(key, ())) >= TRIES]
        return int(max(full) + TRIES_SECONDS - now) + 1 if full else 0

    def failed(self, *keys: str) -> None:
        """One wrong try."""
        for key in keys:
            self._times.setdefault(key, deque()).append(self._clock())
