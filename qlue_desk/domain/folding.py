"""Folding Indonesian words, so that spellings of one word compare equal; pure.

These are facts of the language, not of a city: short forms, chat spelling, words that are also names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_ADDRESS_FORMS = {
    **dict.fromkeys(("jalan", "jalanan", "jln", "jlan", "jallan", "jl"), "jl"),
    **dict.fromkeys(("gang", "gg"), "gg"),
    **dict.fromkeys(("kelurahan", "kel", "kelrahan"), "kel"),
    **dict.fromkeys(("kecamatan", "kec"), "kec"),
    **dict.fromkeys(("kampung", "kampoeng", "kp", "kmp", "kpg"), "kp"),
    **dict.fromkeys(("perumahan", "perum", "komplek", "kompleks", "komp"), "perum"),
    # Whom a street is named after, and what stands at it: `Jln. Pgr. Sogiri`, `Psr. Anyar`.
    **dict.fromkeys(("pangeran", "pgr", "pgrn", "pangrn"), "pangeran"),
    **dict.fromkeys(("raden", "rd", "rdn"), "raden"),
    **dict.fromkeys(("jenderal", "jendral", "jend", "jendr"), "jenderal"),
    **dict.fromkeys(("kapten", "kapt", "kpt"), "kapten"),
    **dict.fromkeys(("kolonel", "kol"), "kolonel"),
    **dict.fromkeys(("letnan", "let", "letn"), "letnan"),
    **dict.fromkeys(("profesor", "prof"), "profesor"),
    **dict.fromkeys(("insinyur", "ir"), "insinyur"),
    **dict.fromkeys(("kyai", "kiai", "kiyai"), "kyai"),
    **dict.fromkeys(("sultan", "slt"), "sultan"),
    **dict.fromkeys(("pasar", "psr"), "pasar"),
    **dict.fromkeys(("jembatan", "jbt", "jemb"), "jembatan"),
    **dict.fromkeys(("masjid", "mesjid", "msj"), "masjid"),
    **dict.fromkeys(("blok", "blk"), "blok"),
}
"""Of the words of an address: a search finds each by all its spellings."""
SHORT_FORMS = {
    **_ADDRESS_FORMS,
    **dict.fromkeys(
        ("tidak", "tdk", "gak", "ga", "nggak", "ngga", "enggak", "gk", "kagak", "tak", "ndak"), "tidak"
    ),
    **dict.fromkeys(("belum", "blm", "blum", "belom"), "belum"),
    **dict.fromkeys(("nyala", "menyala", "hidup", "idup"), "nyala"),
    **dict.fromkeys(("lampu", "lmpu", "lampunya"), "lampu"),
    "dpn": "depan",
    "yg": "yang",
    "dr": "dari",
    "mlm": "malam",
    "bgt": "banget",
    "trotoir": "trotoar",
    "ijin": "izin",
    "supir": "sopir",
    "drainasi": "drainase",
    "ruksak": "rusak",
    "runtah": "sampah",
    "poek": "gelap",
    "rmh": "rumah",
}
"""Spellings of one word folded into one; the same folding runs over names, keywords and texts."""

ORDINARY_WORDS = frozenset(
    [
        "babakan",
        "baru",
        "dukuh",
        "empang",
        "garuda",
        "gedong",
        "gelora",
        "gunung",
        "guntur",
        "jati",
        "kayumanis",
        "kayuputih",
        "kencana",
        "kenari",
        "kramat",
        "loji",
        "malabar",
        "menteng",
        "merdeka",
        "pajajaran",
        "pakuan",
        "pasarbaru",
        "pinangsia",
        "pulo",
        "rambutan",
        "selong",
        "sukabumi",
        "tanahbaru",
        "tanahtinggi",
        "tamansari",
        "bangka",
        "kartini",
        "arjuna",
        "galur",
        "wates",
        "pungkur",
        "tangki",
        "turangga",
        "sumberwetan",
        "pasarmanggis",
        "mekarjaya",
        "jatinegara",
        "makasar",
        "kampungbali",
        "kampungmelayu",
        "pluit",
        "setu",
    ]
)
"""Names that also mean something else: alone they prove nothing, "di Menteng" does."""

COMMON_NOUNS = frozenset(
    [
        "gudang",
        "genteng",
        "curug",
        "tengah",
        "gunung",
        "baru",
        "jati",
        "pulo",
        "kenari",
        "rambutan",
        "lubangbuaya",
        "pengadilan",
        "kesehatan",
    ]
)
"""Things one may well be in or at ("di gudang"): they need kel., kecamatan, daerah or kampung."""

PLACE_WORDS = frozenset(
    [
        "di",
        "daerah",
        "kp",
        "wilayah",
        "lingkungan",
        "warga",
        "kawasan",
        "sekitar",
        "area",
        "dari",
        "ke",
        "desa",
        "kota",
    ]
)
STRONG_PLACE_WORDS = frozenset(["daerah", "kp", "wilayah", "lingkungan", "warga", "kawasan", "desa"])
DIRECTION_WORDS = frozenset(
    ["arah", "menuju", "tujuan", "jurusan", "dekat", "sampai", "sd", "hingga", "seberang"]
)
"""What follows is near or ahead, so it is only a hint."""
STREET_WORDS = frozenset(("jl", "gg", "perum"))


_SAME: dict[str, tuple[str, ...]] = {
    **{
        spelling: tuple(sorted(other for other, same in _ADDRESS_FORMS.items() if same == short))
        for spelling, short in _ADDRESS_FORMS.items()
    },
    **dict.fromkeys(("no", "nomor", "nomer"), ("no", "nomor", "nomer")),
}
"""Spellings of the words of an address, for a search; chat spelling would surprise: `ga` becomes `tidak`."""
_SAME_AS_TWO = {"rt": ("rukun", "tetangga"), "rw": ("rukun", "warga")}
_WITH_NUMBER = re.compile(r"(rt|rw|no|jl|gg)(\d+)")
_MOST_SPELLINGS = 64
_LONGEST_INITIALS = 3


def spellings_of(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The ways to write these words one after the other (lower case, no accents), as given first.

    `jln 5` → `jln 5`, `jalan 5`, `jl 5` …; `rt05` → `rt05`, `rt 05`, `rukun tetangga 05`; the initials of
    `R.E. Martadinata`, `r e` → `re`, and back.
    """
    found: list[tuple[str, ...]] = [()]
    rest = list(words)
    while rest:
        initials = _initials(rest)
        if initials > 1:
            letters = tuple(rest[:initials])
            found = [(*before, *choice) for choice in (letters, ("".join(letters),)) for before in found]
            found, rest = found[:_MOST_SPELLINGS], rest[initials:]
            continue
        word = rest.pop(0)
        pair = next((short for short, two in _SAME_AS_TWO.items() if (word, *rest[:1]) == two), None)
        if pair is not None:
            rest.pop(0)
            choices = [_SAME_AS_TWO[pair], (pair,)]
        else:
            choices = _choices(word)
        found = [(*before, *choice) for choice in choices for before in found][:_MOST_SPELLINGS]
    return found


