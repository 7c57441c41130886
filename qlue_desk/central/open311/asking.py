"""Reading what a client asks: times, pages, statuses; the first fault is told in one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from qlue_desk.central.open311.documents import HIDDEN, UNCATEGORISED
from qlue_desk.central.open311.errors import bad
from qlue_desk.central.records import Search
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import OPEN_STATUSES, Status

LONGEST_SPAN = dt.timedelta(days=90)
MOST_REQUESTS = 1000
"""Of one answer (the specification's bound)."""
PAGE_SIZE, LARGEST_PAGE = 50, 500
MOST_NUMBERS = 50
"""Asked for by number at once: each is looked up by itself."""
LISTED = frozenset(Status) - HIDDEN

Query = Mapping[str, str]


def search_of(query: Query, city: City, now: dt.datetime) -> Search:
    """The search that `GET requests` asks for.

    Without dates the last 90 days; a longer span is cut at 90 days after its start.
    """
    start, end = _span(query, city, now)
    limit, offset = _page(query)
    return Search(
        city=city.key,
        statuses=_statuses(query),
        categories=_codes(query),
        created_from=start,
        created_to=end,
        updated_from=moment(query, "updated_after", city),
        updated_to=moment(query, "updated_before", city),
        by_update=bool(query.get("updated_after") or query.get("updated_before")),
        limit=limit,
        offset=offset,
    )


def _span(query: Query, city: City, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    start, end = moment(query, "start_date", city), moment(query, "end_date", city)
    if start is None and end is None:
        if query.get("updated_after") or query.get("updated_before"):
            return None, None
        return now - LONGEST_SPAN, None
    if start is None and end is not None:
        return before(end, LONGEST_SPAN), end
    if start is not None and end is not None and end < start:
        raise bad("end_date lies before start_date.")
    latest = _after(start or now, LONGEST_SPAN)
    return start, min(end, latest) if end else latest


def before(end: dt.datetime, span: dt.timedelta) -> dt.datetime:
    """`end` less `span`; a date at the end of the calendar is refused."""
    return _after(end, -span)


def _after(start: dt.datetime, span: dt.timedelta) -> dt.datetime:
    try:
        return start + span
    except OverflowError:
        raise bad("start_date or end_date lies too far away.") from None


def moment(query: Query, name: str, city: City) -> dt.datetime | None:
    """A time of the query, None when it is not given; without a zone it is the city's local time."""
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        # A plus sign that was not encoded arrives as a space: 2026-11-24T09:00:00 07:00.
        found = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        found = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(city.zone))
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise bad(f"{name} {text[:40]!r} is no time; use 2026-11-24T09:00:00+07:00.") from None


def _page(query: Query) -> tuple[int, int]:
    if not query.get("page") and not query.get("page_size"):
        return MOST_REQUESTS, 0
    size = _whole(query, "page_size", PAGE_SIZE)
    page = _whole(query, "page", 1)
    if size > LARGEST_PAGE:
        raise bad(f"page_size {size} is too large; at most {LARGEST_PAGE}.")
    return size, (page - 1) * size


def _whole(query: Query, name: str, default: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):
        raise bad(f"{name} {text[:20]!r} is no whole number from 1 on.")
    return int(text)


def _statuses(query: Query) -> frozenset[Status]:
    words = {word.strip().lower() for word in query.get("status", "").split(",") if word.strip()}
    if wrong := words - {"open", "closed"}:
        raise bad(f"status {sorted(wrong)[0][:40]!r} is unknown; use open, closed or both.")
    if words == {"open"}:
        return OPEN_STATUSES - HIDDEN
    if words == {"closed"}:
        return LISTED - OPEN_STATUSES
    return LISTED


def numbers(query: Query) -> list[str]:
    """What `service_request_id` lists."""
    found = [word.strip() for word in query.get("service_request_id", "").split(",") if word.strip()]
    if len(found) > MOST_NUMBERS:
        raise bad(f"service_request_id lists {len(found)} requests; at most {MOST_NUMBERS} in one question.")
    return found


def _codes(query: Query) -> frozenset[str]:
    if not query.get("service_code", "").isprintable():
        raise bad("service_code holds control characters.")
    codes = {code.strip() for code in query.get("service_code", "").split(",") if code.strip()}
    return frozenset("" if code == UNCATEGORISED else code for code in codes)
