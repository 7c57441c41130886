"""A new report by the operator (`e`): types while listening, sees what is open nearby."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk.desk import dialogs
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import by_key, say
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import MAY_ENTER
from qlue_desk.store import drafts
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen


class Entering:
    """Opens the operator's dialog and tells what became of it."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend

    def start(self) -> None:
        """`e`."""
        by_key(self.screen, self._enter(), group="dialog", opens=True)

    async def _enter(self) -> None:
        if not self.backend.actor.roles & MAY_ENTER:
            say(self.screen, _("Mencatat laporan baru: hanya operator atau verifikator."), wrong=True)
            return
        draft = await self.backend.read(drafts.load, *dialogs.operator.draft_place(self.backend))
        dialog = dialogs.operator.OperatorDialog(self.backend, draft)
        complaint: Complaint | None = await self.screen.app.push_screen_wait(dialog)
        if complaint is None and dialog.draft:
            say(self.screen, _("Isian disimpan; dibuka lagi dengan tombol yang sama."))
        elif complaint is not None:
            self.screen.doing.did_once(_("Laporan baru tidak bisa diulangi; catat lagi dengan tombolnya."))
            self.screen.nudge()
            say(
                self.screen,
                _("Tercatat: {title}. Nomor menyusul dari pusat.").format(title=complaint.title[:40]),
            )
