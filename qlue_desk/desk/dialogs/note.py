"""A note (`c`): internal, or public to the reporter; which of the two is never in doubt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from qlue_desk.desk.dialogs.base import ActingDialog, DraftKeeper
from qlue_desk.desk.dialogs.follow_up import Agree, Done
from qlue_desk.desk.later import by_key
from qlue_desk.desk.widgets.fields import NoteArea, Submitted
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields, Refusal
from qlue_desk.words import _


class NoteDialog(ActingDialog[Done]):
    """A text; ctrl+t turns internal into public and back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "toggle_public", show=False, priority=True),
        Binding("ctrl+n", "save_and_next", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        draft: str,
        perform: Callable[[Fields], Awaitable[Refusal | None]],
        save_draft: Callable[[str, bool], None],
        *,
        public: bool = False,
        how_many: int = 1,
        agree: Agree | None = None,
    ) -> None:
        """`public`: the draft was begun for the reporter; `save_draft` takes a text and that."""
        super().__init__()
        self.title_text = title
        self.draft = draft
        self.perform = perform
        self.how_many = how_many
        self.agree = agree
        self.keepers = {"note": DraftKeeper(self, draft, lambda text: save_draft(text, self.public))}
        self.public = public
        self.left = ""
        """What was typed and not sent when it was closed; it is kept."""

    def body(self) -> ComposeResult:
        """Who reads it, then the text."""
        yield Static(id="audience")
        yield NoteArea(self.draft, id="note")

    def on_mount(self) -> None:
        """Into the text."""
        self._show_audience()
        area = self.query_one(NoteArea)
        area.focus()
        area.move_cursor(area.document.end)

    def _show_audience(self) -> None:
        if self.public:
            words = _("PUBLIK: pelapor membaca catatan ini di halamannya")
            self.keys_text = _(
                "enter kirim ke pelapor   ctrl+n kirim, lalu berikutnya   ctrl+t jadikan intern   ctrl+o baris baru   esc tutup, tulisan disimpan"
            )
        else:
            words = _("INTERN: hanya petugas yang membaca catatan ini")
            self.keys_text = _(
                "enter simpan untuk petugas   ctrl+n simpan, lalu berikutnya   ctrl+t jadikan publik   ctrl+o baris baru   esc tutup, tulisan disimpan"
            )
        self.query_one("#audience", Static).update(Content(words))
        self._show_running()
        self.set_class(self.public, "-public")

    def action_toggle_public(self) -> None:
        """Ctrl+t."""
        self.public = not self.public
        self.keepers["note"].anew(self.query_one(NoteArea).text)
        self._show_audience()

    def on_submitted(self, event: Submitted) -> None:
        """Enter."""
        event.stop()
        self._run(then_next=False)

    def action_save_and_next(self) -> None:
        """Ctrl+n."""
        self._run(then_next=True)

    def _run(self, *, then_next: bool) -> None:
        if not self.running:
            self.running = True
            by_key(self, self._perform(then_next=then_next))

    def on_text_area_changed(self, event: NoteArea.Changed) -> None:
        """Keep it while it is typed."""
        self.keepers["note"].soon(event.text_area.text)

    def field_named(self, name: str) -> Widget | None:
        """The text is the only field."""
        return self.query_one(NoteArea)

    async def _perform(self, *, then_next: bool) -> None:
        fields = Fields(note=self.query_one(NoteArea).text, public=self.public)
        agree = self.agree
        if await self.try_to(
            lambda: self.perform(fields), None if agree is None else lambda: agree(Verb.NOTE, fields, ())
        ):
            self.dismiss(Done(Verb.NOTE, then_next))

    def action_close(self) -> None:
        """Esc: the text is kept."""
        text = self.query_one(NoteArea).text
        self.keepers["note"].now(text)
        self.left = text.strip()
        self.dismiss(None)
