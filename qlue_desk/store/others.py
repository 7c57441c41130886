"""Whether somebody else has committed into the desk's database: not this store, nor the process that syncs for it.

SQLite says that another connection has committed (`data_version`), not whose. So each commit leaves the mark of its family
(a desk and its process are one), written only where another's stands: who finds that one there knows of a stranger.
"""

from __future__ import annotations

from typing import Any

from qlue_desk.store.meta import WRITER

_TAKE = (
    "INSERT INTO meta(key, value) VALUES (?1, ?2)"
    " ON CONFLICT(key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value"
)


class Others:
    """What one connection, the writing one, has seen of others' commits."""

    def __init__(self, family: str) -> None:
        self._mark = family.encode()
        self.seen = 0
        """The newest commit of others that was looked at."""
        self._changes = 0

    def begin(self, connection: Any) -> None:
        """The connection is open: what was committed before, nobody needs to be told."""
        self.seen = _version(connection)

    def enter(self, connection: Any) -> None:
        """A transaction begins."""
        self._changes = connection.total_changes

    def leave(self, connection: Any) -> bool:
        """It is about to be committed; True where a stranger has committed since the last look.

        The mark must be taken then: the next look would find only ours.
        """
        if connection.total_changes == self._changes:
            return False
        strange = connection.execute(_TAKE, (WRITER, self._mark)).rowcount > 0
        return self._moved(connection) and strange

    def look(self, connection: Any) -> bool:
        """Whether a stranger has committed since the last look; outside of transactions."""
        if not self._moved(connection):
            return False
        found = connection.execute("SELECT value FROM meta WHERE key = ?", (WRITER,)).fetchone()
        return found is None or bytes(found[0]) != self._mark

    def _moved(self, connection: Any) -> bool:
        before, self.seen = self.seen, _version(connection)
        return self.seen != before


def _version(connection: Any) -> int:
    """Another when somebody else has committed, never by this connection's own commits."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
