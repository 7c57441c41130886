"""The borders of a city's kelurahan, fetched once from a central that has them and kept in the data folder."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from qlue_desk.store.database import Store
from qlue_desk.sync.errors import Refused, SyncError
from qlue_desk.sync.signing_in import transport_for

FOLDER = "borders"


def path_of(home: Path, city: str) -> Path:
    """Where the borders of a city lie on this desk."""
    return home / FOLDER / f"{city}.geojson"


def fetch(store: Store, home: Path, city: str, *, private_ca: Path | None = None) -> bool:
    """Bring the borders here; False when central has none, or cannot be asked now.

    Blocks on the network, so never on the app's thread.
    """
    path = path_of(home, city)
    try:
        with closing(transport_for(store, private_ca=private_ca)) as transport:
            content = transport.send_bytes("GET", "/v1/borders")
    except (Refused, SyncError):
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(content)
    os.replace(part, path)
    return True
