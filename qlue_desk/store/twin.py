"""The outbox's twin: every recorded action also stands in an append-only file beside the database.

Recorded work is the only thing on a desk that exists nowhere else, so a broken database must not be able
to take it. One line an event: CRC-32 in hex, a blank, and the JSON of a `Line`, sealed with the key of this
folder (`store.sealing`): what an officer wrote about a citizen lies nowhere in clear beside an encrypted database.
Lines of before are not sealed; they are read, and sealed when the file is written anew.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import zlib
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.protocol import Action
from qlue_desk.store import sealing
from qlue_desk.store.bound import connection
from qlue_desk.store.disk import flush_folder, write_all
from qlue_desk.store.errors import StoreError

FILE = "outbox.log"
log = logging.getLogger(__name__)


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """`action` was recorded, or the action named in `undone` was taken back before it left."""

    action: Action | None = None
    number: str = ""
    title: str = ""
    zone: str = ""
    """The city's time zone: without the database nothing else tells it."""
    undone: str = ""


class Twin(msgspec.Struct, frozen=True):
    """What the file says: `recorded` in order, without what was undone; `damaged` lines are whole no longer."""

    recorded: tuple[Line, ...]
    damaged: tuple[bytes, ...] = ()
    locked: tuple[bytes, ...] = ()
    """Whole lines that the key of this folder does not open; with the key of then they are read again."""


def path_here() -> Path:
    """The twin of the database that this thread writes to."""
    row = connection().execute("PRAGMA database_list").fetchone()
    return Path(row[2]).with_name(FILE)


def append(path: Path, lines: Iterable[Line]) -> None:
    """Write lines before the commit; the disk takes them while it takes the commit, and `proven` waits for it.

    A process that is killed leaves no row without its line. A power cut in between may: nobody was told yet that it
    is recorded, and `outbox.complete_twin` writes the line again.
    """
    given = tuple(lines)
    if given:
        seal = sealing.seal_of(path.parent)
        _append(path, b"".join(_written(line, seal) for line in given), {_about(line) for line in given})


def _append(path: Path, block: bytes, ids: set[str]) -> None:
    _wait()
    block = _owed.get(path, b"") + block
    new = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # A line torn by a power cut must not swallow the next one.
        if not new and not _ends_clean(path):
            block = b"\n" + block
        before = os.fstat(handle).st_size
        if _mine.growth is None or _mine.growth.path != path:
            _mine.growth = _Growth(path, before, before)
        _mine.growth.ids |= ids
        try:
            write_all(handle, block)
        except OSError:  # half a line must not stay
            os.ftruncate(handle, before)
            raise
        _mine.growth.after = before + len(block)
        _mine.growth.block += block
        _mine.flush = _disk.submit(_flush, handle, path.parent if new else None)
    except BaseException:
        os.close(handle)
        raise


class _Growth(msgspec.Struct):
    """What a transaction has appended: file, its size before and after, the bytes, and which actions they are about."""

    path: Path
    before: int
    after: int
    block: bytes = b""
    ids: set[str] = msgspec.field(default_factory=set)


class _Mine(threading.local):
    """What the transaction of this thread has appended, and what the disk is still taking of it."""

    growth: _Growth | None = None
    flush: Future[None] | None = None


_mine = _Mine()
_disk = ThreadPoolExecutor(1, "twin-flush")
_owed: dict[Path, bytes] = {}
"""What the disk said it could not take, although the commit beside it was taken."""
_doubtful: dict[Path, set[str]] = {}
"""Actions of which a failed transaction's lines may still stand there."""


def _flush(handle: int, folder: Path | None) -> None:
    """Make it durable and close it; `folder`: that of a new file, whose name must last, too."""
    try:
        os.fsync(handle)
        if folder is not None:
            flush_folder(folder)
    finally:
        os.close(handle)


def _wait() -> None:
    flush, _mine.flush = _mine.flush, None
    if flush is not None:
        flush.result()


def grows() -> bool:
    """Whether the running transaction has appended anything: a person waits for it."""
    return _mine.growth is not None


