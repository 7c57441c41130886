"""Whether an action can be what it claims to be at all: identities, lengths, numbers and times within bounds.

One that can't is refused alone, with the field's name; the others of its push go on. `device` is not
looked at: which desk asks, its token says, and work recorded before a desk was enrolled anew still counts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from qlue_desk.domain.city import ANTIMERIDIAN_E6, POLE_E6
from qlue_desk.domain.moves import N_, Code, Fields, Refusal
from qlue_desk.domain.requirements import FIRST_YEAR, LAST_YEAR, LONGEST_STREET, LONGEST_TO
from qlue_desk.protocol import ID_PATTERN, Action, Limits, NewReport

LONGEST_TITLE = 1000
LONGEST_TEXT = 200_000
LONGEST_NAME = 400
LONGEST_KEY = 200
LARGEST_VERSION = 2**53
_ID = re.compile(ID_PATTERN)

Text = tuple[str, str | None, int]
"""A field's name, what stands in it, how many characters it takes."""


def has_identity(action: Action) -> bool:
    """Whether the action and its report have identities that can be kept."""
    return bool(_ID.fullmatch(action.id) and _ID.fullmatch(action.complaint_id))


def form_refusal(action: Action, limits: Limits) -> Refusal | None:
    """The first field that can't be read as what it is; None when all can."""
    return next(_faults(action, limits), None)


def _faults(action: Action, limits: Limits) -> Iterator[Refusal]:
    for name, found in (("id", action.id), ("complaint_id", action.complaint_id), ("prev", action.prev)):
        if found is not None and _ID.fullmatch(found) is None:
            yield _refusal(
                name,
                N_("{field}: “{found}” bukan tanda pengenal; 1–64 huruf, angka, _ atau -."),
                found=found[:70],
            )
    if not 0 <= action.base_version <= LARGEST_VERSION:
        yield _range_refusal("base_version", 0, LARGEST_VERSION)
    yield from _year_faults("recorded_at", action.recorded_at)
    yield from _text_faults(_texts(action.fields, limits))
    yield from _year_faults("until", action.fields.until)
    for attachment in action.fields.evidence:
        if not 0 <= attachment.size <= limits.blob_bytes:
            yield _range_refusal("evidence", 0, limits.blob_bytes)
    if action.report is not None:
        yield from _report_faults(action.report)


def _texts(fields: Fields, limits: Limits) -> tuple[Text, ...]:
    return (
        ("to", fields.to, LONGEST_TO),
        ("note", fields.note, limits.note_chars),
        ("category", fields.category, LONGEST_KEY),
        ("kelurahan", fields.kelurahan, LONGEST_KEY),
        ("street", fields.street, LONGEST_STREET),
        ("no_evidence", fields.no_evidence, limits.note_chars),
        ("person_name", fields.person_name, LONGEST_NAME),
    )


def _report_faults(report: NewReport) -> Iterator[Refusal]:
    yield from _year_faults("reported_at", report.reported_at)
    yield from _text_faults(
        (
            ("title", report.title, LONGEST_TITLE),
            ("text", report.text, LONGEST_TEXT),
            ("category", report.category, LONGEST_KEY),
            ("kelurahan", report.kelurahan, LONGEST_KEY),
            ("street", report.street, LONGEST_STREET),
            ("phone", report.phone, LONGEST_NAME),
            ("name", report.name, LONGEST_NAME),
            ("reporter", report.reporter.name + report.reporter.phone, LONGEST_NAME),
            ("junk_kind", report.junk_kind, LONGEST_KEY),
        )
    )
    for name, found, most in (
        ("lat_e6", report.lat_e6, POLE_E6),
        ("lon_e6", report.lon_e6, ANTIMERIDIAN_E6),
    ):
        if found is not None and not -most <= found <= most:
            yield _range_refusal(name, -most, most)


def _text_faults(texts: tuple[Text, ...]) -> Iterator[Refusal]:
    for name, text, most in texts:
        if text is None:
            continue
        if len(text) > most:
            yield _refusal(
                name,
                N_("{field}: terlalu panjang, {length} huruf; paling banyak {limit}."),
                length=str(len(text)),
                limit=str(most),
            )
        if "\x00" in text:
            yield _refusal(name, N_("{field}: berisi karakter kosong (U+0000); hapus dulu."))


def _year_faults(name: str, moment: dt.date | None) -> Iterator[Refusal]:
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        yield _range_refusal(name, FIRST_YEAR, LAST_YEAR)


def _range_refusal(name: str, least: int, most: int) -> Refusal:
    return _refusal(
        name,
        N_("{field}: di luar batas; yang boleh {least} sampai {most}."),
        least=str(least),
        most=str(most),
    )


def _refusal(name: str, template: str, **values: str) -> Refusal:
    return Refusal(Code.INVALID_ARGS, template, {"field": name, **values}, name)
