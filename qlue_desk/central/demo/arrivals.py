"""How the reports of the demonstration arrive: about what, where, through which channel."""

from __future__ import annotations

import datetime as dt
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from qlue_desk.central.demo.people import reporter_name, reporter_phone
from qlue_desk.central.demo.texts import Author, Spot
from qlue_desk.central.report import Report
from qlue_desk.domain.city import Category, City
from qlue_desk.domain.complaint import MESSAGES, Channel

DINAS_WEIGHT = {
    # SiBadra's 720 reports by June 2019; the others share the rest.
    "dpupr": 137,
    "dishub": 112,
    "disperumkim": 110,
    "disperkim": 110,
    "pdam": 55,
    "satpol_pp": 44,
    "dlh": 92,
    "dinsos": 32,
    "bpbd": 30,
    "disdukcapil": 30,
    "damkarmat": 22,
    "dinkes": 22,
    "disdik": 18,
    "diskominfo": 16,
}
CATEGORY_WEIGHT = {"jalan_rusak": 6, "drainase": 4, "trotoar": 3, "parkir_liar": 3, "pju": 4, "lainnya": 2}
"""Within a dinas; others weigh 2."""
CHANNEL_WEIGHT = {
    Channel.QLUE: 46,
    Channel.CALL_CENTRE_112: 14,
    Channel.WHATSAPP: 12,
    Channel.SMS: 10,
    Channel.SP4N: 10,
    Channel.WALK_IN: 3,
    Channel.OPEN311: 3,
    Channel.EMAIL: 2,
}
_SOURCE = {Channel.SMS: "gammu"}
_WITH_POINT = frozenset({Channel.QLUE, Channel.OPEN311})
_WITH_PHOTO = {Channel.QLUE: 0.85, Channel.WHATSAPP: 0.5, Channel.OPEN311: 0.5, Channel.SP4N: 0.3}
_FREE_TEXT = MESSAGES | {Channel.EMAIL}
"""Who reports this way names no category."""
_ANONYMOUS = {Channel.QLUE: 0.3, Channel.SP4N: 0.35}


class Arrival(msgspec.Struct, frozen=True):
    """A report on its way in, and what a verifier will make of it."""

    report: Report
    received_at: dt.datetime
    category: str
    owner: str
    """Dinas or outside party that owns the category."""
    dinas: str
    """Where it is followed up: the owner, or the coordinator where the owner is outside."""
    kelurahan: str | None
    photo: str
    """Kind of picture the citizen sent; '' for none."""
    spot: Spot


class Arrivals:
    """Makes reports for one city."""

    def __init__(self, city: City, random: Random, today: dt.date) -> None:
        self.city = city
        self.random = random
        self.author = Author(city, random)
        self._inside, self._outside = _weighted(city, today)
        self._count = 0

    def arrive(
        self,
        at: dt.datetime,
        *,
        outside: bool = False,
        vague: bool = False,
        channel: Channel | None = None,
        dinas: str = "",
        like: Arrival | None = None,
    ) -> Arrival:
        """A report of `at`.

        `vague` ones name no category, `dinas` asks for one of its categories, `like` for a second report
        of the same trouble.
        """
        random = self.random
        category, owner = self._category(outside, dinas)
        if like is not None:
            category, owner = self.city.category_by_key[like.category], like.owner
        if channel is None:
            channel = random.choices(list(CHANNEL_WEIGHT), weights=list(CHANNEL_WEIGHT.values()))[0]
        spot = like.spot if like is not None else self.author.spot()
        written = self.author.write(category.key, spot, channel)
        self._count += 1
        named = channel not in _FREE_TEXT and not vague
        has_point = channel in _WITH_POINT and not vague and spot.lat is not None
        kelurahan = spot.kelurahan.code if spot.kelurahan else None
        report = Report(
            source=_SOURCE.get(channel, str(channel)),
            source_id=f"demo-{self._count}-{random.getrandbits(40):010x}",
            city=self.city.key,
            channel=channel,
            title=written.title,
            text=written.text,
            reported_at=at.astimezone(dt.UTC).replace(microsecond=0),
            source_category=category.label if named else "",
            lat=spot.lat if has_point else None,
            lon=spot.lon if has_point else None,
            kelurahan_text=spot.kelurahan.name if spot.kelurahan and named and not has_point else "",
            street=spot.street if channel is not Channel.SMS else "",
            reporter_name=reporter_name(random),
            reporter_phone=reporter_phone(random),
            anonymous=random.random() < _ANONYMOUS.get(channel, 0.05),
            secret=channel is Channel.SP4N and random.random() < 0.08,
        )
        return Arrival(
            report=report,
            received_at=report.reported_at + dt.timedelta(seconds=random.uniform(1, 150)),
            category=category.key,
            owner=owner,
            dinas=self.city.coordinator if outside else owner,
            kelurahan=kelurahan,
            photo=category.key if random.random() < _WITH_PHOTO.get(channel, 0) else "",
            spot=spot,
        )

    def _category(self, outside: bool, dinas: str) -> tuple[Category, str]:
        table = self._outside if outside and self._outside else self._inside
        if dinas:
            table = [row for row in table if row[1] == dinas] or table
        category, owner, _ = self.random.choices(table, weights=[weight for _, _, weight in table])[0]
        return category, owner


def _weighted(
    city: City, today: dt.date
) -> tuple[list[tuple[Category, str, float]], list[tuple[Category, str, float]]]:
    """Categories with owner and weight: those of the city's own dinas, those of outside parties."""
    inside: list[tuple[Category, str, float]] = []
    outside: list[tuple[Category, str, float]] = []
    shares: dict[str, int] = {}
    owned = [(category, category.owner_on(today)) for category in city.categories]
    for category, owner in owned:
        if owner:
            shares[owner] = shares.get(owner, 0) + CATEGORY_WEIGHT.get(category.key, 2)
    for category, owner in owned:
        dinas = city.dinas_by_key.get(owner or "")
        if owner is None or dinas is None:
            continue
        part = CATEGORY_WEIGHT.get(category.key, 2) / shares[owner]
        (outside if dinas.outside else inside).append((category, owner, DINAS_WEIGHT.get(owner, 20) * part))
    return inside, outside


def office_time(at: dt.datetime, zone: ZoneInfo, random: Random) -> dt.datetime:
    """`at`, or a moment of the next office morning when the office is closed then."""
    local = at.astimezone(zone)
    minutes = random.uniform(0, 150)  # drawn always: what follows must not depend on the hour
    if local.hour >= 16 or local.hour < 7:
        if local.hour >= 16:
            local += dt.timedelta(days=1)
        local = local.replace(hour=7, minute=30) + dt.timedelta(minutes=minutes)
    while local.weekday() >= 5:
        local += dt.timedelta(days=1)
    return local.astimezone(dt.UTC)
