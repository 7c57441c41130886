"""Central's key pair for bundles: in the database, so that every worker and every restored backup has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk import bundle
from qlue_desk.central import meta

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

KEYS = "bundle_keys"
"""Row of the table `meta`: both keys in one, for two workers that begin at once must agree on one pair."""


def keys(hub: Hub) -> tuple[str, str]:
    """Public and private key, made with the first call; never inside a transaction that only reads."""
    with hub.database.connected():
        if not (both := meta.get(hub.database, KEYS)):
            with hub.database.writing():
                meta.put_new(hub.database, KEYS, " ".join(bundle.new_keys()))
            both = meta.get(hub.database, KEYS)
    public, _space, private = both.partition(" ")
    return public, private
