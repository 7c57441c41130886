"""Invariant 24: whatever central answers, a desk asks so seldom that nobody calls it a loop (and 21: it ends)."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import content_digest
from qlue_desk.store import meta
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.errors import SyncError
from tests.sync import weather
from tests.sync.faults import answer
from tests.sync.rig import Central, Desk, next_moment, photo
from tests.sync.weather import Exchange, Fault, Weather

WATCHED = 4.0
MOST = 40
"""Requests of a desk in that time: a loop without a pause sends hundreds, also on a slow machine dozens a second."""


class Behaviour(msgspec.Struct, frozen=True):
    """What central does to every request of a path."""

    path: str
    fault: Fault
    synced: bool = True
    """The desk had its rows before that began."""


def altered(change: Callable[[dict[str, Any]], object]) -> Fault:
    """The real reply with another content that central vouches for."""

    def fault(exchange: Exchange) -> bytes:
        head, _blank, body = exchange.forward(plain=True).partition(weather.HEAD_END)
        message = json.loads(body)
        change(message)
        whole = json.dumps(message).encode()
        for name, value in (
            (b"qlue-digest", content_digest(whole).encode()),
            (b"content-length", b"%d" % len(whole)),
        ):
            head = re.sub(rb"(?im)^" + name + rb":[^\r\n]*", lambda _l, n=name, v=value: n + b": " + v, head)
        return head + weather.HEAD_END + whole

    return fault


def by_turns(fault: Fault) -> Fault:
    """As of two machines of which one is wrong."""
    turns = itertools.cycle((fault, Exchange.forward))
    return lambda exchange: next(turns)(exchange)


def undecided(message: dict[str, Any], **said: object) -> None:
    message["results"] = [{"id": each["id"], "status": "retry", **said} for each in message["results"]]


def nothing_arrived(exchange: Exchange) -> bytes:
    if exchange.request.startswith(b"HEAD"):
        return exchange.forward()
    return altered(lambda message: message.update(received=0))(exchange)


def portal(_exchange: Exchange) -> bytes:
    return answer("200 OK", b"<html>", {"Content-Type": "text/html"})


COPY_ANEW = weather.problem(410, "resync_required", reason="epoch")
CENTRALS = {
    "always an error": Behaviour("/v1", weather.problem(500, "internal")),
    "a time to wait that is none": Behaviour("/v1", weather.problem(503, "busy", retry_after=-5)),
    "hangs up": Behaviour("/v1", weather.lose_request),
    "a portal": Behaviour("/v1", portal),
    "no page is good": Behaviour("/v1/pull", COPY_ANEW),
    "every second page is good": Behaviour("/v1/pull", by_turns(COPY_ANEW)),
    "no push is good": Behaviour("/v1/push", COPY_ANEW),
    "always more, and nothing comes": Behaviour("/v1/pull", altered(lambda m: m.update(more=True))),
    "pages in a circle": Behaviour("/v1/snapshot", altered(lambda m: m.update(next="c_0")), synced=False),
    "a predecessor that nobody has": Behaviour(
        "/v1/push", altered(lambda m: undecided(m, code="predecessor_missing", prev="a_none"))
    ),
    "no verdict": Behaviour("/v1/push", altered(lambda m: m.update(results=[]))),
    "takes nothing of a file": Behaviour("/v1/blobs", nothing_arrived),
}


def test_no_central_makes_a_desk_ask_without_a_pause(tmp_path: Path) -> None:
    with ExitStack() as open_, Central.make(tmp_path) as central:
        one = central.report()
        watched: dict[str, tuple[Desk, Weather]] = {}
        for name, behaviour in CENTRALS.items():
            desk, sky = central.desk("dpupr"), open_.enter_context(_sky(central))
            desk.store.writing(meta.put, meta.SERVER_URL, sky.url)
            desk.sync()
            desk.act(one.id, "note", name)
            if behaviour.path == "/v1/blobs":
                _attach(desk, one.id, tmp_path)
            if not behaviour.synced:
                desk.store.writing(meta.put, "cursor", None)
            sky.passed.clear()
            sky.always(behaviour.fault, behaviour.path)
            watched[name] = desk, sky
        for desk, _ in watched.values():
            desk.engine = Engine(desk.store, desk.home, wait_seconds=20, backoff=lambda: Backoff(1.0, 5.0))
            desk.engine.start()
        time.sleep(WATCHED)
        asked = {name: len(sky.passed) for name, (_desk, sky) in watched.items()}
        for desk, _ in watched.values():
            desk.engine.stop()
    assert min(asked.values()) >= 1, asked
    assert max(asked.values()) <= MOST, asked


@pytest.mark.parametrize(
    "name", ["always more, and nothing comes", "pages in a circle", "takes nothing of a file"]
)
def test_a_round_by_command_ends(tmp_path: Path, name: str) -> None:
    behaviour = CENTRALS[name]
    with Central.make(tmp_path) as central, _sky(central) as sky:
        one = central.report()
        desk = central.desk("dpupr")
        desk.store.writing(meta.put, meta.SERVER_URL, sky.url)
        if behaviour.synced:
            desk.sync()
            _attach(desk, one.id, tmp_path)
        sky.passed.clear()
        sky.always(behaviour.fault, behaviour.path)
        with contextlib.suppress(SyncError):
            desk.sync()
        assert len(sky.passed) <= MOST


def _attach(desk: Desk, complaint_id: str, folder: Path) -> None:
    path, _sha256 = photo(folder)
    [outcome] = act(desk.workplace, [complaint_id], "attach", Fields(), evidence=[path], now=next_moment())
    assert outcome.done, outcome.refusal


def _sky(central: Central) -> Any:
    return Weather(("127.0.0.1", int(central.url.rpartition(":")[2]))).blowing()
