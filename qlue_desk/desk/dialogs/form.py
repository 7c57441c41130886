"""The fields that a move needs, all of them in the follow-up dialog itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from qlue_desk.casework.case_words import proposal_words
from qlue_desk.desk import wording
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.choices import Choice
from qlue_desk.desk.widgets.fields import DateInput, NoteArea, Picker, value_of
from qlue_desk.desk.widgets.paths import PathInput
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Actor, Complaint
from qlue_desk.domain.edges import JUNK_KINDS, PRIORITY_LABEL, Edge, Text, To, Verb
from qlue_desk.domain.moves import N_, Fields
from qlue_desk.words import _

NOWHERE = "-"
"""Key of the choice `lokasi tidak diketahui`."""
KEPT = ("note", "evidence", "no_evidence")
"""Fields that are typed by hand: what was begun in them is kept when the dialog is left."""
_TEXT_LABEL = {
    Text.REASON: N_("Alasan"),
    Text.QUESTION: N_("Pertanyaan"),
    Text.ANSWER: N_("Jawaban"),
    Text.FOLLOW_UP: N_("Tindak lanjut"),
    Text.PURPOSE: N_("Untuk apa"),
    Text.NOTE: N_("Catatan"),
}


class Material(msgspec.Struct, frozen=True):
    """What the choices are made of."""

    city: City
    people: tuple[Actor, ...]
    today: dt.date
    complaint: Complaint
    alone: bool = True
    """The move is about this report only, not about others with it."""
    replies: dict[str, str] = {}
    """Name to text of the ready answers for the verb."""
    begun: dict[str, str] = {}
    """What was typed before into a field of `KEPT`."""


def dinas_choices(city: City, *, outside: bool = False) -> list[Choice]:
    """The city's dinas; with `outside` the outside parties too."""
    return [
        Choice(d.key, d.name, d.full_name if d.full_name != d.name else "")
        for d in city.dinas
        if d.active and (outside or not d.outside)
    ]


def category_choices(city: City, today: dt.date, *, letters: bool = False) -> list[Choice]:
    """Categories with the dinas that owns each today; with their letters where one is typed alone."""
    return [
        Choice(
            c.key,
            c.label,
            f"{c.letter} · {city.dinas_name(c.owner_on(today))}"
            if letters and c.letter
            else city.dinas_name(c.owner_on(today)),
            c.letter if letters else "",
            c.keywords,
        )
        for c in city.categories
    ]


def kelurahan_choices(city: City, *, nowhere: bool = True) -> list[Choice]:
    """Kelurahan with their kecamatan; last the admission that nobody knows."""
    found = [
        Choice(
            k.code,
            k.name,
            city.kecamatan_by_code[k.kecamatan].name if k.kecamatan in city.kecamatan_by_code else "",
        )
        for k in city.kelurahan
    ]
    return [*found, Choice(NOWHERE, _("lokasi tidak diketahui"))] if nowhere else found


def people_choices(people: tuple[Actor, ...], dinas: str) -> list[Choice]:
    """People of a dinas."""
    return [Choice(p.id, p.name) for p in people if p.dinas == dinas]


