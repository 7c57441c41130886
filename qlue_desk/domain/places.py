"""Finding the kelurahan that a citizen's text names; pure, no I/O.

Reports spell places freely (Batutulis, kel. Tanah Sereal, Jl Surya Kencana), so words are compared
joined and folded. A guess that two kelurahan share is no guess: the verifier is told why instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from qlue_desk.domain.city import City, Kecamatan, Kelurahan
from qlue_desk.domain.folding import (
    COMMON_NOUNS,
    DIRECTION_WORDS,
    ORDINARY_WORDS,
    PLACE_WORDS,
    STREET_WORDS,
    STRONG_PLACE_WORDS,
    normalise,
    words_of,
)

__all__ = ["PlaceFinding", "PlaceIndex", "PlaceMatch", "normalise"]

MIDDLE_WORDS = frozenset(("raya", "pasar", "terminal", "alun"))
LONGEST_SPAN = 5
LONGEST_TEXT = 2_000
"""Words looked at."""
LONG_STREET = 9
"""Letters from which on a street is recognised without `Jl.`: suryakencana, bangbarung."""
MARKED, BESIDE, NAMED, HINTED, NEAR = 5, 4, 3, 2, 1
"""How strong a hit is: kel. X · X with its kecamatan · X · only a street or a shared name ·
`dekat X`, `arah X`."""


class PlaceMatch(msgspec.Struct, frozen=True):
    """A kelurahan found in a text; `why` is shown beside the suggestion, `kel batutulis → Batu Tulis`."""

    code: str
    why: str
    certain: bool = True
    """False where only a street or a name shared with a kecamatan speaks for it."""


class PlaceFinding(msgspec.Struct, frozen=True):
    """What a text says about its place: a match, or why there is none and which kelurahan compete."""

    match: PlaceMatch | None = None
    why: str = ""
    candidates: tuple[str, ...] = ()


class Span(msgspec.Struct, frozen=True):
    """Words `start` to `end` (exclusive) that spell an entry."""

    start: int
    end: int
    codes: tuple[str, ...]
    street: str = ""
    """The street's name where the words name a street."""


