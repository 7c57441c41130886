"""Saved views: those a role starts with, and a person's own from the settings.

A view is a query line with a name; numbers 1–9 open them (screens.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import Actor, Role
from qlue_desk.domain.moves import N_
from qlue_desk.store import queue

MAX_VIEWS = 9


class View(msgspec.Struct, frozen=True):
    """A named query. `name` of a default view is a msgid, of an own one the person's words."""

    name: str
    query: str
    own: bool = False


_AT_WORK = "status:dispatched,reopened,acknowledged,in_progress,coordinating,scheduled"
_MIDDLE = (
    View(N_("Belum diterima"), "status:dispatched"),
    View(N_("Lewat tenggat"), "overdue"),
    View(N_("Dalam proses"), "status:acknowledged,in_progress"),
    View(N_("Koordinasi"), "status:coordinating"),
    View(N_("Dijadwalkan"), "status:scheduled"),
    View(N_("Verifikasi"), "status:awaiting_verification"),
    View(N_("Selesai 7 h"), "status:resolved changed:7d sort:-updated"),
)
_REOPENED = View(N_("Dibuka kembali"), "status:reopened")

DEFAULT_VIEWS: dict[Role, tuple[View, ...]] = {
    Role.VERIFIER: (
        View(N_("Baru"), "status:new"),
        View(N_("Perlu orang"), "status:new is:waiting"),
        View(N_("Dikembalikan"), "is:returned"),
        _REOPENED,
        View(N_("Di dinas, belum diterima"), "status:dispatched"),
        View(N_("Menunggu verifikasi"), "status:awaiting_verification"),
        View(N_("Lewat tenggat"), "overdue"),
        View(N_("Ditahan"), "status:held"),
        View(N_("Selesai 7 h"), "status:resolved changed:7d sort:-updated"),
    ),
    Role.SUPERVISOR: (
        View(N_("Perlu saya"), f"{_AT_WORK},awaiting_verification by:me,none"),
        *_MIDDLE,
        _REOPENED,
    ),
    Role.OFFICER: (View(N_("Perlu saya"), f"{_AT_WORK} by:me,none"), *_MIDDLE, _REOPENED),
    Role.OPERATOR: (
        View(N_("Masuk hari ini"), "since:today sort:-created"),
        View(N_("Belum terkirim"), "has:unsent sort:-created"),
        View(N_("Baru"), "status:new sort:-created"),
        View(N_("Lewat 112"), "channel:cc112 is:open sort:-created"),
        View(N_("Darurat"), "is:open priority:emergency"),
        View(N_("Semua terbuka"), "is:open sort:-created"),
        View(N_("Bukan laporan hari ini"), "status:not_a_report since:today sort:-created"),
    ),
    Role.CITY_SUPERVISOR: (
        View(N_("Semua terbuka"), "is:open"),
        View(N_("Di dinas, belum diterima"), "status:dispatched"),
        View(N_("Lewat tenggat"), "overdue"),
        _REOPENED,
        View(N_("Menunggu verifikasi"), "status:awaiting_verification"),
        View(N_("Belum didisposisi"), "status:new"),
        View(N_("Dijadwalkan"), "status:scheduled"),
        View(N_("Ditahan"), "status:held"),
        View(N_("Selesai 7 h"), "status:resolved changed:7d sort:-updated"),
    ),
}
"""What needs me next comes first, finished work is out of the way; deadlines are the order."""
_FALLBACK = DEFAULT_VIEWS[Role.CITY_SUPERVISOR]


def default_views(actor: Actor) -> tuple[View, ...]:
    """The views of the first of these roles that the person has."""
    for role, views in DEFAULT_VIEWS.items():
        if role in actor.roles:
            return views
    return _FALLBACK


def views_of(actor: Actor, own: Mapping[str, str] | None = None) -> tuple[View, ...]:
    """Own views first, then those of the role whose name is not taken; at most nine."""
    mine = tuple(View(name, query, own=True) for name, query in (own or {}).items())
    taken = {view.name.casefold() for view in mine}
    others = (view for view in default_views(actor) if view.name.casefold() not in taken)
    return (*mine, *others)[:MAX_VIEWS]


def count_views(workplace: Workplace, views: Sequence[View], now: dt.datetime | None = None) -> list[int]:
    """How many reports each view holds, over one state of the store.

    :raises domain.query.QueryError: when an own view's query is not understood.
    """
    queries = [workplace.query(view.query) for view in views]
    return workplace.store.reading(
        queue.counts, queries, now=now or utc_now(), me=workplace.actor.id, zone=workplace.zone
    )
