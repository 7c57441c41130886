"""The reporter's number (`i`): asks for the reason, shows the number here and nowhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.later import later, sentence_of
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.edges import EDGE_BY_VERB, Verb
from qlue_desk.domain.requirements import text_refusal
from qlue_desk.protocol import RevealReply
from qlue_desk.words import _

Ask = Callable[[str], Awaitable[RevealReply]]


class RevealDialog(Dialog[None]):
    """A reason, then central's answer in its place; with the dialog the number is gone."""

    def __init__(self, number: str, ask: Ask, *, remark: str = "") -> None:
        """`remark` is said at the start: that central will hardly answer now."""
        super().__init__()
        self.remark = remark
        self.title_text = _("Nomor pelapor {number}").format(number=number)
        self.keys_text = _("enter minta ke pusat   esc tutup")
        self.ask = ask
        self.running = False

    def body(self) -> ComposeResult:
        """What happens with the reason, and the field for it."""
        yield Static(
            Content(_("Pusat mencatat siapa yang melihat nomor ini, kapan, dan alasannya.")), id="question"
        )
        yield SafeInput(placeholder=_("alasan, mis. menanyakan letak persisnya"), id="reason")

    def on_mount(self) -> None:
        """Say what is known already."""
        self.query_one("#reason").focus()
        if self.remark:
            self.wrong(self.remark)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        reason = event.value.strip()
        refusal = text_refusal(EDGE_BY_VERB[Verb.REVEAL], reason)
        if refusal is not None:
            self.wrong(refusal.sentence(_))
        elif not self.running:
            self.running = True
            self.wrong("")
            later(self, self._ask(reason))

    async def _ask(self, reason: str) -> None:
        try:
            found = await self.ask(reason)
        except Exception as error:  # no network, not permitted: the reason stays where it was typed
            self.wrong(sentence_of(error))
            return
        finally:
            self.running = False
        self.query_one("#reason").display = False
        shown = [(safe(found.phone) or _("tidak ada nomor"), "bold $accent")]
        if found.name:
            shown.append((f"   {safe(found.name)}", ""))
        self.query_one("#question", Static).update(Content.assemble(*shown))
        self.query_one("#keys", Static).update(Content(_("esc tutup; nomor ini tidak disimpan di meja ini")))
