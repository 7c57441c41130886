"""What a move needs to be complete: text, target, date, evidence, place."""

from __future__ import annotations

from qlue_desk.domain.complaint import Actor, Complaint, Status
from qlue_desk.domain.edges import (
    EDGE_BY_VERB,
    JUNK_KINDS,
    PRIORITY_BY_WORD,
    PRIORITY_LABEL,
    Edge,
    Text,
    To,
    Verb,
)
from qlue_desk.domain.moves import N_, Code, Context, Fields, Refusal
from qlue_desk.domain.text import visible

MIN_REASON = 10
"""Characters of a reason: who reads it next must be able to act on it or, in the access log, to judge it, and the
citizen reads some of them. A date says as much as a reason does: one that stands beside a date may be short."""
MAX_NOTE = 8000
"""Characters of a note; the wire's `note_chars` limit."""
LONGEST_TO = LONGEST_STREET = 1000
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""A desk's clock may be wrong by years, but not by lifetimes; beyond, arithmetic with dates ends."""
_FIELD_NAMES = {
    "to": N_("tujuan"),
    "until": N_("tanggal"),
    "category": N_("kategori"),
    "kelurahan": N_("kelurahan"),
    "street": N_("jalan"),
    "no_evidence": N_("alasan tanpa bukti"),
    "rating": N_("nilai"),
}


def foreign_field(edge: Edge, fields: Fields) -> str:
    """Name of a field that is given although the move has no use for it; '' when there is none.

    It must not come into the history, where it would tell of what was never done.
    """
    given = {
        "to": bool(fields.to) and edge.to is To.NOTHING,
        "until": fields.until is not None and not edge.until,
        "category": bool(fields.category) and not edge.category,
        "kelurahan": bool(fields.kelurahan or fields.place_unknown) and not edge.kelurahan,
        "street": fields.street is not None and not edge.street,
        "no_evidence": bool(fields.no_evidence) and not edge.or_why_none,
        "rating": fields.rating is not None and edge.verb not in (Verb.RATE, Verb.DISPUTE),
    }
    return next((name for name, foreign in given.items() if foreign), "")


def foreign_refusal(edge: Edge, fields: Fields) -> Refusal | None:
    """What to say of such a field."""
    name = foreign_field(edge, fields)
    if not name:
        return None
    return Refusal(
        Code.INVALID_ARGS,
        N_("{move}: tindakan ini tidak punya {what}; hapus isian itu."),
        {"move": edge.label, "what": _FIELD_NAMES[name]},
        name,
    )


def check_fields(
    complaint: Complaint, verb: Verb, fields: Fields, actor: Actor, context: Context
) -> Refusal | None:
    """What is missing or wrong in `fields` for this verb, in the order of the form; None when they will do."""
    edge = EDGE_BY_VERB[verb]
    return (
        _to_refusal(edge, complaint, fields, actor, context)
        or text_refusal(edge, fields.note)
        or _extra_refusal(edge, complaint, fields, context)
    )


_TEXT_MISSING: dict[Text, str] = {
    Text.REASON: N_("{move}: alasan wajib diisi."),
    Text.QUESTION: N_("{move}: pertanyaan wajib diisi."),
    Text.ANSWER: N_("{move}: jawaban wajib diisi."),
    Text.FOLLOW_UP: N_("{move}: tindak lanjut wajib diceritakan."),
    Text.PURPOSE: N_("{move}: untuk apa, wajib diisi."),
    Text.NOTE: N_("{move}: tulisannya masih kosong."),
}


def text_refusal(edge: Edge, note: str) -> Refusal | None:
    """What is wrong with the text of a move; None when it will do."""
    if edge.text is not Text.OPTIONAL and not visible(note):
        return Refusal(Code.INVALID_ARGS, _TEXT_MISSING[edge.text], {"move": edge.label}, "note")
    weighty = edge.text is Text.REASON and not edge.until
    if weighty and len(visible(note)) < MIN_REASON:
        return Refusal(
            Code.INVALID_ARGS,
            N_("{move}: alasannya terlalu pendek; tulis paling sedikit {least} huruf."),
            {"move": edge.label, "least": str(MIN_REASON)},
            "note",
        )
    return _too_long(note, MAX_NOTE, "note") if len(note) > MAX_NOTE else None


