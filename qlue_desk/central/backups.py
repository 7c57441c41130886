"""Backing up a central while it serves, and putting a backup back.

A backup is checked when it is written and again before it takes the place of what is there; what was
there is kept. Putting one back always begins new epochs, so that every desk offers again what it had sent.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central import meta, numbers, restoring, seen
from qlue_desk.central.admin import Checked, check_database
from qlue_desk.central.database import open_database
from qlue_desk.central.errors import DatabaseProblem
from qlue_desk.central.hub import DATABASE_FILE, SERVER_ID, Hub
from qlue_desk.central.instants import utc_now
from qlue_desk.central.seen import higher
from qlue_desk.central.standing import BACKUPS_FOLDER, SET_ASIDE
from qlue_desk.domain.moves import N_
from qlue_desk.store.disk import flush_folder

if TYPE_CHECKING:
    from collections.abc import Callable

_BESIDE = ("-wal", "-shm")


class PutBack(msgspec.Struct, frozen=True):
    """What `restore` did."""

    complaints: int
    events: int
    kept: str
    """Where the database that was there lies now; '' when there was none."""


def backup(hub: Hub, target: Path, *, replace: bool = False) -> Checked:
    """Write a copy of the database to `target` while central serves, and check the copy.

    Written beside, flushed, checked, then renamed: a backup that exists is whole. Files of reports lie
    under `data/blobs` and are copied by any tool, for they never change.

    :param replace: an earlier backup of this central at `target` may be replaced; never anything else.
    :raises DatabaseProblem: when the copy is not sound, the database is not SQLite, or something lies
        at `target` that is to stay.
    """
    _refuse_taken(hub, target, replace=replace)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        partial.touch(0o600)  # all citizens' numbers are in it
        hub.database.copy_to(partial)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        found = _check_copy(partial)
        if found.faults:
            raise DatabaseProblem(N_("Cadangan tidak utuh: {fault}"), fault=found.faults[0])
        partial.replace(target)
    finally:
        _remove(partial)
    flush_folder(target.parent)
    return found


def _refuse_taken(hub: Hub, target: Path, *, replace: bool) -> None:
    if not os.path.lexists(target):
        return
    if target.is_symlink() or not target.is_file():
        raise DatabaseProblem(N_("{path} bukan berkas biasa; pilih nama lain."), path=str(target))
    own = hub.data / DATABASE_FILE
    if _backup_of(target) != hub.server_id or (own.exists() and target.samefile(own)):
        raise DatabaseProblem(
            N_("Di {path} sudah ada berkas yang bukan cadangan pusat ini; pilih nama lain."),
            path=str(target),
        )
    if not replace:
        raise DatabaseProblem(
            N_(
                "Di {path} sudah ada cadangan; pilih nama lain atau sebuah folder, atau ganti dengan --force."
            ),
            path=str(target),
        )


def _backup_of(file: Path) -> str:
    """Of which server a backup lies there, '' when it is none; nothing of the file changes."""
    from sqlcipher3 import dbapi2

    try:
        connection = dbapi2.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
    except dbapi2.Error:
        return ""
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'server_id'").fetchone()
    except dbapi2.Error:
        return ""
    finally:
        connection.close()
    return str(row[0]) if row else ""


def _check_copy(copy: Path) -> Checked:
    database = open_database(f"sqlite://{copy.absolute()}", create=False)
    try:
        found = check_database(database)
        with database.connected():
            database.run("PRAGMA journal_mode = DELETE")
        return found
    finally:
        database.close_all()


def restore(data: Path, source: Path, now: Callable[[], dt.datetime] = utc_now) -> PutBack:
    """Put a backup in the place of the SQLite database in `data`, with new epochs.

    The copy is made and checked beside; the database that was there goes to `backups`, whole or damaged
    as it was.

    :raises DatabaseProblem: when the backup is missing, damaged or another server's, or central serves.
    """
    if not source.exists():
        raise DatabaseProblem(N_("Cadangan {path} tidak ada."), path=str(source))
    if not source.is_file():
        raise DatabaseProblem(N_("Cadangan {path} bukan berkas biasa."), path=str(source))
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = data / f".restore.{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        copy, there = folder / DATABASE_FILE, data / DATABASE_FILE
        shutil.copyfile(source, copy)
        found = _checked_backup(copy, source)
        _refuse_another_server(copy, there)
        if there.is_file():
            _fold_in(there)  # whoever serves is told before anything is done and logged
        _with_new_epochs(folder, now, _numbers_given(data, _server_id(copy)))
        kept = _set_aside(there, now())
        copy.replace(there)
        (folder / seen.FILE).replace(data / seen.FILE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    flush_folder(data)
    return PutBack(found.complaints, found.events, str(kept) if kept else "")


def _checked_backup(copy: Path, source: Path) -> Checked:
    try:
        found = _check_copy(copy)
    except Exception as error:  # whatever the driver calls a file that is no database
        why = str(error).strip().partition("\n")[0]
        raise DatabaseProblem(
            N_("Cadangan {path} tidak dapat dibaca ({why})."), path=str(source), why=why
        ) from error
    if found.faults:
        raise DatabaseProblem(
            N_("Cadangan {path} tidak utuh: {fault}"), path=str(source), fault=found.faults[0]
        )
    return found


def _refuse_another_server(copy: Path, there: Path) -> None:
    given, here = _server_id(copy), _server_id(there)
    if here and given != here:
        raise DatabaseProblem(
            N_("Cadangan ini dari server {given}, di sini server {here}; pulihkan di folder kosong."),
            given=given,
            here=here,
        )


def _server_id(file: Path) -> str:
    """Of the database in a file; '' when there is none, or it can't be read any more."""
    if not file.is_file():
        return ""
    database = open_database(f"sqlite://{file.absolute()}", create=False)
    try:
        with database.connected():
            return meta.get(database, SERVER_ID)
    except Exception:  # damaged: that is what backups are for
        return ""
    finally:
        database.close_all()


