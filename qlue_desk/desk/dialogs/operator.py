"""The operator's form: number, place, category by a letter, similar open reports beside it."""

from __future__ import annotations

import re
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.casework import entering, similar
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.base import ChooseDialog, Dialog, DraftKeeper
from qlue_desk.desk.dialogs.form import NOWHERE, category_choices, kelurahan_choices
from qlue_desk.desk.dialogs.similar import similar_content
from qlue_desk.desk.dialogs.walking import FieldWalk
from qlue_desk.desk.later import by_key, later, sentence_of
from qlue_desk.desk.widgets.choices import Choice
from qlue_desk.desk.widgets.fields import NoteArea, Picker, Submitted
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.complaint import Channel, Complaint, Reporter
from qlue_desk.domain.edges import JUNK_KINDS
from qlue_desk.domain.similarity import Subject
from qlue_desk.protocol import NewReport
from qlue_desk.store import drafts
from qlue_desk.words import _

PAUSE = 0.2
JUNK = ("ghost", "prank", "information")
A_REPORT = "-"
PICKERS = ("kelurahan", "category")
FIELDS = ("phone", "name", "kelurahan", "street", "category", "title", "text")
"""From top to bottom."""


class OperatorDialog(Dialog[Complaint]):
    """A report is recorded here and now; it gets its number when central has it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "save", show=False, priority=True),
        Binding("ctrl+g", "junk", show=False, priority=True),
        Binding("ctrl+l", "clear", show=False, priority=True),
        Binding("tab", "field(1)", show=False, priority=True),
        Binding("shift+tab", "field(-1)", show=False, priority=True),
    ]

    def __init__(self, backend: Backend, draft: str = "") -> None:
        """`draft`: what was typed before the dialog was left last time, as it gave it to be kept."""
        super().__init__()
        self.backend = backend
        self.draft = draft
        self.walk = FieldWalk(self)
        self.keeper = DraftKeeper(self, draft, self._keep)
        self.junk = ""
        self.saving = False
        self._timer: Timer | None = None
        self.title_text = _("Laporan baru · call center 112")
        self.keys_text = _(
            "enter lanjut, di uraian simpan   ctrl+s simpan   ctrl+g bukan laporan   ctrl+l kosongkan   esc tutup"
        )

    def body(self) -> ComposeResult:
        """Form on the left, similar reports on the right."""
        city, today = self.backend.city, self.backend.local_now().date()
        categories = category_choices(city, today, letters=True)
        hint = _("ketik untuk mencari")
        with Horizontal(id="sides"):
            with Vertical(id="form"):
                for label, field in (
                    (_("Telepon"), SafeInput(placeholder="08…", id="phone")),
                    (_("Nama"), SafeInput(placeholder=_("boleh kosong"), id="name")),
                    (_("Kelurahan"), Picker(kelurahan_choices(city), placeholder=hint, id="kelurahan")),
                    (_("Jalan"), SafeInput(placeholder=_("nama jalan, patokan"), id="street")),
                    (_("Kategori"), Picker(categories, placeholder=_("huruf atau kata"), id="category")),
                    (_("Judul"), SafeInput(placeholder=_("satu baris"), id="title")),
                    (_("Uraian"), NoteArea(placeholder=_("kata-kata penelepon"), id="text")),
                ):
                    with Horizontal(classes="field"):
                        yield Static(Content(label), classes="label")
                        yield field
                yield Static(id="junk")
            with Vertical(id="similar-side"):
                yield Static(Content.styled(_("Serupa, masih terbuka"), "bold $accent"))
                yield OptionList(id="similar")

    def on_mount(self) -> None:
        """Into the first field; what was begun is there again."""
        self.query_one("#similar").can_focus = False
        self.query_one("#phone").focus()
        if self.draft:
            self._restore(msgspec.json.decode(self.draft, type=dict[str, str]))
        self._look()

    # --- similar reports -----------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look for similar reports when typing stands still."""
        self._soon()
        self._typed()

    def on_text_area_changed(self, event: NoteArea.Changed) -> None:
        """Keep it while it is typed; its words may be those of a report that is here."""
        self._soon()
        self._typed()

    def on_picker_picked(self, event: Picker.Picked) -> None:
        """Go on."""
        event.stop()
        self._soon()
        self._go_on()
        self._typed(skip_walk=True)

    # --- the fields ----------------------------------------------------------------------------

    @property
    def fields(self) -> list[Widget]:
        """The fields from top to bottom."""
        return [self.query_one(f"#{name}") for name in FIELDS]

    def action_field(self, step: int) -> None:
        """Tab goes round in the fields."""
        self.walk.step(self.fields, step)

    def _go_on(self) -> None:
        fields = self.fields
        self.walk.bring_to(fields[(self.walk.place(fields) + 1) % len(fields)])

    def _typed(self, *, skip_walk: bool = False) -> None:
        if not skip_walk:
            self.walk.typed()
        self.keeper.soon(self._as_draft())

    def _keep(self, text: str) -> None:
        """What is typed so far; nobody waits for it."""
        self.backend.keep(drafts.save, *draft_place(self.backend), text, self.backend.now())

    def _as_draft(self) -> str:
        """What is typed so far, '' for nothing."""
        typed = {name: text for name in FIELDS if (text := self._text(name))}
        return msgspec.json.encode(typed).decode() if typed else ""

    def _restore(self, typed: dict[str, str]) -> None:
        for name in FIELDS:
            field, text = self.query_one(f"#{name}"), typed.get(name, "")
            if isinstance(field, Picker):
                field.set_value(text)
            elif isinstance(field, NoteArea):
                field.load_text(text)
            elif isinstance(field, Input):
                field.value = text
        self._soon()
        words = _("Isian tadi ada lagi; ctrl+l mengosongkannya.") if typed else ""
        self.query_one("#junk", Static).update(Content.styled(words, "$text-muted"))

    def action_clear(self) -> None:
        """Ctrl+l: another caller."""
        self._set_junk("")
        self._restore({})
        self.keeper.now("")
        self.wrong("")
        self.query_one("#phone").focus()

    def _soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        later(self, self._show_similar(), group="similar")

    async def _show_similar(self) -> None:
        kelurahan = self.query_one("#kelurahan", Picker).value
        subject = Subject(
            created_at=self.backend.now(),
            category=self.query_one("#category", Picker).value,
            kelurahan="" if kelurahan == NOWHERE else kelurahan,
            street=self._text("street"),
            text=" ".join(self._text(name) for name in ("title", "text")),
        )
        options = self.query_one("#similar", OptionList)
        if not subject.text.strip() and not (subject.category and (subject.kelurahan or subject.street)):
            words = _("pilih kelurahan dan kategori, atau tulis apa yang dilaporkan")
            options.set_options([Option(Content.styled(words, "$text-muted"), disabled=True)])
            return
        found = await self.backend.newest(
            "similar", similar.similar, self.backend.workplace, subject, only_open=True
        )
        now = self.backend.now()
        options.set_options(
            [Option(similar_content(each, now), id=each.complaint.id) for each in found]
            or [Option(Content.styled(_("tidak ada yang serupa"), "$status-green"), disabled=True)]
        )

    # --- saving --------------------------------------------------------------------------------

    def action_junk(self) -> None:
        """Ctrl+g: ghost call, prank, information; asked, because it then goes to no dinas."""
        by_key(self, self._ask_junk(), group="junk")

    async def _ask_junk(self) -> None:
        choices = [Choice(kind, _(JUNK_KINDS[kind]), _("dihitung, tidak dikirim")) for kind in JUNK]
        choices.append(Choice(A_REPORT, _("Laporan biasa"), _("dikirim ke pusat")))
        dialog = ChooseDialog(_("Bukan laporan"), choices)
        picked: str | None = await self.app.push_screen_wait(dialog)
        if picked is not None:
            self._set_junk("" if picked == A_REPORT else picked)

    def _set_junk(self, kind: str) -> None:
        self.junk = kind
        words = (
            _("Bukan laporan: {kind}. Dihitung, tidak dikirim ke dinas.").format(kind=_(JUNK_KINDS[kind]))
            if self.junk
            else ""
        )
        self.query_one("#junk", Static).update(Content.styled(words, "bold $status-yellow"))

    def action_close(self) -> None:
        """Esc: what was typed is there again next time."""
        if self.saving:
            return
        self.draft = self._as_draft()
        self.keeper.now(self.draft)
        self.dismiss(None)

    def _text(self, name: str) -> str:
        field = self.query_one(f"#{name}")
        return (field.text if isinstance(field, NoteArea) else field.value).strip()  # type: ignore[attr-defined]

    def on_submitted(self, event: Submitted) -> None:
        """Enter in the text saves; in a picker it goes on, but not with a word that is none of the list."""
        event.stop()
        if isinstance(self.focused, NoteArea):
            self.action_save()
        elif not any(self._is_unlisted(name) for name in PICKERS if self._holds_focus(name)):
            self._go_on()

    def _holds_focus(self, name: str) -> bool:
        return self.query_one(f"#{name}").has_focus_within

    def _is_unlisted(self, name: str) -> bool:
        """Whether a picker holds a word of no choice; it is asked for then."""
        picker = self.query_one(f"#{name}", Picker)
        if not picker.input.value.strip() or picker.value:
            return False
        self._ask(name, _("“{text}” tidak ada di daftar; pilih satu.").format(text=picker.input.value))
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line goes on to the next field."""
        event.stop()
        self._go_on()

    def action_save(self) -> None:
        """Record it."""
        if self.saving:
            return
        report = self._report()
        if report is None:
            return
        self.saving = True
        by_key(self, self._save(report), group="save")

    def _report(self) -> NewReport | None:
        title, text = self._text("title"), self._text("text")
        if not self.junk and not (title or text):
            self._ask("title", _("Tulis judul atau uraian dulu."))
            return None
        phone = self._text("phone")
        if phone and not re.fullmatch(r"[+0-9 ()-]{3,20}", phone):
            self._ask("phone", _("“{text}” bukan nomor telepon.").format(text=phone))
            return None
        if any(self._is_unlisted(name) for name in PICKERS):
            return None
        kelurahan = self.query_one("#kelurahan", Picker).value
        name = self._text("name")
        return NewReport(
            title=title or text[:80] or _(JUNK_KINDS.get(self.junk, "")),
            text=text or title,
            channel=Channel.CALL_CENTRE_112,
            reported_at=self.backend.now(),
            category=self.query_one("#category", Picker).value or None,
            kelurahan=kelurahan if kelurahan and kelurahan != NOWHERE else None,
            place_unknown=kelurahan == NOWHERE,
            street=self._text("street"),
            reporter=Reporter(name=name, anonymous=not name),
            phone=phone,
            name=name,
            junk_kind=self.junk,
        )

    def _ask(self, name: str, sentence: str) -> None:
        self.wrong(sentence)
        self.query_one(f"#{name}").focus()

    async def _save(self, report: NewReport) -> None:
        try:
            complaint = await self.backend.write(
                entering.enter, self.backend.workplace, report, self.backend.now()
            )
        except Exception as error:  # nothing that was typed may be lost
            self.wrong(sentence_of(error))
            return
        finally:
            self.saving = False
        self.keeper.now("")
        self.dismiss(complaint)


def draft_place(backend: Backend) -> tuple[str, str]:
    """Where the begun report of this person is kept: it has no complaint of its own yet."""
    return f"new:{backend.actor.id}", "enter"
