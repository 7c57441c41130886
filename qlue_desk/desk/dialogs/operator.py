"""The operator's form: number, place, category by a letter, similar open reports beside it."""

from __future__ import annotations

import re
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.dialogs.form import NOWHERE, kelurahan_choices
from qlue_desk.desk.later import later, sentence_of
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.fields import Choice, NoteArea, Picker, SafeInput, Submitted
from qlue_desk.domain.complaint import STATUS_LOOK, Channel, Complaint, Reporter
from qlue_desk.domain.edges import JUNK_KINDS
from qlue_desk.protocol import NewReport
from qlue_desk.words import _

PAUSE = 0.2
JUNK_KEYS = {"g": "ghost", "k": "prank", "i": "information"}


class OperatorDialog(Dialog[Complaint]):
    """A report is recorded here and now; it gets its number when central has it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "save", show=False, priority=True),
        *(Binding(key, f"junk('{kind}')", show=False) for key, kind in JUNK_KEYS.items()),
    ]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend
        self.junk = ""
        self.saving = False
        self._timer: Timer | None = None
        self.title_text = _("Laporan baru · call center 112")
        self.keys_text = _(
            "enter simpan (di uraian)   tab isian berikut   esc batal · di luar isian: g hantu  k iseng  i informasi"
        )

    def body(self) -> ComposeResult:
        """Form on the left, similar reports on the right."""
        city, today = self.backend.city, self.backend.local_now().date()
        letters = [
            Choice(
                c.key,
                c.label,
                f"{c.letter} · {city.dinas_name(c.owner_on(today))}"
                if c.letter
                else city.dinas_name(c.owner_on(today)),
            )
            for c in city.categories
        ]
        hint = _("ketik untuk mencari")
        with Horizontal(id="sides"):
            with Vertical(id="form"):
                for label, field in (
                    (_("Telepon"), SafeInput(placeholder="08…", id="phone")),
                    (_("Nama"), SafeInput(placeholder=_("boleh kosong"), id="name")),
                    (_("Kelurahan"), Picker(kelurahan_choices(city), placeholder=hint, id="kelurahan")),
                    (_("Jalan"), SafeInput(placeholder=_("nama jalan, patokan"), id="street")),
                    (_("Kategori"), Picker(letters, placeholder=_("huruf atau kata"), id="category")),
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
        """Into the first field."""
        self.query_one("#similar").can_focus = True
        self.query_one("#phone").focus()
        self._look()

    # --- similar reports -----------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look for similar reports when typing stands still."""
        self._soon()
        picker = self.query_one("#category", Picker)
        if event.input is picker.input and len(event.value.strip()) == 1:
            letter = event.value.strip().casefold()
            found = next((c for c in self.backend.city.categories if c.letter.casefold() == letter), None)
            if found is not None:
                picker.set_value(found.key)
                self.query_one("#title").focus()

    def on_picker_picked(self, event: Picker.Picked) -> None:
        """Go on."""
        event.stop()
        self._soon()
        self.query_one("#street" if event.picker.id == "kelurahan" else "#title").focus()

    def _soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        later(self, self._show_similar(), group="similar")

    async def _show_similar(self) -> None:
        kelurahan = self.query_one("#kelurahan", Picker).value
        category = self.query_one("#category", Picker).value
        options = self.query_one("#similar", OptionList)
        if not category or not kelurahan or kelurahan == NOWHERE:
            options.set_options(
                [Option(Content.styled(_("pilih kelurahan dan kategori"), "$text-muted"), disabled=True)]
            )
            return
        found = await self.backend.similar(category, kelurahan)
        options.set_options(
            [self._similar_option(each.complaint) for each in found]
            or [Option(Content.styled(_("tidak ada yang serupa"), "$status-green"), disabled=True)]
        )

    @staticmethod
    def _similar_option(complaint: Complaint) -> Option:
        look = STATUS_LOOK[complaint.status]
        return Option(
            Content.assemble(
                (f"{look.glyph} {safe(complaint.number)}\n", f"$status-{look.colour}"),
                (f"  {safe(complaint.title)[:60]}\n", ""),
                (f"  {safe(complaint.street)[:40]}", "$text-muted"),
            ),
            id=complaint.id,
        )

    # --- saving --------------------------------------------------------------------------------

    def action_junk(self, kind: str) -> None:
        """G, k, i outside of a field."""
        self.junk = "" if self.junk == kind else kind
        words = (
            _("Bukan laporan: {kind}. Dihitung, tidak dikirim ke dinas.").format(kind=_(JUNK_KINDS[kind]))
            if self.junk
            else ""
        )
        self.query_one("#junk", Static).update(Content.styled(words, "bold $status-yellow"))

    def action_close(self) -> None:
        """Esc leaves the field first, then the dialog: so that g, k and i can be reached."""
        if isinstance(self.focused, (Input, NoteArea)) and not self._is_empty():
            self.query_one("#similar").focus()
            return
        self.dismiss(None)

    def _is_empty(self) -> bool:
        return not any(self._text(name) for name in ("phone", "name", "street", "title", "text"))

    def _text(self, name: str) -> str:
        field = self.query_one(f"#{name}")
        return (field.text if isinstance(field, NoteArea) else field.value).strip()  # type: ignore[attr-defined]

    def on_submitted(self, event: Submitted) -> None:
        """Enter in the text."""
        event.stop()
        self.action_save()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a line goes on to the next field."""
        event.stop()
        self.focus_next()

    def action_save(self) -> None:
        """Record it."""
        if self.saving:
            return
        report = self._report()
        if report is None:
            return
        self.saving = True
        later(self, self._save(report), group="save")

    def _report(self) -> NewReport | None:
        title, text = self._text("title"), self._text("text")
        if not self.junk and not (title or text):
            self._ask("title", _("Tulis judul atau uraian dulu."))
            return None
        phone = self._text("phone")
        if phone and not re.fullmatch(r"[+0-9 ()-]{3,20}", phone):
            self._ask("phone", _("“{text}” bukan nomor telepon.").format(text=phone))
            return None
        for name in ("kelurahan", "category"):
            picker = self.query_one(f"#{name}", Picker)
            if picker.input.value.strip() and not picker.value:
                self._ask(
                    name, _("“{text}” tidak ada di daftar; pilih satu.").format(text=picker.input.value)
                )
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
            complaint = await self.backend.enter(report)
        except Exception as error:  # nothing that was typed may be lost
            self.wrong(sentence_of(error))
            return
        finally:
            self.saving = False
        self.dismiss(complaint)
