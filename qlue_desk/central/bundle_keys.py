"""Central's key pair for bundles: in the database, so that every worker and every restored backup has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk import bundle

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

KEYS = "bundle_keys"
"""Row of the table `meta`: both keys in one, for two workers that begin at once must agree on one pair."""


def keys(hub: Hub) -> tuple[str, str]:
    """Public and private key, made with the first call; never inside a transaction that only reads."""
    with hub.database.connected():
        if (row := _row(hub)) is None:
            with hub.database.writing():
                hub.database.run(
                    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
                    (KEYS, " ".join(bundle.new_keys())),
                )
            row = _row(hub)
        assert row is not None, "it was made"
    public, _space, private = row.partition(" ")
    return public, private


def _row(hub: Hub) -> str | None:
    row = hub.database.one("SELECT value FROM meta WHERE key = ?", (KEYS,))
    return None if row is None else str(row[0])
