"""A round of sync without a network: the outbox goes out as a sealed file, central's answer comes back.

The answer holds the very replies that the network would have brought; they run through the same code.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from qlue_desk import bundle
from qlue_desk.bundle import Answer, Bundle, BundleProblem, CarriedFile
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Action, PullReply, PullRequest, Session, SnapshotPage, Verdict
from qlue_desk.store import blobs, bundles, leaving, left_sealed, meta, outbox, snapshot
from qlue_desk.store.bundles import Sent
from qlue_desk.store.database import Store
from qlue_desk.store.disk import write_durably
from qlue_desk.store.errors import StoreError
from qlue_desk.sync import pull
from qlue_desk.sync.blobs import remove_left
from qlue_desk.sync.errors import Offline
from qlue_desk.sync.link import Line
from qlue_desk.sync.tokens import read_token

T = TypeVar("T")


class Packed(msgspec.Struct, frozen=True):
    """A sealed bundle and what is in it."""

    content: bytes
    id: str
    actions: int
    files: int


class Taken(msgspec.Struct, frozen=True):
    """What an answer brought."""

    applied: int = 0
    refused: int = 0
    pulled: int = 0
    """Events of the feed, or rows of a whole copy."""
    waiting: int = 0
    """Actions that still wait: recorded since, or not decided yet."""


def pack(store: Store, now: dt.datetime) -> Packed:
    """Seal everything that waits, with its files; it stays in the outbox until the answer is taken.

    Of a data folder that can only be read nothing is remembered there: the work is rescued, its answer is not taken.

    :raises BundleProblem: when central never gave its key, or this desk has no token.
    """
    session = _session(store)
    token = read_token(store.folder)
    if session is None or not session.bundle_key or not token:
        raise BundleProblem(
            N_("Meja ini belum punya kunci pusat untuk bundel; sinkronkan sekali lewat jaringan.")
        )
    if store.read_only is None:
        actions, cursor = store.writing(bundles.outgoing)
    else:
        actions, cursor = store.reading(bundles.waiting)
    files = _files(store, actions)
    made = Bundle(new_id("u"), token, cursor, now, bundle.new_answer_key(), actions, files)
    content = bundle.seal(made, session.bundle_key)
    if len(content) > bundle.LARGEST_FILE:
        raise BundleProblem(
            N_("Bundel ini {size} MB, paling besar {limit} MB; kirim sebagian dulu lewat jaringan."),
            size=str(len(content) // 1_000_000),
            limit=str(bundle.LARGEST_FILE // 1_000_000),
        )
    if store.read_only is None:
        store.writing(bundles.remember, Sent(made.id, made.answer_key, cursor, now))
    return Packed(content, made.id, len(actions), len(files))


def seal_and_purge(store: Store, now: dt.datetime) -> Path | None:
    """This desk was revoked: seal what was not sent for central, then forget everything.

    Returns the sealed file; None when nothing waited or central never gave its key (then the unsent work
    stays in the encrypted database).
    """
    path: Path | None = None
    try:
        packed = pack(store, now)
        if packed.actions:
            path = left_sealed.path_for(store.folder, packed.id)
            write_durably(path, packed.content)
    except (BundleProblem, StoreError):
        path = None
    store.writing(lambda: leaving.purge(sealed=path is not None))
    remove_left(store)
    return path


def take_answer(store: Store, content: bytes) -> Taken:
    """Take verdicts and news out of central's answer; a second time changes nothing.

    :raises BundleProblem: when it is not for this desk, or damaged.
    """
    sent = store.reading(bundles.recall, bundle.bundle_of(content))
    answer = bundle.unlock(content, sent.answer_key)
    link = Line(store, RecordedReplies(answer))
    pull.fetch_session(link)
    verdicts = store.writing(bundles.settle, sent, answer)
    applied = sum(result.status is Verdict.APPLIED for result in verdicts)
    pulled = _pull(link, answer)
    waiting = store.reading(outbox.counts).waiting
    return Taken(applied, len(verdicts) - applied, pulled, waiting)


def _pull(link: Line, answer: Answer) -> int:
    if answer.snapshot:
        link.write(snapshot.begin_resync)
        return pull.run_snapshot(link)
    pulled, more = 0, bool(answer.pages)
    while more:
        try:
            outcome = pull.pull_page(link)
        except Offline:
            break  # the network was faster: this desk stands behind what the answer tells
        pulled += outcome.events
        more = outcome.more and not outcome.stale
    return pulled


def _session(store: Store) -> Session | None:
    stored = store.reading(meta.get, meta.SESSION)
    return None if stored is None else msgspec.json.decode(stored, type=Session)


def _files(store: Store, actions: tuple[Action, ...]) -> tuple[CarriedFile, ...]:
    """Evidence that central does not have; what is gone from the disk is left to central's verdict."""
    named = {item.sha256: item.name for action in actions for item in action.fields.evidence}
    found = []
    for sha256 in store.reading(blobs.not_sent, list(named)):
        with contextlib.suppress(OSError):
            content = blobs.read_file(store.folder, sha256)
            found.append(CarriedFile(sha256, named[sha256], content))
    return tuple(found)


class RecordedReplies:
    """Central's end of the line, as far as an answer holds it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._pages = {page.from_: page for page in answer.pages}

    def send(
        self,
        method: str,
        path: str,
        reply_type: type[T],
        *,
        body: object = None,
        params: dict[str, str | int] | None = None,
        deadline: float = 0.0,
    ) -> T:
        """The recorded reply to this request.

        :raises Offline: when the answer holds none.
        """
        reply: Any = None
        if reply_type is Session:
            reply = self._answer.session
        elif reply_type is SnapshotPage:
            reply = self._snapshot_after(str((params or {}).get("after", "")))
        elif reply_type is PullReply and isinstance(body, PullRequest):
            reply = self._pages.get(body.cursor)
        if not isinstance(reply, reply_type):
            raise Offline(f"not in this answer: {method} {path}")
        return reply

    def _snapshot_after(self, after: str) -> SnapshotPage | None:
        starts = ["", *(page.next or "" for page in self._answer.snapshot)]
        return dict(zip(starts, self._answer.snapshot, strict=False)).get(after)

    def close(self) -> None:
        """Nothing is open."""
