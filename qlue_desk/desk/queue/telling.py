"""The sentence after an act: what was done to which report, where it went, and what is true of sending it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from qlue_desk.casework.acting import Outcome
from qlue_desk.desk import wording
from qlue_desk.desk.actions import ACTION_BY_ID, keys_of, shown_key
from qlue_desk.desk.messages import LineState
from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import EDGE_BY_VERB, PRIORITY_LABEL, Verb
from qlue_desk.settings import Settings
from qlue_desk.store.grace import BULK_TIMES
from qlue_desk.store.outbox import Waiting
from qlue_desk.words import _

_CONNECTED = frozenset({"connected", "syncing"})


def done_sentence(verb: Verb, outcomes: Sequence[Outcome], city: City) -> str:
    """What was done: `Disposisi: BGR-26-000082 → Dishub.`; several reports are counted."""
    places = list(dict.fromkeys(where(verb, outcome.before, outcome.after, city) for outcome in outcomes))
    template = _("{move}: {number} → {where}.") if len(places) == 1 and places[0] else _("{move}: {number}.")
    number = (
        outcomes[0].number or outcomes[0].ref
        if len(outcomes) == 1
        else _("{n} laporan").format(n=len(outcomes))
    )
    return template.format(move=_(EDGE_BY_VERB[verb].label), number=number, where=places[0])


def where(verb: Verb, before: Complaint | None, after: Complaint | None, city: City) -> str:
    """Where a move brought a report: dinas, person, date, level or status; '' where it changed none."""
    if after is None:
        return ""
    moved = before is not None and before.dinas != after.dinas
    match verb:
        case _ if moved or verb is Verb.DISPATCH:
            return city.dinas_name(after.dinas)
        case Verb.TAKE | Verb.GIVE:
            return after.holder_name or _("dilepas")
        case Verb.SCHEDULE if after.scheduled_for is not None:
            return wording.day(after.scheduled_for)
        case Verb.PRIORITISE:
            return _(PRIORITY_LABEL[after.priority])
        case Verb.COORDINATE:
            return after.coordinating_with
        case Verb.REFER:
            return city.dinas_name(after.refer_to)
        case Verb.DUPLICATE:
            return after.duplicate_of
        case Verb.RECATEGORISE:
            changed = before is None or before.category != after.category
            suggested = None if changed or after.suggestion is None else after.suggestion.category
            return city.category_label(suggested or after.category)
        case Verb.CORRECT_PLACE:
            return city.kelurahan_name(after.kelurahan) or after.street
        case _ if before is not None and before.status is not after.status:
            return _(after.look.label)
        case _:
            return ""


def result_lines(outcomes: Sequence[Outcome]) -> Content:
    """What became of each report, a line each."""
    lines = []
    for outcome in outcomes:
        ok = outcome.refusal is None
        words = _("tersimpan") if outcome.refusal is None else outcome.refusal.sentence(_)
        lines.append(
            Content.assemble(
                ("✓ " if ok else "✗ ", "$status-green" if ok else "$status-red"),
                (safe(outcome.number).ljust(15), "bold"),
                (safe(words), ""),
            )
        )
    return Content("\n").join(lines)


def undone_sentence(outcomes: Sequence[Outcome]) -> str:
    """What was taken back: the move and its report, or how many there were."""
    edge = EDGE_BY_VERB.get(Verb(outcomes[0].verb)) if outcomes[0].verb in set(Verb) else None
    label = _(edge.label) if edge is not None else _("laporan baru")
    if len(outcomes) > 1:
        return _("Dibatalkan: {move} untuk {n} laporan.").format(move=label, n=len(outcomes))
    return _("Dibatalkan: {move} {number}.").format(move=label, number=outcomes[0].number)


def nothing_to_undo(last: Sequence[Waiting]) -> str:
    """Why `u` did nothing; `last` is what the person's newest stroke recorded."""
    if not last:
        return _("Tidak ada tindakan yang bisa dibatalkan.")
    verb = last[0].action.verb
    label = _(EDGE_BY_VERB[Verb(verb)].label) if verb in set(Verb) else _("laporan baru")
    if len(last) > 1:
        return _("Tidak ada lagi yang bisa dibatalkan: {move} untuk {n} laporan sudah terkirim.").format(
            move=label, n=len(last)
        )
    return _("Tidak ada lagi yang bisa dibatalkan: {move} {number} sudah terkirim.").format(
        move=label, number=last[0].number
    )


def sending_sentence(line: LineState | None, settings: Settings, together: int = 1) -> str:
    """What is true of sending `together` reports: to be taken back for some seconds, or it waits for the line."""
    if line is None or line.phase not in _CONNECTED:
        return _("Tersimpan, dikirim begitu tersambung.")
    keys = keys_of(ACTION_BY_ID["undo"], settings.keys)
    if not settings.sync.undo_seconds or not keys:
        return ""
    seconds = settings.sync.undo_seconds * (BULK_TIMES if together >= settings.ui.confirm_bulk else 1)
    return _("{key} batalkan ({n} dtk)").format(key=shown_key(keys[0]), n=seconds)
