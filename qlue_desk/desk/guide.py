"""The guide for the first time: a line above the keys of the queue that names one key after the other.

It never takes a key away: whoever knows the desk works on, and esc closes it, twice in a row where nothing else is open:
it is the key that the first step teaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec
from textual.content import Content
from textual.widgets import Static

from qlue_desk.desk.actions import ACTION_BY_ID, Place
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.later import say
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.domain.moves import N_
from qlue_desk.words import _


class Step(msgspec.Struct, frozen=True):
    """One key to press."""

    action: str
    """Its id in the registry."""
    words: str
    demo_only: bool = False
    opens_box: bool = False
    """It is done once the box that the key opens has left, not when it is opened: the line tells what to do there."""


STEPS = (
    Step("open", N_("{key} membuka laporan di baris ini; esc kembali ke daftar.")),
    Step(
        "follow-up",
        N_("{key} menunjukkan apa yang boleh dilakukan: pilih satu, enter mencatatnya."),
        opens_box=True,
    ),
    Step("undo", N_("{key} membatalkan yang terakhir, selama belum terkirim.")),
    Step("network", N_("{key} memutus jaringan: bekerja terus, semuanya tersimpan."), demo_only=True),
    Step("outbox", N_("{key} membuka kotak keluar: yang menunggu, dan yang ditolak pusat.")),
    Step("query", N_("{key} mencari: kata, jalan, nomor, atau status:disposisi.")),
)


class GuideLine(Static):
    """The line."""

    DEFAULT_CSS = """
    GuideLine { dock: bottom; height: auto; max-height: 2; margin-bottom: 1; padding: 0 1; background: $marked-line; color: $text; }
    """

    def __init__(self, words: Content) -> None:
        super().__init__(words)
        self._said = words

    def say(self, words: Content) -> None:
        """Drawn only where they are others: a new line lays out the whole screen, and every key comes by."""
        if (words.plain, words.spans) != (self._said.plain, self._said.spans):
            self._said = words
            self.update(words)


class Guide:
    """Where a person stands in it."""

    def __init__(self, remapped: Mapping[str, str], *, demo: bool, ended: Callable[[], None]) -> None:
        self._remapped = remapped
        self._ended = ended
        self.steps = [
            step
            for step in STEPS
            if (demo or not step.demo_only) and keys_of(ACTION_BY_ID[step.action], remapped)
        ]
        self.place = 0
        self.open = True
        self._warned = False
        """The key before was an esc that had nothing to do."""

    def did(self, action: str, *, at_rest: bool) -> bool:
        """A key ran this action; `at_rest` before it nothing was open. True when the line changes."""
        if not self.open:
            return False
        step = self.steps[self.place]
        if action == "back" and at_rest:
            if self._warned:
                self._close()
            self._warned = True
            return True
        self._warned = False
        if not step.opens_box and ACTION_BY_ID[step.action].method.removeprefix("app.") == action:
            self._go_on()
            return True
        return False

    def box_left(self) -> None:
        """The box with what may be done was closed, or a move was recorded in it."""
        if self.open and self.steps[self.place].opens_box:
            self._go_on()

    def _go_on(self) -> None:
        self.place += 1
        if self.place == len(self.steps):
            self._close()

    def _close(self) -> None:
        self.open = False
        self._ended()

    def words(self, *, at_rest: bool) -> Content:
        """What the line says now; how it is closed only where esc has nothing else to do."""
        step = self.steps[self.place]
        key = shown_key(keys_of(ACTION_BY_ID[step.action], self._remapped)[0])
        before, _field, after = _(step.words).partition("{key}")
        head = _("Panduan {n}/{all}").format(n=self.place + 1, all=len(self.steps))
        how = _("esc sekali lagi: panduan ditutup") if self._warned else _("esc dua kali: panduan ditutup")
        close = ("   ", how) if at_rest else ()
        return Content.assemble((f"{head}  ", "bold"), before, (key, "bold $accent"), after, *close)

    def draw(self, screens: Iterable[PlaceScreen]) -> None:
        """The line on the queue, whose keys it names, or on none."""
        for screen in screens:
            lines = screen.query(GuideLine)
            at_rest = getattr(screen, "at_rest", False)
            if not self.open or screen.place is not Place.QUEUE:
                lines.remove()
            elif lines:
                lines.first().say(self.words(at_rest=at_rest))
            else:
                screen.mount(GuideLine(self.words(at_rest=at_rest)), before="#keys")

    def farewell(self, screen: PlaceScreen) -> None:
        """After the last step."""
        if self.place == len(self.steps):
            keys = {name: keys_of(ACTION_BY_ID[name], self._remapped) for name in ("help", "palette")}
            shown = {name: shown_key(found[0]) if found else name for name, found in keys.items()}
            words = _("Panduan selesai. {help} menunjukkan semua tombol, {palette} mengulang panduan.")
            say(screen, words.format(**shown))
