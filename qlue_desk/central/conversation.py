"""What central answers a desk: session, pull, push, snapshot; the wire and the USB stick carry the same.

Nothing here knows HTTP; `api.sync` and `bundles` do the carrying.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central import bundle_keys
from qlue_desk.central.errors import Invalid
from qlue_desk.central.verdicts import predecessor_missing
from qlue_desk.domain.complaint import Actor
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import (
    ID_PATTERN,
    Action,
    ActionResult,
    DeskIdentity,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    Session,
    SnapshotPage,
    Verdict,
    encode_cursor,
)

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

_ID = re.compile(ID_PATTERN)
_rules_encoder = msgspec.json.Encoder(order="deterministic")


class Desk(msgspec.Struct, frozen=True):
    """Who asks: the desk, the token it carried, the stream it reads."""

    identity: DeskIdentity
    token: str
    stream: str
    coordinator: str


def answer_session(hub: Hub, desk: DeskIdentity) -> Session:
    """The session of this desk."""
    bundle_key = bundle_keys.keys(hub)[0]
    with hub.database.reading():
        now, city, people = hub.now(), hub.city(desk.city), people_of(hub, desk)
        return Session(
            server_id=hub.server_id,
            server_time=now,
            desk=desk,
            city=city,
            people=people,
            scope_version=hub.desks.scope_version(desk.id),
            rules=rules_of(hub, desk),
            min_client=hub.min_client,
            limits=hub.limits,
            retention=hub.retention,
            offline_lease_until=now + dt.timedelta(days=hub.offline_days) if hub.offline_days else None,
            bundle_key=bundle_key,
            digests=True,
        )


def people_of(hub: Hub, desk: DeskIdentity) -> tuple[Actor, ...]:
    """Who a desk knows: its dinas' people, the coordinator everyone of the city."""
    coordinator = hub.city(desk.city).coordinator
    return hub.accounts.people(desk.city, None if desk.dinas == coordinator else desk.dinas)


def rules_of(hub: Hub, desk: DeskIdentity) -> str:
    """Hash over city and people; another one tells the desk to fetch its session again."""
    what = _rules_encoder.encode((hub.city(desk.city), people_of(hub, desk)))
    return hashlib.sha256(what).hexdigest()[:16]


def answer_pull(hub: Hub, desk: Desk, asked: PullRequest) -> PullReply:
    """A page after the cursor; raises `errors.Resync` when that is dead."""
    limit = _page_size(asked.limit, hub.limits.pull_events)
    with hub.database.connected():
        hub.refresh()
        page = hub.feed.pull(desk.stream, asked.cursor, limit, hub.limits.pull_bytes)
        return PullReply(
            from_=asked.cursor,
            to=encode_cursor(page.to),
            epoch=page.to.epoch,
            head=page.head,
            more=page.more,
            server_time=hub.now(),
            scope_version=hub.desks.scope_version(desk.identity.id),
            rules=rules_of(hub, desk.identity),
            events=page.events,
        )


def answer_push(hub: Hub, desk: Desk, asked: PushRequest) -> PushReply:
    """A verdict on each action; raises `errors.Resync` before anything is decided when the cursor is dead."""
    with hub.database.connected():
        if asked.cursor is not None:
            hub.feed.check(desk.stream, asked.cursor)
        results = _verdicts(hub, desk.identity, asked.actions)
        head = hub.feed.position(desk.stream)
    return PushReply(head.epoch, head.seq, results)


def _verdicts(hub: Hub, desk: DeskIdentity, actions: tuple[Action, ...]) -> tuple[ActionResult, ...]:
    """One after the other; after a retry the rest of that lane waits, other lanes go on."""
    results: list[ActionResult] = []
    waiting: dict[str, str] = {}
    for action in actions:
        if (before := waiting.get(action.complaint_id)) is not None:
            result = predecessor_missing(action, before)
        else:
            result = hub.register.apply(action, desk)
        if result.status is Verdict.RETRY:
            waiting[action.complaint_id] = action.id
        results.append(result)
    return tuple(results)


def answer_snapshot(hub: Hub, desk: Desk, after: str, limit: int, token: str) -> SnapshotPage:
    """A page of the scope's rows."""
    city = hub.city(desk.identity.city)
    dinas = None if desk.identity.dinas == city.coordinator else desk.identity.dinas
    size = _page_size(limit, hub.limits.snapshot_rows)
    if after and _ID.fullmatch(after) is None:
        raise Invalid(N_("{field}: tanda pengenal tidak sah."), field="after")
    if token:
        hub.feed.check(desk.stream, token)
    page = hub.feed.snapshot(desk.stream, city, dinas, after, size, hub.now(), hub.limits.pull_bytes)
    mark = encode_cursor(page.mark)
    return SnapshotPage(mark, token or mark, page.rows, page.next, page.count)


def _page_size(asked: int, most: int) -> int:
    """At most what central gives at once.

    :raises Invalid: for a page of nothing.
    """
    if asked < 1:
        raise Invalid(
            N_("{field}: di luar batas; yang boleh {least} sampai {most}."),
            field="limit",
            least="1",
            most=str(most),
        )
    return min(asked, most)
