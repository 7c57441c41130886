"""Qlue's marker feed: a JSON array over HTTP, newest first, polled."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.reading import parse_place, parse_time, stable_id, title_of
from qlue_desk.central.intake.result import IntakeResult, take_all
from qlue_desk.central.report import Report
from qlue_desk.domain.complaint import Channel
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

SOURCE = "qlue"
FEED_ZONE = "Asia/Jakarta"
"""`post_date` carries no zone; it is +07:00 for every city, also those in WITA."""
TIMEOUT = 20.0
"""Seconds for connecting and for each read."""
MAX_BYTES = 32 * 1024 * 1024
"""Of one answer; a feed of 3,000 reports is about 2 MB."""
MAX_PAGES = 100
"""Pages followed in one round, against a feed that never ends."""
FIRST_PAUSE = 60.0
LONGEST_PAUSE = 900.0
"""Seconds between rounds after failures; doubled each time up to here."""

_BREAK = re.compile(r"<br\s*/?>|</p>", re.IGNORECASE)


def poll(hub: Hub, city: str, url: str, *, dry_run: bool = False) -> IntakeResult:
    """One round: fetch every category and page of `url` and take what is new.

    :raises IntakeError: when the feed cannot be fetched or is no JSON array; nothing is lost, the next
        round sees the same reports again.
    """
    hub.city(city)
    result = IntakeResult()
    for address, category, paged in feed_addresses(url):
        for _number, page in zip(range(MAX_PAGES), _pages(address, paged), strict=False):
            reports = parse_feed(fetch(page), city, category=category, now=hub.now())
            outcome = take_all(hub, reports, dry_run=dry_run)
            result.add(outcome)
            if outcome.taken == 0:
                break
    return result


def watch(
    hub: Hub,
    city: str,
    url: str,
    *,
    interval: float = FIRST_PAUSE,
    stop: threading.Event,
    on_result: Callable[[IntakeResult], None] = lambda _result: None,
    on_error: Callable[[IntakeError], None] = lambda _error: None,
) -> None:
    """Poll until `stop` is set; after a failure the pause doubles up to 15 minutes, then falls back."""
    pause = interval
    while not stop.is_set():
        try:
            on_result(poll(hub, city, url))
            pause = interval
        except IntakeError as error:
            on_error(error)
            pause = min(pause * 2, max(LONGEST_PAUSE, interval))
        stop.wait(pause)


def feed_addresses(url: str) -> Iterator[tuple[str, str, bool]]:
    """(address, category, paged) for each category that `url` names, or for the whole feed.

    Several categories come as `category=ic_a&category=ic_b` or `category=ic_a,ic_b`.
    """
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = [word for key, value in query if key == "category" for word in value.split(",") if word]
    paged = any(key == "page" for key, _value in query)
    for category in dict.fromkeys(named) or [""]:
        kept = [pair for pair in query if pair[0] != "category"]
        if category:
            kept.append(("category", category))
        yield urlunsplit(parts._replace(query=urlencode(kept))), category, paged


def _pages(address: str, paged: bool) -> Iterator[str]:
    """The address itself; where it carries `page=N`, also the pages after it."""
    yield address
    if not paged:
        return
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    first = int(query["page"]) if query["page"].isdigit() else 1
    for number in range(first + 1, first + MAX_PAGES):
        yield urlunsplit(parts._replace(query=urlencode(query | {"page": str(number)})))


def fetch(url: str) -> bytes:
    """The body at `url`.

    :raises IntakeError: for every way in which that fails.
    """
    import httpx  # only this and the desk's sync need it

    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=True) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as reply,
        ):
            if reply.status_code != httpx.codes.OK:
                raise IntakeError(
                    _("Umpan Qlue {url} menjawab {status}, bukan 200.").format(
                        url=url, status=reply.status_code
                    )
                )
            body = bytearray()
            for chunk in reply.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise IntakeError(
                        _("Umpan Qlue {url} lebih besar dari {limit} MB.").format(
                            url=url, limit=MAX_BYTES // 1024 // 1024
                        )
                    )
            return bytes(body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        detail = str(error) or type(error).__name__
        raise IntakeError(
            _("Umpan Qlue {url} tidak terjangkau: {detail}.").format(url=url, detail=detail)
        ) from error


def parse_feed(body: bytes, city: str, *, now: dt.datetime, category: str = "") -> list[Report]:
    """The feed's items as reports, oldest first so that numbers follow time.

    :raises IntakeError: when the body is no JSON array.
    """
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        items = json.loads(text, strict=False)
    except ValueError as error:
        if text.startswith("<"):
            raise IntakeError(_("Umpan Qlue berisi halaman HTML, bukan larik JSON.")) from error
        place = getattr(error, "pos", 0)
        raise IntakeError(
            _("Umpan Qlue rusak atau terpotong pada huruf ke-{place} dari {length}.").format(
                place=place, length=len(text)
            )
        ) from error
    except RecursionError as error:
        raise IntakeError(_("Umpan Qlue bersarang terlalu dalam, bukan larik laporan.")) from error
    if not isinstance(items, list):
        raise IntakeError(
            _("Umpan Qlue berisi {found}, bukan larik JSON.").format(found=type(items).__name__)
        )
    return [parse_item(item, city, now=now, category=category) for item in reversed(items)]


def parse_item(item: object, city: str, *, now: dt.datetime, category: str = "") -> Report:
    """One item of the feed; what cannot be read becomes a report that says why."""
    raw = json.dumps(item, ensure_ascii=False, sort_keys=True)
    if not isinstance(item, dict):
        return _unreadable(raw, city, now, _("Butir umpan bukan objek JSON."))
    post_id = str(item.get("post_id", "")).strip()
    text, title = _plain(item.get("post_desc")), _plain(item.get("post_title"))
    lat, lon = parse_place(item.get("loc_lat"), item.get("loc_lng"))
    problems = []
    if not post_id.isdigit():
        problems.append(_("post_id hilang atau bukan bilangan"))
    try:
        reported_at = parse_time(str(item.get("post_date") or ""), FEED_ZONE)
    except ValueError:
        reported_at = now
        problems.append(_("post_date hilang atau bukan waktu"))
    if not text and not title:
        problems.append(_("tidak ada teks"))
    return Report(
        source=SOURCE,
        source_id=post_id if post_id.isdigit() else stable_id(raw),
        city=city,
        channel=Channel.QLUE,
        text=text or title,
        title=title_of(title, text, _("Laporan Qlue tanpa teks")),
        reported_at=reported_at,
        source_category=_plain(item.get("category")) or category,
        lat=lat,
        lon=lon,
        reporter_name=_plain(item.get("profile_name")),
        photos=_photos(item.get("post_images")),
        raw=raw,
        told=("post_title", "post_desc"),
        unreadable="; ".join(problems),
    )


def _unreadable(raw: str, city: str, now: dt.datetime, why: str) -> Report:
    return Report(
        source=SOURCE,
        source_id=stable_id(raw),
        city=city,
        channel=Channel.QLUE,
        text=raw[:2000],
        title=_("Laporan Qlue tak terbaca"),
        reported_at=now,
        raw=raw,
        unreadable=why,
    )


def _plain(value: Any) -> str:
    """Text of a field: entities resolved, line breaks kept, anything but text and numbers is ''."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return html.unescape(_BREAK.sub("\n", str(value))).strip()


def _photos(value: Any) -> tuple[str, ...]:
    """Addresses of the pictures; the feed leaves backslashes in them (`http:\\/\\/…`)."""
    values = value if isinstance(value, list) else [value]
    found = []
    for each in values:
        if isinstance(each, str):
            address = html.unescape(each).replace("\\", "").strip()
            if re.match(r"https?://[^\s/]+", address, re.IGNORECASE):
                found.append(address)
    return tuple(dict.fromkeys(found))
