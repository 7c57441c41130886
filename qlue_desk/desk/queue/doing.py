"""What the keys of queue and detail do to reports: the dialogs in which a person says what is meant.

The screen only forwards keys here, so that neither it nor the app becomes the place where all handlers
pile up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.content import Content

from qlue_desk.casework import acting, macros
from qlue_desk.casework.acting import Step
from qlue_desk.casework.errors import refused
from qlue_desk.casework.macros import NONE_THERE
from qlue_desk.desk import dialogs
from qlue_desk.desk.later import by_key, later, say
from qlue_desk.desk.queue.deeds import Chosen, Deed, of_macro
from qlue_desk.desk.queue.many import Worked
from qlue_desk.desk.queue.performing import Performing
from qlue_desk.desk.queue.telling import kept_sentence, moving_question, phone_question
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.choices import Choice
from qlue_desk.domain.complaint import FOR_DISPATCH, Actor, Complaint
from qlue_desk.domain.edges import PRIORITY_LABEL, Verb
from qlue_desk.domain.moves import N_, Code, Fields, Refusal
from qlue_desk.store import complaints, drafts
from qlue_desk.store.errors import StoreError
from qlue_desk.words import _, n_

RELEASE = "-"
_HELD_BY = N_("Sekarang dipegang {name}.")
_NO_SUGGESTION = N_("Tidak ada usulan yang lengkap.")


class Doing(Performing):
    """The dialogs of acting."""

    # --- the keys ------------------------------------------------------------------------------

    def follow_up(self, preselect: Verb | None = None) -> None:
        """`t`."""
        by_key(self.screen, self._follow_up(preselect), group="dialog", opens=True)

    def _follow_up_next(self, verb: Verb) -> None:
        """Ctrl+n: the box again, over the next report; the key must mean there what it meant before."""
        by_key(self.screen, self._follow_up(None, keep=verb), group="dialog", opens=True)

    async def _follow_up(self, preselect: Verb | None, remark: str = "", *, keep: Verb | None = None) -> None:
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        first = chosen.first
        together = await self.backend.read(
            acting.offers_together, self.backend.workplace, chosen.sample, self.backend.now()
        )
        title = _("Tindak lanjut {number}").format(number=first.number or first.title)
        if len(chosen) > 1:
            title = _("Tindak lanjut {n} laporan").format(n=len(chosen))
        worked: list[tuple[Deed, Worked]] = []
        dialog = dialogs.follow_up.FollowUpDialog(
            title,
            together.offers,
            self._material(first, alone=len(chosen) == 1),
            self._performer(chosen, worked),
            lambda kind, text: self._keep_text(first, kind, text),
            texts=await self.backend.read(drafts.of_moves, first.id),
            replies=self._replies(),
            hint_values=self._hint_values(first),
            preselect=preselect,
            keep=keep,
            how_many=len(chosen),
            applies=together.counts if chosen.whole else None,
            agree=self._agree(chosen),
            describe=lambda typed: self._original(first, typed),
            remark=remark,
        )
        done: dialogs.follow_up.Done | None = await self.screen.app.push_screen_wait(dialog)
        later(self.screen, self.screen.reading.draft_kept(first.id), group="draft")
        if done is None and any(dialog.texts.values()) and await self.backend.was_kept():
            say(self.screen, kept_sentence(self.settings, "follow-up"))
        if done is not None:
            self.screen.desk.achieved("follow-up")  # also a move that leads to no other status
        verb = done.verb if done is not None and done.then_next else None
        if await self._finish(chosen, done, worked, verb) and verb is not None:
            self._follow_up_next(verb)

    async def _original(self, complaint: Complaint, typed: str) -> Content:
        """The report that a number means, beside the one that would end as its duplicate."""
        try:
            found = await self.backend.read(complaints.get, typed)
        except StoreError as error:
            return Content.styled(error.sentence(_), "$status-yellow")
        return dialogs.duplicate.original_content(found, complaint, typed, self.backend.city)

    def _keep_text(self, complaint: Complaint, kind: str, text: str) -> None:
        """What is typed for a move; nobody waits for it."""
        self.backend.keep(drafts.save, complaint.id, drafts.FOLLOW_UP + kind, text, self.backend.now())

    def _material(self, complaint: Complaint, *, alone: bool) -> dialogs.form.Material:
        return dialogs.form.Material(
            city=self.backend.city,
            people=self.backend.people,
            today=self.backend.local_now().date(),
            complaint=complaint,
            alone=alone,
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

    def _performer(self, chosen: Chosen, worked: list[tuple[Deed, Worked]]) -> dialogs.follow_up.Perform:
        """Acts and puts what became of it into `worked`: to be told once the dialog has left."""

        async def perform(verb: Verb, fields: Fields, evidence: Sequence[Path]) -> Refusal | None:
            return await self._do(chosen, Deed(verb, fields, tuple(evidence)), worked)

        return perform

    async def _do(self, chosen: Chosen, deed: Deed, worked: list[tuple[Deed, Worked]]) -> Refusal | None:
        found = await self.run(chosen, deed)
        worked[:] = [(deed, found)]
        return found.outcomes[0].refusal if len(found.outcomes) == 1 else None

    def _agree(self, chosen: Chosen) -> dialogs.follow_up.Agree:
        async def agree(verb: Verb, fields: Fields, evidence: Sequence[Path]) -> bool:
            if question := phone_question(verb, fields):
                dialog = dialogs.base.ConfirmDialog(_("Nomor telepon"), question)
                if not await self.screen.app.push_screen_wait(dialog):
                    return False
            return await self.agree(chosen, Deed(verb, fields, tuple(evidence)))

        return agree

    def note(self) -> None:
        """`c`."""
        by_key(self.screen, self._note(), group="dialog", opens=True)

    async def _note(self) -> None:
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        first = chosen.first
        worked: list[tuple[Deed, Worked]] = []
        act = self._performer(chosen, worked)

        title = _("Catatan {number}").format(number=first.number or first.title)
        if len(chosen) > 1:
            title = _("Catatan pada {n} laporan").format(n=len(chosen))
        internal = await self.backend.read(drafts.load, first.id, drafts.NOTE)
        public = await self.backend.read(drafts.load, first.id, drafts.PUBLIC_NOTE)
        dialog = dialogs.note.NoteDialog(
            title,
            public or internal,
            lambda fields: act(Verb.NOTE, fields, ()),
            lambda text, public: self.backend.keep(
                drafts.save_note, first.id, text, self.backend.now(), public=public
            ),
            public=bool(public),
            how_many=len(chosen),
            agree=self._agree(chosen),
        )
        done: dialogs.follow_up.Done | None = await self.screen.app.push_screen_wait(dialog)
        later(self.screen, self.screen.reading.draft_kept(first.id), group="draft")
        if done is None and dialog.left and await self.backend.was_kept():
            say(self.screen, kept_sentence(self.settings, "note"))
        await self._finish(chosen, done, worked)

    async def _finish(
        self,
        chosen: Chosen,
        done: dialogs.follow_up.Done | None,
        worked: Sequence[tuple[Deed, Worked]],
        verb: Verb | None = None,
    ) -> bool:
        """Tell what became of it, and on to the next report where that is meant (with `verb`: to the next one that
        can take this move); true when there is one.
        """
        if done is None:
            return False
        for deed, found in worked:
            await self.tell(deed, found)
        return (len(chosen) == 1 or done.then_next) and await self.after_one(
            then_next=done.then_next, verb=verb
        )

    def macro(self) -> None:
        """`m`."""
        by_key(self.screen, self._macro(""), group="dialog", opens=True)

    def run_macro(self, name: str) -> None:
        """The palette: the menu with this macro chosen, so that its texts are seen before it runs."""
        by_key(self.screen, self._macro(name), group="dialog", opens=True)

    async def _macro(self, name: str) -> None:
        known = self.settings.macros
        if not known:
            wrong = [error.sentence(_) for error in self.settings.wrong_macros.values()]
            none_there = _(NONE_THERE).format(path=self.backend.views.file.path)
            say(self.screen, wrong[0] if wrong else none_there, wrong=True)
            return
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        first = chosen.first
        title = _("Makro {number}").format(number=first.number or first.title)
        if len(chosen) > 1:
            title = _("Makro untuk {n} laporan").format(n=len(chosen))
        worked: list[tuple[Deed, Worked]] = []
        done = await self.screen.app.push_screen_wait(
            dialogs.macro.MacroDialog(
                title,
                await self.backend.read(
                    macros.fits, self.backend.workplace, known, first, self.backend.now()
                ),
                self.backend.city,
                lambda macro: self._do(chosen, of_macro(macro), worked),
                lambda macro: self._agree_macro(chosen, of_macro(macro)),
                how_many=len(chosen),
                preselect=name,
            )
        )
        await self._finish(chosen, done, worked)

    async def _agree_macro(self, chosen: Chosen, deed: Deed) -> bool:
        """What moves a report to another dinas is asked about, too: a line of a menu is chosen quickly."""
        if not await self.agree(chosen, deed):
            return False
        if len(chosen) >= self.settings.ui.confirm_bulk:
            return True  # asked with the preview
        outcomes = await self.would_become(chosen, deed)
        question = moving_question(deed.label, outcomes, self.backend.city)
        if not question:
            return True
        dialog = dialogs.base.ConfirmDialog(_("Pindah ke dinas lain"), question)
        agreed: bool | None = await self.screen.app.push_screen_wait(dialog)
        return bool(agreed)

    def take(self) -> None:
        """`a`: take what nobody holds; else choose whom to give it to."""
        by_key(self.screen, self._take(), group="dialog")

    async def _take(self) -> None:
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        if all(not complaint.holder for complaint in chosen.sample):
            # Of many, one that somebody holds is not taken away unseen.
            deed = Deed(Verb.TAKE) if chosen.whole else Deed(Verb.TAKE, plan=take_free)
            await self.run_and_tell(chosen, deed)
            return
        me = self.backend.actor.id
        choices = holder_choices(chosen, me, self.backend.people)
        title = _("Pegangan {number}").format(number=chosen.first.number)
        if len(chosen) > 1:
            title = _("Pegangan {n} laporan").format(n=len(chosen))
        dialog = dialogs.base.ChooseDialog(title, choices)
        picked: str | None = await self.screen.app.push_screen_wait(dialog)
        if picked is None:
            return
        if picked == me:
            await self.run_and_tell(chosen, Deed(Verb.TAKE))
            return
        to = "" if picked == RELEASE else picked
        name = next((p.name for p in self.backend.people if p.id == to), "")
        await self.run_and_tell(chosen, Deed(Verb.GIVE, Fields(to=to, person_name=name)))

    def priority(self) -> None:
        """`p`."""
        by_key(self.screen, self._priority(), group="dialog", opens=True)

    async def _priority(self) -> None:
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        choices = [Choice(str(level), _(word)) for level, word in PRIORITY_LABEL.items()]
        picked = await self.screen.app.push_screen_wait(dialogs.base.ChooseDialog(_("Prioritas"), choices))
        if picked is not None:
            await self.run_and_tell(chosen, Deed(Verb.PRIORITISE, Fields(to=picked)))

    def accept(self) -> None:
        """`A`: the verifier takes over category, kelurahan and dinas as suggested."""
        by_key(self.screen, self._accept(), group="dialog")

    async def _accept(self) -> None:
        chosen = await self.screen.chosen()
        if chosen is None:
            return
        meant = [complaint for complaint in chosen.sample if accepted(complaint) is not None]
        if len(chosen) == 1 and not meant:
            await self._follow_up(Verb.DISPATCH, _no_suggestion(chosen.first))
        elif meant or not chosen.whole:
            if chosen.whole:
                chosen = Chosen(tuple(complaint.id for complaint in meant), tuple(meant))
            await self.run_and_tell(chosen, Deed(Verb.DISPATCH, plan=as_suggested))
        else:
            say(self.screen, _("Tidak ada usulan yang lengkap di sini."), wrong=True)


def holder_choices(chosen: Chosen, me: str, people: tuple[Actor, ...]) -> list[Choice]:
    """Who may hold the reports from now on; left out is only who holds every one of them."""
    holders = {complaint.holder: complaint.holder_name for complaint in chosen.sample}
    the_one = next(iter(holders)) if len(holders) == 1 and chosen.whole else None
    choices: list[Choice] = []
    if the_one != me:
        choices.append(Choice(me, _("Ambil untuk saya"), _held_now(chosen, me)))
    for dinas in dict.fromkeys(complaint.dinas for complaint in chosen.sample):
        choices += [c for c in dialogs.form.people_choices(people, dinas) if c.key not in (me, the_one)]
    choices.append(Choice(RELEASE, _("Lepas"), _("tidak ada yang memegang")))
    return choices


def _held_now(chosen: Chosen, me: str) -> str:
    """From whom they would be taken away."""
    others = [complaint for complaint in chosen.sample if complaint.holder not in (None, me)]
    names = {complaint.holder_name for complaint in others}
    if len(chosen) == len(others) and len(names) == 1:
        return _("sekarang dipegang {name}").format(name=safe(names.pop()))
    if others and chosen.whole:
        return n_("{n} dipegang orang lain", len(others)).format(n=len(others))
    return ""


def take_free(complaint: Complaint) -> tuple[Step, ...]:
    """A plan: take what nobody holds, and nothing else."""
    if complaint.holder:
        raise refused(_HELD_BY, code=Code.INVALID_TRANSITION, name=complaint.holder_name or complaint.holder)
    return (Step(Verb.TAKE, Fields()),)


def as_suggested(complaint: Complaint) -> tuple[Step, ...]:
    """A plan: dispatch as the report's own suggestion says."""
    fields = accepted(complaint)
    if fields is None:
        raise refused(_NO_SUGGESTION, code=Code.INVALID_TRANSITION)
    return (Step(Verb.DISPATCH, fields),)


def _no_suggestion(complaint: Complaint) -> str:
    """Why `A` opens the dialog instead."""
    if complaint.status not in FOR_DISPATCH:
        return ""
    if complaint.suggestion is None:
        return _("Laporan ini tidak membawa usulan; isi tujuannya sendiri.")
    return _("Usulannya belum lengkap; lengkapi sendiri.")


def accepted(complaint: Complaint) -> Fields | None:
    """The fields that dispatch a report as suggested; None when the suggestion is not whole."""
    found = complaint.suggestion
    if complaint.status not in FOR_DISPATCH:
        return None
    category = complaint.category or (found.category if found else None)
    kelurahan = complaint.kelurahan or (found.kelurahan if found else None)
    dinas = found.dinas if found else None
    if not category or not dinas or not (kelurahan or complaint.place_unknown):
        return None
    return Fields(to=dinas, category=category, kelurahan=kelurahan, place_unknown=not kelurahan)
