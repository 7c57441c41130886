"""Saved views: those a role starts with, and a person's own from the settings.

A view is a query line with a name; the digits 1–9 open the first nine, and the desk starts in the first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from qlue_desk.domain.complaint import FOR_DISPATCH, Actor, Role, Status
from qlue_desk.domain.moves import N_
from qlue_desk.domain.stages import MOVED_BY_OFFICERS, NEEDS_OFFICER, ONLY_WATCHED

DIGITS = 9
"""So many views have a digit; those behind them are opened in the side bar, the palette or the dialog."""


class View(msgspec.Struct, frozen=True):
    """A named query. `name` of a default view is a msgid, of an own one the person's words."""

    name: str
    query: str
    own: bool = False


NEEDS_ME = N_("Perlu saya")
"""What the person has to move on now, by the table of moves; what one may only watch, or asked the reporter about,
has a view of its own."""
_NOT_ASIDE = "-is:snoozed"
SENT_BACK = "is:sentback by:me,none"
"""Proposals that an officer made and the second person sent back; they stand first in “Perlu saya”."""


def of_status(statuses: Collection[Status]) -> str:
    """The query of some statuses, in the order of a report's way: `status:new,reopened`."""
    return "status:" + ",".join(status for status in Status if status in statuses)


_OWN_VIEW = {
    status: View(name, of_status({status}))
    for status, name in (
        (Status.DISPATCHED, N_("Belum diterima")),
        (Status.COORDINATING, N_("Koordinasi")),
        (Status.SCHEDULED, N_("Dijadwalkan")),
        (Status.AWAITING_REPORTER, N_("Butuh info")),
    )
}
"""Statuses at a dinas that can have a view of their own."""
_NOT_ACKNOWLEDGED = _OWN_VIEW[Status.DISPATCHED]
_PROPOSED = View(N_("Verifikasi"), of_status({Status.AWAITING_VERIFICATION}))


def _at_dinas(*own: Status) -> tuple[View, ...]:
    """What officers move; of these statuses each in its own view, all others “Dalam proses”: none is in no view."""
    return (
        _NOT_ACKNOWLEDGED,
        View(N_("Lewat tenggat"), "overdue"),
        View(N_("Dalam proses"), of_status(MOVED_BY_OFFICERS - {Status.DISPATCHED, *own})),
        *(_OWN_VIEW[status] for status in own),
    )


_REOPENED = View(N_("Dibuka kembali"), of_status({Status.REOPENED}))
_DONE = View(N_("Selesai 7 hari"), f"{of_status({Status.RESOLVED})} changed:7d sort:-updated")

DEFAULT_VIEWS: dict[Role, tuple[View, ...]] = {
    Role.VERIFIER: (
        View(NEEDS_ME, f"{of_status(FOR_DISPATCH)} {_NOT_ASIDE}"),
        View(N_("Perlu orang"), f"{of_status({Status.NEW})} is:waiting"),
        View(N_("Dikembalikan"), "is:returned"),
        _REOPENED,
        _NOT_ACKNOWLEDGED,
        _PROPOSED,
        View(N_("Lewat tenggat"), "overdue"),
        View(N_("Ditahan"), of_status({Status.HELD})),
        _DONE,
    ),
    Role.SUPERVISOR: (
        View(NEEDS_ME, f"{of_status({Status.AWAITING_VERIFICATION})} -is:ownproposal {_NOT_ASIDE}"),
        *_at_dinas(Status.COORDINATING, Status.SCHEDULED),
        _PROPOSED,
        _REOPENED,
        _DONE,
    ),
    Role.OFFICER: (
        View(NEEDS_ME, f"{of_status(NEEDS_OFFICER)} by:me,none {_NOT_ASIDE} sort:proposed"),
        *_at_dinas(Status.COORDINATING, Status.SCHEDULED, Status.AWAITING_REPORTER),
        View(N_("Hanya dipantau"), of_status(ONLY_WATCHED)),
        _DONE,
    ),
    Role.OPERATOR: (
        View(N_("Masuk hari ini"), "since:today sort:-created"),
        View(N_("Belum terkirim"), "has:unsent sort:-created"),
        View(N_("Baru"), f"{of_status({Status.NEW})} sort:-created"),
        View(N_("Dari 112"), "channel:cc112 is:open sort:-created"),
        View(N_("Darurat"), "is:open priority:emergency"),
        View(N_("Semua terbuka"), "is:open sort:-created"),
        View(N_("Bukan laporan"), f"{of_status({Status.NOT_A_REPORT})} since:today sort:-created"),
    ),
    Role.CITY_SUPERVISOR: (
        View(N_("Semua terbuka"), "is:open"),
        _NOT_ACKNOWLEDGED,
        View(N_("Lewat tenggat"), "overdue"),
        _REOPENED,
        _PROPOSED,
        View(N_("Perlu disposisi"), of_status({Status.NEW})),
        _OWN_VIEW[Status.SCHEDULED],
        View(N_("Ditahan"), of_status({Status.HELD})),
        _DONE,
    ),
}
"""What needs me next comes first, finished work is out of the way; deadlines are the order."""
_OFFICER_WHO_VERIFIES = View(
    NEEDS_ME,
    f"{of_status(NEEDS_OFFICER | {Status.AWAITING_VERIFICATION})} is:proposed,mine,unassigned -is:ownproposal"
    f" {_NOT_ASIDE} sort:proposed",
)
_FALLBACK = DEFAULT_VIEWS[Role.CITY_SUPERVISOR]


def default_views(actor: Actor) -> tuple[View, ...]:
    """The views of the first of these roles that the person has."""
    for role, views in DEFAULT_VIEWS.items():
        if role not in actor.roles:
            continue
        if role is Role.SUPERVISOR and Role.OFFICER in actor.roles:
            return (_OFFICER_WHO_VERIFIES, *views[1:])
        return views
    return _FALLBACK


def displaced_by(
    name: str, actor: Actor, own: Mapping[str, str], translate: Callable[[str], str] = str
) -> View | None:
    """The role's view whose place an own one of that name would take; None where that is taken or hidden already.

    It goes by its name in the reader's language as well.
    """
    wanted, taken = name.casefold(), {each.casefold() for each in own}
    return next(
        (
            view
            for view in default_views(actor)
            if wanted in (view.name.casefold(), translate(view.name).casefold())
            and view.name.casefold() not in taken
        ),
        None,
    )


def views_of(
    actor: Actor, own: Mapping[str, str] | None = None, order: Sequence[str] = ()
) -> tuple[View, ...]:
    """The role's views, then own ones as they were saved; an own one of the same name takes the place of the role's.

    An empty query hides a role's view. Views named in `order` come first. None gives way to another: one that is
    saved comes last, so that every digit goes on meaning what it meant.
    """
    mine = {name.casefold(): View(name, query, own=True) for name, query in (own or {}).items()}
    role = [mine.pop(view.name.casefold(), view) for view in default_views(actor)]
    wanted = [name.casefold() for name in order]
    shown = [view for view in (*role, *mine.values()) if view.query]
    shown.sort(key=lambda view: _place(view, wanted))
    return tuple(shown) or default_views(actor)[:1]


def _place(view: View, wanted: Sequence[str]) -> int:
    name = view.name.casefold()
    return wanted.index(name) if name in wanted else len(wanted)


def digit_of(place: int) -> str:
    """The key of the view at a place (from 0); '' behind the last digit."""
    return str(place + 1) if place < DIGITS else ""