def proven() -> None:
    """The transaction is committed: wait until what it appended is durable, too.

    Where the disk fails at that, the database has the action, so it counts; the lines go with the next append.
    """
    grown, _mine.growth = _mine.growth, None
    if grown is None:
        return
    if grown.block:
        _doubtful.pop(grown.path, None)
    try:
        _wait()
        _owed.pop(grown.path, None)
    except OSError:
        log.exception("the twin was not flushed")
        _owed[grown.path] = grown.block


def take_back() -> None:
    """The transaction failed: what it appended goes, else it would be sent after the person was told no.

    Inside a write, the failed one or another: nobody else may append meanwhile. Where somebody has appended since,
    it is `doubtful`.
    """
    with contextlib.suppress(OSError):
        _wait()
    grown = _mine.growth
    if grown is None:
        return
    with contextlib.suppress(OSError):
        if grown.path.stat().st_size == grown.after:
            os.truncate(grown.path, grown.before)
            _mine.growth = None
    leave()


def leave() -> None:
    """The transaction failed; what of it was not taken back stays, and is `doubtful`."""
    with contextlib.suppress(OSError):
        _wait()
    grown, _mine.growth = _mine.growth, None
    if grown is not None:
        _doubtful.setdefault(grown.path, set()).update(grown.ids)


def doubtful(path: Path) -> list[str]:
    """Actions of which the file may say what failed: until a commit, each append says what the database says."""
    return sorted(_doubtful.get(path, ()))


def read(path: Path) -> Twin:
    """Read the file back; lines with a wrong CRC are kept apart, never guessed.

    :raises StoreError: when something else than a file lies there, or it may not be read.
    """
    content = _lines_of(path)
    seal = sealing.found(path.parent) if content else None
    recorded: dict[str, Line] = {}
    damaged, locked = [], []
    for raw in content:
        line = _read_line(raw, seal)
        if line is None:
            damaged.append(raw)
        elif isinstance(line, bytes):
            locked.append(line)
        elif line.undone:
            recorded.pop(line.undone, None)
        elif line.action is not None:
            recorded[line.action.id] = line
    return Twin(tuple(recorded.values()), tuple(damaged), tuple(locked))


def is_damaged(path: Path) -> bool:
    """Whether `read` would find damaged lines; opens none of them.

    :raises StoreError: as `read`.
    """
    return any(_whole(raw) is None for raw in _lines_of(path))


def write_anew(path: Path, lines: Iterable[Line], as_they_are: Iterable[bytes]) -> None:
    """Write the file anew with these lines alone; those `as_they_are` were read from it and could not be opened.

    Inside a write, so that no other process appends meanwhile, and one that changes no action: it may still fail.
    """
    content = b"".join(raw + b"\n" for raw in as_they_are)
    kept = tuple(lines)
    if kept:
        seal = sealing.seal_of(path.parent)
        content += b"".join(_written(line, seal) for line in kept)
    temporary = path.with_suffix(".new")  # always this one: what a crash leaves of it goes with the next
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        write_all(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(temporary, path)
    flush_folder(path.parent)
    _owed.pop(path, None)


def _about(line: Line) -> str:
    """The action's id."""
    return line.action.id if line.action is not None else line.undone


def _written(line: Line, seal: sealing.Seal) -> bytes:
    content = seal.close(msgspec.json.encode(line))
    return b"%08x %s\n" % (zlib.crc32(content), content)


def _read_line(raw: bytes, seal: sealing.Seal | None) -> Line | bytes | None:
    """The line; None where it is damaged, its bytes where the key that opens it is not here."""
    content = _whole(raw)
    if content is None:
        return None
    try:
        if sealing.is_sealed(content):
            opened = None if seal is None else seal.open(content)
            if opened is None:
                return raw
            content = opened
        return msgspec.json.decode(content, type=Line)
    except (ValueError, msgspec.MsgspecError):
        return None


def _lines_of(path: Path) -> list[bytes]:
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StoreError(
            N_("{path} tidak bisa dibaca: {why}."), path=str(path), why=reason_of(error)
        ) from error
    return [raw for raw in content.split(b"\n") if raw]


def _whole(raw: bytes) -> bytes | None:
    """The line without its CRC; None where that is another."""
    crc, _, content = raw.partition(b" ")
    try:
        return content if int(crc, 16) == zlib.crc32(content) else None
    except ValueError:
        return None


def _ends_clean(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
