"""`w`: put the chosen reports aside until a time, or bring them back; and say what came back by itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from qlue_desk.casework import snoozing
from qlue_desk.casework.acting import Outcome
from qlue_desk.desk import dialogs, wording
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import by_key, later, say
from qlue_desk.desk.queue.deeds import Chosen
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import time_words
from qlue_desk.store import queue, snoozes
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen

WHY = {
    "time": N_("waktunya tiba"),
    "news": N_("ada yang baru"),
    "due": N_("tenggatnya dekat"),
}
"""Why a report came back."""


class Snoozing:
    """Putting aside and bringing back."""

    def __init__(self, screen: DeskScreen, backend: Backend) -> None:
        self.screen = screen
        self.backend = backend

    def start(self) -> None:
        """`w`."""
        by_key(self.screen, self._start(), group="dialog", opens=True)

    async def _start(self) -> None:
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        numbers = await self.backend.read(queue.rows_of, chosen.ids)
        aside = await self.backend.read(snoozes.asleep, self.backend.actor.id, self.backend.now())
        is_aside = aside.issuperset(numbers)
        first = chosen.first
        what = (
            first.number or first.title
            if len(chosen) == 1
            else n_("{n} laporan", len(chosen)).format(n=len(chosen))
        )
        place = self.backend.workplace
        title = _("Tunda {what}: ubah") if is_aside else _("Tunda {what} sampai")
        answer: dialogs.snooze.Until | None = await self.screen.app.push_screen_wait(
            dialogs.snooze.SnoozeDialog(
                title.format(what=what),
                await self.backend.read(snoozing.choices, place, self.backend.now()),
                lambda text: snoozing.read_until(place, text, self.backend.now()),
                self._shown,
                snoozing.examples(place, self.backend.now()),
                await self._now_aside(chosen) if is_aside else "",
            )
        )
        if answer is None:
            return
        if answer.moment is None:
            await self._wake(chosen)
        else:
            await self._aside(chosen, answer.moment)

    async def _now_aside(self, chosen: Chosen) -> str:
        """Until when they are aside, where it is one time."""
        backend = self.backend
        found = await backend.read(snoozing.times, backend.workplace, chosen.ids, backend.now())
        if len(found) == 1:
            return _("Sekarang ditunda sampai {time}.").format(time=self._shown(found.pop()))
        return _("Sekarang ditunda, sampai waktu yang berbeda-beda.")

    async def _wake(self, chosen: Chosen) -> None:
        outcomes = await self.backend.write(
            snoozing.wake, self.backend.workplace, chosen.ids, now=self.backend.now()
        )
        if any(outcome.done for outcome in outcomes):
            self.screen.doing.did(self._wake)
        self._tell(outcomes, _("Tunda dilepas: {what}."))

    async def _aside(self, chosen: Chosen, until: dt.datetime) -> None:
        hours = self.screen.settings.triage.wake_hours
        outcomes = await self.backend.write(
            snoozing.snooze,
            self.backend.workplace,
            chosen.ids,
            until,
            wake_hours=hours,
            now=self.backend.now(),
        )
        if any(outcome.done for outcome in outcomes):
            self.screen.doing.did(lambda others: self._aside(others, until))
        self._tell(
            outcomes, _("{what} ditunda sampai {time}; w mengubah atau membangunkan."), self._shown(until)
        )
        if len(chosen) == 1 and outcomes[0].done:
            await self.screen.doing.after_one(then_next=False)
        elif len(chosen) > 1:
            self.screen.clear_marks()

    def _shown(self, moment: dt.datetime) -> str:
        return time_words(moment, self.backend.zone, now=self.backend.now())

    def _tell(self, outcomes: list[Outcome], template: str, time: str = "") -> None:
        refused = [outcome for outcome in outcomes if outcome.refusal is not None]
        done = [outcome for outcome in outcomes if outcome.refusal is None]
        if done:
            number = done[0].number or _("laporan ini")
            what = (
                number if len(done) == 1 else n_("{n} laporan", len(done)).format(n=wording.number(len(done)))
            )
            say(self.screen, template.format(what=what, time=time))
        elif refused and refused[0].refusal is not None:
            say(self.screen, refused[0].refusal.sentence(_), wrong=True)

    def look(self) -> None:
        """What has come back by itself is said, once."""
        later(self.screen, self._look(), group="woken")

    async def _look(self) -> None:
        backend, now = self.backend, self.backend.now()
        if not await backend.read(snoozes.woken, backend.actor.id, now):
            return
        found = await backend.write(snoozing.take_woken, backend.workplace, now)
        if len(found) == 1:
            words = _("{number} kembali dari tunda: {why}.").format(
                number=found[0].number, why=_(WHY[found[0].why])
            )
            say(self.screen, words)
        elif found:
            say(self.screen, _("{n} laporan kembali dari tunda.").format(n=len(found)))
