"""Files that this desk holds, by the SHA-256 of their content, under `blobs/<2 hex>/<sha>`, sealed (`store.sealing`).

Photos show faces, number plates and houses: they lie in clear no more than the database does (UU 27/2022).

The sender's file name is display text only and never part of a path.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from pathlib import Path

from qlue_desk.store import sealing
from qlue_desk.store.bound import connection
from qlue_desk.store.disk import flush_folder, is_full, put_in_place, unwritable
from qlue_desk.store.errors import DiskFull, StoreError

FOLDER = "blobs"


def path_of(home: Path, sha256: str) -> Path:
    """Where a file lies in the data folder.

    :raises ValueError: unless `sha256` is 64 lower-case hex digits.
    """
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return home / FOLDER / sha256[:2] / sha256


def keep_file(home: Path, sha256: str, content: bytes) -> Path:
    """Seal the content into its place unless it is there; durable before it is recorded.

    :raises StoreError: without the key of this folder, or when it cannot be written there.
    """
    path = path_of(home, sha256)
    try:
        if path.exists() and path.stat().st_size == len(content) + sealing.FILE_OVERHEAD:
            return path
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flush_folder(path.parent.parent)
        put_in_place(path, sealing.file_seal_of(home).close_file(content))
    except OSError as error:
        raise (DiskFull(home) if is_full(error) else unwritable(path, error)) from error
    return path


def read_file(home: Path, sha256: str) -> bytes:
    """The content of a kept file; one that an older program left unsealed is read as it is.

    :raises OSError: when it is not there, or was sealed with another key.
    :raises ValueError: unless `sha256` is 64 lower-case hex digits.
    """
    path = path_of(home, sha256)
    content = path.read_bytes()
    if not sealing.is_sealed_file(content):
        return content
    try:
        opened = sealing.file_seal_of(home).open_file(content)
    except StoreError as error:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from error
    if opened is None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
    return opened


def record(sha256: str, name: str, media_type: str, size: int, *, done: bool = False) -> None:
    """Note a kept file in the table; `done` when central has it. Inside `Store.write`."""
    connection().execute(
        "INSERT INTO blob(sha256, name, media_type, size, sent, done) VALUES (?, ?, ?, ?, 0, ?)"
        " ON CONFLICT(sha256) DO NOTHING",
        (sha256, name, media_type, size, int(done)),
    )


def not_sent(names: list[str]) -> list[str]:
    """Those of these files that central does not have in full."""
    rows = connection().execute(
        "SELECT sha256 FROM blob WHERE done = 0 AND sha256 IN (SELECT value FROM json_each(?))",
        (json.dumps(names),),
    )
    return [row[0] for row in rows.fetchall()]


def bytes_sent(names: Iterable[str]) -> dict[str, int]:
    """Of each of these files (SHA-256) that this desk holds: how many bytes central has."""
    rows = connection().execute(
        "SELECT sha256, CASE done WHEN 1 THEN size ELSE sent END FROM blob"
        " WHERE sha256 IN (SELECT value FROM json_each(?))",
        (json.dumps(list(names)),),
    )
    return dict(rows.fetchall())
