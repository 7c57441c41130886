"""A reporter's number on demand (`i`): what can be said without a network is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qlue_desk.casework import acting
from qlue_desk.desk import dialogs
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import by_key, say
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import Verb
from qlue_desk.protocol import RevealReply
from qlue_desk.store import complaints
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen


class Revealing:
    """Opens the dialog where central could answer."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend

    def start(self) -> None:
        """`i`."""
        by_key(self.screen, self._start(), group="dialog", opens=True)

    async def _start(self) -> None:
        here = await self.screen.lag.rows_are_here()
        cells = self.screen.current_cells if here else None
        complaint = await self.backend.read(complaints.get, cells.id) if cells is not None else None
        if complaint is None:
            say(self.screen, _("Tidak ada laporan di baris ini."), wrong=True)
            return
        why_not = await self._why_not(complaint)
        if why_not:
            say(self.screen, why_not, wrong=True)
            return
        # Without a network, too: the reason that is typed at once must not become commands of the queue.
        self.screen.app.push_screen(
            dialogs.reveal.RevealDialog(
                complaint.number or complaint.title,
                lambda reason: self._ask(complaint.id, reason),
                remark=self._remark(),
            )
        )

    async def _why_not(self, complaint: Complaint) -> str:
        offers = await self.backend.read(acting.offers, self.backend.workplace, complaint, self.backend.now())
        offer = next((each for each in offers if each.edge.verb is Verb.REVEAL), None)
        if offer is not None and offer.refusal is not None:
            return offer.refusal.sentence(_)
        if complaint.reporter.anonymous:
            return _("Pelapor ini anonim; identitasnya tidak dibuka.")
        if not complaint.reporter.phone:
            return _("Laporan ini tidak membawa nomor telepon.")
        return ""

    def _remark(self) -> str:
        """What is known of the line already; the dialog opens all the same."""
        state = self.screen.desk.line_state
        if state is not None and state.phase in ("offline", "stopped"):
            return _("Tanpa jaringan: nomor pelapor hanya ada di pusat; coba lagi setelah tersambung.")
        return ""

    async def _ask(self, complaint_id: str, reason: str) -> RevealReply:
        from qlue_desk.sync import revealing

        ca_file = self.screen.settings.sync.ca_file
        private_ca = Path(ca_file) if ca_file else None
        found = await self.backend.ask_central(
            revealing.reveal, complaint_id, self.backend.actor.id, reason, private_ca=private_ca
        )
        self.screen.doing.did_once(_("Melihat nomor pelapor tidak bisa diulangi: tiap kali perlu alasannya."))
        return found
