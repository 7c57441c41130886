"""What a desk's process need not load, and need not do before its first screen."""

from __future__ import annotations

import gc
import sys

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
    """From now on as ever, but what is here already is never walked again: it stays as long as the desk."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
