"""Suggesting a category from what the source called it, else from the words of the text; pure.

Only the source's own name is certain. Words are a proposal that the verifier sees with its reason, so
a tie gives nothing rather than a coin toss.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from qlue_desk.domain.city import City
from qlue_desk.domain.folding import words_of

LONGEST_GAP = 6
"""Words that may stand between two words of a keyword: `lampu di gang kami mati`."""
LONGEST_TEXT = 400
"""Words looked at; what a report is about stands at its beginning."""
WEIGHT_BY_LENGTH = {1: 2, 2: 5, 3: 7}
LONGEST_WEIGHT = 8
UNBROKEN_BONUS = 1
"""For a phrase whose words stand side by side: `lampu jalan` beats `perbaiki … jalan`."""
POSSESSIVE = "nya"


class CategoryMatch(msgspec.Struct, frozen=True):
    """A category with its reason, e.g. `kata: lampu, mati` or `sumber: Jalan Berlubang`."""

    category: str
    why: str
    certain: bool = False
    """True only where the source itself named the category."""


class _Keyword(msgspec.Struct, frozen=True):
    category: str
    words: tuple[str, ...]
    weight: int


class _Compiled(msgspec.Struct, frozen=True):
    city: City
    source_names: dict[str, str]
    by_first_word: dict[str, tuple[_Keyword, ...]]


class _Hit(msgspec.Struct, frozen=True):
    keyword: _Keyword
    positions: tuple[int, ...]

    @property
    def unbroken(self) -> bool:
        """Two words or more, without others between."""
        return 1 < len(self.positions) == self.positions[-1] - self.positions[0] + 1


_compiled: dict[str, _Compiled] = {}


def suggest_category(city: City, text: str, source_name: str = "") -> CategoryMatch | None:
    """The category that fits best, None when nothing fits or two fit equally well.

    `source_name` is the category as the outside system called it; unknown ones count as words.
    """
    compiled = _compile(city)
    named = compiled.source_names.get(" ".join(words_of(source_name)))
    if named is not None:
        return CategoryMatch(named, f"sumber: {source_name.strip()}", certain=True)
    words = [_stem(word) for word in words_of(f"{source_name} {text}")[:LONGEST_TEXT]]
    hits: dict[str, list[_Hit]] = {}
    for hit in _hits(words, compiled):
        hits.setdefault(hit.keyword.category, []).append(hit)
    scores = {category: _score(found) for category, found in hits.items()}
    if not scores:
        return None
    best = max(scores.values())
    winners = [category for category, score in scores.items() if score == best]
    if len(winners) > 1:
        return None
    return CategoryMatch(winners[0], f"kata: {', '.join(_shown(hits[winners[0]], words))}")


def _compile(city: City) -> _Compiled:
    """Keywords by their first word; kept per city key and made anew when the city's data change."""
    known = _compiled.get(city.key)
    if known is not None and known.city is city:
        return known
    names: dict[str, str] = {}
    for category in city.categories:
        for name in (category.key.replace("_", " "), category.label, *category.source_names):
            names.setdefault(" ".join(words_of(name)), category.key)
    first: dict[str, list[_Keyword]] = {}
    for category in city.categories:
        for text in category.keywords:
            words = tuple(_stem(word) for word in words_of(text))
            if words:
                weight = WEIGHT_BY_LENGTH.get(len(words), LONGEST_WEIGHT)
                first.setdefault(words[0], []).append(_Keyword(category.key, words, weight))
    compiled = _Compiled(city, names, {word: tuple(keywords) for word, keywords in first.items()})
    _compiled[city.key] = compiled
    return compiled


def _stem(word: str) -> str:
    """Without `-nya` where enough of a word is left."""
    return word[:-3] if word.endswith(POSSESSIVE) and len(word) >= 7 else word


def _hits(words: Sequence[str], compiled: _Compiled) -> list[_Hit]:
    found: list[_Hit] = []
    for start, word in enumerate(words):
        for keyword in compiled.by_first_word.get(word, ()):
            positions = _follow(words, start, keyword.words)
            if positions:
                found.append(_Hit(keyword, positions))
    return found


def _follow(words: Sequence[str], start: int, wanted: tuple[str, ...]) -> tuple[int, ...]:
    """Positions of `wanted` in order from `start`, () when a gap is too long."""
    positions = [start]
    for word in wanted[1:]:
        after = positions[-1] + 1
        window = words[after : after + LONGEST_GAP + 1]
        if word not in window:
            return ()
        positions.append(after + window.index(word))
    return tuple(positions)


def _score(hits: list[_Hit]) -> int:
    """Weights of distinct keywords; one whose words all lie in a longer one adds nothing."""
    total = 0
    covered: set[int] = set()
    seen: set[tuple[str, ...]] = set()
    for hit in sorted(hits, key=lambda hit: (-len(hit.positions), not hit.unbroken)):
        known = hit.keyword.words in seen or covered.issuperset(hit.positions)
        seen.add(hit.keyword.words)
        covered.update(hit.positions)
        if known:
            continue
        total += hit.keyword.weight + (UNBROKEN_BONUS if hit.unbroken else 0)
    return total


def _shown(hits: list[_Hit], words: Sequence[str]) -> list[str]:
    positions = sorted({position for hit in hits for position in hit.positions})
    return list(dict.fromkeys("jalan" if words[at] == "jl" else words[at] for at in positions))[:4]
