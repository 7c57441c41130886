"""Pushes a second at a central on PostgreSQL, against the bare SQL of the same transactions."""

from __future__ import annotations

import datetime as dt
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import cycle, repeat
from pathlib import Path
from typing import Any

import psycopg

from qlue_desk.central import conversation
from qlue_desk.central.database import CentralDatabase
from qlue_desk.central.feed import dinas_stream
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action, PushRequest, Verdict
from tests.bench.table import Line, Sample
from tests.bench.wire import postgres
from tests.sync.rig import DINAS, Central

WRITERS = 8
_REPORTS = 5
"""Each writer's own, in turns."""
Statement = tuple[str, Sequence[object]]
_ROUNDS = 3


def pushes(each: int) -> Iterator[Line]:
    """Eight writers in two dinas send one note after the other, each a push of its own.

    The bare side runs, with eight sessions, the very statements that ours ran, on a copy of the database
    as it was before: same locks, same rows, no decision.
    """
    ours, floor = [], []
    with (
        postgres() as cluster,
        tempfile.TemporaryDirectory() as folder,
        ExitStack() as sessions,
        Central.make(Path(folder), serve=False, database_url=cluster.create("city")) as central,
    ):
        writers = [_Writer(central, number) for number in range(WRITERS)]
        central.hub.database.close_idle()  # PostgreSQL copies only what nobody has open
        cluster.sql("CREATE DATABASE bare TEMPLATE city OWNER qlue")
        bare = [
            sessions.enter_context(psycopg.connect(cluster.url("bare"), autocommit=True))
            for _ in range(WRITERS)
        ]
        _listen(central.hub.database)
        for _ in range(_ROUNDS):  # in turns: the disk is shared
            ours.append(_a_second(each, [partial(writer.push, each) for writer in writers]))
            said = [writer.said for writer in writers]
            floor.append(_a_second(each, list(map(partial, repeat(_repeat), bare, said))))
        written = "SELECT count(*), max(seq) FROM feed_event"
        assert cluster.sql(written, "bare") == cluster.sql(written, "city")
    yield Line(
        f"pushes on PostgreSQL, {WRITERS} writers",
        Sample(tuple(ours), "/s"),
        "bare SQL of the same transactions",
        Sample(tuple(floor), "/s"),
        0.6,
        at_least=True,
    )


class _Writer:
    """One desk whose officer notes something on each of its reports in turn; `said` is what that was in SQL."""

    def __init__(self, central: Central, number: int) -> None:
        dinas = DINAS[number % len(DINAS)]
        self._reports = cycle([central.report(dinas).id for _ in range(_REPORTS)])
        self._actor = central.people[f"rina_{dinas}"].id
        enrolled = central.hub.desks.add("bogor", dinas, f"bench {number}")
        stream = dinas_stream("bogor", dinas)
        self._desk = conversation.Desk(enrolled.desk, enrolled.token, stream, "diskominfo")
        self._hub = central.hub
        self.said: list[Statement] = []

    def push(self, times: int) -> None:
        """So many, one after the other."""
        _thread.said = self.said = []
        for turn in range(times):
            note = Fields(note=f"Catatan ke-{turn}.")
            action = Action(
                new_id("a"), Verb.NOTE, next(self._reports), self._actor, dt.datetime.now(dt.UTC), note
            )
            reply = conversation.answer_push(self._hub, self._desk, PushRequest(None, (action,)))
            assert reply.results[0].status is Verdict.APPLIED, reply


_thread = threading.local()


def _listen(database: CentralDatabase) -> None:
    """Each thread's statements go into `_thread.said` as well, one by one also where ours sends several at once."""
    execute, later = database._execute, database.later

    def heard(statement: str, values: Sequence[object] = ()) -> object:
        _thread.said.append((database.translate(statement), values))
        return execute(statement, values)

    def heard_later(statement: str, values: Sequence[object] = ()) -> None:
        _thread.said.append((database.translate(statement), values))
        later(statement, values)

    database._execute = heard  # type: ignore[method-assign]
    database.later = heard_later  # type: ignore[method-assign]


def _repeat(session: psycopg.Connection[Any], said: list[Statement]) -> None:
    for statement, values in said:
        cursor = session.execute(statement, values)
        if cursor.description:
            cursor.fetchall()


def _a_second(each: int, works: Sequence[Callable[[], None]]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()
    return len(works) * each / (time.perf_counter() - began)
