"""What a person does about a line of the outbox: take back, try again, hand on, record again, throw away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.casework import handing, tray, undoing
from qlue_desk.casework.acting import Outcome
from qlue_desk.casework.tray import Kept, Line
from qlue_desk.desk import wording
from qlue_desk.desk.backend import Backend, aside
from qlue_desk.desk.dialogs.base import ChooseDialog, ConfirmDialog
from qlue_desk.desk.dialogs.form import people_choices
from qlue_desk.desk.dialogs.operator import OperatorDialog, draft_place
from qlue_desk.desk.later import say
from qlue_desk.desk.queue.performing import take_back
from qlue_desk.desk.queue.telling import stroke_label, undone_sentence
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.moves import Refusal
from qlue_desk.phrases import number
from qlue_desk.store import drafts
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.desk.outbox.screen import OutboxScreen


class Remedying:
    """Asks where it must, does it, says so on the screen."""

    def __init__(self, screen: OutboxScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend

    async def undo(self, item: Line) -> None:
        """Take back what has not left, with all that the same key press recorded; asks where there is much."""
        found = await self.backend.read(undoing.of_action, self.backend.workplace, item.action_id)
        if isinstance(found, Refusal):
            say(self.screen, found.sentence(_), wrong=True)
            return
        if found.reports >= self.screen.settings.ui.confirm_bulk:
            question = _("Batalkan {move} untuk {n} laporan, semua yang belum terkirim?").format(
                move=stroke_label(found.verb, found.number_of_moves), n=wording.number(found.reports)
            )
            if not await self.screen.app.push_screen_wait(ConfirmDialog(_("Banyak sekaligus"), question)):
                return
        worked = await take_back(self.screen, self.backend, found)
        say(self.screen, undone_sentence(found, worked))
        self.screen.read_at_once()

    async def retry(self, item: Line) -> None:
        """Try it again on the present state."""
        await self.backend.write(tray.retry, self.backend.workplace, item.action_id)
        self.screen.desk.nudge()
        say(self.screen, _("{number} dicoba lagi.").format(number=item.number))
        self.screen.acted()

    async def as_note(self, item: Line) -> None:
        """What was written goes out as an internal note."""
        outcome = await self.backend.write(
            handing.as_note, self.backend.workplace, item.action_id, self.backend.now()
        )
        words = _("Tulisan Anda menjadi catatan pada {number}.").format(number=item.number)
        self._tell(outcome, words)

    def _tell(self, outcome: Outcome, words: str) -> None:
        if outcome.refusal is not None:
            say(self.screen, outcome.refusal.sentence(_), wrong=True)
            return
        self.screen.desk.nudge()
        say(self.screen, words)
        self.screen.acted()

    async def hand(self, item: Line) -> None:
        """The report goes to a colleague, with what was tried."""
        mine = self.backend.actor
        choices = [c for c in people_choices(self.backend.people, mine.dinas or "") if c.key != mine.id]
        title = _("Serahkan {number} kepada").format(number=item.number)
        picked: str | None = await self.screen.app.push_screen_wait(ChooseDialog(title, choices))
        if picked is None:
            return
        outcome = await self.backend.write(
            handing.hand_over, self.backend.workplace, item.action_id, picked, self.backend.now(), _
        )
        name = next(choice.label for choice in choices if choice.key == picked)
        self._tell(
            outcome,
            _("{number} diserahkan kepada {name}, dengan catatan apa yang ditolak.").format(
                number=item.number, name=name
            ),
        )

    async def enter(self, item: Line) -> None:
        """A report that central lost is recorded again, from the person's own words."""
        if await self.backend.read(drafts.load, *draft_place(self.backend)):
            say(self.screen, _("Isian laporan baru masih ada; selesaikan dulu di antrean (e)."), wrong=True)
            return
        # The title went with the report: of what is not this dinas' a desk keeps nothing but own words.
        begun = msgspec.json.encode({"text": item.note}).decode()
        dialog = OperatorDialog(self.backend, begun)
        complaint: Complaint | None = await self.screen.app.push_screen_wait(dialog)
        if complaint is None:
            return
        await self.backend.write(tray.discard, self.backend.workplace, item.action_id)
        self.screen.desk.nudge()
        say(
            self.screen, _("Tercatat: {title}. Nomor menyusul dari pusat.").format(title=complaint.title[:40])
        )
        self.screen.acted()

    async def discard(self, item: Line) -> None:
        """Asks first."""
        question = _("Buang tindakan pada {number}? Tulisannya ikut hilang.").format(number=item.number)
        if await self.screen.app.push_screen_wait(ConfirmDialog(_("Buang"), question)):
            await self.backend.write(tray.discard, self.backend.workplace, item.action_id)
            say(self.screen, _("Dibuang."))
            self.screen.read_at_once()

    async def discard_text(self, kept: Kept) -> None:
        """Asks first."""
        question = _("Buang tulisan Anda tentang {number}? Tidak bisa dikembalikan.").format(
            number=kept.number or _("laporan ini")
        )
        if await self.screen.app.push_screen_wait(ConfirmDialog(_("Buang"), question)):
            await self.backend.write(tray.discard, self.backend.workplace, kept.id)
            say(self.screen, _("Dibuang."))
            self.screen.read_at_once()

    async def export(self) -> None:
        """Outbox and tray into a file."""
        folder = Path(self.screen.settings.export.folder or ".").expanduser()
        moment = self.backend.local_now()
        path = folder / f"kotak-keluar-{moment:%Y%m%d-%H%M%S}.json"
        count = await aside(tray.export, self.backend.workplace, path)
        say(self.screen, n_("{n} tindakan disimpan di {path}", count).format(n=number(count), path=path))
