"""Single lines that central keeps of itself (table `meta`): who it is, its shape, keys, restores …"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qlue_desk.central.database import CentralDatabase


def get(database: CentralDatabase, key: str) -> str:
    """A line, '' when there is none."""
    row = database.one("SELECT value FROM meta WHERE key = ?", (key,))
    return str(row[0]) if row else ""


def put(database: CentralDatabase, key: str, text: str) -> None:
    """Write a line, in the caller's transaction."""
    database.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, text),
    )


def put_new(database: CentralDatabase, key: str, text: str) -> None:
    """Write a line unless it is there: of two workers that begin at once the first is right."""
    database.run("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, text))


def count_up(database: CentralDatabase, key: str) -> None:
    """Raise the number in a line by one, in the database itself, so that two at once count two."""
    database.run(
        "INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT (key) "
        "DO UPDATE SET value = CAST(CAST(meta.value AS INTEGER) + 1 AS TEXT)",
        (key,),
    )
