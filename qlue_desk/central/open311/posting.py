"""`POST requests`: the form of a client becomes a report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from qlue_desk.central.intake.reading import parse_place, stable_id, title_of
from qlue_desk.central.open311.documents import LONGEST_DESCRIPTION, UNCATEGORISED
from qlue_desk.central.open311.errors import GeoReportError, unknown
from qlue_desk.central.report import Report
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Channel

SOURCE = "open311"
PRIVATE = ("api_key",)
LONGEST = {
    "description": LONGEST_DESCRIPTION,
    "address_string": 400,
    "media_url": 2000,
    "first_name": 100,
    "last_name": 100,
    "phone": 40,
    "email": 254,
}
"""Characters of a field; the description's bound is the specification's."""


def given_in(form: Mapping[str, str]) -> dict[str, str]:
    """What a form holds, without its key. An empty parameter is the same as a missing one."""
    return {key: value.strip() for key, value in form.items() if value.strip() and key not in PRIVATE}


def sent_by(client: str) -> str:
    """How the identity of a record begins that `client` posted: nobody else may add to it."""
    return stable_id(SOURCE, client) + "-"


def report_of(form: Mapping[str, str], city: City, client: str, now: dt.datetime) -> Report:
    """The report in a form.

    The same form from the same client on one day is the same report, so that a client which got no
    answer may send again.

    :raises GeoReportError: with every fault at once.
    """
    given = given_in(form)
    code = given.get("service_code", "")
    category = city.category_by_key.get(code)
    if code and code != UNCATEGORISED and category is None:
        raise unknown("service_code", code)
    lat, lon = parse_place(given.get("lat"), given.get("long"))
    faults = list(_faults(given, city, placed=lat is not None))
    if faults:
        raise GeoReportError(400, *faults)
    text = given.get("description", "")
    label = category.label if category else ""
    day = now.astimezone(ZoneInfo(city.zone)).date()
    media = given.get("media_url", "")
    content = stable_id(client, city.key, day, *(f"{key}={given[key]}" for key in sorted(given)))
    return Report(
        source=SOURCE,
        source_id=sent_by(client) + content,
        city=city.key,
        channel=Channel.OPEN311,
        text=text or label,
        title=title_of(text, label, given.get("address_string", "")),
        reported_at=now,
        source_category=code if category else "",
        lat=lat,
        lon=lon,
        kelurahan_text=given.get("address_id", ""),
        street=given.get("address_string", ""),
        reporter_name=" ".join(filter(None, (given.get("first_name"), given.get("last_name")))),
        reporter_phone=given.get("phone", ""),
        reporter_email=given.get("email", ""),
        photos=(media,) if media else (),
        raw=json.dumps(given, ensure_ascii=False, sort_keys=True),
    )


def _faults(given: Mapping[str, str], city: City, *, placed: bool) -> Iterator[str]:
    if not given.get("service_code"):
        yield "service_code was not provided."
    if ("lat" in given or "long" in given) and not placed:
        yield "lat and long must both be given as WGS84 degrees: lat from -90 to 90, long from -180 to 180."
    address_id = given.get("address_id")
    if address_id and address_id not in city.kelurahan_by_code:
        yield f"address_id {address_id[:40]!r} is no kelurahan code of {city.name}."
    if not any(name in given for name in ("lat", "long", "address_string", "address_id")):
        yield "A location was not provided: lat and long, address_string or address_id."
    yield from text_faults(given)


def text_faults(given: Mapping[str, str]) -> Iterator[str]:
    """What is too long, and an address of a photo that is none."""
    for name, most in LONGEST.items():
        if len(given.get(name, "")) > most:
            yield f"{name} is longer than {most} characters."
    media = given.get("media_url", "")
    if media and not is_web_address(media):
        yield f"media_url {media[:60]!r} is no address that begins with http:// or https://."


def is_web_address(text: str) -> bool:
    """Whether `text` is an http or https address with a host, without blanks and controls."""
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
