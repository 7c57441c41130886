"""From the desk to central: own actions in batches, one verdict each.

A request that central refuses as a whole is halved until the action that spoils it stands alone; that
one goes to the tray after five tries, its lane and all others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from qlue_desk.protocol import Action, ActionResult, PushReply, PushRequest, RetryCode, Verdict, decode_cursor
from qlue_desk.store import journal, outbox, position, sending, snapshot
from qlue_desk.store.grace import Grace
from qlue_desk.sync.errors import BadRequest, Refused, Resync, ServerFailed, SyncError, TooLarge
from qlue_desk.sync.link import Link

TRIES_ALONE = 5
"""Refusals of an action that was sent alone, before it is put into the tray."""
_ENVELOPE_BYTES = 1024
_LONGEST_PAUSE = 60.0
"""Seconds between two requests, at most, while central decides nothing."""
_LANE_PAUSE = 2.0
"""Seconds for which a lane waits after its action alone was refused."""


class Batch(msgspec.Struct, frozen=True):
    """What is about to leave, and the timeline it leaves from."""

    actions: tuple[Action, ...]
    generation: int
    cursor: str | None


class PushOutcome(msgspec.Struct, frozen=True):
    """What one request did. `wait`: seconds before the rest is worth another try, 0 for at once."""

    sent: int = 0
    applied: int = 0
    refused: int = 0
    duplicates: int = 0
    wait: float = 0.0
    dropped: bool = False
    """The reply belonged to an older timeline; the actions are still in the outbox."""


class Pusher:
    """Sends the outbox over one link; remembers how large a batch central takes."""

    def __init__(self, link: Link, grace: Callable[[], Grace | None] = lambda: None) -> None:
        self.link = link
        self._grace = grace
        self._size = 0
        self._fruitless = 0
        """Requests in a row that central answered without deciding anything."""
        self.resyncs = 0
        """Requests in a row that central answered with: copy anew."""
        self._paused: dict[str, float] = {}

    def round(self) -> PushOutcome:
        """One request with the oldest unsent actions; `sent` is 0 when there is nothing to send.

        :raises SyncError: when the request failed as a whole and halving is no remedy.
        """
        limits = self.link.limits
        size = min(self._size or limits.push_actions, limits.push_actions)
        room = limits.push_bytes - _ENVELOPE_BYTES
        batch = self.link.write(_prepare, size, room, self._skipped(), self._grace())
        if not batch.actions:
            return PushOutcome(wait=_LANE_PAUSE if self._paused else 0.0)
        try:
            reply = self._send(batch)
        except (TooLarge, BadRequest, ServerFailed) as error:
            return self._halve(batch, error)
        except Resync:
            self.resyncs += 1
            self.link.write(snapshot.begin_resync)
            raise
        self.resyncs = 0
        self._size = min(size * 2, limits.push_actions) if self._size else 0
        outcome = self.link.write(_settle, batch, reply)
        if not outcome.wait:
            self._fruitless = 0
            return outcome
        wait = min(outcome.wait * 2**self._fruitless, max(outcome.wait, _LONGEST_PAUSE))
        self._fruitless = min(self._fruitless + 1, 16)
        return msgspec.structs.replace(outcome, wait=wait)

    def _send(self, batch: Batch) -> PushReply:
        body = PushRequest(cursor=batch.cursor, actions=batch.actions)
        return self.link.transport.send("POST", "/v1/push", PushReply, body=body)

    def _skipped(self) -> frozenset[str]:
        now = time.monotonic()
        self._paused = {lane: until for lane, until in self._paused.items() if until > now}
        return frozenset(self._paused)

    def _halve(self, batch: Batch, error: Refused) -> PushOutcome:
        if len(batch.actions) > 1:
            self._size = max(1, len(batch.actions) // 2)
            if isinstance(error, ServerFailed):
                raise error  # the engine backs off; the next, smaller batch comes after that
            return PushOutcome(sent=len(batch.actions))
        if isinstance(error, ServerFailed) and not self._others_pass(batch):
            raise error  # central is broken for everybody: no reason to blame this action
        self._blame(batch.actions[0], error)
        return PushOutcome(sent=1)

    def _others_pass(self, batch: Batch) -> bool:
        """Whether central answers a push without this action."""
        try:
            self._send(Batch((), batch.generation, batch.cursor))
        except SyncError:
            return False
        return True

    def _blame(self, action: Action, error: Refused) -> None:
        tries = self.link.write(sending.note_failure, action.id, str(error))
        # An action that is too large alone will not become smaller.
        if tries >= TRIES_ALONE or isinstance(error, TooLarge):
            self.link.write(outbox.quarantine, action.id, error.sentence())
        else:
            self._paused[action.complaint_id] = time.monotonic() + _LANE_PAUSE


# --- on the store's thread ---------------------------------------------------------------------------


def _prepare(limit: int, max_bytes: int, skip: frozenset[str], grace: Grace | None = None) -> Batch:
    if snapshot.current() is not None and position.cursor() is not None:
        # The cursor is known to be dead; central would only answer 410 until the swap.
        return Batch((), position.generation(), position.cursor())
    actions = sending.to_send(limit, max_bytes, skip, grace)
    sending.mark_sent(action.id for action in actions)
    return Batch(actions, position.generation(), position.cursor())


def _settle(batch: Batch, reply: PushReply) -> PushOutcome:
    if position.generation() != batch.generation:
        return PushOutcome(sent=len(batch.actions), dropped=True)
    covered = ("", 0)
    if batch.cursor is not None:
        at = decode_cursor(batch.cursor)
        covered = (at.epoch, at.seq)
    taken = journal.settle(batch.actions, reply, covered)
    position.note_contact()
    applied = [result for result in taken if result.status is Verdict.APPLIED]
    return PushOutcome(
        sent=len(batch.actions),
        applied=len(applied),
        refused=len(taken) - len(applied),
        duplicates=sum(result.duplicate for result in applied),
        wait=0.0 if taken else _pause(reply.results),
    )


def _pause(results: tuple[ActionResult, ...]) -> float:
    """Nothing was decided: how long until it is worth asking again."""
    asked = [result.after_ms / 1000 for result in results if result.code == RetryCode.BUSY]
    if any(result.code == RetryCode.PREDECESSOR_MISSING for result in results) and not asked:
        return 0.1  # the predecessor has just been put back into the outbox
    return max([1.0, *asked])
