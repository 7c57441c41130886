"""Finding: a view, the query line, one report by its number; and the way back from each."""

from __future__ import annotations

import msgspec

from qlue_desk.casework import departures
from qlue_desk.desk.later import later, say
from qlue_desk.desk.queue.counting import Counting
from qlue_desk.desk.queue.nothing_found import nothing_found, number_asked
from qlue_desk.desk.widgets.query_bar import QueryBar
from qlue_desk.domain.query import Query, QueryError
from qlue_desk.store import complaints, queue, searched
from qlue_desk.words import _


class Standing(msgspec.Struct, frozen=True):
    """Where the person was: a view and the row under the cursor."""

    view: int
    row: int | None


class Finding(Counting):
    """What is shown, and how one gets somewhere else; the screen fills the list."""

    view = 0
    """Index into `views`; -1 while a query of one's own is shown."""
    query_text = ""
    kept_query = ""
    named_query = ("", "")
    """A query of the summary and what its number counts."""
    elsewhere = ""
    """What is said in place of an empty list of a report that left this desk."""
    from_summary = False
    """Esc goes back to the number whose reports these are."""
    first_row: int | None = None
    """Where the cursor stands at first; None on top."""
    before = Standing(0, None)
    """Where esc goes back to from a query."""

    def show_query(
        self,
        text: str,
        *,
        keep_cursor: bool = False,
        row: int | None = None,
        read: Query | QueryError | None = None,
    ) -> bool:
        """Run a query line; False when it cannot be read. `row` is where the cursor shall stand.

        `read`: what it means, where that is known already.
        """
        raise NotImplementedError

    def open_detail(self) -> None:
        """Show the report under the cursor in full."""
        raise NotImplementedError

    def show_keys(self) -> None:
        """The keys that make sense now."""
        raise NotImplementedError

    def views_changed(self, views: list[tuple[str, str]]) -> None:
        """Other views than before; their counts are not known yet."""
        raise NotImplementedError

    def stand_where(self, other: Finding) -> None:
        """Show what another queue shows; before it is on screen."""
        self.view, self.query_text = other.view, other.query_text
        self.kept_query, self.named_query = other.kept_query, other.named_query
        self.from_summary, self.before = other.from_summary, other.before
        self.first_row = other.queue.current

    # --- what is shown -------------------------------------------------------------------------

    def shown_name(self) -> str:
        """What the reports of the list are."""
        # A number of the summary may mean just what a view means; its name says more than its query.
        named = {query: name for name, query in reversed(self.views)}
        if 0 <= self.view < len(self.views):
            return _(self.views[self.view][0])
        if self.query_text in named:
            return _(named[self.query_text])
        if self.named_query[1] and self.query_text == self.named_query[0]:
            return self.named_query[1]
        return _("Cari: {text}").format(text=self.own_words)

    def empty_words(self) -> str:
        """In place of a list without reports; an open query line offers its terms itself."""
        own = self.query_text if self.view < 0 else ""
        offered = self.query_one(QueryBar).has_class("-open")
        return self.elsewhere or nothing_found(own, [] if offered else self.backend.query_readings(own))

    def point_at(self, error: QueryError) -> None:
        """What cannot be read, in the query bar or as a sentence."""
        bar = self.query_one(QueryBar)
        if bar.has_class("-open"):
            bar.point_at(error.sentences(_), error.start, error.end - error.start)
            self.show_heading()
        else:
            own = self.backend.views.problems() if self.view >= 0 else {}
            say(self, own.get(self.views[self.view][0], error.sentence(_)), wrong=True)

    # --- going and coming back -----------------------------------------------------------------

    def remember(self) -> None:
        """Keep where the person is before a query is shown; from a query one comes back to that, too."""
        if self.view >= 0:
            self.before = Standing(self.view, self.queue.current)

    def go_back(self) -> None:
        """From a query to the view and the row before it, or to the summary whose number it was.

        A report that was asked for by its number is what the next key means: the cursor stays on it where it can.
        """
        read = self.read(self.kept_query)
        asked = isinstance(read, Query) and number_asked(read) and not self.lag.lags
        row = (self.queue.current if asked else None) or self.before.row
        again = self.from_summary
        self._show_view(self._place_before, row=row)
        if again:
            self.desk.show_summary()

    def _show_view(self, view: int, *, row: int | None = None) -> None:
        self.view = view
        self.kept_query = ""
        self.from_summary = False
        self.remove_class("-views-open", "-detail")
        self.query_one(QueryBar).close()
        self.queue.clear_marks()
        self.queue.focus()
        self.show_query(self.views[view][1], row=row)
        self.show_line()
        self.show_keys()

    def show_own_query(self, text: str, name: str = "", *, of_summary: bool = False) -> None:
        """Show the reports of a query that is no saved view; `name` says what they are, esc leads back."""
        self.named_query = (text, name)
        self.from_summary = of_summary
        self.remember()
        self.view = -1
        self.kept_query = text
        self.remove_class("-detail", "-views-open")
        self.query_one(QueryBar).close()
        self.show_query(text)
        self.show_line()
        self.queue.focus()

    async def open_reference(self, reference: str) -> None:
        """Show the report with this number, whichever view it is in."""
        complaint = await self.backend.read(complaints.get, reference)
        if complaint is None:
            away = await self.backend.read(departures.unknown, self.backend.workplace, reference)
            say(self, away.sentence(_), wrong=True)
            return
        if complaint.number:
            self.show_own_query(f"number:{complaint.number}", complaint.number)
        else:
            self.show_own_query("has:unsent", _("Belum terkirim"))
        if not self.is_wide:
            self.open_detail()
        self.desk.achieved("open")

    async def find_elsewhere(self, query: Query) -> str:
        """Where the report is whose number a query asks for, when it left this desk; '' for any other query."""
        number = number_asked(query)
        if not number:
            return ""
        found = await self.backend.read(departures.numbered, self.backend.workplace, number)
        return "\n".join(where.sentence(_) for _number, where in found)

    # --- the query bar -------------------------------------------------------------------------

    def look_for(self, text: str, settled: bool) -> None:
        """Live results: at once, but half a term is no mistake yet, and what was asked is not asked twice.

        `settled`: no key has come for a while.
        """
        if not text.strip():
            self._look_for_nothing()
            return
        read = self.read(text)
        if isinstance(read, QueryError) and (not settled or read.is_unfinished(text)):
            return
        bar = self.query_one(QueryBar)
        if settled and self.view < 0 and text == self.query_text and not bar.has_class("-wrong"):
            return
        self.view = -1
        if self.show_query(text, read=read):
            bar.all_right()

    def on_query_bar_kept(self, event: QueryBar.Kept) -> None:
        """Enter in the query bar: work with the results; for nothing is not looked."""
        if not event.text.strip():
            self._show_view(self._place_before, row=self.before.row)
            return
        self.view = -1
        if self.show_query(event.text):
            self.kept_query = event.text
            if not self.backend.read_only:
                self.backend.keep(searched.keep, self.backend.actor.id, event.text)
            self.query_one(QueryBar).close()
            self.queue.focus()
            self.show_line()
            self.desk.achieved("query")

    def on_query_bar_left(self, event: QueryBar.Left) -> None:
        """Esc in the query bar: back to what was shown before."""
        self.query_one(QueryBar).close()
        self.queue.focus()
        if self.kept_query:
            self.view = -1
            self.show_query(self.kept_query)
        elif self.view < 0:
            self.go_back()
            self.desk.achieved("query")  # results came while it was typed
        else:
            self.show_heading()

    @property
    def _place_before(self) -> int:
        return min(self.before.view, len(self.views) - 1)

    def _look_for_nothing(self) -> None:
        """An empty line is no query that all reports fit: the view that one came from is shown again, for esc, too."""
        bar = self.query_one(QueryBar)
        self.kept_query = ""
        if self.view < 0 or bar.has_class("-wrong"):
            bar.all_right()
            self.view = self._place_before
            self.show_query(self.views[self.view][1], row=self.before.row)

    # --- keys ----------------------------------------------------------------------------------

    def action_view(self, number: int) -> None:
        """1–9, and any place from the palette."""
        if number <= len(self.views):
            self._show_view(number - 1)

    def action_query(self) -> None:
        """/"""
        self.remember()
        if not self.queue.numbers and not self.lag.waits:
            self.kept_query = ""  # nobody wants to come back to a search that found nothing
        self.remove_class("-detail", "-views-open")
        self.query_one(QueryBar).open(self.own_words if self.view < 0 else "")
        later(self, self._prepare_bar(), group="bar")

    @property
    def own_words(self) -> str:
        """The query that is shown as the person typed it, or would."""
        typed = self.view < 0 and self.query_text != self.named_query[0]
        return self.query_text if typed else self.backend.spelled(self.query_text)

    async def _prepare_bar(self) -> None:
        queries = await self.backend.read(searched.queries, self.backend.actor.id)
        self.query_one(QueryBar).remember(queries)
        await self.backend.read(queue.read_ahead)

    def action_next_hit(self) -> None:
        """N: the next report of a query, also from inside the detail."""
        self.lag.then(lambda: self.queue.move_by(1))

    def action_previous_hit(self) -> None:
        """Shift+n."""
        self.lag.then(lambda: self.queue.move_by(-1))

    @property
    def is_wide(self) -> bool:
        """List and detail are both on screen."""
        return self.has_class("-wide")
