"""Files that this desk holds, by the SHA-256 of their content, under `blobs/<2 hex>/<sha>`.

The sender's file name is display text only and never part of a path.
"""

from __future__ import annotations

import json
from pathlib import Path

from qlue_desk.store.bound import connection
from qlue_desk.store.disk import flush_folder, put_in_place

FOLDER = "blobs"


def path_of(home: Path, sha256: str) -> Path:
    """Where a file lies in the data folder.

    :raises ValueError: unless `sha256` is 64 lower-case hex digits.
    """
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return home / FOLDER / sha256[:2] / sha256


def keep_file(home: Path, sha256: str, content: bytes) -> Path:
    """Write the content to its place unless it is there; durable before it is recorded."""
    path = path_of(home, sha256)
    if path.exists() and path.stat().st_size == len(content):
        return path
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flush_folder(path.parent.parent)
    put_in_place(path, content)
    return path


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
