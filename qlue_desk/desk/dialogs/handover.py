"""The handover (`H`): what the next shift must know, and a note to leave with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from qlue_desk.desk.dialogs.base import Dialog, DraftKeeper
from qlue_desk.desk.later import by_key, sentence_of
from qlue_desk.desk.safe_text import hanging, safe
from qlue_desk.desk.widgets.fields import NoteArea, Submitted
from qlue_desk.words import _


class HandoverDialog(Dialog[bool]):
    """The lists above, the note below; enter signs off."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d,pagedown", "read(8)", show=False, priority=True),
        Binding("ctrl+u,pageup", "read(-8)", show=False, priority=True),
    ]

    def __init__(
        self,
        text: str,
        draft: str,
        sign_off: Callable[[str], Awaitable[None]],
        save_draft: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.title_text = _("Serah terima")
        self.keys_text = _("enter tinggalkan catatan   ctrl+d ctrl+u gulir   ctrl+o baris baru   esc tutup")
        self.text = text
        self.draft = draft
        self.sign_off = sign_off
        self.keeper = DraftKeeper(self, draft, save_draft)
        self.running = False
        self.begun = False
        """It was left with something typed in it."""

    def body(self) -> ComposeResult:
        """Lists, then the field."""
        with VerticalScroll(id="lists", can_focus=False):
            yield Static(Content(safe(self.text, multiline=True)), id="lists-text")
        yield Static(Content.styled(_("Catatan bagi sif berikut"), "$text-muted"), id="for-whom")
        yield NoteArea(self.draft, id="note")

    def on_mount(self) -> None:
        """Into the note."""
        area = self.query_one(NoteArea)
        area.focus()
        area.move_cursor(area.document.end)

    def on_resize(self) -> None:
        """A report's line goes on below its own beginning."""
        room = self.query_one("#lists").size.width - 1
        lines = [hanging(line, room) for line in safe(self.text, multiline=True).split("\n")]
        self.query_one("#lists-text", Static).update(Content("\n".join(lines)))

    def action_read(self, step: int) -> None:
        """Scroll the lists."""
        self.query_one("#lists").scroll_relative(y=step, animate=False)

    def on_text_area_changed(self, event: NoteArea.Changed) -> None:
        """Keep it while it is typed."""
        super().on_text_area_changed(event)
        self.keeper.soon(event.text_area.text)

    def on_submitted(self, event: Submitted) -> None:
        """Enter."""
        event.stop()
        if not self.running:
            self.running = True
            by_key(self, self._leave())

    async def _leave(self) -> None:
        try:
            await self.sign_off(self.query_one(NoteArea).text)
        except Exception as error:  # an empty note, a full disk: what was typed stays
            self.wrong(sentence_of(error), self.query_one(NoteArea))
            return
        finally:
            self.running = False
        self.keeper.now("")
        self.dismiss(True)

    def action_close(self) -> None:
        """Esc: the text is kept."""
        text = self.query_one(NoteArea).text
        self.begun = bool(text.strip())
        self.keeper.now(text)
        self.dismiss(False)
