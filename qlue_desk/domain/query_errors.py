"""What is said about a query line that is not understood, in the words of who wrote it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from qlue_desk.domain.moves import N_
from qlue_desk.domain.query_names import (
    CLOCK_EXAMPLES,
    DURATIONS,
    FIELD_SPELLINGS,
    FIXED,
    FROM_A_WORD,
    NEAREST,
    Field,
    QueryNames,
    Spelling,
    beginning_with,
    field_word,
    nearest,
    readable,
    squash,
    written_value,
)

UNKNOWN_FIELD = N_("Kolom “{found}” tidak dikenal.")
UNKNOWN_VALUE = N_("Nilai “{found}” tidak dikenal untuk {field}.")
MISSING_VALUE = N_("Nilai untuk {field} belum ditulis.")
OPEN_QUOTE = N_("Tanda kutip belum ditutup.")
BAD_DURATION = N_("“{found}” bukan lama waktu; tulis misalnya 24jam, 3hari atau 2minggu.")
BAD_DATE = N_("“{found}” bukan tanggal; tulis misalnya 2026-11-24.")
BAD_DUE = N_("“{found}” bukan tenggat; tulis misalnya hari-ini, lewat, <8jam atau 2026-11-24.")
NO_WORD = N_("“{found}” tidak berisi huruf atau angka untuk dicari.")
ONE_SORT = N_("Urutan hanya boleh satu; untuk membalik tulis misalnya urut:-tenggat.")
ONE_GROUP = N_("Kelompok hanya boleh satu, misalnya kelompok:kelurahan.")
MESSAGES = (
    UNKNOWN_FIELD,
    UNKNOWN_VALUE,
    MISSING_VALUE,
    OPEN_QUOTE,
    BAD_DURATION,
    BAD_DATE,
    BAD_DUE,
    NO_WORD,
    ONE_SORT,
    ONE_GROUP,
)
"""All that `QueryError.template` can be."""
MAYBE = N_("Mungkin: {words}.")
THERE_ARE = N_("Yang ada: {words}.")
_MOST_NAMED = 16
"""Words of a list of what is allowed; tab goes through all of them."""
_NAMES_LISTED = (Field.CITY, Field.DINAS, Field.BOUNCED, Field.CATEGORY)
"""Fields of a city's own few names; of kelurahan and people there are too many."""


class QueryError(ValueError):
    """What in a query line is not understood: `text[start:end]`, and the nearest right spellings."""

    def __init__(
        self,
        template: str,
        start: int,
        end: int,
        nearest: tuple[str, ...] = (),
        allowed: tuple[str, ...] = (),
        **fields: str,
    ) -> None:
        """`allowed`: what can be written there, where that is a short list."""
        self.template = template
        self.allowed = allowed
        self.fields = fields
        self.start = start
        self.end = end
        self.nearest = nearest
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What is wrong, in Indonesian."""
        return self.template.format(**self.fields)

    def is_unfinished(self, text: str) -> bool:
        """Whether the line only ends too early, as each line does while it is typed."""
        return self.template in (MISSING_VALUE, OPEN_QUOTE) and self.end == len(text)

    def sentences(self, translate: Callable[[str], str] = str) -> list[str]:
        """What is wrong in the reader's language, then what may be meant or what there is."""
        said = [translate(self.template).format(**self.fields)]
        if self.nearest:
            said.append(translate(MAYBE).format(words=", ".join(self.nearest)))
        elif self.allowed:
            said.append(translate(THERE_ARE).format(words=", ".join(self.allowed)))
        return said

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The same in one line."""
        return " ".join(self.sentences(translate))


class Vocabulary(msgspec.Struct, frozen=True):
    """What the writer of a line may name, and in which language that is told back."""

    names: QueryNames
    language: str

    def field(self, field: Field) -> str:
        """What a field is called."""
        return field_word(field, self.language)

    def near_fields(self, text: str) -> tuple[str, ...]:
        """Fields that look like `text`."""
        return nearest(text, FIELD_SPELLINGS, self.language)

    def fields(self) -> tuple[str, ...]:
        """All fields."""
        return tuple(self.field(field) for field in Field)

    def nearest(self, field: Field, text: str) -> tuple[str, ...]:
        """Up to three values that look like `text`, as they are written; else where such a value belongs."""
        found = nearest(text, self.names.spellings(field), self.language)
        return tuple(written_value(word) for word in found) or self._elsewhere(text)

    def _elsewhere(self, text: str) -> tuple[str, ...]:
        """`status:rusak` may mean `kategori:jalan-rusak`."""
        if not squash(text):
            return ()
        found = [
            f"{self.field(field)}:{written_value(self._said(field, spelling))}"
            for field in FROM_A_WORD
            for spelling in beginning_with(text, self.names.spellings(field), self.language)
        ]
        return tuple(dict.fromkeys(found))[:NEAREST]

    def _said(self, field: Field, spelling: Spelling) -> str:
        if readable(spelling, self.language):
            return spelling.shown
        return self.names.word(field, spelling.value, self.language)

    def allowed(self, field: Field) -> tuple[str, ...]:
        """The values of a field that has few of them, as they are written."""
        if field in DURATIONS:
            return CLOCK_EXAMPLES[self.language]
        if field in QueryNames.__struct_fields__ and field not in _NAMES_LISTED:
            return ()
        spellings = self.names.spellings(field) if field in _NAMES_LISTED else FIXED.get(field, ())
        values = dict.fromkeys(spelling.value for spelling in spellings)
        words = [written_value(self.names.word(field, value, self.language)) for value in values]
        return tuple(words) if len(words) <= _MOST_NAMED else (*words[:_MOST_NAMED], "…")