class MoveForm(Vertical):
    """Shows the fields of one edge and reads them back."""

    def __init__(self, edge: Edge, material: Material, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.edge = edge
        self.material = material
        self.fields: dict[str, Widget] = {}
        self.labels: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """One line a field: label, field; before what confirms that a report is done that which it confirms."""
        if self.edge.verb is Verb.RESOLVE and self.material.alone:
            with Horizontal(classes="field"):
                yield Static(Content(_("Disahkan")), classes="label")
                yield Static(Content(safe(proposal_words(self.material.complaint))), id="proposal")
        for name, label, field in self._fields():
            self.fields[name], self.labels[name] = field, label
            with Horizontal(classes="field"):
                yield Static(Content(label), classes="label")
                yield field
            if name == "to" and self.edge.to is To.ORIGINAL:
                yield Static(id="original")

    def show_original(self, words: Content) -> None:
        """What is known of the report whose number was typed."""
        shown = self.query_one("#original", Static)
        shown.update(words)
        shown.set_class(bool(words.plain), "-said")

    def _fields(self) -> list[tuple[str, str, Widget]]:
        edge, complaint, city = self.edge, self.material.complaint, self.material.city
        found: list[tuple[str, str, Widget]] = []
        suggestion, begun = complaint.suggestion, self.material.begun
        if edge.category:
            category = complaint.category or (suggestion.category if suggestion else None) or ""
            found.append(
                (
                    "category",
                    _("Kategori"),
                    Picker(
                        category_choices(city, self.material.today),
                        value=category,
                        placeholder=_("ketik untuk mencari"),
                    ),
                )
            )
        if edge.kelurahan:
            place = complaint.kelurahan or (suggestion.kelurahan if suggestion else None) or ""
            if not place and complaint.place_unknown:
                place = NOWHERE
            found.append(
                (
                    "kelurahan",
                    _("Kelurahan"),
                    Picker(kelurahan_choices(city), value=place, placeholder=_("ketik untuk mencari")),
                )
            )
        if edge.street:
            street = SafeInput(value=complaint.street, placeholder=_("nama jalan, patokan"))
            found.append(("street", _("Jalan"), street))
        if edge.to is not To.NOTHING:
            found.append(self._target())
        if edge.until:
            date = DateInput(
                self.material.today,
                placeholder=_("besok, +3, senin, {date}").format(
                    date=wording.date_example(self.material.today)
                ),
            )
            found.append(("until", _("Sampai"), date))
        if self.material.replies:
            ready = Picker(
                [Choice(k, k, v[:60]) for k, v in self.material.replies.items()],
                placeholder=_("balasan siap pakai"),
            )
            ready.id = "replies"
            found.append(("replies", _("Siap pakai"), ready))
        if edge.verb is not Verb.ATTACH:
            found.append(
                ("note", self._text_label(), NoteArea(begun.get("note", ""), placeholder=self._text_hint()))
            )
        if edge.evidence:
            paths = PathInput(begun.get("evidence", ""), placeholder=_("berkas foto; → melengkapi nama"))
            found.append(("evidence", _("Bukti"), paths))
            if edge.or_why_none:
                why = SafeInput(
                    value=begun.get("no_evidence", ""), placeholder=_("bila tidak ada bukti: mengapa")
                )
                found.append(("no_evidence", _("Tanpa bukti"), why))
        return found

    def _text_label(self) -> str:
        if self.edge.text is Text.OPTIONAL:
            return _("Balasan") if self.edge.public else _("Catatan")
        return _(_TEXT_LABEL[self.edge.text])

    def _text_hint(self) -> str:
        if self.edge.text is Text.OPTIONAL:
            return _("boleh kosong; pelapor membacanya") if self.edge.public else _("boleh kosong")
        return _("pelapor membacanya") if self.edge.public else ""

    def _target(self) -> tuple[str, str, Widget]:
        city, complaint = self.material.city, self.material.complaint
        hint = _("ketik untuk mencari")
        match self.edge.to:
            case To.DINAS:
                suggested = complaint.suggestion.dinas if complaint.suggestion else None
                value = suggested or self._owner() if self.edge.verb is Verb.DISPATCH else ""
                label = _("Dinas") if self.edge.to_required else _("Usul dinas")
                others = [
                    c
                    for c in dinas_choices(city)
                    if self.edge.verb is Verb.DISPATCH or c.key != complaint.dinas
                ]
                return "to", label, Picker(others, value=value or "", placeholder=hint)
            case To.PARTY:
                return (
                    "to",
                    _("Dengan"),
                    Picker(dinas_choices(city, outside=True), free=True, placeholder=hint),
                )
            case To.ELSEWHERE:
                outside = [c for c in dinas_choices(city, outside=True) if city.dinas_by_key[c.key].outside]
                return (
                    "to",
                    _("Ke mana"),
                    Picker(outside, free=True, placeholder=_("instansi yang berwenang")),
                )
            case To.PERSON:
                people = people_choices(self.material.people, complaint.dinas)
                return "to", _("Rekan"), Picker(people, placeholder=_("kosong = lepas"))
            case To.CATEGORY:
                return (
                    "to",
                    _("Kategori"),
                    Picker(category_choices(city, self.material.today), placeholder=hint),
                )
            case To.PRIORITY:
                return "to", _("Prioritas"), Picker([Choice(str(k), _(v)) for k, v in PRIORITY_LABEL.items()])
            case To.JUNK_KIND:
                return "to", _("Jenis"), Picker([Choice(k, _(v)) for k, v in JUNK_KINDS.items()])
            case _:
                return "to", _("Nomor asli"), SafeInput(placeholder=_("mis. 4211 atau BGR-26-004211"))

    def _owner(self) -> str | None:
        category = self.material.city.category_by_key.get(self.material.complaint.category or "")
        return category.owner_on(self.material.today) if category else None

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field, or into the first one for ''."""
        field = self.fields.get(name) or next(iter(self.fields.values()), None)
        if field is not None:
            field.focus()

    def keys_text(self, focused: Widget | None) -> str:
        """The field that has the cursor and what keys do there; '' when none has it."""
        around = focused.ancestors_with_self if focused is not None else []
        name = next((name for name, field in self.fields.items() if field in around), "")
        if not name:
            return ""
        words = _(
            "{field}: enter jalankan   tab isian berikut   ctrl+n jalankan, lalu berikutnya   esc tutup, tulisan disimpan"
        )
        if isinstance(self.fields[name], Picker):
            words = _(
                "{field}: enter pilih   tab isian berikut   ctrl+n jalankan, lalu berikutnya   esc tutup, tulisan disimpan"
            )
        return words.format(field=self.labels[name])

    @property
    def first_needed(self) -> str:
        """Name of the first field that must be filled and is empty; '' when there is none."""
        needed = ["category", "kelurahan", "until"]
        if self.edge.to is not To.NOTHING and self.edge.to_required:
            needed.append("to")
        if self.edge.text is not Text.OPTIONAL:
            needed.append("note")
        if self.edge.evidence and not self.edge.or_why_none:
            needed.append("evidence")
        return next(
            (name for name in self.fields if name in needed and not value_of(self.fields[name]).strip()), ""
        )

    def after(self, field: Widget) -> Widget | None:
        """The field behind this one; None when it is the last."""
        order = list(self.fields.values())
        place = order.index(field) + 1 if field in order else len(order)
        return order[place] if place < len(order) else None

    def use_reply(self, name: str) -> None:
        """Put a ready answer into the text."""
        note = self.fields.get("note")
        if isinstance(note, NoteArea) and name in self.material.replies:
            note.load_text(self.material.replies[name])
            note.focus()

    @property
    def begun(self) -> dict[str, str]:
        """What is typed so far into the fields that are kept."""
        return {name: value_of(self.fields[name]) for name in KEPT if name in self.fields}

    def problem(self) -> tuple[str, str] | None:
        """What cannot be read at all, as (field, sentence), before a rule is asked."""
        date = self.fields.get("until")
        if isinstance(date, DateInput) and date.value.strip() and date.date is None:
            if day := date.day_of_a_time:
                sentence = _(
                    "Jadwal adalah satu hari, tanpa jam: tulis {day}; jamnya bisa disebut di alasan."
                )
                return "until", sentence.format(day=day)
            return "until", _("“{text}” bukan tanggal; tulis misalnya besok, +3 atau {date}.").format(
                text=date.value, date=wording.date_example(self.material.today)
            )
        paths = self.fields.get("evidence")
        if isinstance(paths, PathInput) and paths.missing:
            path = paths.missing[0]
            words = _("Ini folder, bukan berkas: {path}") if path.is_dir() else _("Berkas tidak ada: {path}")
            return "evidence", words.format(path=path)
        for name in ("to", "category", "kelurahan"):
            picker = self.fields.get(name)
            if isinstance(picker, Picker) and picker.input.value.strip() and not picker.value:
                return name, _("“{text}” tidak ada di daftar; pilih satu.").format(text=picker.input.value)
        if self.edge.street and self._place_is_the_same():
            return "kelurahan", _("Lokasi masih sama; ubah kelurahan atau jalannya dulu.")
        return None

    def _place_is_the_same(self) -> bool:
        fields, complaint = self.read()[0], self.material.complaint
        before = (complaint.kelurahan or None, complaint.place_unknown, complaint.street)
        return (fields.kelurahan, fields.place_unknown, fields.street) == before

    def read(self) -> tuple[Fields, list[Path]]:
        """The fields of the move, and the files to attach."""
        texts: dict[str, Any] = {name: value_of(field).strip() for name, field in self.fields.items()}
        date = self.fields.get("until")
        paths = self.fields.get("evidence")
        kelurahan = texts.get("kelurahan") or None
        to = texts.get("to", "")
        person = (
            next((p.name for p in self.material.people if p.id == to), "")
            if self.edge.to is To.PERSON
            else ""
        )
        fields = Fields(
            to=to,
            note=texts.get("note", ""),
            until=date.date if isinstance(date, DateInput) else None,
            category=texts.get("category") or None,
            kelurahan=None if kelurahan == NOWHERE else kelurahan,
            place_unknown=kelurahan == NOWHERE,
            street=texts.get("street") if "street" in self.fields else None,
            no_evidence=texts.get("no_evidence", ""),
            person_name=person,
        )
        return fields, paths.paths if isinstance(paths, PathInput) else []