def _too_long(text: str, most: int, field: str) -> Refusal:
    return Refusal(
        Code.INVALID_ARGS,
        N_("Tulisan terlalu panjang: {length} huruf, paling banyak {limit}."),
        {"length": str(len(text)), "limit": str(most)},
        field,
    )


def _to_refusal(
    edge: Edge, complaint: Complaint, fields: Fields, actor: Actor, context: Context
) -> Refusal | None:
    if edge.to is To.NOTHING or (not fields.to and not edge.to_required):
        return None
    if not fields.to.strip():
        return Refusal(Code.INVALID_ARGS, _TO_MISSING[edge.to], {"move": edge.label}, "to")
    if len(fields.to) > LONGEST_TO:
        return _too_long(fields.to, LONGEST_TO, "to")
    match edge.to:
        case To.DINAS:
            return _dinas_refusal(edge, complaint, fields.to, context)
        case To.CATEGORY:
            return _category_refusal(fields.to, context, "to")
        case To.ORIGINAL:
            return _original_refusal(edge, complaint, fields.to, context)
        case To.PERSON:
            return _give_refusal(complaint, fields.to, context)
        case To.PRIORITY if fields.to not in PRIORITY_BY_WORD:
            return _choice_refusal(fields.to, list(PRIORITY_LABEL.values()))
        case To.JUNK_KIND if fields.to not in JUNK_KINDS:
            return _choice_refusal(fields.to, list(JUNK_KINDS))
        case _:
            return None


_TO_MISSING: dict[To, str] = {
    To.DINAS: N_("{move}: pilih dinas tujuan."),
    To.ELSEWHERE: N_("{move}: sebutkan ke mana pelapor harus pergi."),
    To.PARTY: N_("{move}: sebutkan dengan siapa."),
    To.ORIGINAL: N_("{move}: sebutkan nomor laporan aslinya."),
    To.PERSON: N_("{move}: pilih rekan."),
    To.CATEGORY: N_("{move}: pilih kategori."),
    To.PRIORITY: N_("{move}: pilih biasa, tinggi atau darurat."),
    To.JUNK_KIND: N_("{move}: pilih ghost, prank atau information."),
}


def _choice_refusal(found: str, allowed: list[str]) -> Refusal:
    return Refusal(
        Code.INVALID_ARGS,
        N_("“{found}” tidak dikenal; pilih {allowed}."),
        {"found": found, "allowed": ", ".join(allowed)},
        "to",
    )


def _dinas_refusal(edge: Edge, complaint: Complaint, key: str, context: Context) -> Refusal | None:
    dinas = context.city.dinas_by_key.get(key)
    if dinas is None or not dinas.active:
        names = ", ".join(d.key for d in context.city.dinas if d.active and not d.outside)
        return Refusal(
            Code.UNKNOWN_DINAS,
            N_("Dinas “{found}” tidak dikenal di {city}; pilih {allowed}."),
            {"found": key, "city": context.city.name, "allowed": names},
            "to",
        )
    if dinas.outside:
        return Refusal(
            Code.UNKNOWN_DINAS,
            N_("{dinas} di luar pemerintah kota: pakai Bukan kewenangan kota."),
            {"dinas": dinas.name},
            "to",
        )
    if edge.verb is Verb.TRANSFER and key == complaint.dinas:
        return Refusal(Code.INVALID_ARGS, N_("Laporan ini sudah di {dinas}."), {"dinas": dinas.name}, "to")
    return None


def _category_refusal(key: str, context: Context, field: str) -> Refusal | None:
    if key in context.city.category_by_key:
        return None
    return Refusal(
        Code.INVALID_ARGS,
        N_("Kategori “{found}” tidak dikenal di {city}."),
        {"found": key, "city": context.city.name},
        field,
    )


