"""What makes a walk cheap: stores without threads, files that are never flushed, cities read once.

Nothing of what is decided or written changes; what a flush protects from is proved elsewhere (fault matrix,
rows 18–20).
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.central import database as central_database
from qlue_desk.central import register
from qlue_desk.central.hub import Hub
from qlue_desk.store import connecting, schema, twin
from qlue_desk.store.bound import bind_thread
from qlue_desk.store.database import Store

SHARED_MEMORY = Path("/dev/shm")


class InlineStore(Store):
    """A store whose jobs run at once, on the thread that asks."""

    _inside = False

    def _start(self) -> None:
        self._database.connect()
        bind_thread(self._database)
        self.write(schema.prepare).result()

    def read(self, call: Callable[..., Any], *args: Any, lane: str = "", **named: Any) -> Future[Any]:
        # Nobody writes meanwhile, so a read needs no transaction of its own.
        return self._at_once(_plainly, partial(call, **named), args)

    def write(self, call: Callable[..., Any], *args: Any, **named: Any) -> Future[Any]:
        return self._at_once(self._run_write, partial(call, **named), args)

    def reading(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if self._inside:
            return call(*args, **named)
        return self.read(call, *args, **named).result()

    def writing(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if self._inside:
            return call(*args, **named)
        return self.write(call, *args, **named).result()

    def close(self) -> None:
        self._database.close()
        bind_thread(None)  # the thread is the tests' own: the next one finds it as it was

    def _at_once(
        self, run: Callable[..., Any], call: Callable[..., Any], args: tuple[Any, ...]
    ) -> Future[Any]:
        done: Future[Any] = Future()
        bind_thread(self._database)
        self._inside = True
        try:
            done.set_result(run(call, args))
        except BaseException as error:
            done.set_exception(error)
        finally:
            self._inside = False
        return done


def _plainly(call: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    return call(*args)


@contextmanager
def fast_files() -> Iterator[None]:
    """No waiting for any disk inside the block."""
    with pytest.MonkeyPatch.context() as patch:
        quick = dict(connecting._PRAGMAS, synchronous="OFF", journal_mode="MEMORY", secure_delete="OFF")
        patch.setattr(connecting, "_PRAGMAS", quick)
        pragmas = tuple(
            (key, "off" if key == "synchronous" else value) for key, value in central_database.PRAGMAS
        )
        patch.setattr(central_database, "PRAGMAS", pragmas)
        patch.setattr(twin.os, "fsync", lambda _handle: None)
        patch.setattr(register, "PAUSE_SECONDS", (0.0, 0.0))
        rooms: dict[str, Any] = {}
        read_room = Hub._read_room

        def once(hub: Hub, key: str) -> Any:
            if key not in rooms:
                rooms[key] = read_room(hub, key)
            return rooms[key]

        patch.setattr(Hub, "_read_room", once)
        logging.getLogger("qlue_desk.central").setLevel(
            logging.ERROR
        )  # it tells each restore that it notices
        yield


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder in memory where the system has one, else a temporary one."""
    usable = SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK)
    with tempfile.TemporaryDirectory(prefix="walks", dir=SHARED_MEMORY if usable else None) as folder:
        yield Path(folder)
