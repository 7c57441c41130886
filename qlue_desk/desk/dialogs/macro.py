"""Macros (`m`): those that fit the report, each with a key; what one would write is shown before it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.casework.acting import Step
from qlue_desk.casework.macros import Fit, steps_label
from qlue_desk.casework.tray import INTERNAL, READ_BY_REPORTER
from qlue_desk.desk.dialogs.base import ActingDialog
from qlue_desk.desk.dialogs.follow_up import Done
from qlue_desk.desk.dialogs.listed import Listed
from qlue_desk.desk.dialogs.moves import why_not
from qlue_desk.desk.later import by_key
from qlue_desk.desk.queue.deeds import of_macro
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.desk.typed_ahead import TypedAhead
from qlue_desk.domain.city import City
from qlue_desk.domain.edges import EDGE_BY_VERB, PRIORITY_BY_WORD, PRIORITY_LABEL, To, Verb
from qlue_desk.domain.moves import Refusal
from qlue_desk.settings import Macro
from qlue_desk.words import _

KEYS = "123456789abcdefhilmnopqrstuvwxyz"
"""Each macro's key; g, j and k move."""
LABEL = 34
BOX_WIDTH = 92


class MacroDialog(ActingDialog[Done], Listed[Done]):
    """A key chooses and shows, the same key again or enter runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "run_and_next", show=False, priority=True),
        Binding("enter", "run", show=False, priority=True),
        *(Binding(key, f"pick({place})", show=False) for place, key in enumerate(KEYS)),
    ]

    def __init__(
        self,
        title: str,
        fits: Sequence[Fit],
        city: City,
        perform: Callable[[Macro], Awaitable[Refusal | None]],
        agree: Callable[[Macro], Awaitable[bool]],
        *,
        how_many: int = 1,
        preselect: str = "",
    ) -> None:
        """For several reports a macro that does not fit the first one may fit others, so none is closed."""
        super().__init__()
        self.title_text = title
        self.fits = fits[: len(KEYS)]
        self.city = city
        self.perform = perform
        self.agree = agree
        self.how_many = how_many
        self.preselect = preselect
        self.keys_text = _(
            "tombol pilih, yang sudah terpilih langsung jalan   enter jalankan   ctrl+n jalankan, lalu berikutnya   esc batal"
        )

    def body(self) -> ComposeResult:
        """The macros, and what the chosen one does."""
        yield OptionList(*(self._option(place) for place in range(len(self.fits))), id="macros")
        start = self._start()
        unchosen = _("Belum ada yang dipilih: tekan angkanya, atau ↑ ↓.")
        yield Static(
            Content.styled(unchosen, "$text-muted") if start is None else self._steps(self.fits[start]),
            id="steps",
        )

    def _is_closed(self, found: Fit) -> bool:
        return found.refusal is not None and self.how_many == 1

    def _option(self, place: int) -> Option:
        found = self.fits[place]
        closed = self._is_closed(found)
        room = min(BOX_WIDTH, self.app.size.width) - LABEL - 10
        words = (
            why_not(found.refusal, "")
            if found.refusal is not None
            else steps_label((step.verb for step in found.steps), _)
        )
        prompt = Content.assemble(
            (KEYS[place] + " ", "$text-muted" if closed else "bold $accent"),
            (fit(safe(found.macro.label), LABEL), "$text-muted" if closed else ""),
            (fit(safe(words), room).rstrip(), "$text-muted"),
        )
        return Option(prompt, id=found.name, disabled=closed)

    def on_mount(self) -> None:
        """Start at the first line, or at the one asked for; never at another, which enter would run unread."""
        options = self.query_one("#macros", OptionList)
        start, asked = self._start(), self._asked
        options.highlighted = start
        options.focus()
        if asked is not None and asked != start:
            self._say_why(self.fits[asked])
        elif all(self._is_closed(found) for found in self.fits):
            self.wrong(_("Tidak ada makro yang cocok untuk laporan ini."))

    @property
    def _asked(self) -> int | None:
        return next((place for place, found in enumerate(self.fits) if found.name == self.preselect), None)

    def _start(self) -> int | None:
        """Where the highlight begins; nowhere when that line is closed."""
        wanted = self._asked or 0
        return None if self._is_closed(self.fits[wanted]) else wanted

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what it would do and write."""
        if event.option_index != event.option_list.highlighted:
            return  # a new list lights the first line that is open, before it is told where to begin
        self.wrong("")
        self.query_one("#steps", Static).update(self._steps(self.fits[event.option_index]))

    def _steps(self, found: Fit) -> Content:
        lines = [_step_content(step, self.city) for step in found.steps]
        if self.how_many > 1:
            lead = _("Diisi untuk tiap laporan; contoh laporan pertama:")
            if found.refusal is not None:
                lead = _("Laporan pertama: {why}").format(why=found.refusal.sentence(_))
            lines.insert(0, Content.styled(safe(lead), "$text-muted"))
        return Content("\n").join(lines)

    def _say_why(self, found: Fit) -> None:
        if found.refusal is not None:
            self.wrong(found.refusal.sentence(_))

    def action_pick(self, place: int) -> None:
        """A macro's key: show it; once more runs it."""
        options = self.query_one("#macros", OptionList)
        if place >= len(self.fits):
            self._means_nothing(KEYS[place])
        elif self._is_closed(self.fits[place]):
            self._choose_nothing()
            self._say_why(self.fits[place])
        elif options.highlighted == place:
            ahead: TypedAhead = self.app.typed_ahead  # type: ignore[attr-defined]
            ahead.ignore_next("enter")  # of a hand that confirms; the list below would open the report
            self._run(then_next=False)
        else:
            options.highlighted = place

    def on_key(self, event: events.Key) -> None:
        """A sign that is no macro's key was meant for elsewhere."""
        if self.is_stray(event):
            event.stop()
            self._means_nothing(event.character)

    def _means_nothing(self, sign: str | None) -> None:
        self._choose_nothing()
        words = _("“{key}” tidak berarti apa-apa di sini. Pilih makro dengan tombolnya atau ↑ ↓.")
        self.wrong(words.format(key=sign))

    def _choose_nothing(self) -> None:
        """The enter behind a key that chose no macro must not run another one."""
        self.query_one("#macros", OptionList).highlighted = None
        self.query_one("#steps", Static).update("")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        event.stop()
        self._run(then_next=False)

    def action_run(self) -> None:
        """Enter."""
        self._run(then_next=False)

    def action_run_and_next(self) -> None:
        """Ctrl+n."""
        self._run(then_next=True)

    def _run(self, *, then_next: bool) -> None:
        place = self.query_one("#macros", OptionList).highlighted
        if self.running:
            return
        if place is None:
            self.wrong(_("Belum ada yang dipilih: tekan angkanya, atau ↑ ↓."))
            return
        self.running = True
        by_key(self, self._perform(self.fits[place].macro, then_next=then_next))

    async def _perform(self, macro: Macro, *, then_next: bool) -> None:
        if await self.try_to(lambda: self.perform(macro), lambda: self.agree(macro)):
            self.dismiss(Done(of_macro(macro).verb, then_next))


def _step_content(step: Step, city: City) -> Content:
    """One step with whom it concerns and what would be written."""
    edge, fields = EDGE_BY_VERB[step.verb], step.fields
    target = ""
    if edge.to is To.PRIORITY:
        target = _(PRIORITY_LABEL[PRIORITY_BY_WORD[fields.to]])
    elif edge.to in (To.DINAS, To.PARTY, To.ELSEWHERE):
        target = city.dinas_name(fields.to) if fields.to in city.dinas_by_key else fields.to
    elif edge.to is To.CATEGORY:
        target = city.category_label(fields.to)
    else:
        target = fields.person_name or fields.to
    head = _("{move} → {target}").format(move=_(edge.label), target=target) if target else _(edge.label)
    read = edge.public or fields.public
    audience = ""
    if fields.note:
        audience = _(READ_BY_REPORTER if read else INTERNAL)
    text = f"“{fields.note}”" if fields.note else ""
    style = "$status-yellow" if read else "$status-green"
    written = step.verb is Verb.NOTE or bool(text)
    return Content.assemble(
        ("• ", "$accent"), (safe(head), "bold"), (f"  {audience} " if written else "", style), safe(text)
    )
