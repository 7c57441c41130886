"""Carrying out what a key means: asked about, recorded, told, repeated, taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.casework import acting, departures, undoing
from qlue_desk.casework.acting import Outcome
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.undoing import Undoing
from qlue_desk.desk import dialogs
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import by_key, say
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue import colleagues, many
from qlue_desk.desk.queue.colleagues import Busy
from qlue_desk.desk.queue.deeds import Chosen, Deed
from qlue_desk.desk.queue.many import Worked
from qlue_desk.desk.queue.telling import (
    done_sentence,
    noted_sentence,
    nothing_to_undo,
    of_sending,
    undone_sentence,
)
from qlue_desk.desk.widgets.key_bar import Countdown
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import EDGE_BY_VERB, Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import Code
from qlue_desk.settings import Settings
from qlue_desk.store import complaints, queue
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen

Again = Callable[[Chosen], Awaitable[object]]


class Performing:
    """Acts of one person on the reports chosen in a screen."""

    def __init__(self, screen: DeskScreen, backend: Backend, settings: Settings) -> None:
        self.screen = screen
        self.backend = backend
        self.settings = settings
        self._last: Again | None = None
        """What `.` does once more: the last act, whatever its kind."""
        self._why_not_again = ""
        self._just_led: dict[str, Status] = {}
        """What the last act brought into another status, and which."""
        self._walk: dict[str, Status] = {}
        """The same of all acts since the person goes from report to report without a pause: a report that was led on
        may stand further down in the same list, and is done already."""
        self._agreed: set[tuple[str, str, tuple[str, ...]]] = set()
        """Reports of colleagues that the person was asked about and went on with."""

    async def run(self, chosen: Chosen, deed: Deed) -> Worked:
        """Act and remember it for `.`."""
        try:
            plan = await deed.planned(self.backend)
        except Refused as error:
            return Worked([Outcome(ref, refusal=error.refusal) for ref in chosen.ids])
        stroke = new_id("k")

        async def part(ids: Sequence[str]) -> list[Outcome]:
            found = await self.backend.write(
                acting.perform, self.backend.workplace, ids, plan, now=self.backend.now(), stroke=stroke
            )
            return [await self._noted(outcome, chosen) for outcome in found]

        worked = await many.in_parts(self.screen, deed.label, chosen.ids, part)
        self._just_led = {
            each.ref: each.after.status
            for each in worked.outcomes
            if each.after is not None and (each.before is None or each.before.status is not each.after.status)
        }
        if self._just_led:
            self.screen.desk.achieved("follow-up")
        if any(outcome.done for outcome in worked.outcomes):
            self.did(lambda others: self.run_and_tell(others, deed))
            self.screen.nudge()
        return worked

    async def _noted(self, outcome: Outcome, chosen: Chosen) -> Outcome:
        """Say of a report that has left meanwhile more than its id."""
        if (
            outcome.refusal is None
            or outcome.refusal.code is not Code.NOT_FOUND
            or outcome.before is not None
        ):
            return outcome
        number = next((c.number or c.title for c in chosen.sample if c.id == outcome.ref), outcome.ref)
        refusal = await self.backend.read(departures.gone, self.backend.workplace, outcome.ref, number)
        return msgspec.structs.replace(outcome, number=number, refusal=refusal)

    async def agree(self, chosen: Chosen, deed: Deed) -> bool:
        """Asks before an act on many reports (`ui.confirm_bulk`), and before one on a colleague's; at most once."""
        several = len(chosen) >= self.settings.ui.confirm_bulk
        if not several and not colleagues.leads_on(deed):
            return True
        found = self.busy(chosen if several else await self._as_it_is_now(chosen), deed)
        if several:
            agreed = await many.agree(self.screen, self.backend, chosen, deed, colleagues.warning(found))
        elif found and await self.would_become(chosen, deed):
            question = _("{move} tetap dijalankan?").format(move=deed.label)
            dialog = dialogs.base.ConfirmDialog(
                _("Ada rekan di sini"), f"{colleagues.warning(found)}\n{question}"
            )
            answer: bool | None = await self.screen.app.push_screen_wait(dialog)
            agreed = bool(answer)
        else:
            agreed = True
            found = []
        if agreed:
            self._agreed.update(each.key for each in found)
        return agreed

    async def would_become(self, chosen: Chosen, deed: Deed) -> list[Outcome]:
        """The reports to which it would be done. What is refused anyway needs no question; the refusal says why."""
        try:
            plan = await deed.planned(self.backend, dry_run=True)
        except Refused:
            return []
        outcomes = await many.previewed(self.backend, chosen.ids, plan)
        return [outcome for outcome in outcomes if outcome.done]

    async def _as_it_is_now(self, chosen: Chosen) -> Chosen:
        """A colleague may have taken it while the dialog was open."""
        found = [await self.backend.read(complaints.get, each) for each in chosen.ids]
        return Chosen(chosen.ids, tuple(each for each in found if each is not None))

    def busy(self, chosen: Chosen, deed: Deed) -> list[Busy]:
        """Colleagues at work on these reports of whom the person does not know yet."""
        if not colleagues.leads_on(deed):
            return []
        found = colleagues.busy(chosen.sample, self.backend.actor.id, self.screen.desk.others)
        return [each for each in found if each.key not in self._agreed]

    async def tell(self, deed: Deed, worked: Worked) -> None:
        """One sentence when all went well or for one report, else a list of what became of each."""
        outcomes = worked.outcomes
        refused = [outcome for outcome in outcomes if outcome.refusal is not None]
        done = len(outcomes) - len(refused)
        if len(outcomes) > 1 or worked.not_reached:
            left = [outcome.ref for outcome in refused]
            await many.mark_only(self.screen, self.backend, left)
        if worked.not_reached:
            stopped = _("{move} dihentikan: {done} tersimpan, {left} belum disentuh.").format(
                move=deed.label, done=done, left=worked.not_reached
            )
            self._say(stopped, deed, done, wrong=True)
        elif not refused:
            if outcomes:
                sentence = (
                    noted_sentence(outcomes, public=deed.fields.public)
                    if deed.verb is Verb.NOTE and deed.macro is None
                    else done_sentence(deed.verb, outcomes, self.backend.city, deed.label)
                )
                self._say(sentence, deed, done)
            return
        if len(outcomes) == 1 and outcomes[0].refusal is not None:
            say(self.screen, outcomes[0].refusal.sentence(_), wrong=True)
            return
        if not refused:
            return
        # "Refused" is central's word; these were not even tried.
        title = _("{move}: {done} tersimpan, {refused} dilewati").format(
            move=deed.label, done=done, refused=len(refused)
        )
        if not worked.not_reached:
            self._say(f"{title}.", deed, done, wrong=not done)
        self.show_results(title, outcomes, undoable=done > 0)

    def _say(self, sentence: str, deed: Deed, done: int, *, wrong: bool = False) -> None:
        """With what is true of sending it to so many."""
        line = self.screen.desk.line_state
        rest = of_sending(line, self.settings, done, weighty=deed.weighty) if done else ""
        if isinstance(rest, Countdown):
            say(self.screen, sentence, wrong=wrong, countdown=rest)
        else:
            say(self.screen, f"{sentence} {rest}".strip(), wrong=wrong)

    def show_results(self, title: str, outcomes: Sequence[Outcome], *, undoable: bool) -> None:
        """A list of what became of each; enter opens a report, u takes the act back as on the list below."""

        def answered(answer: str | None) -> None:
            if answer == dialogs.many.UNDO:
                self.undo()
            elif answer:
                self.screen.desk.open_report(answer)

        self.screen.app.push_screen(dialogs.many.ResultDialog(title, outcomes, undoable=undoable), answered)

    async def run_and_tell(self, chosen: Chosen, deed: Deed) -> bool:
        """Ask where there are many, act, tell; true when something was done."""
        if not await self.agree(chosen, deed):
            return False
        if len(chosen) > 1:  # where no dialog says it: many reports take a moment
            say(self.screen, _("mencatat {n}…").format(n=len(chosen)))
        worked = await self.run(chosen, deed)
        await self.tell(deed, worked)
        done = any(outcome.done for outcome in worked.outcomes)
        if done and len(chosen) == 1:
            await self.after_one(then_next=False)
        return done

    def begin_walk(self) -> None:
        """Another list, or another act on the same one: what was led on before is to be met again."""
        self._walk.clear()

    async def after_one(self, *, then_next: bool, verb: Verb | None = None) -> bool:
        """After an act on one report: on to the next where that is asked for, with `verb` to one that can take this
        move; true when there is one.
        """
        if not (then_next or self.settings.triage.then_next):
            self.begin_walk()
            return False
        led, self._just_led = self._just_led, {}
        if self._walk.keys() & led.keys():
            self.begin_walk()
        self._walk.update(led)
        if await self.screen.to_next(self._walk, verb):
            return True
        if verb is not None:
            label = _(EDGE_BY_VERB[verb].label)
            say(self.screen, _("{move}: di bawahnya tidak ada lagi laporan yang bisa.").format(move=label))
        elif then_next:
            say(self.screen, _("Itu laporan terakhir di daftar ini."))
        return False

    # --- keys ----------------------------------------------------------------------------------

    def repeat(self) -> None:
        """`.`"""
        if self._last is None:
            words = self._why_not_again or _("Belum ada tindakan untuk diulangi.")
            say(self.screen, words, wrong=True)
            return
        by_key(self.screen, self._repeat(self._last), group="dialog")

    async def _repeat(self, again: Again) -> None:
        chosen = await self.screen.chosen()
        if chosen is not None:
            await again(chosen)

    def did(self, again: Again) -> None:
        """The person acted; `again` does the same to other reports."""
        self._last, self._why_not_again = again, ""

    def did_once(self, why_not_again: str) -> None:
        """The person did what cannot be repeated; an older act must not be repeated in its place."""
        self._last, self._why_not_again = None, why_not_again

    def undo(self) -> None:
        """`u`."""
        by_key(self.screen, self._undo(), group="undo")

    async def _undo(self) -> None:
        found = await self.backend.read(undoing.newest, self.backend.workplace)
        if found is None:
            last = await self.backend.read(undoing.last_left, self.backend.workplace)
            say(self.screen, nothing_to_undo(last), wrong=True)
            self.screen.desk.tried("undo")
            return
        worked = await take_back(self.screen, self.backend, found)
        say(self.screen, undone_sentence(found, worked))
        self.screen.place_anew()  # the report is what it was: its row goes where it was
        if len(worked.outcomes) > 1:
            refs = [outcome.ref for outcome in worked.outcomes]
            self.screen.queue.mark_again(await self.backend.read(queue.rows_of, refs))
            self.screen.show_heading()


async def take_back(screen: PlaceScreen, backend: Backend, found: Undoing) -> Worked:
    """Take a stroke back in parts; its newest reports first."""
    places = [""] * found.reports  # how many there are matters here, not which
    worked = await many.in_parts(
        screen,
        _("Membatalkan…"),
        places,
        lambda part: backend.write(undoing.undo, backend.workplace, found.stroke, len(part)),
    )
    if worked.outcomes:
        screen.desk.achieved("undo")
    return worked
