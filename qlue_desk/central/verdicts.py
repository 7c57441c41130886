"""Verdicts on actions: kept by action id for ever, so that no action is ever tried twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from qlue_desk.central.instants import from_ms, to_ms
from qlue_desk.central.wellformed import has_identity
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.moves import N_, Code, Refusal
from qlue_desk.protocol import (
    Action,
    ActionResult,
    Current,
    DeskIdentity,
    RetryCode,
    Verdict,
    fingerprint,
)

if TYPE_CHECKING:
    from qlue_desk.central.feed import Appended
    from qlue_desk.central.hub import Hub

BUSY_AFTER_MS = 800
REVEALS_NOTHING = frozenset({Code.OUT_OF_SCOPE, Code.NOT_FOUND})

_encode = msgspec.json.Encoder().encode
_result = msgspec.json.Decoder(ActionResult)


class Verdicts:
    """The table `action_result`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._database = hub.database

    def given(self, action: Action) -> ActionResult | None:
        """The verdict given before on this action; an id with another content was never this action."""
        row = self._database.one(
            "SELECT fingerprint, body FROM action_result WHERE action_id = ?", (action.id,)
        )
        if row is None:
            return None
        if row[0] != fingerprint(action):
            return rejection(
                action, Refusal(Code.ACTION_ID_REUSED, N_("Nomor tindakan ini sudah dipakai untuk hal lain."))
            )
        return replace(_result.decode(bytes(row[1])), duplicate=True)

    def known(self, action_id: str) -> bool:
        """Whether an action has its verdict."""
        return self._database.one("SELECT 1 FROM action_result WHERE action_id = ?", (action_id,)) is not None

    def keep(self, action: Action, desk: DeskIdentity, result: ActionResult) -> ActionResult:
        """Make a final verdict durable, in the transaction of what it says."""
        self._database.later(
            "INSERT INTO action_result (action_id, fingerprint, desk_id, complaint_id, status, code, body, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                action.id, fingerprint(action), desk.id, action.complaint_id, str(result.status),
                result.code, _encode(result), to_ms(self._hub.now()),
            ),
        )  # fmt: skip
        return result

    def malformed(self, action: Action, desk: DeskIdentity, refusal: Refusal) -> ActionResult:
        """The no to an action that can't be read; kept unless it has no identity to be kept under."""
        if not has_identity(action):
            return rejection(action, refusal)
        with self._database.writing():
            return self.given(action) or self.keep(action, desk, rejection(action, refusal))

    def current(self, complaint: Complaint) -> Current:
        """What central holds now, for the desk's tray."""
        row = self._database.one("SELECT last_by, updated_at FROM complaint WHERE id = ?", (complaint.id,))
        by, at = (row[0], from_ms(int(row[1]))) if row else ("", None)
        return Current(str(complaint.status), complaint.dinas, complaint.version, by, at)


def applied(action: Action, after: Complaint, event: Appended | None) -> ActionResult:
    """The move was taken; `event` is where it stands in the desk's own stream."""
    return ActionResult(
        action.id,
        Verdict.APPLIED,
        seq=event.seq if event else 0,
        chain=event.chain if event else "",
        version=after.version,
    )


def rejection(action: Action, refusal: Refusal, current: Current | None = None) -> ActionResult:
    """The move was refused for good; nothing is said about a report out of the desk's scope."""
    if refusal.code in REVEALS_NOTHING:
        current = None
    return ActionResult(
        action.id,
        Verdict.REJECTED,
        code=str(refusal.code),
        detail=refusal.sentence(),
        template=refusal.template,
        values=refusal.values,
        version=current.version if current else 0,
        current=current,
    )


def predecessor_missing(action: Action, prev: str) -> ActionResult:
    """An earlier action of the same report has no verdict yet."""
    return ActionResult(action.id, Verdict.RETRY, code=str(RetryCode.PREDECESSOR_MISSING), prev=prev)


def blob_missing(action: Action, blobs: Sequence[str]) -> ActionResult:
    """Files that the action shows have not arrived."""
    return ActionResult(action.id, Verdict.RETRY, code=str(RetryCode.BLOB_MISSING), blobs=tuple(blobs))


def busy(action: Action) -> ActionResult:
    """The database was busy; nothing happened."""
    return ActionResult(action.id, Verdict.RETRY, code=str(RetryCode.BUSY), after_ms=BUSY_AFTER_MS)
