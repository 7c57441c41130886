"""A text message as a report, whatever gateway it came through."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from qlue_desk.central.intake.reading import stable_id, title_of
from qlue_desk.central.report import Report
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Channel
from qlue_desk.domain.privacy import normalise_phone
from qlue_desk.words import _

KEYWORDS = ("lapor!", "#lapor", "lapor", "aduan", "pengaduan")
"""First words that Indonesian SMS centres ask for: `LAPOR <kecamatan> <isi>`, `<instansi> <aduan>`."""
LONGEST_NAME = 4
"""Words of a place or dinas in a keyword message."""

_SHORT = re.compile(r"^(kecamatan|kec\.?|kelurahan|kel\.?)\s+", re.IGNORECASE)


def message_report(
    *,
    source: str,
    source_id: str,
    city: City,
    channel: Channel,
    sender: str,
    text: str,
    received_at: dt.datetime,
    raw: str = "",
    name: str = "",
    photos: tuple[str, ...] = (),
    place: tuple[float, float] | tuple[None, None] = (None, None),
    problem: str = "",
) -> Report:
    """The report of one message; what the keywords say becomes place or dinas, `text` stays whole."""
    words = keywords_of(text, city)
    if not text.strip() and not photos and not problem:
        problem = _("pesan tanpa isi")
    return Report(
        source=source,
        source_id=source_id,
        city=city.key,
        channel=channel,
        text=text.strip(),
        title=title_of(words.get("rest", ""), text, _("Pesan tanpa isi")),
        reported_at=received_at,
        source_dinas=words.get("dinas", ""),
        kecamatan_text=words.get("kecamatan", ""),
        kelurahan_text=words.get("kelurahan", ""),
        lat=place[0],
        lon=place[1],
        reporter_name=name,
        # A gateway may name an account or an application; the record as it came keeps that.
        reporter_phone=sender if normalise_phone(sender) else "",
        photos=photos,
        raw=raw,
        unreadable=problem,
    )


def keywords_of(text: str, city: City) -> dict[str, str]:
    """What a keyword message says: `kecamatan`, `kelurahan` or `dinas`, and the `rest`; {} for ordinary text.

    A first word alone is no keyword: `Lapor masbup, jalan …` names neither place nor dinas and stays
    as it is.
    """
    words = text.split()
    if not words:
        return {}
    announced = words[0].rstrip(":,.").casefold() in KEYWORDS
    if announced:
        words = words[1:]
    kinds: tuple[tuple[str, Iterable[str]], ...] = (
        ("kecamatan", _names((k.name, *k.aliases) for k in city.kecamatan)),
        ("kelurahan", _names((k.name, *k.aliases) for k in city.kelurahan)),
        ("dinas", _names((d.key, d.name, d.full_name) for d in city.dinas)),
    )
    for length in range(min(LONGEST_NAME + 1, len(words) - 1), 0, -1):
        start = _folded(" ".join(words[:length]))
        for kind, names in kinds:
            # A place at the very start may be ordinary speech; a dinas is not.
            if (announced or kind == "dinas") and start in names:
                return {kind: " ".join(words[:length]).strip(" :,."), "rest": " ".join(words[length:])}
    return {"rest": " ".join(words)} if announced and words else {}


def _names(groups: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(_folded(name) for group in groups for name in group if name)


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", _SHORT.sub("", name.strip()).casefold())


def content_id(sender: str, text: str, day: dt.date) -> str:
    """For gateways that give no message id: the same text of the same sender on one day is one message.

    They send again whatever was not answered with 200, so a time of arrival would make doubles.
    """
    return stable_id("content", sender, text, day.isoformat())
