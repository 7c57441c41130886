"""From central to the desk: session, pages of the feed, snapshots when a cursor cannot go on."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from qlue_desk.protocol import PROTOCOL, Problem, PullReply, PullRequest, Session, SnapshotPage
from qlue_desk.store import ballast, meta, position, rebase, replica, snapshot
from qlue_desk.store.replica import FeedBroken, PageOutcome
from qlue_desk.sync import blobs, tokens
from qlue_desk.sync.errors import BadReply, ClientTooOld, OtherDesk, Resync
from qlue_desk.sync.link import Line
from qlue_desk.sync.transport import DEADLINE, PULL_DEADLINE

SNAPSHOT_ROWS = 2000
"""Rows asked for in one page; central may give fewer."""
_RESTARTS = 3
_GAP_SECONDS = 0.005
"""Between two steps of preparing a large copy: a person's act looks every millisecond whether it may write."""

Progress = Callable[[int, int], None]
"""Rows that are here, rows there are."""


def fetch_session(link: Line) -> Session:
    """Ask who this desk is and what the city looks like, and keep it.

    When the desk now belongs to another dinas, a snapshot is begun: its old rows must go.

    :raises OtherDesk: when the token is not this desk's; nothing is kept then.
    """
    session = link.transport.send("GET", "/v1/session", Session)
    if not session.protocol_min <= PROTOCOL <= session.protocol_max:
        raise ClientTooOld(
            Problem(type="urn:qlue:client_too_old", status=426, title="Program ini terlalu lama untuk pusat.")
        )
    link.write(_keep_session, session)
    link.session = session
    return session


def current_session(link: Line) -> Session:
    """The session, fetched only when there is none or central has announced another one."""
    if link.session is not None:
        announced = link.read(meta.get, position.RULES)
        if announced is None or announced.decode() == position.rules_of(
            link.session.scope_version, link.session.rules
        ):
            return link.session
    return fetch_session(link)


def pull_page(link: Line, *, wait: int = 0) -> PageOutcome:
    """Fetch and apply one page; `wait` seconds of long poll.

    :raises Resync: when a snapshot is needed (it has been begun already).
    """
    cursor = link.read(position.cursor)
    if cursor is None:
        link.write(snapshot.begin)
        raise _resync("first")
    try:
        reply = _ask(link, cursor, wait)
        ballast.room_for_more(link.store.folder)
        outcome = link.write(replica.apply_page, reply)
        blobs.remove_left(link.store)
        return outcome
    except Resync:
        link.write(snapshot.begin_resync)
        raise
    except FeedBroken as error:
        return _suspect(link, error)


def needs_snapshot(link: Line) -> bool:
    """True while the desk has no cursor or a snapshot is under way."""
    return link.read(_needs_snapshot)


def run_snapshot(link: Line, progress: Progress | None = None) -> int:
    """Fetch, replay and swap in a snapshot; resumes one that was interrupted. Returns how many rows.

    :raises SyncError: what was staged is kept, so that the next call goes on.
    :raises NewerData: when a row is of a shape that came after this program; likewise.
    """
    for _ in range(_RESTARTS):
        try:
            return _snapshot(link, progress)
        except (FeedBroken, Resync):
            link.write(snapshot.begin)
    raise BadReply("the snapshot does not hold together")


def _snapshot(link: Line, progress: Progress | None) -> int:
    stage = link.read(snapshot.current) or link.write(snapshot.begin)
    while not stage.paged:
        params: dict[str, str | int] = {"after": stage.after or "", "limit": SNAPSHOT_ROWS}
        if stage.as_of:
            params["token"] = stage.as_of
        ballast.room_for_more(link.store.folder)
        page = link.transport.send("GET", "/v1/snapshot", SnapshotPage, params=params)
        stage = link.write(snapshot.put_page, page, stage.after or "")
        if progress is not None:
            progress(stage.fetched, max(stage.count, stage.fetched))
    while True:
        reply = _ask(link, stage.cursor, 0)
        if link.write(snapshot.replay, reply):
            break
        stage = link.read(snapshot.current) or link.write(snapshot.begin)
    while link.write(snapshot.prepare):
        time.sleep(_GAP_SECONDS)
        ballast.room_for_more(link.store.folder)
    rows = link.write(_swap, reply)
    blobs.remove_left(link.store)
    return rows


def _ask(link: Line, cursor: str, wait: int) -> PullReply:
    return link.transport.send(
        "POST",
        "/v1/pull",
        PullReply,
        body=PullRequest(cursor=cursor, limit=link.limits.pull_events, wait=wait),
        deadline=PULL_DEADLINE + wait if wait else DEADLINE,
    )


def _suspect(link: Line, error: FeedBroken) -> PageOutcome:
    """A page that does not verify: damaged on the way the first time, a resync the second."""
    suspected = link.write(position.suspect)
    if suspected < 2:
        raise BadReply(str(error)) from error
    link.write(snapshot.begin_resync)
    raise _resync("diverged") from error


def _resync(reason: str) -> Resync:
    return Resync(Problem(type="urn:qlue:resync_required", status=410, title="resync", reason=reason))


# --- on the store's thread ---------------------------------------------------------------------------


def enrolled_as(before: Session | None) -> str:
    """Id of the desk that this installation is; '' until a session has told it. `before`: the stored session."""
    known = meta.get(meta.DESK)
    if known is None:  # a program of before did not keep it by itself
        return before.desk.id if before is not None else ""
    return known.decode()


def _keep_session(session: Session) -> None:
    stored = meta.get(meta.SESSION)
    before = None if stored is None else msgspec.json.decode(stored, type=Session)
    enrolled = enrolled_as(before)
    if enrolled not in ("", session.desk.id):
        raise OtherDesk(session.desk.name or session.desk.id)
    meta.put(meta.DESK, session.desk.id)
    meta.put(meta.SESSION, msgspec.json.encode(session))
    position.keep_rules(session.scope_version, session.rules)
    meta.put(meta.REVOKED, None)
    position.note_contact(session.server_time)
    tokens.begin_count()
    if before is not None and (before.desk.city, before.desk.dinas) != (
        session.desk.city,
        session.desk.dinas,
    ):
        snapshot.begin()
    if before is None or before.rules != session.rules:
        for complaint_id in rebase.own_lanes():
            rebase.rebase(complaint_id)


def _needs_snapshot() -> bool:
    return position.cursor() is None or snapshot.current() is not None


def _swap(reply: PullReply) -> int:
    rows = snapshot.swap()
    position.note_contact(reply.server_time)
    position.keep_rules(reply.scope_version, reply.rules)
    position.trust()
    return rows
