"""What left this desk by USB stick, and the verdicts that came back: on the store's thread."""

from __future__ import annotations

import datetime as dt

import msgspec

from qlue_desk.bundle import Answer, BundleProblem
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Action, ActionResult, decode_cursor
from qlue_desk.store import journal, meta, outbox, position, sending
from qlue_desk.store.bound import connection

KEPT = 20
"""Bundles whose answers are still understood; an older one is asked again by making a new bundle."""
_MANY = 1_000_000_000


class Sent(msgspec.Struct, frozen=True):
    """A bundle that was made: how its answer is opened, and where the desk stood."""

    id: str
    answer_key: bytes
    cursor: str | None
    made_at: dt.datetime


def outgoing() -> tuple[tuple[Action, ...], str | None]:
    """All unsent actions in order, those too whose files central does not have: the files travel along."""
    actions, cursor = waiting()
    sending.mark_sent(action.id for action in actions)
    return actions, cursor


def waiting() -> tuple[tuple[Action, ...], str | None]:
    """The same, where nothing can be noted."""
    return sending.to_send(_MANY, _MANY, with_files=True), position.cursor()


def remember(sent: Sent) -> None:
    """Keep what opens the answer; the oldest beyond `KEPT` are forgotten."""
    meta.put(meta.BUNDLES + sent.id, msgspec.json.encode(sent))
    known = sorted(_all(), key=lambda item: item.made_at)
    for old in known[:-KEPT]:
        meta.put(meta.BUNDLES + old.id, None)


def recall(bundle_id: str) -> Sent:
    """The bundle that an answer names.

    :raises BundleProblem: when this desk did not make it, or too long ago.
    """
    stored = meta.get(meta.BUNDLES + bundle_id)
    if stored is None:
        raise BundleProblem(
            N_("Jawaban ini untuk meja lain, atau untuk bundel yang sudah lama; buat bundel baru.")
        )
    return msgspec.json.decode(stored, type=Sent)


def settle(sent: Sent, answer: Answer) -> list[ActionResult]:
    """Take the verdicts, unless central or this desk began a new timeline since the bundle was made.

    What is not taken stays in the outbox, and central answers it again, word for word.
    """
    push, here = answer.push, position.cursor()
    if push is None or here is None or sent.cursor is None:
        return []
    then = decode_cursor(sent.cursor)
    if not decode_cursor(here).epoch == then.epoch == push.epoch:
        return []
    actions = tuple(found for result in push.results if (found := outbox.action(result.id)) is not None)
    return journal.settle(actions, push, (then.epoch, then.seq))


def _all() -> list[Sent]:
    rows = (
        connection().execute("SELECT value FROM meta WHERE substr(key, 1, 7) = ?", (meta.BUNDLES,)).fetchall()
    )
    return [msgspec.json.decode(bytes(row[0]), type=Sent) for row in rows]
