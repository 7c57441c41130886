"""What a person has looked for: the history of the query line, for this desk only."""

from __future__ import annotations

import msgspec

from qlue_desk.store import meta

MOST = 50


def queries(actor_id: str) -> list[str]:
    """The queries of a person, the newest first."""
    stored = meta.get(_key(actor_id))
    return msgspec.json.decode(stored, type=list[str]) if stored else []


def keep(actor_id: str, text: str) -> None:
    """Put a query on top, once; inside `Store.write`."""
    wanted = text.strip()
    if wanted:
        kept = [wanted, *(each for each in queries(actor_id) if each != wanted)]
        meta.put(_key(actor_id), msgspec.json.encode(kept[:MOST]))


def _key(actor_id: str) -> str:
    return f"searched:{actor_id}"
