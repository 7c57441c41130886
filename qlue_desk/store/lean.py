"""What a desk's process need not load."""

from __future__ import annotations

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
