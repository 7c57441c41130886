"""Where does a report belong, and is that certain enough to send it there without a person?

Certain is only what the source itself named and a place that a point, a column or the words pin down;
everything else is a suggestion that a verifier confirms.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from qlue_desk.central.report import Report, Route
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Actor, Role, Suggestion
from qlue_desk.domain.folding import words_of
from qlue_desk.domain.suggest import suggest_category

if TYPE_CHECKING:
    from qlue_desk.domain.places import PlaceIndex

ROUTER_NAME = "Rute otomatis"


class Locates(Protocol):
    """What routing asks of the boundaries; `central.places.BoundaryIndex` is one."""

    def locate(self, lat: float, lon: float) -> str | None:
        """Code of the kelurahan at a point in degrees, None when there is none."""


def router_of(city: City) -> Actor:
    """The system account that dispatches what is certain; a verifier of the coordinator."""
    return Actor("system:router", ROUTER_NAME, frozenset({Role.VERIFIER}), city.key, city.coordinator)


def route(
    report: Report,
    city: City,
    boundary_index: Locates | None = None,
    *,
    places: PlaceIndex | None = None,
    today: dt.date | None = None,
) -> Route:
    """Category, place and dinas of a report. `today` (local) decides who owns the category."""
    text = f"{report.title} {report.text} {report.street}"
    category = suggest_category(city, text, report.source_category)
    kelurahan, place_certain, place_why = _place(report, text, city, boundary_index, places)
    sure_category = category.category if category and category.certain else None
    sure_kelurahan = kelurahan if place_certain else None
    if today is None:
        today = report.reported_at.astimezone(ZoneInfo(city.zone)).date()
    owner = _owner(category.category if category else None, city, today)
    reason = _reason(report, city, sure_category, sure_kelurahan, owner)
    suggestion = Suggestion(
        category=category.category if category else None,
        kelurahan=kelurahan,
        dinas=owner,
        why=" · ".join(why for why in (category.why if category else "", place_why) if why),
    )
    return Route(
        category=sure_category,
        kelurahan=sure_kelurahan,
        dinas=owner if not reason else None,
        reason=reason,
        suggestion=suggestion if suggestion != Suggestion() else None,
    )


def _place(
    report: Report, text: str, city: City, boundary_index: Locates | None, places: PlaceIndex | None
) -> tuple[str | None, bool, str]:
    """Kelurahan, whether it is certain, and why."""
    if boundary_index is not None and report.lat is not None and report.lon is not None:
        code = boundary_index.locate(report.lat, report.lon)
        if code is not None and code in city.kelurahan_by_code:
            return code, True, f"titik → {city.kelurahan_name(code)}"
    if report.kelurahan_text in city.kelurahan_by_code:
        return report.kelurahan_text, True, ""
    if places is None:
        return None, False, ""
    kecamatan = report.kecamatan_text or None
    if report.kelurahan_text:
        named = places.named(report.kelurahan_text, kecamatan)
        if named is not None:
            return named, True, f"{report.kelurahan_text} → {city.kelurahan_name(named)}"
    finding = places.explain(f"{text} {report.kelurahan_text}", kecamatan)
    if finding.match is None:
        return None, False, finding.why
    return finding.match.code, finding.match.certain, finding.match.why


def _owner(category: str | None, city: City, today: dt.date) -> str | None:
    found = city.category_by_key.get(category or "")
    return found.owner_on(today) if found else None


def _reason(
    report: Report, city: City, category: str | None, kelurahan: str | None, owner: str | None
) -> str:
    """Why a person must look; '' when nothing is open."""
    if report.unreadable:
        return "unreadable"
    if report.waits:
        return report.waits
    if category is None:
        return "no_category"
    dinas = city.dinas_by_key.get(owner or "")
    if dinas is None or not dinas.active:
        return "no_owner"
    if dinas.outside:
        return "outside_authority"
    if _names_another(report.source_dinas, city, dinas.key):
        return "ambiguous"
    return "" if kelurahan is not None else "no_place"


def _names_another(source_dinas: str, city: City, owner: str) -> bool:
    """Whether the source names a dinas of the city that is not the category's owner."""
    wanted = words_of(source_dinas)
    if not wanted:
        return False
    named = [
        d.key for d in city.dinas if wanted in (words_of(d.key), words_of(d.name), words_of(d.full_name))
    ]
    return bool(named) and owner not in named
