"""A photo of a report on demand: only with a network, kept on this desk as long as the report is here."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from qlue_desk.store.database import Store
from qlue_desk.sync import blobs
from qlue_desk.sync.link import Link
from qlue_desk.sync.signing_in import transport_for


def fetch(store: Store, sha256: str, *, private_ca: Path | None = None) -> Path:
    """The kept file of a photo, from central where it is not here yet; its content is checked.

    Blocks on the network, so never on the app's thread.

    :raises SyncError: with one sentence, when it cannot be had now.
    """
    with closing(transport_for(store, private_ca=private_ca)) as transport:
        return blobs.fetch(Link(store, transport), sha256)
