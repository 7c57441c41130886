"""The desk's token: where it lies, and how it is replaced from time to time without locking anybody out.

The file holds a token a line: the one in use first, behind it those before it, as the way back when central
was restored from a backup that does not know the newest.
"""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import logging
import os
import re
from pathlib import Path

from qlue_desk.protocol import RotateReply
from qlue_desk.store import meta, position
from qlue_desk.store.disk import alone, write_durably
from qlue_desk.store.errors import StoreError
from qlue_desk.sync.errors import NotSignedIn, Refused
from qlue_desk.sync.link import Link

TOKEN_FILE = "token"
TOKEN_VARIABLE = "QLUE_DESK_TOKEN"
ROTATE_AFTER = dt.timedelta(days=30)
ASK_AGAIN_AFTER = dt.timedelta(days=1)
"""After central did not give a new token, or it could not be kept."""
KEPT = 3
"""Tokens of the file: a backup that central may come back to is younger than two rotations."""
_LOCK = ".token.lock"
_TOKEN = re.compile(rb"[!-~]+")

log = logging.getLogger(__name__)


def read_tokens(folder: Path) -> tuple[str, ...]:
    """What this desk may sign its requests with, the one in use first; empty where it has none."""
    given = _of_environment().encode("utf-8", "surrogatepass")
    return _tokens_in(given) if given else readable_tokens(folder)


def readable_tokens(folder: Path) -> tuple[str, ...]:
    """Those of the file alone."""
    try:
        return _tokens_in((folder / TOKEN_FILE).read_bytes())
    except OSError:
        return ()


def _tokens_in(given: bytes) -> tuple[str, ...]:
    # What could not stand in a header is no token; sending it would look like a dead network. A damaged
    # line takes only itself away: the others are the way back.
    lines = (line.strip(b" \t\r\0") for line in given.removeprefix(codecs.BOM_UTF8).split(b"\n"))
    return tuple(dict.fromkeys(line.decode("ascii") for line in lines if _TOKEN.fullmatch(line)))


def _of_environment() -> str:
    """A token that was given to this process, and is not the desk's to change; '' when there is none."""
    return os.environ.get(TOKEN_VARIABLE, "").strip()


def read_token(folder: Path) -> str:
    """The desk's token, '' when there is none."""
    return next(iter(read_tokens(folder)), "")


def write_token(folder: Path, token: str) -> None:
    """Keep this token alone, for this user only: the desk was enrolled.

    :raises StoreError: when it cannot be written.
    """
    with _one_writer(folder):
        _write(folder, (token,))


def put_first(folder: Path, token: str) -> None:
    """Use this token from now on, and keep those before it; whole or not at all, also across a power cut.

    :raises StoreError: when it cannot be written.
    """
    with _one_writer(folder):
        known = read_tokens(folder)
        if known[:1] != (token,):
            _write(folder, (token, *(each for each in known if each != token))[:KEPT])


def _write(folder: Path, tokens: tuple[str, ...]) -> None:
    write_durably(folder / TOKEN_FILE, "".join(f"{token}\n" for token in tokens).encode("ascii"))


def _one_writer(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Two windows on one data folder must not lose each other's tokens."""
    return alone(folder / _LOCK)


class TokenFile:
    """The tokens of a data folder for a conversation with central (`transport.Tokens`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[str, ...]:
        """As they are now: another window may have replaced the one in use."""
        return read_tokens(self._folder)

    def worked(self, token: str) -> None:
        """Central took this one after it had refused another; a comfort, so a full disk is no reason to stop."""
        if not _of_environment():
            with contextlib.suppress(OSError, StoreError):
                put_first(self._folder, token)


def rotate_when_due(link: Link) -> None:
    """Ask for a new token every 30 days of central's clock; the old one ends with the first use of the new.

    A token that came by the environment is not the desk's to change. A lost reply is safe: the old token
    works until the new one is used, or for 7 days.

    :raises SyncError: when there is no network, or this desk's token is not valid any more.
    """
    if _of_environment() or not link.read(_due):
        return
    try:
        token = link.transport.send("POST", "/v1/token/rotate", RotateReply).token
        link.write(_keep, link.store.folder, token)
    except NotSignedIn:
        raise
    except (Refused, OSError, StoreError, ValueError) as error:
        log.warning("sync: no new token: %s", type(error).__name__)
        link.write(_next_in, ASK_AGAIN_AFTER)
    else:
        link.transport.token = token


# --- on the store's thread ---------------------------------------------------------------------------


def _due() -> bool:
    now, due = meta.get(position.SERVER_TIME), meta.get(meta.ROTATE_AT)
    return bool(now and due) and _moment(now) >= _moment(due)


def _keep(folder: Path, token: str) -> None:
    """The file first: a token that is used before it is durable would be lost with the machine's power."""
    if _TOKEN.fullmatch(token.encode("utf-8", "surrogatepass")) is None:
        raise ValueError("central's new token cannot stand in a header")
    put_first(folder, token)
    _next_in(ROTATE_AFTER)


def begin_count() -> None:
    """A desk whose token's age nobody knows begins to count now."""
    if meta.get(meta.ROTATE_AT) is None:
        _next_in(ROTATE_AFTER)


def _next_in(time: dt.timedelta) -> None:
    now = meta.get(position.SERVER_TIME)
    if now is not None:
        meta.put(meta.ROTATE_AT, (_moment(now) + time).isoformat())


def _moment(stored: bytes | None) -> dt.datetime:
    assert stored is not None
    return dt.datetime.fromisoformat(stored.decode())
