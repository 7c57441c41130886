"""What the palette offers on a screen and how it is run: actions of the registry, moves of the report, views, reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from qlue_desk.casework import acting, departures, macros
from qlue_desk.casework.views import digit_of
from qlue_desk.desk.actions import ACTION_BY_ID, ACTIONS, Group, Place
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.moves import KEYS, shown_offers
from qlue_desk.desk.dialogs.palette import Command
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue.listing import GROUPS
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.domain.edges import Verb
from qlue_desk.phrases import number
from qlue_desk.store import complaints, queue
from qlue_desk.words import _, language, n_

if TYPE_CHECKING:
    from qlue_desk.desk.places_app import PlacesApp

LANGUAGES = {
    "id": ("bahasa Indonesia", "Tampilkan meja ini dalam bahasa Indonesia"),
    "en": ("English", "Show this desk in English"),
}
"""Not to be translated: who looks for one may not read the other."""


def action_commands(place: Place, remapped: Mapping[str, str]) -> list[Command]:
    """The registry's actions of this place, but moving about and the palette itself."""
    return [
        Command(
            f"action:{action.id}",
            _(action.label),
            _(action.says(place)),
            shown_key(keys_of(action, remapped)[0]),
            also=action.id,
        )
        for action in ACTIONS
        if place in action.places
        and keys_of(action, remapped)
        and action.group is not Group.MOVE
        and action.id != "palette"
    ]


def view_commands(screen: DeskScreen) -> list[Command]:
    """The saved views, found by their query's words too, what is put aside or begun, and how views are changed."""
    views = [
        Command(f"view:{n}", _(name), _("Buka tampilan ini"), digit_of(n - 1), also=query)
        for n, (name, query) in enumerate(screen.views, 1)
    ]
    aside = Command("aside:", _("Yang ditunda"), _("Laporan yang Anda tunda"), also="is:snoozed")
    begun = Command(
        "drafts:", _("Konsep"), _("Laporan dengan tulisan Anda yang belum selesai"), also="has:draft"
    )
    edit = Command(
        "views:", _("Atur tampilan…"), _("Ganti nama, urutkan atau hapus tampilan"), also="views edit"
    )
    return [*views, aside, begun, edit]


def language_commands() -> list[Command]:
    """The other languages, each in its own words, so that who reads only that one finds it."""
    return [
        Command(f"language:{code}", label, hint, also=f"bahasa language {code}")
        for code, (label, hint) in LANGUAGES.items()
        if code != language()
    ]


def macro_commands(screen: DeskScreen) -> list[Command]:
    """The macros of the settings, by name and label."""
    return [
        Command(
            f"macro:{name}", macro.label, _("makro: {steps}").format(steps=macros.label(macro, _)), also=name
        )
        for name, macro in screen.settings.macros.items()
    ]


def list_commands(screen: DeskScreen) -> list[Command]:
    """How the list is shown: its columns, and what it is grouped by."""
    found = [
        Command(
            f"group:{by}",
            _("kelompokkan menurut {what}").format(what=_(word)),
            _("Judul dengan jumlah di antara laporan"),
            "",
            also=f"group:{by}",
        )
        for by, word in GROUPS.items()
        if by != screen.listing.by
    ]
    if screen.listing.by:
        found.append(Command("group:", _("tanpa kelompok"), _("Satu daftar saja"), "", also="group"))
    columns = Command("columns:", _("pilih kolom"), _("Kolom mana yang tampil di daftar"), "", also="columns")
    return [columns, *found]


async def move_commands(screen: DeskScreen, backend: Backend) -> list[Command]:
    """The moves that are allowed for the report under the cursor (of marked ones: for the first)."""
    chosen = await backend.read(queue.complaints, list(screen.queue.chosen))
    if not chosen:
        return []
    subject = (
        (chosen[0].number or chosen[0].title)
        if len(chosen) == 1
        else n_("{n} laporan", len(chosen)).format(n=number(len(chosen)))
    )
    return [
        Command(
            f"move:{offer.edge.verb}",
            _(offer.edge.label) + ("…" if offer.edge.asks else ""),
            _("tindak lanjut {subject}").format(subject=subject),
            f"t {KEYS.get(offer.edge.verb, '')}".strip(),
            also=str(offer.edge.verb),
        )
        for offer in shown_offers(
            await backend.read(acting.offers, backend.workplace, chosen[0], backend.now())
        )
        if offer.refusal is None
    ]


async def report_commands(backend: Backend, typed: str) -> Sequence[Command]:
    """Reports that have this number, or a number that ends with it; behind them those that are elsewhere now."""
    here = [
        Command(
            f"number:{report.number}",
            _("Buka laporan {number}").format(number=report.number),
            report.title,
        )
        for report in await backend.newest("numbered", complaints.numbered, typed)
    ]
    elsewhere = [
        Command(f"number:{number}", number, where.sentence(_))
        for number, where in await backend.read(departures.numbered, backend.workplace, typed)
    ]
    return [*here, *elsewhere]


async def offered(screen: PlaceScreen) -> list[Command]:
    """All that the palette lists on a screen; what can be done to the report under the cursor comes first."""
    found = action_commands(screen.place, screen.settings.keys)
    if isinstance(screen, DeskScreen):
        found = [
            *await move_commands(screen, screen.backend),
            *macro_commands(screen),
            *found,
            *view_commands(screen),
            *list_commands(screen),
        ]
    guide = Command("guide:", _("ulangi panduan"), _("Panduan singkat dari langkah pertama"))
    return [*found, *language_commands(), guide]


ANYWHERE: Mapping[str, Callable[[PlacesApp, str], None]] = {
    "number": lambda app, number: app.open_report(number),
    "guide": lambda app, _none: app.begin_guide(),
    "language": lambda app, code: app.speak(code),
    "aside": lambda app, _none: app.open_query("is:snoozed", _("Yang ditunda"), of_summary=False),
    "drafts": lambda app, _none: app.open_query("has:draft", _("Konsep"), of_summary=False),
    "action": lambda app, id: app.run_named(ACTION_BY_ID[id].method),
}
"""What is run, by the kind of a command's key; it is given what stands behind the colon."""
IN_QUEUE: Mapping[str, Callable[[DeskScreen, str], None]] = {
    "view": lambda screen, place: screen.action_view(int(place)),
    "views": lambda screen, _none: screen.edit_views(),
    "group": lambda screen, by: screen.listing.group_by(by),
    "columns": lambda screen, _none: screen.listing.choose_columns(),
    "move": lambda screen, verb: screen.doing.follow_up(preselect=Verb(verb)),
    "macro": lambda screen, name: screen.doing.run_macro(name),
}
"""The same on the queue's own screen."""


def run(app: PlacesApp, key: str) -> None:
    """Run what was chosen; nothing for '', or where its screen is not in front any more."""
    kind, _colon, value = key.partition(":")
    if kind in ANYWHERE:
        ANYWHERE[kind](app, value)
    elif kind in IN_QUEUE and isinstance(app.screen, DeskScreen):
        IN_QUEUE[kind](app.screen, value)
