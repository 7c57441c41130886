"""The sentence after an act: what was done to which report, where it went, and what is true of sending it."""

from __future__ import annotations

from collections.abc import Sequence

from qlue_desk.casework.acting import Outcome
from qlue_desk.casework.undoing import Undoing
from qlue_desk.desk import wording
from qlue_desk.desk.actions import ACTION_BY_ID
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.messages import LineState
from qlue_desk.desk.queue.many import Worked
from qlue_desk.desk.widgets.key_bar import Countdown
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import EDGE_BY_VERB, PRIORITY_LABEL, Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.domain.privacy import mask_phone, phone_in
from qlue_desk.settings import Settings
from qlue_desk.store.grace import LONGER_TIMES
from qlue_desk.store.strokes import Stroke
from qlue_desk.words import _, n_

_CONNECTED = frozenset({"connected", "syncing"})


def done_sentence(verb: Verb, outcomes: Sequence[Outcome], city: City, label: str = "") -> str:
    """What was done: `Disposisi: BGR-26-000082 → Dishub.`; several reports are counted.

    `label` is a macro's own, which stands in place of the verb's.
    """
    places = list(dict.fromkeys(where(verb, outcome.before, outcome.after, city) for outcome in outcomes))
    template = _("{move}: {number} → {where}.") if len(places) == 1 and places[0] else _("{move}: {number}.")
    label = label or _(EDGE_BY_VERB[verb].label)
    return template.format(move=label, number=_one_or_many(outcomes), where=places[0])


def noted_sentence(outcomes: Sequence[Outcome], *, public: bool) -> str:
    """Which reports got a note, and who reads it."""
    template = (
        _("Catatan untuk pelapor tersimpan: {number}.")
        if public
        else _("Catatan intern tersimpan: {number}.")
    )
    return template.format(number=_one_or_many(outcomes))


def _one_or_many(outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) > 1:
        return n_("{n} laporan", len(outcomes)).format(n=len(outcomes))
    return outcomes[0].number or outcomes[0].ref


def phone_question(verb: Verb, fields: Fields) -> str:
    """What to ask before a text with a telephone number goes to the reporter; '' where it holds none.

    The reporter's page masks the number, so that it is of no use there either.
    """
    number = phone_in(fields.note) if fields.public or EDGE_BY_VERB[verb].public else ""
    if not number:
        return ""
    return _(
        "Tulisan ini dibaca pelapor dan memuat nomor telepon; di halamannya nomor itu tampil sebagai {masked}. Kirim juga?"
    ).format(masked=mask_phone(number))


def moving_question(label: str, outcomes: Sequence[Outcome], city: City) -> str:
    """What to ask before reports go to another dinas by something that is called `label`; '' where none goes."""
    moved = [
        each for each in outcomes if each.before and each.after and each.before.dinas != each.after.dinas
    ]
    if not moved:
        return ""
    names = dict.fromkeys(city.dinas_name(each.after.dinas) for each in moved if each.after)
    return _("{move} memindahkan {what} ke {dinas}. Jalankan?").format(
        move=label, what=_one_or_many(moved), dinas=", ".join(names)
    )


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


def undone_sentence(found: Undoing, worked: Worked) -> str:
    """What was taken back: the move and its report, or how many there were; what had left and stays."""
    label, outcomes = stroke_label(found.verb, found.number_of_moves), worked.outcomes
    if len(outcomes) == 1:
        sentence = _("Dibatalkan: {move} {number}.").format(
            move=label, number=outcomes[0].number or found.number
        )
    else:
        sentence = _("Dibatalkan: {move} untuk {n} laporan.").format(move=label, n=len(outcomes))
    stays = found.reports + found.left - len(outcomes) - worked.not_reached
    parts = [
        sentence,
        _("{n} lagi belum dibatalkan.").format(n=worked.not_reached) if worked.not_reached else "",
        _("{n} sudah terkirim dan tetap.").format(n=stays) if stays > 0 else "",
    ]
    return " ".join(part for part in parts if part)


def nothing_to_undo(last: Stroke | None) -> str:
    """Why `u` did nothing; `last` is the person's newest stroke."""
    if last is None:
        return _("Tidak ada tindakan yang bisa dibatalkan.")
    label = stroke_label(last.first.action.verb, last.actions // last.reports)
    if last.reports > 1:
        return _("Tidak ada lagi yang bisa dibatalkan: {move} untuk {n} laporan sudah terkirim.").format(
            move=label, n=last.reports
        )
    return _("Tidak ada lagi yang bisa dibatalkan: {move} {number} sudah terkirim.").format(
        move=label, number=last.first.number
    )


def stroke_label(verb: str, number_of_moves: int) -> str:
    """What a stroke is called: several moves on each report are a macro."""
    if number_of_moves > 1:
        return _("Makro")
    return _(EDGE_BY_VERB[Verb(verb)].label) if verb in set(Verb) else _("laporan baru")


def of_sending(
    line: LineState | None, settings: Settings, together: int = 1, *, weighty: bool = False
) -> Countdown | str:
    """What is true of sending `together` reports: to be taken back for some seconds, or it waits for the line."""
    if line is None or line.phase not in _CONNECTED:
        return _("Tersimpan, dikirim begitu tersambung.")
    key, seconds = (
        _key_of("undo", settings),
        _undo_seconds(settings, longer=weighty or together >= settings.ui.confirm_bulk),
    )
    if not key or not seconds:
        return ""
    return Countdown(seconds, lambda left: _("{key} batalkan ({n} dtk)").format(key=key, n=left))


def take_back_sentence(line: LineState | None, settings: Settings) -> str:
    """Before an act that closes reports: how it is taken back, and who can still do it once it is sent."""
    key, seconds = _key_of("undo", settings), _undo_seconds(settings, longer=True)
    if not key or (not seconds and line is not None and line.phase in _CONNECTED):
        return _("Sesudah terkirim hanya verifikator yang bisa membukanya kembali.")
    if line is None or line.phase not in _CONNECTED:
        return _(
            "{key} membatalkannya selama belum terkirim; sesudah itu hanya verifikator yang bisa membukanya kembali."
        ).format(key=key)
    return _(
        "{key} membatalkannya dalam {n} detik; sesudah itu hanya verifikator yang bisa membukanya kembali."
    ).format(key=key, n=seconds)


def kept_sentence(settings: Settings, action: str) -> str:
    """A dialog was left with something typed in it: it is there again when the key is pressed again."""
    key = _key_of(action, settings)
    if not key:
        return _("Tulisan Anda disimpan sebagai konsep.")
    return _("Tulisan Anda disimpan sebagai konsep; {key} membukanya lagi.").format(key=key)


def begun_sentence(count: int, query: str) -> str:
    """At the start: texts that wait to be gone on with, and the query that finds their reports."""
    return n_("{n} tulisan Anda belum selesai (✎): / lalu {query} menampilkannya.", count).format(
        n=wording.number(count), query=query
    )


def _key_of(action: str, settings: Settings) -> str:
    keys = keys_of(ACTION_BY_ID[action], settings.keys)
    return shown_key(keys[0]) if keys else ""


def _undo_seconds(settings: Settings, *, longer: bool) -> int:
    return settings.sync.undo_seconds * (LONGER_TIMES if longer else 1)
