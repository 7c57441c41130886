"""Theme, language and preview as a person chose them in the open desk, kept for the next time.

Each holds as long as the settings say what they said when it was chosen: who changes config.toml afterwards means that.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import asdict

from qlue_desk.settings import Ui
from qlue_desk.store import meta

Name = Literal["theme", "language", "preview"]


class _Choice(msgspec.Struct, frozen=True):
    chosen: str | bool
    instead_of: str | bool
    """What the settings said then."""


_decode = msgspec.json.Decoder(dict[str, _Choice]).decode


def load(actor_id: str, written: Ui) -> Ui:
    """The settings with what the person chose; on a store's thread."""
    kept = _read(actor_id)
    given = asdict(written)
    chosen: dict[str, Any] = {
        name: one.chosen for name, one in kept.items() if given.get(name, one) == one.instead_of
    }
    try:
        return msgspec.convert({**given, **chosen}, Ui)
    except msgspec.ValidationError:  # an older version's word
        return written


def keep(actor_id: str, written: Ui, name: Name, chosen: str | bool) -> None:
    """Keep one choice, inside `Store.write`; what the settings say needs no keeping."""
    kept = _read(actor_id)
    before = getattr(written, name)
    kept.pop(name, None)
    if chosen != before:
        kept[name] = _Choice(chosen, before)
    meta.put(_key(actor_id), msgspec.json.encode(kept) if kept else None)


def _read(actor_id: str) -> dict[str, _Choice]:
    stored = meta.get(_key(actor_id))
    try:
        return _decode(stored) if stored else {}
    except msgspec.DecodeError:
        return {}


def _key(actor_id: str) -> str:
    return f"ui:{actor_id}"