def _original_refusal(edge: Edge, complaint: Complaint, number: str, context: Context) -> Refusal | None:
    if number in (complaint.number, complaint.id):
        return Refusal(
            Code.INVALID_ARGS, N_("Sebuah laporan tidak bisa menunjuk dirinya sendiri."), field="to"
        )
    original = context.find(number)
    if original is None:
        if not context.complete:
            return None
        return Refusal(
            Code.INVALID_ARGS,
            N_("Laporan {number} tidak ada di kota ini."),
            {"number": number},
            "to",
        )
    if edge.verb is Verb.DUPLICATE and original.status is Status.DUPLICATE:
        return Refusal(
            Code.INVALID_ARGS,
            N_("{number} sendiri duplikat; tunjuk aslinya, {original}."),
            {"number": number, "original": original.duplicate_of},
            "to",
        )
    return None


def _give_refusal(complaint: Complaint, person_id: str, context: Context) -> Refusal | None:
    person = context.person(person_id)
    if person is None and not context.complete:
        return None
    if person is None or person.city != complaint.city or person.dinas != complaint.dinas:
        return Refusal(
            Code.INVALID_ARGS,
            N_("“{found}” bukan orang {dinas}."),
            {"found": person_id, "dinas": context.city.dinas_name(complaint.dinas)},
            "to",
        )
    return None


def _extra_refusal(edge: Edge, complaint: Complaint, fields: Fields, context: Context) -> Refusal | None:
    verb = edge.verb
    if edge.until:
        today = context.now.astimezone(context.clocks.calendar.zone).date()
        if fields.until is None:
            return Refusal(
                Code.INVALID_ARGS, N_("{move}: tanggalnya belum diisi."), {"move": edge.label}, "until"
            )
        if fields.until.year > LAST_YEAR:
            return Refusal(
                Code.INVALID_ARGS,
                N_("{move}: tanggalnya terlalu jauh, paling lambat tahun {last}."),
                {"move": edge.label, "last": str(LAST_YEAR)},
                "until",
            )
        if fields.until <= today:
            return Refusal(
                Code.INVALID_ARGS,
                N_("{move}: tanggalnya harus sesudah hari ini."),
                {"move": edge.label},
                "until",
            )
    if edge.evidence and not fields.evidence and not (edge.or_why_none and visible(fields.no_evidence)):
        template = (
            N_("{move}: lampirkan bukti, atau tulis mengapa tidak ada.")
            if edge.or_why_none
            else N_("{move}: berkasnya belum dipilih.")
        )
        return Refusal(Code.INVALID_ARGS, template, {"move": edge.label}, "evidence")
    if fields.rating is not None and not 1 <= fields.rating <= 5:
        return Refusal(Code.INVALID_ARGS, N_("Nilai harus 1 sampai 5."), field="rating")
    if verb is Verb.DISPUTE and not visible(fields.note) and (fields.rating or 5) > 2:
        return Refusal(
            Code.INVALID_ARGS, N_("Sanggah: beri nilai 1 atau 2, atau tulis alasannya."), field="note"
        )
    if verb is Verb.RATE and fields.rating is None:
        return Refusal(Code.INVALID_ARGS, N_("Nilai harus 1 sampai 5."), field="rating")
    return _place_refusal(edge, complaint, fields, context)


def _place_refusal(edge: Edge, complaint: Complaint, fields: Fields, context: Context) -> Refusal | None:
    if fields.kelurahan and context.city.kelurahan and fields.kelurahan not in context.city.kelurahan_by_code:
        return Refusal(
            Code.INVALID_ARGS,
            N_("Kelurahan “{found}” tidak dikenal di {city}."),
            {"found": fields.kelurahan, "city": context.city.name},
            "kelurahan",
        )
    if fields.category and (refusal := _category_refusal(fields.category, context, "category")):
        return refusal
    if len(fields.street or "") > LONGEST_STREET:
        return _too_long(fields.street or "", LONGEST_STREET, "street")
    placed = fields.kelurahan or fields.place_unknown
    template, field = "", "kelurahan"
    if edge.category and not (fields.category or complaint.category):
        template, field = N_("{move}: kategori belum ditetapkan."), "category"
    elif edge.street:
        if not placed and fields.street is None:
            template = N_("{move}: pilih kelurahan atau tulis jalannya.")
    elif edge.kelurahan and not placed and not complaint.kelurahan and not complaint.place_unknown:
        template = N_("{move}: tetapkan kelurahan, atau nyatakan lokasi tidak diketahui.")
    if template:
        return Refusal(Code.INVALID_ARGS, template, {"move": edge.label}, field)
    return None
