"""Work of a desk without a network, brought by USB stick: the same answers as over the wire.

The messages and their answers are those of /v1; only the envelope differs.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from qlue_desk import bundle
from qlue_desk.bundle import Answer, Bundle
from qlue_desk.central import bundle_keys
from qlue_desk.central.conversation import (
    Desk,
    answer_pull,
    answer_push,
    answer_session,
    answer_snapshot,
)
from qlue_desk.central.errors import CentralError, Resync
from qlue_desk.central.feed import scope_stream
from qlue_desk.protocol import (
    DeskIdentity,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    SnapshotPage,
    Verdict,
)

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub


class BundleTaken(msgspec.Struct, frozen=True):
    """What became of a bundle, and the file that goes back."""

    answer: bytes
    desk: DeskIdentity
    actions: int
    applied: int
    rejected: int
    retry: int
    """Not decided: their file is missing or broken, or the desk needs a whole copy first."""
    files: int
    events: int


def take(hub: Hub, content: bytes, *, even_revoked: bool = False) -> BundleTaken:
    """Take a bundle's files and actions and answer it; a second time changes nothing.

    `even_revoked`: somebody at central has decided to take the last work of a desk that was revoked.

    :raises BundleProblem: when it cannot be read here.
    :raises TokenRefused: when its desk is not one of ours (any more).
    """
    asked = bundle.unseal(content, bundle_keys.keys(hub)[1])
    with hub.database.connected():
        hub.refresh()
        identity = hub.desks.of_token(asked.token, even_revoked=even_revoked)
        city = hub.city(identity.city)
        hub.desks.seen(identity.id, "bundle")
    desk = Desk(identity, asked.token, scope_stream(identity, city), city.coordinator)
    files = sum(_take_file(hub, carried, identity) for carried in asked.files)
    push = _push(hub, desk, asked)
    answer = _answer(hub, desk, asked, push)
    verdicts = [result.status for result in push.results] if push else []
    applied, rejected = verdicts.count(Verdict.APPLIED), verdicts.count(Verdict.REJECTED)
    return BundleTaken(
        answer=bundle.lock(answer, asked),
        desk=identity,
        actions=len(asked.actions),
        applied=applied,
        rejected=rejected,
        retry=len(asked.actions) - applied - rejected,
        files=files,
        events=sum(len(page.events) for page in answer.pages),
    )


def _take_file(hub: Hub, carried: bundle.CarriedFile, desk: DeskIdentity) -> int:
    """1 when the file is here now; a broken one is left to the verdict on its action."""
    if hashlib.sha256(carried.content).hexdigest() != carried.sha256:
        return 0
    try:
        hub.blobs.write(carried.sha256, 0, len(carried.content), carried.content, desk.id)
    except CentralError:
        return 0
    return 1


def _push(hub: Hub, desk: Desk, asked: Bundle) -> PushReply | None:
    """Verdicts on all actions, in portions as over the wire; None when the cursor is dead."""
    most = hub.limits.push_actions
    portions = [asked.actions[start : start + most] for start in range(0, len(asked.actions), most)] or [()]
    replies: list[PushReply] = []
    try:
        for portion in portions:
            replies.append(answer_push(hub, desk, PushRequest(asked.cursor, portion)))
    except Resync:
        return None
    results = tuple(result for reply in replies for result in reply.results)
    return PushReply(replies[-1].epoch, replies[-1].head, results)


def _answer(hub: Hub, desk: Desk, asked: Bundle, push: PushReply | None) -> Answer:
    session = answer_session(hub, desk.identity)
    if push is not None and asked.cursor is not None:
        try:
            return Answer(session, push, pages=_pages(hub, desk, asked.cursor))
        except Resync:
            pass
    snapshot = _snapshot(hub, desk)
    return Answer(session, push, snapshot, _pages(hub, desk, snapshot[0].as_of))


def _pages(hub: Hub, desk: Desk, cursor: str) -> tuple[PullReply, ...]:
    pages = [answer_pull(hub, desk, PullRequest(cursor, hub.limits.pull_events))]
    while pages[-1].more:
        pages.append(answer_pull(hub, desk, PullRequest(pages[-1].to, hub.limits.pull_events)))
    return tuple(pages)


def _snapshot(hub: Hub, desk: Desk) -> tuple[SnapshotPage, ...]:
    pages = [answer_snapshot(hub, desk, "", hub.limits.snapshot_rows, "")]
    while (after := pages[-1].next) is not None:
        pages.append(answer_snapshot(hub, desk, after, hub.limits.snapshot_rows, pages[0].as_of))
    return tuple(pages)
