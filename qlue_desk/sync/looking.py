"""Telling central which report a person has open, and hearing who else does; never waited for, never kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from qlue_desk.protocol import Looker, LookReply, LookRequest
from qlue_desk.store.errors import StoreError
from qlue_desk.sync.errors import BlobProblem, Refused, Stopped, SyncError
from qlue_desk.sync.link import Link

REST_SECONDS = 2.0
"""Between two tellings, however fast the cursor moves; what is passed on the way is not told."""
PATIENCE_SECONDS = 60.0
"""After a failure: this is a courtesy, the line is for the feed."""
IDLE_SECONDS = 900.0
"""On the same report for so long, nobody sits in front of it any more."""
DEADLINE = 10.0

log = logging.getLogger(__name__)
Others = tuple[Looker, ...]


class LookTeller:
    """A loop for a thread of its own; the engine lends it a link and says whether there is a network."""

    def __init__(
        self, link: Callable[[], Link], online: Callable[[], bool], on_others: Callable[[Others], None]
    ) -> None:
        self._link = link
        self._online = online
        self._on_others = on_others
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._look = ("", "")
        self._looked_at = 0.0
        self._told: Others = ()

    def look(self, complaint_id: str, actor_id: str) -> None:
        """A person has this report in front of them; '' for none. From any thread."""
        if self._look != (complaint_id, actor_id):
            self._look, self._looked_at = (complaint_id, actor_id), time.monotonic()
            self._wake.set()

    def stop(self) -> None:
        """End the loop."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Until stopped, or until central turns out not to know the question."""
        pause = REST_SECONDS
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            # The cursor may still be on its way through the list.
            if self._stop.wait(REST_SECONDS):
                return
            if not self._online() or not self._look[1]:
                self._tell(())
                pause = REST_SECONDS
                continue
            try:
                pause = self._ask()
            except (Stopped, StoreError):
                return
            except SyncError as error:
                self._tell(())
                if isinstance(error, (Refused, BlobProblem)) and error.problem.status == 404:
                    return
                pause = PATIENCE_SECONDS
            except Exception:
                log.exception("looking: failed")
                pause = PATIENCE_SECONDS

    def _ask(self) -> float:
        complaint_id, actor_id = self._look
        if time.monotonic() - self._looked_at > IDLE_SECONDS:
            complaint_id = ""
        body = LookRequest(complaint_id, actor_id)
        reply = self._link().transport.send("POST", "/v1/looking", LookReply, body=body, deadline=DEADLINE)
        self._tell(reply.others)
        return float(min(max(reply.again, 5), 60))

    def _tell(self, others: Others) -> None:
        if others != self._told:
            self._told = others
            self._on_others(others)
