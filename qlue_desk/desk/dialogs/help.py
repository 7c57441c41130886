"""The `?` page, made from the registry: type to find a key, enter runs what it does; below, the query line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from qlue_desk.desk.actions import ACTIONS, DeskAction, Group, Place
from qlue_desk.desk.dialogs.base import Dialog
from qlue_desk.desk.dialogs.palette import Command, matching
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.safe_text import fit, wrap
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.domain.complaint import STATUS_LOOK
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

QUERY_EXAMPLES = (
    (N_("status:disposisi"), N_("menurut status; juga warna:merah")),
    (N_("lewat-tenggat"), N_("lewat tenggat; juga tenggat:hari-ini, tenggat:<8jam")),
    ("kelurahan:sempur", N_("menurut tempat; juga kecamatan:")),
    (N_("oleh:saya"), N_("pegangan saya; oleh:kosong belum dipegang")),
    (N_("lebih-lama:24jam"), N_("lebih tua dari; juga lebih-baru:, sejak:, sampai:")),
    ('"lampu mati" -macet', N_("kata-kata bersebelahan; tanpa kata")),
    (N_("adalah:dilempar"), N_("pernah pindah dinas; juga dikembalikan-oleh:dlh")),
    (N_("nomor:4211"), N_("nomor laporan; nomor telepon disamarkan dan tidak bisa dicari")),
    (N_("urut:-masuk"), N_("urutan; tenggat, masuk, diubah, prioritas")),
)
"""Words of both languages are understood in either."""
OF_SUMMARY = (
    (N_("sampai di dinas, belum diterima"), N_("sudah didisposisikan; dinas belum menekan Terima")),
    (N_("lewat tenggat"), N_("terbuka, dan tenggat menerima atau menyelesaikannya sudah lewat")),
    (N_("menunggu verifikasi"), N_("diusulkan selesai; orang kedua harus memeriksa")),
    (N_("dibuka kembali"), N_("pernah selesai lalu disanggah, dari semua yang pernah selesai")),
    (N_("pernah dikembalikan suatu dinas"), N_("bukan urusannya, kata dinas itu; tabel: dinas mana")),
    (N_("memulai di sini"), N_('tulis start = "summary" di bawah [ui] dalam config.toml')),
)
"""What who leads asks about the numbers."""
PLACE_LABEL = {
    Place.QUEUE: N_("antrean"),
    Place.DETAIL: N_("laporan"),
    Place.OUTBOX: N_("kotak keluar"),
    Place.SUMMARY: N_("ringkasan"),
    Place.MAP: N_("peta"),
}
_KEYS, _LEGEND, _WORDS = 16, 24, 34
_PADDING = 4
"""Cells of a row beside its words: its own padding, and the bar that scrolls."""


class Line(msgspec.Struct, frozen=True):
    """A line of the page."""

    command: Command
    """Its key is `action:…` for what enter can run, '' for what is only said."""
    style: str = "bold"
    width: int = _KEYS


class Part(msgspec.Struct, frozen=True):
    """A heading with its lines."""

    heading: str
    lines: tuple[Line, ...]


def help_parts(remapped: Mapping[str, str], place: Place | None = None) -> list[Part]:
    """All keys by group, then the query line, then the status glyphs; the keys of `place` come first."""
    here = [Part(_(group), tuple(_of_group(group, remapped, place, here=True))) for group in Group]
    elsewhere = [
        Part(
            _("{group} (di layar lain)").format(group=_(group)),
            tuple(_of_group(group, remapped, place, here=False)),
        )
        for group in Group
    ]
    if place is Place.SUMMARY:
        said = tuple(
            Line(Command("", "", _(meaning), _(word)), "bold", _WORDS) for word, meaning in OF_SUMMARY
        )
        here.append(Part(_("Arti angka"), said))
    parts = [part for part in (*here, *elsewhere) if part.lines]
    parts.append(
        Part(
            _("Baris pencarian"),
            tuple(
                Line(Command("", "", _(meaning), _(text)), width=_LEGEND) for text, meaning in QUERY_EXAMPLES
            ),
        )
    )
    signs = [
        Line(Command("", "", _(look.label), look.glyph), f"$status-{look.colour}", 2)
        for look in STATUS_LOOK.values()
    ]
    own = Line(Command("", "", _("tindakan Anda, belum dipastikan pusat"), "▲"), "bold $accent", 2)
    return [*parts, Part(_("Tanda status"), (*signs, own))]


def _of_group(
    group: Group, remapped: Mapping[str, str], place: Place | None, *, here: bool
) -> Iterator[Line]:
    """Keys that work on `place`, or those that do not; where no place is told, all work."""
    for action in ACTIONS:
        keys = " ".join(shown_key(key) for key in keys_of(action, remapped))
        if action.group is group and keys and here == (place is None or place in action.places):
            words = f"{action.id} {_(action.label)}"
            yield Line(Command(f"action:{action.id}", "", _(action.says(place)), keys, also=words))
    if group is Group.FIND and here == (place in (None, Place.QUEUE)):
        yield Line(Command("", "", _("Tampilan tersimpan"), "1–9"))


def found_parts(parts: list[Part], typed: str) -> list[Part]:
    """What fits the typed words; a part whose heading fits is shown whole."""
    if not typed.strip():
        return parts
    found = []
    for part in parts:
        lines = tuple(
            line
            for line in part.lines
            # The heading is searched, too: "kotak" finds all that can be done there.
            if matching(
                [msgspec.structs.replace(line.command, also=f"{line.command.also} {part.heading}")], typed
            )
        )
        if lines:
            found.append(Part(part.heading, lines))
    return found


class HelpDialog(Dialog[str]):
    """Type to filter, enter runs; dismissed with `action:…`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "pick(1)", show=False, priority=True),
        Binding("up", "pick(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("home", "edge(False)", show=False, priority=True),
        Binding("end", "edge(True)", show=False, priority=True),
    ]

    def __init__(self, remapped: Mapping[str, str], place: Place | None) -> None:
        super().__init__()
        self.title_text = _("Bantuan")
        self.keys_text = _("ketik untuk mencari   ↑ ↓ pilih   enter jalankan   esc tutup")
        self.place = place
        self.parts = help_parts(remapped, place)
        self._width = 0
        self.shown: list[Line | None] = []
        """The line of each row; None for headings."""

    def body(self) -> ComposeResult:
        """Filter and page."""
        yield SafeInput(placeholder=_("cari tombol: kata, tombol, atau id"), id="typed")
        options = OptionList(id="keys-found")
        options.can_focus = False
        yield options

    def on_mount(self) -> None:
        """Everything at first."""
        self._fill("")
        self.query_one("#typed").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter."""
        super().on_input_changed(event)
        self._fill(event.value)

    def on_resize(self) -> None:
        """Sentences are broken for the width."""
        if self.query_one("#keys-found").size.width != self._width:
            self._fill(self.query_one("#typed", Input).value)

    def _hanging(self, sentence: str, indent: int) -> str:
        """A sentence that goes on below its own beginning, not below the key."""
        # Before it is laid out the page has no width; it is filled once more then.
        room = (self._width or 200) - _PADDING - indent
        return ("\n" + " " * indent).join(wrap(sentence, max(room, 20)))

    def _fill(self, typed: str) -> None:
        self._width = self.query_one("#keys-found").size.width
        page = self.query_one("#keys-found", OptionList)
        options: list[Option] = []
        self.shown = []
        for part in found_parts(self.parts, typed):
            options.append(Option(Content.styled(part.heading, "bold $accent"), disabled=True))
            self.shown.append(None)
            for line in part.lines:
                key = fit(line.command.keys, line.width)
                content = Content.assemble(
                    (f"  {key}", line.style), (self._hanging(line.command.hint, line.width + 2), "")
                )
                options.append(Option(content))
                self.shown.append(line)
        if not options:
            options.append(Option(Content(_("Tidak ada tombol yang cocok.")), disabled=True))
            self.shown.append(None)
        page.set_options(options)
        page.highlighted = next((row for row, line in enumerate(self.shown) if line), None)
        page.scroll_home(animate=False)

    def action_pick(self, step: int) -> None:
        """Arrow."""
        page = self.query_one("#keys-found", OptionList)
        (page.action_cursor_down if step > 0 else page.action_cursor_up)()

    def action_page(self, step: int) -> None:
        """Page up and down."""
        page = self.query_one("#keys-found", OptionList)
        for _row in range(max(1, page.size.height - 1)):
            if page.highlighted is None or not 0 <= page.highlighted + step < page.option_count:
                return
            (page.action_cursor_down if step > 0 else page.action_cursor_up)()

    def action_edge(self, end: bool) -> None:
        """Home and end."""
        page = self.query_one("#keys-found", OptionList)
        (page.action_last if end else page.action_first)()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        self._run(self.query_one("#keys-found", OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click."""
        self._run(event.option_index)

    def _run(self, row: int | None) -> None:
        line = self.shown[row] if row is not None and row < len(self.shown) else None
        if line is None or not line.command.key:
            return
        action = next(a for a in ACTIONS if line.command.key == f"action:{a.id}")
        if self.place is not None and self.place in action.places:
            self.dismiss(line.command.key)
        else:
            self.wrong(_("Hanya di layar: {places}.").format(places=places_of(action)))


def places_of(action: DeskAction) -> str:
    """The screens on which an action makes sense."""
    return ", ".join(_(PLACE_LABEL.get(place, place)) for place in Place if place in action.places)
