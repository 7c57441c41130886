"""Follow up (`t`): what is allowed now, each with its letter; what is not, greyed with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, TextArea

from qlue_desk.desk.dialogs.base import DraftKeeper
from qlue_desk.desk.dialogs.form import KEPT, Material, MoveForm
from qlue_desk.desk.dialogs.listening import ListeningDialog
from qlue_desk.desk.dialogs.moves import (
    BOX_WIDTH,
    FORWARD,
    KEYS,
    LABEL_WIDTH,
    hint_of,
    move_option,
    shown_offers,
)
from qlue_desk.desk.dialogs.walking import FieldWalk
from qlue_desk.desk.later import by_key, later
from qlue_desk.desk.widgets.fields import Picker, Submitted
from qlue_desk.domain.edges import EDGE_BY_VERB, Edge, To, Verb
from qlue_desk.domain.lifecycle import Offer
from qlue_desk.domain.moves import Fields, Refusal
from qlue_desk.words import _

Perform = Callable[[Verb, Fields, Sequence[Path]], Awaitable[Refusal | None]]
Agree = Callable[[Verb, Fields, Sequence[Path]], Awaitable[bool]]
"""Asks before an act on many reports."""
Describe = Callable[[str], Awaitable[Content]]
"""The report whose number was typed as the original, in a few lines."""


class Done(msgspec.Struct, frozen=True):
    """The dialog did something; `then_next` = go on to the next report."""

    verb: Verb
    then_next: bool


def kind_of(edge: Edge, field: str) -> str:
    """What a field of a move is kept under: a text by what it is for, and whether the citizen reads it
    (`optional.public`, `reason.inside`), files by the field's name.
    """
    return f"{edge.text}.{'public' if edge.public else 'inside'}" if field == "note" else field


class FollowUpDialog(ListeningDialog[Done]):
    """List of moves above, fields of the highlighted one below, enter runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "run_and_next", show=False, priority=True),
        Binding("tab", "field(1)", show=False, priority=True),
        Binding("shift+tab", "field(-1)", show=False, priority=True),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
        *(Binding(key, f"move('{verb}')", show=False) for verb, key in KEYS.items()),
    ]

    def __init__(
        self,
        title: str,
        offers: Sequence[Offer],
        material: Material,
        perform: Perform,
        save_draft: Callable[[str, str], None],
        *,
        texts: Mapping[str, str] | None = None,
        replies: dict[str, dict[str, str]] | None = None,
        hint_values: dict[str, str] | None = None,
        preselect: Verb | None = None,
        keep: Verb | None = None,
        how_many: int = 1,
        applies: Mapping[Verb, int] | None = None,
        agree: Agree | None = None,
        describe: Describe | None = None,
        remark: str = "",
    ) -> None:
        """`applies`: to how many of the reports each move can be done; `remark` is said at the start.
        `preselect` is chosen and the cursor goes into its fields. `keep` is chosen in the list, or nothing is: the
        move of the report before, which the same key must not change into another.
        `texts`: what was typed before, by its kind (`kind_of`), in which `save_draft` keeps it.
        """
        super().__init__()
        self.title_text = title
        self.how_many = how_many
        self.applies = applies or {}
        self.agree = agree
        self.describe = describe
        self.remark = remark
        self.offers = shown_offers(offers, several=how_many > 1)
        self.hidden = {offer.edge.verb: offer for offer in offers if offer not in self.offers}
        self.material = material
        self.perform = perform
        self.texts = dict(texts or {})
        self._save_draft = save_draft
        self.replies = replies or {}
        self.hint_values = hint_values or {}
        self.preselect = preselect
        self.keep = keep
        self.walk = FieldWalk(self)
        self._changing = asyncio.Lock()
        """A letter and the highlight that follows it must not both build the form."""
        self.keys_text = self.keys_of_list = _(
            "huruf pilih   enter jalankan   ctrl+n jalankan, lalu berikutnya   tab isian   esc tutup, tulisan disimpan"
        )

    def body(self) -> ComposeResult:
        """Moves and fields."""
        room = min(BOX_WIDTH, self.app.size.width) - LABEL_WIDTH - 8
        hint = partial(hint_of, self.hint_values, self.applies, self.how_many)
        yield OptionList(*(move_option(offer, room, hint(offer.edge)) for offer in self.offers), id="moves")
        yield VerticalScroll(id="form-place", can_focus=False)

    async def on_mount(self) -> None:
        """Start at the most ordinary move, or at the one asked for; nowhere when all that is left ends it."""
        moves = self.query_one("#moves", OptionList)
        legal = {offer.edge.verb: place for place, offer in enumerate(self.offers) if offer.refusal is None}
        asked = legal.get(self.preselect) if self.preselect is not None else None
        ordinary = FORWARD if self.keep is None else (self.keep,)
        moves.highlighted = (
            asked if asked is not None else next((legal[verb] for verb in ordinary if verb in legal), None)
        )
        moves.focus()
        if asked is not None:
            await self._show_form(self.offers[asked])
            self._enter_form()
        if self.remark:
            self.wrong(self.remark)

    async def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the fields of the highlighted move."""
        # The list highlights its first row by itself before we say which, if any.
        if event.option_list.id != "moves" or event.option_list.highlighted != event.option_index:
            return
        await self._show_form(self.offers[event.option_index])

    async def _show_form(self, offer: Offer) -> None:
        place = self.query_one("#form-place")
        async with self._changing:
            form = self._form()
            if form is not None and form.edge is offer.edge:
                return
            if form is not None:
                self._keep_text(form)
            self.wrong("")
            replies = self.replies.get(str(offer.edge.verb), {})
            begun = {field: self.texts.get(kind_of(offer.edge, field), "") for field in KEPT}
            self.keepers = {field: self._keeper(offer.edge, field, text) for field, text in begun.items()}
            material = msgspec.structs.replace(self.material, begun=begun, replies=replies)
            await place.remove_children()
            await place.mount(MoveForm(offer.edge, material))

    def _keeper(self, edge: Edge, field: str, text: str) -> DraftKeeper:
        return DraftKeeper(self, text, partial(self._save_draft, kind_of(edge, field)))

    def _keep_soon(self) -> None:
        form = self._form()
        for field, text in (form.begun if form is not None else {}).items():
            self.keepers[field].soon(text)

    def _keep_text(self, form: MoveForm) -> None:
        """A reason that was begun is no reply: each kind of text waits for a move that asks for its kind."""
        for field, text in form.begun.items():
            self.texts[kind_of(form.edge, field)] = text
            self.keepers[field].now(text)

    def _form(self) -> MoveForm | None:
        forms = self.query(MoveForm)
        return forms.first() if forms else None

    def on_descendant_focus(self) -> None:
        """Say the keys of where the cursor is: a letter leads into a field, where tab leads out of it again."""
        form = self._form()
        self.keys_text = (form.keys_text(self.focused) if form is not None else "") or self.keys_of_list
        self._show_running()

    def _enter_form(self) -> None:
        """To what is needed, else to the text: what is typed after a letter belongs there."""
        form = self._form()
        if form is not None and form.fields:
            form.focus_field(form.first_needed or ("note" if "note" in form.fields else ""))

    def action_field(self, step: int) -> None:
        """Tab goes round in the fields; shift+tab in the first one leads back to the moves."""
        form = self._form()
        if form is None:
            return
        fields = list(form.fields.values())
        place = self.walk.place(fields)
        if place < 0 < step:
            form.focus_field(form.first_needed or "to")
        elif place == 0 and step < 0:
            self.query_one("#moves").focus()
        else:
            self.walk.step(fields, step)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing in a line."""
        self._someone_types(event.input)
        self._keep_soon()
        form = self._form()
        if form is not None and form.edge.to is To.ORIGINAL and event.input is form.fields.get("to"):
            later(self, self._show_original(form, event.value.strip()), group="original")

    async def _show_original(self, form: MoveForm, typed: str) -> None:
        """Whether it is the right one is seen by its title, not by its number."""
        words = await self.describe(typed) if self.describe is not None else Content("")
        if form.is_attached:
            form.show_original(words)

    def _someone_types(self, field: Widget) -> None:
        if field.has_focus:
            self._typed = True
            self.walk.typed()

    async def action_step(self, step: int) -> None:
        """J and k."""
        if await self._is_typing():
            return
        moves = self.query_one("#moves", OptionList)
        (moves.action_cursor_down if step > 0 else moves.action_cursor_up)()

    async def action_move(self, verb: str) -> None:
        """A letter chooses its move and the cursor goes where something is needed, or it says why not."""
        if await self._is_typing():
            return
        wanted = Verb(verb)
        place = next((i for i, offer in enumerate(self.offers) if offer.edge.verb is wanted), None)
        offer = self.offers[place] if place is not None else self.hidden.get(wanted)
        if offer is None or offer.refusal is not None:
            label = _(EDGE_BY_VERB[wanted].label)
            why = offer.refusal.sentence(_) if offer is not None and offer.refusal is not None else ""
            await self._choose_nothing()
            self.wrong(why or _("{move}: tidak ada di sini.").format(move=label))
            self.deafen()
            return
        if place is None:
            self.deafen()
            await self._choose_nothing()
            self.wrong(_("{move}: hanya untuk satu laporan.").format(move=_(offer.edge.label)))
            return
        self.query_one("#moves", OptionList).highlighted = place
        await self._show_form(offer)
        self.wrong("")
        self._enter_form()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a move: run it, or first ask what it needs."""
        event.stop()
        form = self._form()
        if form is not None and form.first_needed:
            form.focus_field(form.first_needed)
        else:
            self._run(then_next=False)

    def on_picker_picked(self, event: Picker.Picked) -> None:
        """Go on to the next field."""
        event.stop()
        self.mended(event.picker)
        form = self._form()
        if form is None:
            return
        if event.picker.id == "replies":
            form.use_reply(event.key)
        elif (following := form.after(event.picker)) is not None:
            self.walk.bring_to(following)
        else:
            self._run(then_next=False)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Keep the text while it is typed."""
        self._someone_types(event.text_area)
        self._keep_soon()

    def on_submitted(self, event: Submitted) -> None:
        """Enter in a text."""
        event.stop()
        self._run(then_next=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line."""
        event.stop()
        self._run(then_next=False)

    def action_run_and_next(self) -> None:
        """Ctrl+n."""
        self._run(then_next=True)

    def _run(self, *, then_next: bool) -> None:
        form = self._form()
        if self.running:
            return
        if form is None:
            self.wrong(_("Pilih dulu tindakannya."))
            return
        if problem := form.problem():
            self.wrong(problem[1], form.fields.get(problem[0]))
            form.focus_field(problem[0])
            return
        self.running = True
        by_key(self, self._perform(form, then_next=then_next))

    def field_named(self, name: str) -> Widget | None:
        """A field of the form."""
        form = self._form()
        return form.fields.get(name) if form is not None else None

    async def _perform(self, form: MoveForm, *, then_next: bool) -> None:
        fields, paths = form.read()
        verb, agree = form.edge.verb, self.agree
        if await self.try_to(
            lambda: self.perform(verb, fields, paths),
            None if agree is None else lambda: agree(verb, fields, paths),
        ):
            self.dismiss(Done(verb, then_next))

    def action_close(self) -> None:
        """Esc: what was typed is kept as a draft."""
        form = self._form()
        if form is not None:
            self._keep_text(form)
        self.dismiss(None)
