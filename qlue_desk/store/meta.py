"""Single values that the desk keeps: session, cursor, actor, last contact …"""

from __future__ import annotations

from qlue_desk.store.bound import connection

SESSION = "session"
"""JSON of `protocol.Session`."""
ACTOR = "actor"
"""JSON of the `Actor` who is signed in; absent after signing out."""
SERVER_URL = "server_url"
SERVER_ID = "server_id"
"""Of the central where this desk is enrolled; its address may change."""
REVOKED = "revoked"
"""Present while central's last word is that this desk or its token was revoked: it sends nothing."""
ROTATE_AT = "rotate_at"
"""When (central's clock) the desk asks for a new token; absent until central has told its time."""
DIGESTS = "digests"
"""The address whose central states the digest of each reply (`sync.digests`)."""
BUNDLES = "bundle:"
"""With the bundle's id: what opens central's answer to it (`store.bundles`)."""
DESK = "desk"
"""Id of the desk that the enrolment made of this installation; empty until its first session."""
WRITER = "writer"
"""The family of processes that committed last (`store.others`)."""
INSTALL = "install"
"""Random id of this installation, for diagnosis of cloned desks."""


def get(key: str) -> bytes | None:
    """The stored bytes, None where there are none. On a store's thread only."""
    row = connection().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else bytes(row[0])


def put(key: str, value: bytes | str | None) -> None:
    """Keep a value (text as UTF-8); None takes it away. Inside `Store.write` only."""
    if value is None:
        connection().execute("DELETE FROM meta WHERE key = ?", (key,))
        return
    stored = value.encode() if isinstance(value, str) else value
    connection().execute(
        "INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
        (key, stored),
    )