class PlaceIndex:
    """Names of one city's kelurahan, kecamatan and streets, ready to be found in texts.

    `streets` are pairs of a street's name and the code of its kelurahan (`cities.streets`).
    """

    def __init__(self, city: City, streets: Iterable[tuple[str, str]] = ()):
        self._city = city
        self._kelurahan = _by_spelling(city.kelurahan)
        self._kecamatan = _by_spelling(city.kecamatan)
        self._streets: dict[str, tuple[str, tuple[str, ...]]] = {}
        for name, code in streets:
            for key in _street_spellings(words_of(name)):
                known = self._streets.get(key, (name, ()))[1]
                self._streets[key] = (name, (*known, code))

    def find(self, text: str, kecamatan: str | None = None) -> PlaceMatch | None:
        """The kelurahan that `text` names, None when none or several do.

        `kecamatan` (code or name) is what the report says beside its text; it only decides between
        several kelurahan and lends weight to ordinary words.
        """
        return self.explain(text, kecamatan).match

    def named(self, name: str, kecamatan: str | None = None) -> str | None:
        """The code for a column that holds nothing but a kelurahan's name or code, None if unknown."""
        stripped = name.strip()
        if stripped in self._city.kelurahan_by_code:
            return stripped
        words = words_of(name)
        if words and words[0] in ("kel", "desa"):
            words = words[1:]
        codes = self._kelurahan.get("".join(words), ())
        given = self._given(kecamatan)
        inside = [code for code in codes if not given or self._parent(code) in given]
        return inside[0] if len(inside) == 1 else None

    def explain(self, text: str, kecamatan: str | None = None) -> PlaceFinding:
        """As `find`, with the reason and the candidates where the text leaves it open."""
        words = words_of(text)[:LONGEST_TEXT]
        districts = self._given(kecamatan) or self._districts(words)
        hits = [hit for span in self._spans(words) for hit in self._weigh(span, words, districts)]
        if not hits:
            return PlaceFinding(why="tidak ada nama kelurahan atau jalan yang dikenal")
        best = max(strength for strength, _, _ in hits)
        codes: dict[str, str] = {}
        for strength, code, why in hits:
            if strength == best:
                codes.setdefault(code, why)
        if len(codes) > 1 and districts:
            codes = {code: why for code, why in codes.items() if self._parent(code) in districts} or codes
        if len(codes) > 1:
            names = ", ".join(self._city.kelurahan_name(code) for code in codes)
            return PlaceFinding(why=f"beberapa kelurahan disebut: {names}", candidates=tuple(codes))
        code, why = next(iter(codes.items()))
        certain = best > HINTED and (not districts or self._parent(code) in districts)
        return PlaceFinding(PlaceMatch(code, why, certain), why, (code,))

    def _parent(self, code: str) -> str:
        return self._city.kelurahan_by_code[code].kecamatan

    def _given(self, kecamatan: str | None) -> frozenset[str]:
        if not kecamatan:
            return frozenset()
        if kecamatan in self._city.kecamatan_by_code:
            return frozenset((kecamatan,))
        words = [word for word in words_of(kecamatan) if word != "kec"]
        return frozenset(self._kecamatan.get("".join(words), ()))

    def _districts(self, words: Sequence[str]) -> frozenset[str]:
        """Kecamatan that the text names: marked ones alone, else all that are no kelurahan as well."""
        marked: set[str] = set()
        bare: set[str] = set()
        for start, _, key in _grams(words):
            codes = self._kecamatan.get(key, ())
            before = _word_before(words, start)
            if codes and before == "kec":
                marked.update(codes)
            elif codes and before != "kel" and key not in self._kelurahan and before not in STREET_WORDS:
                bare.update(codes)
        return frozenset(marked or bare)

    def _spans(self, words: Sequence[str]) -> list[Span]:
        """All spellings found, the longest first; what lies within or across a longer one is dropped."""
        found: list[tuple[int, Span]] = []
        for start, end, key in _grams(words):
            before = _word_before(words, start)
            if key in self._streets and key not in self._kelurahan:
                name, codes = self._streets[key]
                found.append((len(key) + 1, Span(start, end, codes, name)))
            if key in self._kelurahan and before != "kec":
                found.append((len(key), Span(start, end, self._kelurahan[key])))
            if key in self._kecamatan and (before == "kec" or key not in self._kelurahan):
                found.append((len(key), Span(start, end, ())))
        found.sort(key=lambda item: (-item[0], item[1].start))
        kept: list[Span] = []
        for _, span in found:
            if all(span.end <= other.start or other.end <= span.start for other in kept):
                kept.append(span)
        return sorted((span for span in kept if span.codes), key=lambda span: span.start)

    def _weigh(
        self, span: Span, words: Sequence[str], districts: frozenset[str]
    ) -> list[tuple[int, str, str]]:
        """Strength, code and reason of each kelurahan that the words of `span` may mean."""
        hits: list[tuple[int, str, str]] = []
        key = "".join(words[span.start : span.end])
        for code in span.codes:
            why = f"{' '.join(words[span.start : span.end])} → {self._city.kelurahan_name(code)}"
            if span.street:
                strength = NEAR if _word_before(words, span.start) in DIRECTION_WORDS else HINTED
                hits.append((strength, code, f"{span.street} → {self._city.kelurahan_name(code)}"))
                continue
            strength = self._strength(key, span.start, words, self._parent(code) in districts)
            if strength == MARKED:
                why = f"kel {why}"
            if strength:
                hits.append((strength, code, why))
        return hits

    def _strength(self, key: str, start: int, words: Sequence[str], beside: bool) -> int:
        before = _word_before(words, start)
        if before == "kel":
            return MARKED
        ordinary = key in ORDINARY_WORDS or key in COMMON_NOUNS
        on_street = before in STREET_WORDS or (
            before in MIDDLE_WORDS and start > 1 and words[start - 2] in STREET_WORDS
        )
        if on_street:
            return 0 if ordinary else HINTED
        if beside and before not in DIRECTION_WORDS:
            return BESIDE
        if key in self._kecamatan:
            return HINTED
        if key in COMMON_NOUNS:
            return NAMED if before in STRONG_PLACE_WORDS else 0
        if key in ORDINARY_WORDS:
            return NAMED if before in PLACE_WORDS else 0
        return NEAR if before in DIRECTION_WORDS else NAMED


def _by_spelling(entries: Sequence[Kelurahan] | Sequence[Kecamatan]) -> dict[str, tuple[str, ...]]:
    """Joined folded spelling → codes; a name beats another entry's alias."""
    names: dict[str, list[str]] = {}
    for entry in entries:
        names.setdefault("".join(words_of(entry.name)), []).append(entry.code)
    aliases: dict[str, list[str]] = {}
    for entry in entries:
        for alias in entry.aliases:
            key = "".join(words_of(alias))
            if entry.code not in aliases.setdefault(key, []):
                aliases[key].append(entry.code)
    return {key: tuple(codes) for key, codes in {**aliases, **names}.items() if codes}


def _word_before(words: Sequence[str], start: int) -> str:
    return words[start - 1] if start else ""


def _street_spellings(words: Sequence[str]) -> Iterable[str]:
    """Joined spellings of a street: `jl x`, `jl raya x`, and `x` alone where x is long and no plain word."""
    yield "".join(words)
    if words[:1] != ["jl"]:
        return
    bare = "".join(words[1:])
    if words[1] != "raya":
        yield f"jlraya{bare}"
    if len(bare) >= LONG_STREET and bare not in COMMON_NOUNS and not bare.endswith("raya"):
        yield bare


def _grams(words: Sequence[str]) -> Iterable[tuple[int, int, str]]:
    """Every run of up to LONGEST_SPAN words: start, end and the words joined."""
    for start in range(len(words)):
        key = ""
        for end in range(start, min(start + LONGEST_SPAN, len(words))):
            key += words[end]
            yield start, end + 1, key
