"""Outbox and tray: what waits, what central refused and why, and what a person can still do about it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from qlue_desk.casework import tray
from qlue_desk.casework.remedies import Remedy
from qlue_desk.casework.tray import Kept, Line
from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk import wording
from qlue_desk.desk.actions import ACTION_BY_ID, Place
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.later import by_key, later, say
from qlue_desk.desk.line_news import trouble_of
from qlue_desk.desk.messages import StoreChanged
from qlue_desk.desk.outbox.content import kept_content, tray_content, waiting_content
from qlue_desk.desk.outbox.remedying import Remedying
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.store import left_sealed
from qlue_desk.words import _

_KEY_OF = {
    Remedy.RETRY: "tray-retry",
    Remedy.NOTE: "tray-note",
    Remedy.HAND: "tray-hand",
    Remedy.OPEN: "open",
    Remedy.ENTER: "tray-enter",
}


class OutboxScreen(PlaceScreen):
    """One list: what needs a person on top (refused, texts left behind); then what waits; then what was done today."""

    CSS_PATH: ClassVar[str] = "outbox.tcss"
    place = Place.OUTBOX

    def __init__(self, desk: DeskApp, backend: Backend, *, refused: bool = False) -> None:
        super().__init__(desk, backend)
        self.remedying = Remedying(self, backend)
        self.to_refused = refused
        self.items: dict[str, Line] = {}
        self.trouble = ""
        """Of the line, as it is shown."""
        self.kept: dict[str, Kept] = {}

    def body(self) -> ComposeResult:
        """The list."""
        actions = OptionList(id="actions")
        actions.border_title = Content(_("Kotak keluar"))
        yield actions

    def on_mount(self) -> None:
        """Read both."""
        self.trouble = trouble_of(self.desk.line_state)
        self.show_line()
        self.query_one("#actions").focus()
        self._show_keys()
        self.read_at_once()
        self.desk.achieved("outbox")

    def _show_keys(self) -> None:
        """Only what can be done with the line under the cursor."""
        hidden: set[str] = set()
        if self.current is None:
            hidden |= {"tray-retry", "tray-note", "tray-hand", "tray-enter", "open"}
        elif self.current.state != "refused":
            hidden |= {"tray-retry", "tray-note", "tray-hand", "tray-enter", "tray-discard"}
        else:
            hidden |= {_KEY_OF[Remedy(remedy)] for remedy in self.current.why_not}
        if self.current_text is not None:
            hidden -= {"tray-copy", "tray-discard"}
        elif self.current is None:
            hidden |= {"tray-copy", "tray-discard"}
        extra = [("esc", _("kembali"))]
        if (item := self.current) is not None and item.state == "waiting" and not item.sent:
            extra += [
                (shown_key(key), _("batalkan"))
                for key in keys_of(ACTION_BY_ID["undo"], self.settings.keys)[:1]
            ]
        self.query_one(KeyBar).show_place(self.place, hidden=frozenset(hidden), extra=tuple(extra))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another line, other keys."""
        self._show_keys()

    def on_resize(self) -> None:
        """Lines are fitted to the width."""
        self._read()

    def store_changed(self, event: StoreChanged) -> None:
        """Something was sent, refused or recorded."""
        self._read()

    def show_line(self) -> None:
        """The header, and above the list what is wrong with the line."""
        super().show_line()
        if (trouble := trouble_of(self.desk.line_state)) != self.trouble:
            self.trouble = trouble
            self._read()

    def acted(self) -> None:
        """Something was done to a line."""
        self.desk.did_once(_("Tindakan di kotak keluar tidak bisa diulangi di sini."))
        self.read_at_once()

    def read_at_once(self) -> None:
        """The next key means the lines as they are now."""
        self.awaits_rows = True
        self._read()

    def _read(self) -> None:
        later(self, self._show(), group="outbox")

    async def _show(self) -> None:
        waiting, refused, kept, today, done, sealed = await self.backend.newest(
            "outbox", _lists, self.backend.workplace, self.backend.now()
        )
        self.kept = {text.id: text for text in kept}
        self.items = {item.action_id: item for item in [*refused, *waiting, *done]}
        options = self.query_one("#actions", OptionList)
        before = options.highlighted_option.id if options.highlighted_option else None
        width, zone = max(40, self.size.width - 6), self.backend.zone
        unsent = [item for item in waiting if item.state == "waiting"]
        accepted = [item for item in waiting if item.state != "waiting"]
        lines: list[Option] = []
        if self.trouble:
            lines.append(
                Option(Content.styled("! " + safe(self.trouble), "bold $status-yellow"), disabled=True)
            )
        lines += [_sealed_line(path) for path in sealed]
        lines.append(_heading(_("Ditolak pusat"), len(refused), "$status-red" if refused else "$text-muted"))
        lines += [Option(tray_content(item, zone, width), id=item.action_id) for item in refused]
        if kept:
            lines.append(_heading(_("Tulisan yang tertinggal"), len(kept), "$status-yellow"))
        lines += [
            Option(kept_content(text, zone, width, ascii_only=self.desk.ascii_only), id=text.id)
            for text in kept
        ]
        lines.append(_heading(_("Menunggu kirim"), len(unsent), "$accent"))
        lines += [
            Option(waiting_content(item, zone, width, ascii_only=self.desk.ascii_only), id=item.action_id)
            for item in unsent
        ]
        if accepted:
            lines.append(_heading(_("Diterima pusat, menunggu kabar balik"), len(accepted), "$status-green"))
        lines += [
            Option(waiting_content(item, zone, width, ascii_only=self.desk.ascii_only), id=item.action_id)
            for item in accepted
        ]
        known = self.items.keys() | self.kept.keys()
        if not (waiting or refused or kept or sealed):
            lines[-2:] = [
                Option(
                    Content.styled(
                        _("Kotak keluar kosong: semua pekerjaan Anda sudah di pusat."), "$status-green"
                    ),
                    disabled=True,
                )
            ]
        lines.append(_heading(_("Diterima pusat hari ini"), today, "$text-muted"))
        lines += [
            Option(waiting_content(item, zone, width, ascii_only=self.desk.ascii_only), id=item.action_id)
            for item in done
        ]
        options.set_options(lines)
        wanted = before or (refused[0].action_id if refused and self.to_refused else None)
        if wanted is not None and wanted in known:
            options.highlighted = options.get_option_index(wanted)
        elif known:
            options.action_first()
        self.awaits_rows = False
        self._show_keys()

    @property
    def current(self) -> Line | None:
        """The action under the cursor."""
        return self.items.get(self._current_id)

    @property
    def current_text(self) -> Kept | None:
        """The text left behind that is under the cursor."""
        return self.kept.get(self._current_id)

    @property
    def _current_id(self) -> str:
        option = self.query_one("#actions", OptionList).highlighted_option
        return str(option.id) if option is not None else ""

    def _current_refused(self, remedy: Remedy | None = None) -> Line | None:
        """The refused action under the cursor; None, with a sentence, where `remedy` cannot succeed."""
        item = self.current
        if item is None or item.state != "refused":
            say(self, _("Ini hanya untuk tindakan yang ditolak pusat."), wrong=True)
            return None
        if remedy is not None and remedy in item.why_not:
            say(self, item.why_not[remedy], wrong=True)
            return None
        return item

    # --- keys ----------------------------------------------------------------------------------

    def action_down(self) -> None:
        """J."""
        self.query_one("#actions", OptionList).action_cursor_down()

    def action_up(self) -> None:
        """K."""
        self.query_one("#actions", OptionList).action_cursor_up()

    def action_half_down(self) -> None:
        """Ctrl+d."""
        self.query_one("#actions", OptionList).action_page_down()  # type: ignore[no-untyped-call]

    def action_half_up(self) -> None:
        """Ctrl+u."""
        self.query_one("#actions", OptionList).action_page_up()  # type: ignore[no-untyped-call]

    def action_first(self) -> None:
        """G."""
        self.query_one("#actions", OptionList).action_first()

    def action_last(self) -> None:
        """Shift+g."""
        self.query_one("#actions", OptionList).action_last()

    def action_next_pane(self) -> None:
        """One pane only."""

    def action_back(self) -> None:
        """Esc."""
        self.dismiss()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the report."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Enter."""
        item = self.current
        if item is not None and Remedy.OPEN in item.why_not:
            say(self, item.why_not[Remedy.OPEN], wrong=True)
        elif item is not None:
            self.desk.open_report(item.complaint_id)
        elif self.current_text is not None:
            say(self, _("Laporan ini tidak ada lagi di meja ini; y menyalin tulisannya."), wrong=True)

    def action_undo(self) -> None:
        """U: what has not left is taken back, with all that the same key press recorded."""
        if self.current is None:
            say(self, _("Tidak ada tindakan di baris ini."), wrong=True)
        else:
            by_key(self, self.remedying.undo(self.current), group="act")

    def action_tray_retry(self) -> None:
        """Full stop: try again on the present state."""
        item = self._current_refused(Remedy.RETRY)
        if item is not None:
            by_key(self, self.remedying.retry(item), group="act")

    def action_tray_note(self) -> None:
        """N: what was written goes out as an internal note."""
        item = self._current_refused(Remedy.NOTE)
        if item is not None:
            by_key(self, self.remedying.as_note(item), group="act")

    def action_tray_hand(self) -> None:
        """A: the report goes to a colleague, with what was tried."""
        item = self._current_refused(Remedy.HAND)
        if item is not None:
            by_key(self, self.remedying.hand(item), group="act")

    def action_tray_enter(self) -> None:
        """E: a report that central lost is recorded again, from the person's own words."""
        item = self._current_refused(Remedy.ENTER)
        if item is not None:
            by_key(self, self.remedying.enter(item), group="act")

    def action_tray_discard(self) -> None:
        """D: asks first."""
        kept = self.current_text
        if kept is not None:
            by_key(self, self.remedying.discard_text(kept), group="act")
            return
        item = self._current_refused()
        if item is not None:
            by_key(self, self.remedying.discard(item), group="act")

    def action_tray_copy(self) -> None:
        """Y: the text whose report has left, else the number."""
        kept, item = self.current_text, self.current
        if kept is not None:
            self.app.copy_to_clipboard(safe(kept.text, multiline=True))
            say(self, _("Tulisan disalin."))
        elif item is not None and item.gone and item.note:
            self.app.copy_to_clipboard(safe(item.note, multiline=True))
            say(self, _("Tulisan disalin."))
        elif item is not None and item.number:
            self.app.copy_to_clipboard(safe(item.number))
            say(self, _("{number} disalin.").format(number=item.number))

    def action_tray_export(self) -> None:
        """Shift+e."""
        by_key(self, self.remedying.export(), group="act")


def _heading(word: str, count: int, style: str) -> Option:
    return Option(
        Content.assemble(("\n", ""), (f"{word} · {wording.number(count)}", f"bold {style}")), disabled=True
    )


def _sealed_line(path: Path) -> Option:
    return Option(
        Content.styled("! " + safe(left_sealed.told(path, _)), "bold $status-yellow"), disabled=True
    )


def _lists(
    place: Workplace, now: dt.datetime
) -> tuple[list[Line], list[Line], list[Kept], int, list[Line], list[Path]]:
    """What waits (or waits for the feed), oldest first; what central refused, texts left behind; how many
    actions central accepted today, and the newest of them; what lies sealed since this desk was wiped."""
    return (
        tray.outbox_lines(place, _),
        tray.tray_lines(place, _, now),
        tray.kept_texts(place, _),
        tray.accepted_today(place, now),
        tray.done_today(place, _, now),
        left_sealed.files(place.home),
    )
