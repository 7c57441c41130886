"""Many reports at once: what would happen, how far it is, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.casework.acting import Outcome
from qlue_desk.desk import wording
from qlue_desk.desk.dialogs.base import ConfirmDialog, Dialog, ReadDialog
from qlue_desk.desk.dialogs.listed import Listed
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.words import _

MOST_REASONS = 8
MOST_ROWS = 500
"""Lines of a result; those left out stay marked like the others."""
BAR = 40
NUMBER = 16
UNDO = "undo"
"""Answer of a result: take it back. Reports have ids like `c_…`."""


class PreviewDialog(ReadDialog[bool], ConfirmDialog):
    """The question, and below it what is left out, grouped by reason."""

    reading = "#left-out"

    def __init__(
        self, title: str, question: str, left_out: Sequence[tuple[str, int]], *, possible: bool
    ) -> None:
        super().__init__(title, question)
        self.left_out = left_out
        self.possible = possible
        if not possible:
            self.keys_text = _("esc kembali")

    def body(self) -> ComposeResult:
        """Question and reasons."""
        yield from super().body()
        lines = [
            Content.assemble((f"{wording.number(count):>7}  ", "bold $status-yellow"), safe(reason))
            for reason, count in self.left_out[:MOST_REASONS]
        ]
        more = sum(count for _reason, count in self.left_out[MOST_REASONS:])
        if more:
            why = _("karena sebab lain")
            lines.append(Content(f"{wording.number(more):>7}  {why}"))
        if lines:
            heading = Content.styled(_("Dilewati:"), "$text-muted")
            with VerticalScroll(id="left-out", can_focus=False):
                yield Static(Content("\n").join([heading, *lines]))

    def action_yes(self) -> None:
        """Yes; when nothing can be done, there is nothing to agree to."""
        self.dismiss(self.possible)


class ProgressDialog(Dialog[None]):
    """A bar; esc asks to stop after what is being recorded now."""

    takes_typed_ahead = False

    def __init__(self, title: str, total: int) -> None:
        super().__init__()
        self.title_text = title
        self.total = total
        self.done = 0
        self.stopped = False
        self.keys_text = _("esc hentikan; yang sudah tercatat tetap tercatat")

    def body(self) -> ComposeResult:
        """How far it is."""
        yield Static(self._bar(), id="progress")

    def _bar(self) -> Content:
        filled = BAR * self.done // max(1, self.total)
        words = _("{n} dari {all}").format(n=wording.number(self.done), all=wording.number(self.total))
        ascii_only = bool(getattr(self.app, "ascii_only", False))
        full, empty = ("#", ".") if ascii_only else ("█", "░")
        return Content.assemble(
            (full * filled, "$accent"), (empty * (BAR - filled), "$text-muted"), f"  {words}"
        )

    def reached(self, done: int) -> None:
        """So many are done."""
        self.done = done
        for bar in self.query("#progress").results(Static):
            bar.update(self._bar())

    def action_close(self) -> None:
        """Esc."""
        self.stopped = True
        for keys in self.query("#keys").results(Static):
            keys.update(Content(_("berhenti…")))


class ResultDialog(Listed[str]):
    """What became of each report, those left out first by reason; enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "close", show=False),
        Binding("u", "undo", show=False),
    ]

    def __init__(self, title: str, outcomes: Sequence[Outcome], *, undoable: bool = False) -> None:
        """`undoable`: something was done that `u` may take back while this is read."""
        super().__init__()
        self.title_text = title
        self.outcomes = outcomes
        self.undoable = undoable
        self.keys_text = (
            _("enter buka laporan   u batalkan   j k gulir   esc tutup")
            if undoable
            else _("enter buka laporan   j k gulir   esc tutup")
        )

    def body(self) -> ComposeResult:
        """One list."""
        yield OptionList(*self._lines(), id="results")

    def _lines(self) -> list[Option]:
        groups: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            why = "" if outcome.refusal is None else outcome.refusal.sentence(_)
            groups.setdefault(why, []).append(outcome)
        done = groups.pop("", [])
        lines: list[Option] = []
        room = MOST_ROWS
        for why, found in sorted(groups.items(), key=lambda pair: -len(pair[1])):
            lines.append(_group(f"✗ {wording.number(len(found))} · {why}", "$status-red"))
            lines += [_row(outcome) for outcome in found[:room]]
            room = max(0, room - len(found))
        if done:
            words = _("{n} tersimpan").format(n=wording.number(len(done)))
            lines.append(_group(f"✓ {words}", "$status-green"))
            lines += [_row(outcome) for outcome in done[:room]]
        more = len(self.outcomes) - MOST_ROWS
        if more > 0:
            words = _("… dan {n} lagi; yang dilewati tetap bertanda.").format(n=wording.number(more))
            lines.append(_group(words, "$text-muted"))
        return lines

    def action_undo(self) -> None:
        """U: while it is read, the seconds for that go by."""
        if self.undoable:
            self.dismiss(UNDO)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter."""
        self.dismiss(str(event.option.id))


def _group(words: str, style: str) -> Option:
    return Option(Content.styled(safe(words), f"bold {style}"), disabled=True)


def _row(outcome: Outcome) -> Option:
    seen = outcome.after or outcome.before
    return Option(
        Content.assemble(
            ("  " + fit(safe(outcome.number or outcome.ref), NUMBER), "bold"),
            (safe(seen.title) if seen is not None else "", "$text-muted"),
        ),
        id=outcome.ref,
    )
