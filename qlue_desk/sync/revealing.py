"""Asking central for a reporter's number: only with a network, for a stated reason, kept nowhere."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from qlue_desk.protocol import RevealReply, RevealRequest
from qlue_desk.store.database import Store
from qlue_desk.sync.signing_in import transport_for


def reveal(
    store: Store, complaint_id: str, actor_id: str, reason: str, *, private_ca: Path | None = None
) -> RevealReply:
    """The reporter's number and name; central writes who asked and why into its access log.

    Blocks on the network, so never on the app's thread; nothing of the answer is stored (domain.md §5).

    :raises SyncError: with one sentence, also when central does not permit it.
    """
    with closing(transport_for(store, private_ca=private_ca)) as transport:
        request = RevealRequest(complaint_id=complaint_id, reason=reason, actor_id=actor_id)
        return transport.send("POST", "/v1/reveal", RevealReply, body=request)
