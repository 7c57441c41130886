"""`POST requests`: the form of a client becomes a report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from qlue_desk.central.intake.reading import parse_place, stable_id, title_of
from qlue_desk.central.open311.documents import LONGEST_DESCRIPTION, UNCATEGORISED
from qlue_desk.central.open311.errors import GeoReportError, unknown
from qlue_desk.central.report import Report
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Channel

SOURCE = "open311"
PRIVATE = ("api_key",)


def report_of(form: Mapping[str, str], city: City, client: str, now: dt.datetime) -> Report:
    """The report in a form. An empty parameter is the same as a missing one.

    The same form from the same client on one day is the same report, so that a client which got no
    answer may send again.

    :raises GeoReportError: with every fault at once.
    """
    given = {key: value.strip() for key, value in form.items() if value.strip() and key not in PRIVATE}
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
    return Report(
        source=SOURCE,
        source_id=stable_id(client, city.key, day, *(f"{key}={given[key]}" for key in sorted(given))),
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
        photos=(media,) if media.startswith(("http://", "https://")) else (),
        raw=json.dumps(given, ensure_ascii=False, sort_keys=True),
    )


def _faults(given: Mapping[str, str], city: City, *, placed: bool) -> list[str]:
    faults = []
    if not given.get("service_code"):
        faults.append("service_code was not provided.")
    if ("lat" in given or "long" in given) and not placed:
        faults.append("lat and long must both be given as WGS84 degrees.")
    address_id = given.get("address_id")
    if address_id and address_id not in city.kelurahan_by_code:
        faults.append(f"address_id {address_id[:40]!r} is no kelurahan code of {city.name}.")
    if not placed and not given.get("address_string") and not address_id:
        faults.append("A location was not provided: lat and long, address_string or address_id.")
    if len(given.get("description", "")) > LONGEST_DESCRIPTION:
        faults.append(f"description is longer than {LONGEST_DESCRIPTION} characters.")
    return faults
