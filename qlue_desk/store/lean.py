"""What a desk's process need not load, and need not do before its first screen."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable

SERVER_DRIVERS = ("psycopg2cffi", "psycopg2", "psycopg", "pymysql", "MySQLdb")
"""Peewee loads whatever of these is installed; that is a tenth of a second of each start, and a desk has SQLite."""


def without_server_drivers() -> None:
    """Load peewee without drivers of database servers, in a process that will only ever be a desk.

    They stay importable; a process in which peewee is loaded already is left as it is.
    """
    if "peewee" in sys.modules:
        return
    absent = [name for name in SERVER_DRIVERS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: importing it fails
    try:
        import peewee  # noqa: F401
    finally:
        for name in absent:
            del sys.modules[name]


def without_collecting() -> None:
    """Until `collect_again` Python looks for no rings of garbage: a desk that opens makes next to none, and each look
    walks over all that was loaded, a tenth of the time to the first screen."""
    gc.disable()


def collect_again() -> None:
    """From now on a hand that types is not held up by looking for garbage; see `collect_at_rest`."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
        gc.enable()


_YOUNG, _MIDDLE, _OLD = 100_000, 20, 1000
"""Python's own are 700, 10, 10: then each frame is interrupted ten times, and once a second by a look over everything
since the start, 30 to 60 ms. A dialog that was closed leaves 10,000 objects."""
REST, LONG_REST = 0.5, 30.0
"""Seconds without a key after which what is new is looked through (some ms), and everything (a fifth of a second)."""
ALL_EVERY = 3600.0
"""Seconds between two looks through everything."""


class Collecting:
    """Looks for rings of garbage while nobody types."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = self._all_at = clock()

    def collect_at_rest(self, rest: float) -> None:
        """`rest`: seconds since the last key. What stays is not walked again until all is."""
        if gc.get_threshold()[0] != _YOUNG or rest < REST:
            return  # Python looks by itself, or somebody types
        now = self._clock()
        if now - rest <= self._at and now - self._at < LONG_REST:
            return  # nobody has touched a key since, and little else happens
        self._at = now
        if rest >= LONG_REST and now - self._all_at >= ALL_EVERY:
            self._all_at = now
            gc.unfreeze()
        gc.collect()
        gc.freeze()
