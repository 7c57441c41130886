"""What all dialogs have: a title, esc closes, a line for what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.css.scalar import Scalar, Unit
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from qlue_desk.desk.compositing import FrontCompositor
from qlue_desk.desk.later import by_key, sentence_of
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.choices import Choice
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.moves import Refusal
from qlue_desk.words import _

Answer = TypeVar("Answer")
DRAFT_PAUSE = 0.5
"""Seconds without a key before a draft is saved."""


class Dialog(ModalScreen[Answer]):
    """A box over the screen; subclasses fill `body`."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]

    title_text = ""
    keys_text = ""
    takes_typed_ahead: ClassVar[bool] = True
    """Keys pressed before it was there are for it; not for one whose question must be read first."""
    _wrong_field: Widget | None = None
    """The field that the sentence in the mistake line is about."""
    _answered = False
    _held: tuple[Answer | None] | None = None
    """The answer of a dialog that is covered by another screen; it goes once that has left."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FrontCompositor()
        self._limits: dict[Widget, float] = {}
        """Greatest heights of widgets in hundredths of the window."""

    def compose(self) -> ComposeResult:
        """Box with body, mistake line and keys."""
        with Vertical(id="box") as box:
            box.border_title = Content(safe(self.title_text))
            yield from self.body()
            yield Static(id="wrong")
            yield Static(Content(self.keys_text), id="keys")

    def body(self) -> ComposeResult:
        """The widgets between title and keys."""
        yield from ()

    @on(events.Mount)
    @on(events.Resize)
    def _limit_heights(self) -> None:
        """A greatest height in `vh` becomes one in lines: of the others Textual knows nothing where it measures the box,
        which then had empty lines below its keys.
        """
        height = self.app.size.height
        for widget in self.query("#box *"):
            limit = widget.styles.max_height
            if limit is not None and limit.unit is Unit.VIEW_HEIGHT:
                self._limits[widget] = limit.value
        for widget, percent in self._limits.items():
            lines = max(1, int(height * percent / 100))
            if widget.styles.max_height != Scalar.from_number(lines):
                widget.styles.max_height = lines

    def wrong(self, sentence: str, field: Widget | None = None) -> None:
        """Show what is wrong, in which field; '' takes it away."""
        self._wrong_field = field
        for line in self.query("#wrong").results(
            Static
        ):  # none while it closes, with keys still on their way
            line.update(Content(safe(sentence)))
        self.set_class(bool(sentence), "-wrong")

    def typed_too_early(self) -> None:
        """Keys were pressed before the question could be read."""
        self.wrong(_("Yang diketik sebelum pertanyaan ini tidak dipakai."))

    def mended(self, edited: Widget) -> None:
        """A field was edited: what was said of it is old."""
        about = self._wrong_field
        if self.has_class("-wrong") and (about is None or about in edited.ancestors_with_self):
            self.wrong("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing in a line."""
        self.mended(event.input)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Typing in a text."""
        self.mended(event.text_area)

    def action_close(self) -> None:
        """Esc."""
        self.dismiss(None)

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answer once and leave; the topmost screen is taken away, so never while that is another one."""
        if self._answered:
            return AwaitComplete()
        self._answered = True
        if self.app.screen is not self:
            self._held = (result,)
            return AwaitComplete()
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        """What covered this dialog has left."""
        held, self._held = self._held, None
        if held is not None:
            super().dismiss(held[0])


class DraftKeeper:
    """Keeps what is typed while it is typed, so that not even a power cut loses it."""

    def __init__(self, dialog: Dialog[Any], kept: str, save: Callable[[str], None]) -> None:
        self._dialog = dialog
        self._kept = kept
        self._save = save
        self._timer: Timer | None = None

    def soon(self, text: str) -> None:
        """Save when typing stands still for a moment."""
        self._stop()
        self._timer = self._dialog.set_timer(DRAFT_PAUSE, lambda: self.now(text))

    def now(self, text: str) -> None:
        """Save at once; '' when the text has become an action."""
        self._stop()
        if text != self._kept:
            self._kept = text
            self._save(text)

    def anew(self, text: str) -> None:
        """Save at once although the text may be the same: where it is kept has changed."""
        self._stop()
        self._kept = text
        self._save(text)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