def may_go_on(spelling: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a spelling of `words` ends with what was written, of which more may follow: `lam`, the 1 of `no1`.

    Another way to write its last word is whole: who looks for `kolonel` does not look for `kolam`.
    """
    return bool(spelling) and (spelling[-1] == words[-1] or spelling[-1].isdigit())


def _initials(words: Sequence[str]) -> int:
    """How many single letters stand first."""
    return next((at for at, word in enumerate(words) if len(word) > 1 or not word.isalpha()), len(words))


def _choices(word: str) -> list[tuple[str, ...]]:
    choices: list[tuple[str, ...]] = [(word,), *((other,) for other in _SAME.get(word, ()) if other != word)]
    if word in _SAME_AS_TWO:
        choices.append(_SAME_AS_TWO[word])
    if joined := _WITH_NUMBER.fullmatch(word):
        choices += [(*first, joined[2]) for first in _choices(joined[1])]
    if word not in SHORT_FORMS and 1 < len(word) <= _LONGEST_INITIALS and word.isalpha():
        choices.append(tuple(word))
    return choices


_DOUBLED = re.compile(r"(?<=[a-z]{3})(?:2|²|\"2)(?![0-9a-z])")
"""The 2 behind a word that is said twice: `jalan2`, `anak²`."""


def words_of(text: str) -> list[str]:
    """Folded words of a text: lower case, without accents and punctuation, short forms unified."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter))
    # Looking back three letters: to look for a run of them anew from each letter takes minutes for a long one.
    flat = _DOUBLED.sub("", flat)
    return [SHORT_FORMS.get(word, word) for word in re.findall(r"[a-z0-9]+", flat)]


def normalise(text: str) -> str:
    """`Jalan. Surya-Kencana, Kelurahan Gudang` → `jl surya kencana kel gudang`."""
    return " ".join(words_of(text))
