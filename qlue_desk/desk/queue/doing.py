"""What the keys of queue and detail do to reports: dialogs, acts, and the sentence that follows.

The screen only forwards keys here, so that neither it nor the app becomes the place where all handlers
pile up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.casework.acting import Outcome
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.base import ChooseDialog, TextDialog
from qlue_desk.desk.dialogs.follow_up import Done, FollowUpDialog, Perform
from qlue_desk.desk.dialogs.form import Material, people_choices
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.later import later, say
from qlue_desk.desk.queue import many
from qlue_desk.desk.queue.telling import (
    done_sentence,
    nothing_to_undo,
    result_lines,
    sending_sentence,
    undone_sentence,
)
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.fields import Choice
from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, PRIORITY_LABEL, Verb
from qlue_desk.domain.moves import N_, Code, Fields, Refusal
from qlue_desk.settings import Settings
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.queue.screen import DeskScreen

RELEASE = "-"
GONE = N_("{number} tidak lagi di meja ini.")
GONE_TO = N_("{number} tidak lagi di meja ini; sekarang di {dinas}.")


class LastAct(msgspec.Struct, frozen=True):
    """What `.` repeats."""

    verb: Verb
    fields: Fields
    evidence: tuple[Path, ...] = ()


class Doing:
    """Acts of one person on the reports chosen in a screen."""

    def __init__(self, screen: DeskScreen, backend: Backend, settings: Settings) -> None:
        self.screen = screen
        self.backend = backend
        self.settings = settings
        self.last: LastAct | None = None
        self._sent_on: dict[str, str] = {}
        """Where this person has sent reports: id to dinas."""

    def gone(self, complaint_id: str, number: str) -> Refusal:
        """Why nothing can be done to a report that this desk no longer holds."""
        dinas = self._sent_on.get(complaint_id)
        if not dinas:
            return Refusal(Code.NOT_FOUND, GONE, {"number": number})
        name = self.backend.city.dinas_name(dinas)
        return Refusal(Code.NOT_FOUND, GONE_TO, {"number": number, "dinas": name})

    # --- running -------------------------------------------------------------------------------

    async def run(
        self, chosen: Sequence[Complaint], verb: Verb, fields: Fields, evidence: Sequence[Path] = ()
    ) -> list[Outcome]:
        """Act and remember it for `.`."""
        outcomes = await self.backend.act([c.id for c in chosen], verb, fields, evidence)
        if any(outcome.done for outcome in outcomes):
            self.last = LastAct(verb, fields, tuple(evidence))
            self.screen.nudge()
        return [self._noted(outcome, chosen) for outcome in outcomes]

    def _noted(self, outcome: Outcome, chosen: Sequence[Complaint]) -> Outcome:
        """Keep where a report went; say of one that has left meanwhile more than its id."""
        before, after = outcome.before, outcome.after
        if before is not None and after is not None and after.dinas and after.dinas != before.dinas:
            self._sent_on[after.id] = after.dinas
        if outcome.refusal is None or outcome.refusal.code is not Code.NOT_FOUND or before is not None:
            return outcome
        number = next((c.number or c.title for c in chosen if c.id == outcome.ref), outcome.ref)
        return msgspec.structs.replace(outcome, number=number, refusal=self.gone(outcome.ref, number))

    async def tell(self, verb: Verb, outcomes: Sequence[Outcome]) -> None:
        """One sentence when all went well or for one report, else a list of what became of each."""
        if not outcomes:
            return
        refused = [outcome for outcome in outcomes if outcome.refusal is not None]
        if len(outcomes) > 1:
            await many.mark_only(self.screen, self.backend, refused)
        if not refused:
            parts = (
                done_sentence(verb, outcomes, self.backend.city),
                sending_sentence(self.screen.desk.line_state, self.settings, len(outcomes)),
            )
            say(self.screen, " ".join(part for part in parts if part))
            return
        label = _(EDGE_BY_VERB[verb].label)
        if len(outcomes) == 1 and outcomes[0].refusal is not None:
            say(self.screen, outcomes[0].refusal.sentence(_), wrong=True)
            return
        done = len(outcomes) - len(refused)
        # "Refused" is central's word; these were not even tried.
        title = _("{move}: {done} tersimpan, {refused} dilewati").format(
            move=label, done=done, refused=len(refused)
        )
        back = sending_sentence(self.screen.desk.line_state, self.settings, done) if done else ""
        say(self.screen, f"{title}. {back}".strip(), wrong=not done)
        self.screen.app.push_screen(TextDialog(title, result_lines(outcomes)))

    def _say_recording(self, count: int) -> None:
        """Where no dialog says it: many reports take a moment."""
        if count > 1:
            say(self.screen, _("mencatat {n}…").format(n=count))

    async def _run_and_tell(
        self, chosen: Sequence[Complaint], verb: Verb, fields: Fields, evidence: Sequence[Path] = ()
    ) -> None:
        if await many.agree(self.screen, self.backend, chosen, verb):
            self._say_recording(len(chosen))
            await self.tell(verb, await self.run(chosen, verb, fields, evidence))

    # --- the keys ------------------------------------------------------------------------------

    def follow_up(self, preselect: Verb | None = None) -> None:
        """`t`."""
        later(self.screen, self._follow_up(preselect), group="dialog")

    async def _follow_up(self, preselect: Verb | None, remark: str = "") -> None:
        chosen = await self.screen.chosen_complaints()
        if not chosen:
            return
        first = chosen[0]
        together = await self.backend.offers_together(chosen)
        whole = together.looked_at == len(chosen)
        title = _("Tindak lanjut {number}").format(number=first.number or first.title)
        if len(chosen) > 1:
            title = _("Tindak lanjut {n} laporan").format(n=len(chosen))
        draft_key = "follow_up"
        outcomes: list[Outcome] = []
        done = await self.screen.app.push_screen_wait(
            FollowUpDialog(
                title,
                together.offers,
                await self._material(first, draft_key),
                self._performer(chosen, outcomes),
                lambda text: self.backend.save_draft(first.id, draft_key, text),
                replies=self._replies(),
                hint_values=self._hint_values(first),
                preselect=preselect,
                how_many=len(chosen),
                applies=together.counts if whole else None,
                agree=lambda verb: many.agree(self.screen, self.backend, chosen, verb),
                remark=remark,
            )
        )
        if isinstance(done, Done):
            await self.tell(done.verb, outcomes)
        if not isinstance(done, Done) or not done.then_next:
            return
        if self.screen.to_next():
            self.follow_up()
        else:
            say(self.screen, _("Itu laporan terakhir di daftar ini."))

    async def _material(self, complaint: Complaint, draft_key: str) -> Material:
        return Material(
            city=self.backend.city,
            people=self.backend.people,
            today=self.backend.local_now().date(),
            complaint=complaint,
            draft=await self.backend.draft(complaint.id, draft_key),
        )

    def _hint_values(self, complaint: Complaint) -> dict[str, str]:
        """What the hints of the table of moves leave open."""
        city = self.backend.city
        return {
            "bounce": str(complaint.bounces + 1),
            "limit": str(city.bounce_limit),
            "coordinator": city.dinas_name(city.coordinator),
        }

    def _replies(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, reply in self.settings.replies.items():
            found.setdefault(reply.verb, {})[name] = reply.text
        return found

    def _performer(self, chosen: Sequence[Complaint], outcomes: list[Outcome]) -> Perform:
        """Acts and puts what became of it into `outcomes`: to be told once the dialog has left."""

        async def perform(verb: Verb, fields: Fields, evidence: Sequence[Path]) -> Refusal | None:
            outcomes[:] = await self.run(chosen, verb, fields, evidence)
            return outcomes[0].refusal if len(outcomes) == 1 else None

        return perform

    def note(self) -> None:
        """`c`."""
        later(self.screen, self._note(), group="dialog")

    async def _note(self) -> None:
        chosen = await self.screen.chosen_complaints()
        if not chosen:
            return
        first = chosen[0]
        outcomes: list[Outcome] = []
        act = self._performer(chosen, outcomes)

        title = _("Catatan {number}").format(number=first.number or first.title)
        if len(chosen) > 1:
            title = _("Catatan pada {n} laporan").format(n=len(chosen))
        draft = await self.backend.draft(first.id, "note")
        noted = await self.screen.app.push_screen_wait(
            NoteDialog(
                title,
                draft,
                lambda fields: act(Verb.NOTE, fields, ()),
                lambda text: self.backend.save_draft(first.id, "note", text),
                how_many=len(chosen),
                agree=lambda verb: many.agree(self.screen, self.backend, chosen, verb),
            )
        )
        if noted:
            await self.tell(Verb.NOTE, outcomes)

    def take(self) -> None:
        """`a`: take what nobody holds; else choose whom to give it to."""
        later(self.screen, self._take(), group="dialog")

    async def _take(self) -> None:
        chosen = await self.screen.chosen_complaints()
        if not chosen:
            return
        if all(not complaint.holder for complaint in chosen):
            await self._run_and_tell(chosen, Verb.TAKE, Fields())
            return
        first, me = chosen[0], self.backend.actor.id
        mine = first.holder == me
        choices: list[Choice] = []
        if not mine:
            choices.append(
                Choice(
                    me,
                    _("Ambil untuk saya"),
                    _("sekarang dipegang {name}").format(name=safe(first.holder_name)),
                )
            )
        choices += [
            c for c in people_choices(self.backend.people, first.dinas) if c.key not in (me, first.holder)
        ]
        choices.append(Choice(RELEASE, _("Lepas"), _("tidak ada yang memegang")))
        title = _("Pegangan {number}").format(number=first.number)
        dialog = ChooseDialog(title, choices, preselect=False)
        picked: str | None = await self.screen.app.push_screen_wait(dialog)
        if picked is None:
            return
        if picked == me:
            await self._run_and_tell(chosen, Verb.TAKE, Fields())
            return
        to = "" if picked == RELEASE else picked
        name = next((p.name for p in self.backend.people if p.id == to), "")
        await self._run_and_tell(chosen, Verb.GIVE, Fields(to=to, person_name=name))

    def priority(self) -> None:
        """`p`."""
        later(self.screen, self._priority(), group="dialog")

    async def _priority(self) -> None:
        chosen = await self.screen.chosen_complaints()
        if not chosen:
            return
        choices = [Choice(str(level), _(word)) for level, word in PRIORITY_LABEL.items()]
        picked = await self.screen.app.push_screen_wait(ChooseDialog(_("Prioritas"), choices))
        if picked is not None:
            await self._run_and_tell(chosen, Verb.PRIORITISE, Fields(to=picked))

    def accept(self) -> None:
        """`A`: the verifier takes over category, kelurahan and dinas as suggested."""
        later(self.screen, self._accept(), group="dialog")

    async def _accept(self) -> None:
        chosen = await self.screen.chosen_complaints()
        moves = [
            (complaint.id, fields) for complaint in chosen if (fields := accepted(complaint)) is not None
        ]
        if len(chosen) == 1 and not moves:
            await self._follow_up(Verb.DISPATCH, _no_suggestion(chosen[0]))
        elif moves:
            meant = [complaint for complaint in chosen if accepted(complaint) is not None]
            if not await many.agree(self.screen, self.backend, meant, Verb.DISPATCH):
                return
            self._say_recording(len(moves))
            outcomes = await self.backend.act_each(moves, Verb.DISPATCH)
            self.screen.nudge()
            await self.tell(Verb.DISPATCH, [self._noted(outcome, chosen) for outcome in outcomes])
        elif chosen:
            say(self.screen, _("Tidak ada usulan yang lengkap di sini."), wrong=True)

    def repeat(self) -> None:
        """`.`"""
        if self.last is None:
            say(self.screen, _("Belum ada tindakan untuk diulangi."), wrong=True)
            return
        later(self.screen, self._repeat(self.last), group="dialog")

    async def _repeat(self, last: LastAct) -> None:
        chosen = await self.screen.chosen_complaints()
        if chosen:
            await self._run_and_tell(chosen, last.verb, last.fields, last.evidence)

    def undo(self) -> None:
        """`u`."""
        later(self.screen, self._undo(), group="undo")

    async def _undo(self) -> None:
        outcomes = await self.backend.undo()
        if not outcomes:
            say(self.screen, nothing_to_undo(await self.backend.last_left()), wrong=True)
        elif outcomes[0].refusal is not None:
            say(self.screen, outcomes[0].refusal.sentence(_), wrong=True)
        else:
            say(self.screen, undone_sentence(outcomes))
            if len(outcomes) > 1:
                ids = [outcome.before.id for outcome in outcomes if outcome.before is not None]
                self.screen.queue.mark_again(await self.backend.rows_of(ids))
                self.screen.show_heading()


def _no_suggestion(complaint: Complaint) -> str:
    """Why `A` opens the dialog instead."""
    if complaint.status not in (Status.NEW, Status.REOPENED):
        return ""
    if complaint.suggestion is None:
        return _("Laporan ini tidak membawa usulan; isi tujuannya sendiri.")
    return _("Usulannya belum lengkap; lengkapi sendiri.")


def accepted(complaint: Complaint) -> Fields | None:
    """The fields that dispatch a report as suggested; None when the suggestion is not whole."""
    found = complaint.suggestion
    if complaint.status not in (Status.NEW, Status.REOPENED):
        return None
    category = complaint.category or (found.category if found else None)
    kelurahan = complaint.kelurahan or (found.kelurahan if found else None)
    dinas = found.dinas if found else None
    if not category or not dinas or not (kelurahan or complaint.place_unknown):
        return None
    return Fields(to=dinas, category=category, kelurahan=kelurahan, place_unknown=not kelurahan)
