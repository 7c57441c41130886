"""How many reports each saved view holds, and how many proposals came back, for the side bar."""

from __future__ import annotations

from qlue_desk.casework.views import SENT_BACK
from qlue_desk.desk.queue.queue_keys import QueueKeys
from qlue_desk.domain.query import Query, QueryError
from qlue_desk.store import queue

_SENT_BACK = -1
"""Among the counts of the views: those of the person's proposals that came back."""


class Counting(QueueKeys):
    """Counts over one state of the store."""

    views: list[tuple[str, str]]
    _view_counts: list[int | None]
    sent_back = 0
    """Proposals that this person made and a second one sent back."""

    def read(self, text: str) -> Query | QueryError:
        """What a query line means, or what in it cannot be read."""
        try:
            return self.backend.parse(text)
        except QueryError as error:
            return error

    async def count(self) -> None:
        """Count anew and show it."""
        asked = {place: text for place, (_name, text) in enumerate(self.views)}
        if self.backend.proposes:
            asked[_SENT_BACK] = SENT_BACK
        queries = {
            place: query for place, text in asked.items() if isinstance(query := self.read(text), Query)
        }
        backend = self.backend
        numbers = await backend.scan(
            "counts",
            queue.counts,
            list(queries.values()),
            now=backend.now(),
            me=backend.actor.id,
            zone=backend.zone,
        )
        counts = dict(zip(queries, numbers, strict=True))
        self.sent_back = counts.pop(_SENT_BACK, 0)
        self._view_counts = [counts.get(place) for place in range(len(self.views))]
        await self.desk.refresh_outbox_counts()
        self.show_line()
