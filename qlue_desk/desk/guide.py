"""The guide for the first time: a line above the keys of the queue that names one key after the other.

It never takes a key away: whoever knows the desk works on. A step is done once the person has achieved what it teaches,
by whichever key and in whichever order; only the guide's own key closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec
from textual.content import Content
from textual.widgets import Static

from qlue_desk.desk.actions import ACTION_BY_ID, Place
from qlue_desk.desk.keys import keys_of, shown_key
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

CLOSED = "closed"
"""Kept beside the steps that are done: the person closed it."""


class Step(msgspec.Struct, frozen=True):
    """One thing to learn."""

    action: str
    """The id in the registry of the action whose key is named."""
    words: str
    demo_only: bool = False


STEPS = (
    Step("open", N_("{key} membuka laporan di baris ini; esc kembali.")),
    Step("follow-up", N_("{key}: yang boleh dilakukan; pilih, enter mencatat.")),
    Step("undo", N_("{key} membatalkan yang terakhir, selama belum terkirim.")),
    Step("network", N_("{key} memutus jaringan: bekerja terus, semua tersimpan."), demo_only=True),
    Step("outbox", N_("{key}: kotak keluar; yang menunggu, yang ditolak.")),
    Step("query", N_("{key} mencari: kata, jalan, nomor, status:disposisi.")),
)


class GuideLine(Static):
    """The line: one row whatever it says, so that the list above never moves for it."""

    DEFAULT_CSS = """
    GuideLine {
        dock: bottom; height: 1; margin-bottom: 1; padding: 0 1; background: $marked-line; color: $text;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, words: Content) -> None:
        super().__init__(words)
        self._said = words

    def say(self, words: Content) -> None:
        """Drawn only where they are others; one row, so nothing else is laid out."""
        if (words.plain, words.spans) != (self._said.plain, self._said.spans):
            self._said = words
            self.update(words, layout=False)


class Guide:
    """Where a person stands in it."""

    def __init__(
        self, remapped: Mapping[str, str], *, demo: bool, kept: str = "", keep: Callable[[str], None]
    ) -> None:
        """`kept`: what `keep` was given last, '' for a person who is here for the first time."""
        self._remapped = remapped
        self._keep = keep
        self.steps = [
            step
            for step in STEPS
            if (demo or not step.demo_only) and keys_of(ACTION_BY_ID[step.action], remapped)
        ]
        before = kept.split()
        self.done = {step.action for step in self.steps if step.action in before}
        self.open = CLOSED not in before and not self.finished

    @property
    def finished(self) -> bool:
        """Every step is done."""
        return len(self.done) == len(self.steps)

    @property
    def step(self) -> Step | None:
        """The first that is not done."""
        return next((step for step in self.steps if step.action not in self.done), None)

    def achieved(self, action: str) -> bool:
        """The person did what this action is for; true when that was news."""
        if action in self.done or all(step.action != action for step in self.steps):
            return False
        self.done.add(action)
        self._note()
        return True

    def tried(self, action: str) -> bool:
        """The key was pressed and there was nothing for it to do: enough where just this is asked for."""
        return self.step is not None and self.step.action == action and self.achieved(action)

    def turn(self) -> None:
        """Close it, or open it where it was."""
        self.open = not self.open
        self._note()

    def _note(self) -> None:
        done = [step.action for step in self.steps if step.action in self.done]
        self._keep(" ".join([*done, *([] if self.open else [CLOSED])]))

    def words(self) -> Content:
        """What the line says now, and how it is closed."""
        own = self._key("guide")
        if self.step is None:
            words = _("Panduan selesai. {help} menunjukkan semua tombol, {guide} mengulang panduan.")
            return Content(
                words.format(help=self._key("help") or "?", guide=own or self._key("palette") or ":")
            )
        before, _field, after = _(self.step.words).partition("{key}")
        head = _("Panduan {n}/{all}").format(n=self.steps.index(self.step) + 1, all=len(self.steps))
        close = (("  ", ""), (own, "bold $accent"), (" " + _("tutup"), "$text-muted")) if own else ()
        return Content.assemble(
            (f"{head}  ", "bold"), before, (self._key(self.step.action), "bold $accent"), after, *close
        )

    def _key(self, action: str) -> str:
        keys = keys_of(ACTION_BY_ID[action], self._remapped)
        return shown_key(keys[0]) if keys else ""

    def draw(self, screens: Iterable[PlaceScreen]) -> None:
        """The line on the queue, whose keys it names, or on none."""
        for screen in screens:
            lines = screen.query(GuideLine)
            if not self.open or screen.place is not Place.QUEUE:
                lines.remove()
            elif lines:
                lines.first().say(self.words())
            else:
                screen.mount(GuideLine(self.words()), before="#keys")
