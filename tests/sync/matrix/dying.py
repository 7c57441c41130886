"""Processes that kill themselves (SIGKILL) at a chosen commit: a desk at work, a central while it is pushed to.

They are forked from a server process that has imported everything, so that dozens of deaths take seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

AFTER = "after the commit"
BEFORE = "before the commit"


def context() -> Any:
    """Fork server with the heavy modules loaded once."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.sync.matrix.dying_imports"])
    return made


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def desk_at_work(home: Path, complaint_id: str, number: int, when: str, said: Connection) -> None:
    """Two notes, two rounds; dies at the `number`-th write, tells each recorded id that a person saw."""
    from qlue_desk.casework.acting import act
    from qlue_desk.casework.workplace import Workplace
    from qlue_desk.domain.moves import Fields
    from qlue_desk.store.database import Store
    from qlue_desk.sync.engine import Engine

    run = Store._run_write
    count = -1  # opening writes once, before anything is counted

    def dying(store: Store, call: Any, args: tuple[Any, ...]) -> Any:
        nonlocal count
        count += 1
        mine = count

        def inside(*given: Any) -> Any:
            outcome = call(*given)
            if mine == number and when == BEFORE:
                _die()
            return outcome

        outcome = run(store, inside, args)
        if mine == number:
            _die()
        return outcome

    Store._run_write = dying  # type: ignore[method-assign]
    place = Workplace.open(home)
    engine = Engine(place.store, home)
    for text in ("satu", "dua"):
        [outcome] = act(place, [complaint_id], "note", Fields(note=f"{text} {number} {when}"))
        said.send((outcome.action_id, f"{text} {number} {when}"))
        engine.once()
    said.send(None)  # it has lived through all its commits
    place.close()


def central_at_work(data: Path, port: int, number: int, when: str, ready: Connection) -> None:
    """Serve; die at the `number`-th write transaction that an action of a desk makes."""
    from qlue_desk.central.hub import Hub
    from qlue_desk.central.serve import ServerThread
    from qlue_desk.central.verdicts import Verdicts

    hub = Hub.open(data)
    count = 0
    keep = Verdicts.keep

    def dying(verdicts: Verdicts, action: Any, desk: Any, result: Any) -> Any:
        nonlocal count
        count += 1
        if count == number and when == AFTER:
            hub.database.once_durable(_die)
        outcome = keep(verdicts, action, desk, result)
        if count == number and when == BEFORE:
            _die()
        return outcome

    Verdicts.keep = dying  # type: ignore[method-assign]
    ServerThread(hub, port=port).start()
    ready.send(True)
    signal.pause()
