"""Reports that may be of the same thing (`d`): compared side by side, then this one or that one is the duplicate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.casework.similar import Similar, why_similar
from qlue_desk.desk import wording
from qlue_desk.desk.detail.content import headline
from qlue_desk.desk.dialogs.duplicate import name_of
from qlue_desk.desk.dialogs.listed import Listed
from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Complaint
from qlue_desk.words import _


class Same(msgspec.Struct, frozen=True):
    """What the person found: these are duplicates of that one. Without duplicates: just open it."""

    original: Complaint
    duplicates: tuple[Complaint, ...] = ()


def similar_content(found: Similar, now: dt.datetime) -> Content:
    """A report of the list in three lines: status, number, age; title; why it is here."""
    complaint = found.complaint
    look = complaint.look
    age = wording.span(max(0.0, (now - complaint.created_at).total_seconds()))
    number = safe(complaint.number) or _("belum bernomor")
    status = f"{look.glyph} {number}"
    return Content.assemble(
        (status, f"$status-{look.colour}"),
        (f"  {_(look.label)} · {age}\n", "$text-muted"),
        f"  {safe(complaint.title)[:60]}\n",
        (f"  {safe(why_similar(found, _))}", "$text-muted"),
    )


def report_content(complaint: Complaint, city: City, now: dt.datetime) -> Content:
    """A report in short, to be compared with another one."""
    words, style = headline(complaint, now, ZoneInfo(city.zone))
    place = ", ".join(filter(None, (complaint.street, city.kelurahan_name(complaint.kelurahan))))
    age = wording.span(max(0.0, (now - complaint.created_at).total_seconds()))
    return Content.assemble(
        (name_of(complaint), "bold $accent"),
        (f"  {complaint.look.glyph} {_(complaint.look.label)}\n", f"$status-{complaint.look.colour}"),
        (words + "\n", style),
        (safe(complaint.title) + "\n", "bold"),
        (
            safe(city.category_label(complaint.category) or _("kategori belum ditetapkan")) + "\n",
            "$text-muted",
        ),
        (safe(place or _("lokasi belum ditetapkan")) + "\n", "$text-muted"),
        (_("masuk {time} lalu").format(time=age) + "\n\n", "$text-muted"),
        safe(complaint.text, multiline=True),
    )


class _Comparing(Listed[Same]):
    """A list on the left, on the right the report under its cursor."""

    def __init__(self, reports: Sequence[Complaint], city: City, now: dt.datetime) -> None:
        super().__init__()
        self.reports = reports
        self.city = city
        self.now = now

    def options(self) -> list[Option]:
        """The lines of the list."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """List and report."""
        with Horizontal(id="sides"):
            yield OptionList(*self.options(), id="candidates")
            with VerticalScroll(id="compared", can_focus=False):
                yield Static(report_content(self.reports[0], self.city, self.now), id="compared-report")

    def on_mount(self) -> None:
        """Into the list."""
        self.query_one("#candidates").focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the report beside the list."""
        report = report_content(self.reports[event.option_index], self.city, self.now)
        self.query_one("#compared-report", Static).update(report)
        self.query_one("#compared").scroll_home(animate=False)

    @property
    def chosen(self) -> Complaint | None:
        """The report under the cursor."""
        place = self.query_one("#candidates", OptionList).highlighted
        return None if place is None else self.reports[place]


class SimilarDialog(_Comparing):
    """What may be the same as one report."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "duplicate(False)", show=False),
        Binding("P", "duplicate(True)", show=False),
    ]

    def __init__(self, subject: Complaint, found: Sequence[Similar], city: City, now: dt.datetime) -> None:
        super().__init__([each.complaint for each in found], city, now)
        self.subject = subject
        self.found = found
        self.title_text = _("Mirip dengan {number}").format(number=name_of(subject))
        self.keys_text = _(
            "p laporan ini duplikat dari yang dipilih   P yang dipilih duplikat dari ini   enter buka   esc tutup"
        )

    def options(self) -> list[Option]:
        """Those found, the likeliest first."""
        return [Option(similar_content(each, self.now), id=each.complaint.id) for each in self.found]

    def body(self) -> ComposeResult:
        """This report above, the others below it."""
        with VerticalScroll(id="this-report", can_focus=False):
            yield Static(report_content(self.subject, self.city, self.now))
        yield from super().body()

    def action_duplicate(self, turned: bool) -> None:
        """P: one of the two ends as the duplicate of the other."""
        chosen = self.chosen
        if chosen is not None:
            original, duplicate = (self.subject, chosen) if turned else (chosen, self.subject)
            self.dismiss(Same(original, (duplicate,)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter."""
        self.dismiss(Same(self.reports[event.option_index]))


class MergeDialog(_Comparing):
    """Several reports become one: the chosen one goes on, the others end as its duplicates."""

    def __init__(self, reports: Sequence[Complaint], city: City, now: dt.datetime) -> None:
        """The one that goes on unless the person chooses another stands first."""
        super().__init__(reports, city, now)
        self.title_text = _("Gabungkan {n} laporan: pilih yang diteruskan").format(n=len(reports))
        self.keys_text = _("enter gabungkan ke yang dipilih   esc batal")

    def options(self) -> list[Option]:
        """All of them."""
        return [Option(similar_content(Similar(each), self.now), id=each.id) for each in self.reports]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter."""
        original = self.reports[event.option_index]
        self.dismiss(Same(original, tuple(each for each in self.reports if each is not original)))
