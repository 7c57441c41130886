"""`d`: is this reported already? And several marked reports onto the one that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk.casework import acting, similar
from qlue_desk.desk import dialogs
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import by_key, say
from qlue_desk.desk.queue.colleagues import warning
from qlue_desk.desk.queue.deeds import Chosen, Deed
from qlue_desk.desk.queue.telling import take_back_sentence
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields, Refusal
from qlue_desk.domain.similarity import subject_of
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen


MOST_MERGED = 50
"""More than that nobody has compared."""


class Matching:
    """Finds reports of the same thing and makes duplicates of them."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend

    def start(self) -> None:
        """The key: one report is compared with others, several marked ones with each other."""
        by_key(self.screen, self._start(), group="dialog", opens=True)

    async def _start(self) -> None:
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        if len(chosen) > 1:
            await self._merge(chosen)
        else:
            await self._compare(chosen.first)

    async def _compare(self, complaint: Complaint) -> None:
        found = await self.backend.newest(
            "similar", similar.similar, self.backend.workplace, subject_of(complaint)
        )
        if not found:
            say(
                self.screen,
                _("Tidak ada yang mirip dengan {number}.").format(
                    number=dialogs.duplicate.name_of(complaint)
                ),
            )
            return
        dialog = dialogs.similar.SimilarDialog(complaint, found, self.backend.city, self.backend.now())
        same: dialogs.similar.Same | None = await self.screen.app.push_screen_wait(dialog)
        if same is None:
            return
        if not same.duplicates:
            await self.screen.open_reference(same.original.number or same.original.id)
        elif (refusal := await self._refusal(same.duplicates[0])) is not None:
            say(self.screen, refusal.sentence(_), wrong=True)
        else:
            question = _(
                "Tutup {number} sebagai duplikat dari {original}? Pelapornya diberi tahu nomor itu dan melihat statusnya."
            ).format(
                number=dialogs.duplicate.name_of(same.duplicates[0]),
                original=dialogs.duplicate.name_of(same.original),
            )
            await self._close(same, question)

    async def _merge(self, chosen: Chosen) -> None:
        if len(chosen) > MOST_MERGED:
            most = _("Paling banyak {limit} laporan digabung sekaligus; ditandai {n}.")
            say(self.screen, most.format(limit=MOST_MERGED, n=len(chosen)), wrong=True)
            return
        reports = sorted(chosen.sample, key=lambda each: (not each.is_open, each.created_at))
        dialog = dialogs.similar.MergeDialog(reports, self.backend.city, self.backend.now())
        same: dialogs.similar.Same | None = await self.screen.app.push_screen_wait(dialog)
        if same is None:
            return
        question = _(
            "Tutup {n} laporan sebagai duplikat dari {original}? Para pelapornya diberi tahu nomor itu."
        ).format(n=len(same.duplicates), original=dialogs.duplicate.name_of(same.original))
        await self._close(same, question)

    async def _refusal(self, complaint: Complaint) -> Refusal | None:
        offers = await self.backend.read(acting.offers, self.backend.workplace, complaint, self.backend.now())
        return next((offer.refusal for offer in offers if offer.edge.verb is Verb.DUPLICATE), None)

    async def _close(self, same: dialogs.similar.Same, question: str) -> None:
        deed = Deed(Verb.DUPLICATE, Fields(to=same.original.number or same.original.id))
        duplicates = Chosen(tuple(each.id for each in same.duplicates), tuple(same.duplicates))
        back = take_back_sentence(self.screen.desk.line_state, self.screen.settings)
        dialog = dialogs.duplicate.DuplicateDialog(
            same.original,
            same.duplicates,
            self.backend.city,
            f"{question}\n{back}",
            warning(self.screen.doing.busy(duplicates, deed)),
        )
        agreed: bool | None = await self.screen.app.push_screen_wait(dialog)
        if agreed:
            await self.screen.doing.tell(deed, await self.screen.doing.run(duplicates, deed))
