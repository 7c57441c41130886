"""Small readers that all adapters share: times, coordinates, titles, stable identities."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import stat
from pathlib import Path
from zoneinfo import ZoneInfo

from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.words import _

MB = 1_000_000

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb pebruari february",
            "maret mar march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "agustus agu ags agt aug august",
            "september sep sept",
            "oktober okt oct october",
            "november nov nop nopember",
            "desember des dec december",
        ),
        start=1,
    )
    for name in names.split()
}
"""Indonesian month names and the short and English forms that exports use."""

TITLE_LIMIT = 80
"""Characters of a title made from the text."""

_CLOCK = r"(?:[ T,]+(?:pukul |jam )?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)?"
_ZONE = r"(?:\s*(?P<zone>WIB|WITA|WIT))?"
_WORDS = re.compile(
    rf"(?:[a-z']+,?\s+)?(?P<day>\d{{1,2}})[ -](?P<month>[a-z]+)[ -](?P<year>\d{{4}}){_CLOCK}{_ZONE}",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})[/.-](?P<month>\d{{1,2}})[/.-](?P<year>\d{{4}}){_CLOCK}{_ZONE}", re.IGNORECASE
)
_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}


def parse_time(text: str, zone: str) -> dt.datetime:
    """An aware UTC datetime from ISO 8601, `25 Agustus 2021 12:25` or `25/08/2021 12.25`.

    A time without a zone is local time of `zone` (IANA name); a named WIB, WITA or WIT wins.

    :raises ValueError: when it is no time.
    """
    text = " ".join(text.split())
    found = _WORDS.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if found is None:
        moment = dt.datetime.fromisoformat(text)
    else:
        moment = _from_parts(found.groupdict())
        zone = _ZONES.get((found["zone"] or "").upper(), zone)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def _from_parts(parts: dict[str, str | None]) -> dt.datetime:
    month = parts["month"] or ""
    number = int(month) if month.isdigit() else MONTHS.get(month.lower())
    if number is None:
        raise ValueError(month)
    return dt.datetime(  # noqa: DTZ001 - the caller knows the zone
        int(parts["year"] or 0),
        number,
        int(parts["day"] or 0),
        int(parts["hour"] or 0),
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
    )


def parse_place(lat: object, lon: object) -> tuple[float, float] | tuple[None, None]:
    """Degrees, or (None, None) where the place is missing, 0/0 or off the earth."""
    try:
        latitude, longitude = _degrees(lat), _degrees(lon)
    except ValueError:
        return None, None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None, None
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(value: object) -> float:
    text = str(value).strip()
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    return float(text)


def bytes_of(path: Path, most: int) -> bytes:
    """The content of a file of at most `most` bytes.

    A device or a pipe is no file: reading it may never end.

    :raises IntakeError: when it is none, or larger.
    :raises OSError: when it can't be read.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise IntakeError(_("{path} bukan berkas biasa.").format(path=path))
    if found.st_size > most:
        raise IntakeError(
            _("{path} terlalu besar: {size} MB, paling banyak {limit} MB.").format(
                path=path, size=math.ceil(found.st_size / MB), limit=most // MB
            )
        )
    return path.read_bytes()


def title_of(*candidates: str) -> str:
    """The first candidate that says something, on one line and shortened at a word."""
    for candidate in candidates:
        line = " ".join(candidate.split())
        if not line:
            continue
        if len(line) <= TITLE_LIMIT:
            return line
        cut = line[: TITLE_LIMIT - 1]
        return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,.;:-") + "…"
    return ""


def stable_id(*parts: object) -> str:
    """An identity for a record without its own: the same content gives the same id, and tells nothing."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]