def _numbers_given(data: Path, server_id: str) -> dict[str, int]:
    """What the folder tells of public numbers: its file of heads, and the database that is replaced."""
    known = seen.SeenHeads(data)
    known.server_id = server_id
    there = data / DATABASE_FILE
    if not there.is_file():
        return known.numbers()
    database = open_database(f"sqlite://{there.absolute()}", create=False)
    try:
        with database.connected():
            last = numbers.counted(database)
    except Exception:  # damaged: that is what backups are for
        return known.numbers()
    finally:
        database.close_all()
    given = known.numbers()
    # Where the file knows nothing, that database itself may have been put back before, by hand.
    return higher(given, {each: n if each in given else n + numbers.GAP for each, n in last.items()})


def _with_new_epochs(folder: Path, now: Callable[[], dt.datetime], given: dict[str, int]) -> None:
    hub = Hub.open(folder, now=now)
    try:
        restoring.announce(hub, given)
        with hub.database.connected():
            hub.database.run("PRAGMA journal_mode = DELETE")
    finally:
        hub.close()
    with (folder / DATABASE_FILE).open("rb+") as file:
        os.fsync(file.fileno())


def _set_aside(there: Path, moment: dt.datetime) -> Path | None:
    """Move the database that is there out of the way, with its WAL if that could not be folded in.

    Also a WAL whose database is gone: SQLite would work it into the one that comes.
    """
    stood = there.is_file()
    if stood:
        _fold_in(there)
    kept = there.parent / BACKUPS_FOLDER / f"{there.stem}{SET_ASIDE}{moment:%Y%m%dT%H%M%S%fZ}.db"
    kept.parent.mkdir(exist_ok=True, mode=0o700)
    for end in (*_BESIDE, ""):
        with suppress(FileNotFoundError):
            there.with_name(there.name + end).rename(kept.with_name(kept.name + end))
    return kept if stood else None


def _fold_in(there: Path) -> None:
    """Bring the WAL into the file; possible only while nobody else has it open.

    :raises DatabaseProblem: when somebody has.
    """
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(there), timeout=0, isolation_level=None)
    try:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        busy = mode is None or mode[0] != "delete"
    except dbapi2.OperationalError as error:
        busy = "locked" in str(error)
    except dbapi2.DatabaseError:
        busy = False  # damaged; it is kept as it is
    finally:
        connection.close()
    if busy:
        raise DatabaseProblem(
            N_("Basis data di {path} sedang dipakai; hentikan central serve dulu."), path=str(there.parent)
        )


def _remove(file: Path) -> None:
    for end in ("", *_BESIDE):
        file.with_name(file.name + end).unlink(missing_ok=True)


def backup_name(data: Path, now: dt.datetime | None = None) -> Path:
    """Where a backup goes when nobody says: beside the database, by time."""
    moment = (now or utc_now()).strftime("%Y%m%dT%H%M%SZ")
    return data / BACKUPS_FOLDER / f"{Path(DATABASE_FILE).stem}-{moment}.db"
