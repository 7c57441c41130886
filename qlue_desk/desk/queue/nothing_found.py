"""What is said in place of a list without reports."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qlue_desk.domain.privacy import looks_like_phone
from qlue_desk.domain.query import Field, Query
from qlue_desk.domain.query_complete import Offer
from qlue_desk.words import _

_NUMBER = re.compile(r"(?:[A-Za-z]{2,4}[- ])?(?:\d{2}[- ])?\d{1,6}")
"""A report's number as people write it: whole, without the city, or its serial alone."""


def number_asked(query: Query) -> str:
    """The number of a report, where a query is nothing but that; ''."""
    asked = [word.text for word in query.words if not word.negated]
    asked += [value for term in query.terms if term.field is Field.NUMBER for value in term.values]
    return asked[0] if len(asked) == 1 == len(query.words) + len(query.terms) else ""


def nothing_found(own: str, readings: Sequence[Offer]) -> str:
    """`own`: the person's query, '' for a view; `readings`: what words of it would be as terms."""
    if not own:
        return _("Tidak ada laporan di tampilan ini. Bagus.")
    if looks_like_phone(own):
        return _(
            "Nomor telepon disamarkan di meja ini dan tidak bisa dicari: cari isi laporan, jalan atau nomor laporan. i pada satu laporan meminta nomor pelapornya. esc kembali."
        )
    if _NUMBER.fullmatch(own.strip()):
        return _(
            "Tidak ada laporan bernomor {number} di meja ini; : mencarinya juga sebagai bagian dari nomor. esc kembali."
        ).format(number=own.strip())
    words = _("“{word}” dicari sebagai kata dalam laporan; / lalu tab menggantinya dengan {term}.")
    return "\n".join(
        (
            _("Tidak ada laporan yang cocok. esc kembali ke tampilan sebelumnya."),
            *(words.format(word=each.hint, term=each.text) for each in readings),
        )
    )
