"""The process that syncs for an open desk: `python -m qlue_desk.sync.apart`, started by `EngineApart` alone."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from qlue_desk import error_log, words
from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError
from qlue_desk.sync.apart.begin import engine_of
from qlue_desk.sync.apart.messages import Begin, Committed, Look, Nudge, Release, Said, Speak, Switch
from qlue_desk.sync.apart.telling import Teller
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.state import Phase, SyncState

NICENESS = 5
"""On one core the hand comes first."""
_LAST_WORDS_SECONDS = 0.1


def main() -> int:
    """Sync until the desk says nothing more or is gone; returns the exit code."""
    _leave_signals_to_the_desk()
    lines = iter(sys.stdin.buffer.readline, b"")
    began = msgspec.json.decode(next(lines), type=Said)
    assert isinstance(began, Begin)
    words.set_language(began.language)
    teller = Teller(sys.stdout.buffer)
    try:
        store = Store.open(Path(began.home), began.family)
    except StoreError as error:
        teller.state(SyncState(phase=Phase.REFUSED, detail=error.sentence(words._)))
        teller.end(_LAST_WORDS_SECONDS)
        return 1
    try:
        _sync(store, began, teller, lines)
    except Exception as error:
        error_log.write(Path(began.home), error)
        return 1
    finally:
        store.close()
    return 0


def _sync(store: Store, began: Begin, teller: Teller, lines: Iterable[bytes]) -> None:
    store.on_change(teller.changed)
    engine = engine_of(began, store, teller.state)
    store.off_network = began.offline
    engine.watch_others(teller.others)
    engine.start()
    try:
        for line in lines:
            _obey(engine, msgspec.json.decode(line, type=Said), teller)
    finally:
        engine.stop()
        teller.end(_LAST_WORDS_SECONDS)


def _obey(engine: Engine, said: Said, teller: Teller) -> None:
    match said:
        case Nudge():
            engine.nudge()
        case Committed():
            engine.committed()
        case Look(complaint_id, actor_id):
            engine.look(complaint_id, actor_id)
        case Switch(offline):
            engine.offline = offline
        case Speak(language):
            words.set_language(language)
        case Release():
            engine.release()
            teller.released()
        case Begin():
            raise AssertionError("begun already")


def _leave_signals_to_the_desk() -> None:
    """What a terminal sends to all of its processes ends the desk, and the desk ends this one when all is sent."""
    for name in ("SIGINT", "SIGHUP", "SIGTSTP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(NICENESS)


if __name__ == "__main__":
    code = main()
    # The pool of a hanging request must not keep a closed desk's folder.
    os._exit(code)
