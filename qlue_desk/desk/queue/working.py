"""What `doing` asks of the queue's screen: which reports are meant, the next one, what the keys do to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qlue_desk.casework import acting, departures
from qlue_desk.desk.actions import Place
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.desk_app import DeskApp
from qlue_desk.desk.later import later, say
from qlue_desk.desk.queue.cells import Cells
from qlue_desk.desk.queue.deeds import LOOKED_AT, Chosen
from qlue_desk.desk.queue.doing import accepted
from qlue_desk.desk.queue.queue_keys import QueueKeys
from qlue_desk.desk.widgets.key_bar import KeyBar
from qlue_desk.desk.widgets.query_bar import QueryBar
from qlue_desk.domain.complaint import FOR_DISPATCH, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.store import complaints, queue
from qlue_desk.words import _

JUDGED_AT_ONCE = 500
"""Rows of which one read says which can take a move: keys and syncing come in between."""


class Working(QueueKeys):
    """Choosing reports and saying what can be done to them."""

    def __init__(self, desk: DeskApp, backend: Backend) -> None:
        super().__init__(desk, backend)
        self._suggested = ("", "")
        """A report and the dinas that `A` would send it to, '' when its suggestion is not whole."""

    async def chosen(self) -> Chosen | None:
        """Marked reports, else the one under the cursor (or in the detail pane); None, with a sentence, for none.

        Only what the person meant: rows of the view shown now, and only those reports that were seen in
        them; a row number may belong to another report by now.
        """
        meant = self.lag.asked
        if not await self.lag.rows_are_here():
            if meant == self.lag.asked:
                say(self, _("Daftarnya belum datang; belum ada yang dilakukan."), wrong=True)
            return None
        if self.queue.lost_marks and not self.queue.marks:
            # The person means the marked ones, not the row that happens to be under the cursor.
            self.clear_marks()
            say(self, _("Laporan yang ditandai sudah tidak ada di daftar ini."), wrong=True)
            return None
        numbers = self.queue.chosen
        seen = {number: cells.id for number in numbers if (cells := self.queue.row_at(number)) is not None}
        looked_at = await self.backend.read(queue.complaints, numbers[:LOOKED_AT])
        sample = {complaint.id: complaint for complaint in looked_at}
        known = await self.backend.read(queue.ids, numbers)
        ids = [found for number, found in known if seen.get(number, found) == found]
        if not ids:
            sentence = _("Tidak ada laporan di baris ini.")
            if numbers and (cells := self.queue.row_at(numbers[0])) is not None:
                place, number = self.backend.workplace, cells.number or cells.title
                sentence = (await self.backend.read(departures.gone, place, cells.id, number)).sentence(_)
            say(self, sentence, wrong=True)
            return None
        return Chosen(tuple(ids), tuple(sample[each] for each in ids if each in sample))

    async def to_next(self, led_on: Mapping[str, Status], verb: Verb | None = None) -> bool:
        """Go on to the report below, past those that were led on and are as they were left, and with `verb` past
        those that cannot take this move; False when there is none.
        """
        shown = self.queue
        passed = set(await self.backend.read(queue.rows_of, tuple(led_on))) if led_on else set()
        below = shown.numbers[shown.cursor + 1 :]
        for start in range(0, len(below), JUDGED_AT_ONCE):
            part = tuple(below[start : start + JUDGED_AT_ONCE])
            able = await self._able(part, verb) if verb is not None else frozenset(part)
            for number in part:
                if number not in able or (number in passed and await self._is_as_left(number, led_on)):
                    continue
                if number in shown.numbers:  # rows come and go while others are judged: never by their place
                    shown.move_to(shown.numbers.index(number))
                    return True
        return False

    async def _able(self, numbers: Sequence[int], verb: Verb) -> frozenset[int]:
        backend = self.backend
        return await backend.read(acting.able, backend.workplace, numbers, verb, backend.now())

    async def _is_as_left(self, number: int, led_on: Mapping[str, Status]) -> bool:
        found = await self.backend.read(queue.complaints, [number])
        return bool(found) and led_on.get(found[0].id) is found[0].status

    def nudge(self) -> None:
        """There is something to send."""
        self.desk.nudge()

    # --- the key bar ---------------------------------------------------------------------------

    def forget_suggestion(self) -> None:
        """Reports have changed: look the suggestion up again."""
        self._suggested = ("", "")

    def _accept_words(self, cells: Cells) -> str:
        """What `A` does to this report; which dinas it would go to is looked up first."""
        known, dinas = self._suggested
        if known != cells.id:
            later(self, self._learn_suggestion(cells.id), group="suggestion")
            return _("terima usulan")
        return _("terima → {dinas}").format(dinas=dinas) if dinas else _("disposisi")

    async def _learn_suggestion(self, complaint_id: str) -> None:
        complaint = await self.backend.read(complaints.get, complaint_id)
        fields = accepted(complaint) if complaint is not None else None
        self._suggested = (complaint_id, self.backend.city.dinas_name(fields.to) if fields else "")
        if (cells := self.current_cells) is not None and cells.id == complaint_id:
            self.show_keys()

    def show_keys(self) -> None:
        """The keys for the line, the pane and the report in front of the person."""
        if self.query_one(QueryBar).has_focus_within:
            self.query_one(KeyBar).show_pairs(
                [
                    ("enter", _("pakai")),
                    ("tab", _("lengkapi")),
                    ("↑", _("pencarian lalu")),
                    ("esc", _("kembali")),
                ]
            )
            return
        cells = self.current_cells
        waits = cells is not None and cells.status in FOR_DISPATCH
        extra: tuple[tuple[str, str], ...] = ()
        if self.backend.is_verifier and cells is not None and waits:
            extra = (("A", self._accept_words(cells)),)
        hidden: frozenset[str] = frozenset()
        if self.has_class("-detail") or self.focused is self.detail:
            extra = (("esc", _("ke daftar")), ("j k", _("gulir")), *extra)
            hidden = frozenset({"open", "mark"})
        self.query_one(KeyBar).show_place(Place.QUEUE, hidden=hidden, extra=extra)