class ActingDialog(Dialog[Answer]):
    """A dialog whose enter acts on reports; what was typed stays until that has worked."""

    keepers: Mapping[str, DraftKeeper] = {}
    """Of each field whose text is kept while it is typed."""
    running = False
    how_many = 1
    """Reports that the act is for."""

    def field_named(self, name: str) -> Widget | None:
        """The widget of a field of the move, None where the dialog has none."""
        return None

    def is_stray(self, event: events.Key) -> bool:
        """A sign that no key of the dialog is: whoever typed it thought to be elsewhere."""
        return not self.running and event.is_printable and event.key not in self.active_bindings

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While it is being recorded no key does anything."""
        return False if self.running else super().check_action(action, parameters)

    def _show_running(self) -> None:
        words = _("mencatat {n}…").format(n=self.how_many) if self.running else self.keys_text
        for keys in self.query("#keys").results(Static):  # none while the desk closes
            keys.update(Content(words))

    async def try_to(
        self,
        act: Callable[[], Awaitable[Refusal | None]],
        agree: Callable[[], Awaitable[bool]] | None = None,
    ) -> bool:
        """Whether it worked; if not, the dialog says why and keeps the text. `running` is set already.

        `agree` asks before an act on many reports.
        """
        try:
            if agree is not None and not await agree():
                return False
            self._show_running()
            refusal = await act()
        except Exception as error:  # a file that cannot be taken, a full disk: the text must not be lost
            self.wrong(sentence_of(error))
            return False
        finally:
            self.running = False
            self._show_running()
        if refusal is not None:
            field = self.field_named(refusal.field) if refusal.field else None
            self.wrong(refusal.sentence(_), field)
            if field is not None:
                field.focus()
            return False
        for keeper in self.keepers.values():
            keeper.now("")
        return True


class ConfirmDialog(Dialog[bool]):
    """Asks before something that is hard to take back."""

    takes_typed_ahead = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "yes", show=False),
        Binding("n,t", "close", show=False),
    ]

    def __init__(self, title: str, question: str) -> None:
        super().__init__()
        self.title_text = title
        self.question = question
        self.keys_text = _("enter ya   esc tidak")

    def body(self) -> ComposeResult:
        """The question."""
        yield Static(Content(safe(self.question, multiline=True)), id="question")

    def action_yes(self) -> None:
        """Yes."""
        self.dismiss(True)

    def action_close(self) -> None:
        """No."""
        self.dismiss(False)


class AskDialog(Dialog[str]):
    """One line to type."""

    def __init__(
        self,
        title: str,
        explanation: str,
        placeholder: str,
        *,
        usual: str = "",
        use: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        """`usual`: what an empty line means; '' asks for something.

        `use`: what to do with the line; False where that was not done, and the dialog stays with what was typed.
        So it does while `use` raises, with the sentence.
        """
        super().__init__()
        self.title_text = title
        self.explanation = explanation
        self.placeholder = placeholder
        self.usual = usual
        self.use = use
        self.keys_text = _("enter simpan   esc batal")

    def body(self) -> ComposeResult:
        """Explanation and field."""
        yield Static(Content(safe(self.explanation)), id="question")
        yield SafeInput(placeholder=self.placeholder)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        if typed := event.value.strip() or self.usual:
            if self.use is None:
                self.dismiss(typed)
            else:
                by_key(self, self._use(self.use, typed), group="use")

    async def _use(self, use: Callable[[str], Awaitable[bool]], typed: str) -> None:
        try:
            done = await use(typed)
        except Exception as error:  # a path that cannot be written, a full disk: the sentence says which
            self.wrong(sentence_of(error))
        else:
            if done:
                self.dismiss(typed)


class ChooseDialog(Dialog[str]):
    """A short list of choices, each with a digit. None is highlighted at first: what is chosen is recorded at once, and an
    enter that was meant for elsewhere must choose nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
        *(Binding(digit, f"choose({digit})", show=False) for digit in "123456789"),
    ]

    def __init__(self, title: str, choices: list[Choice]) -> None:
        super().__init__()
        self.title_text = title
        self.choices = choices
        self.keys_text = _("angka atau enter pilih   esc batal")

    def body(self) -> ComposeResult:
        """The choices."""
        yield OptionList(
            *(
                Option(
                    Content.assemble(
                        (f"{place} " if place < 10 else "  ", "bold $accent"),
                        safe(c.label),
                        (f"  {safe(c.hint)}", "$text-muted"),
                    ),
                    id=c.key,
                )
                for place, c in enumerate(self.choices, 1)
            )
        )

    def on_mount(self) -> None:
        """Nothing is highlighted until a key has moved there."""
        self.query_one(OptionList).highlighted = None

    def action_step(self, step: int) -> None:
        """Move."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if step > 0 else options.action_cursor_up)()

    def action_choose(self, number: int) -> None:
        """By digit."""
        if number <= len(self.choices):
            self.dismiss(self.choices[number - 1].key)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By enter or click."""
        self.dismiss(str(event.option.id))


class ReadDialog(Dialog[Answer]):
    """A dialog with something long to read; its keys scroll it to the very end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "read(1)", show=False),
        Binding("k,up", "read(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "read(8)", show=False),
        Binding("ctrl+u,pageup", "read(-8)", show=False),
        Binding("g,home", "edge(False)", show=False),
        Binding("G,end", "edge(True)", show=False),
    ]

    reading: ClassVar[str] = "#reading"
    """What is scrolled; a dialog may have none of it."""

    def action_read(self, step: int) -> None:
        """Scroll."""
        for reading in self.query(self.reading):
            reading.scroll_relative(y=step * 2, animate=False)

    def action_edge(self, end: bool) -> None:
        """To the first or the last line."""
        for reading in self.query(self.reading):
            (reading.scroll_end if end else reading.scroll_home)(animate=False)


class TextDialog(ReadDialog[None]):
    """Something to read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter", "close", show=False)]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self.title_text = title
        self.text = text
        self.keys_text = _("esc tutup   j k g G gulir")

    def body(self) -> ComposeResult:
        """The text, scrollable."""
        from textual.containers import VerticalScroll

        with VerticalScroll(id="reading"):
            yield Static(self.text)
