"""Open the desk: the entry point that the command line calls."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from qlue_desk import words
from qlue_desk.casework.workplace import NotLoggedIn, Workplace
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.desk_app import DemoInfo, EngineLike
from qlue_desk.desk.ending import Ending, end_with
from qlue_desk.desk.keys import check_keys
from qlue_desk.desk.messages import LineState
from qlue_desk.desk.opening_line import opening_line
from qlue_desk.phrases import number
from qlue_desk.settings import Settings
from qlue_desk.words import n_

__all__ = ["DemoInfo", "run"]

SWITCH_SECONDS = 0.001
"""How long a key may wait for a thread that applies a page; Python's own 5 ms are paid many times in one paint."""


def run(home: Path, settings: Settings, demo: DemoInfo | None = None, config: Path | None = None) -> int:
    """Open the desk of a data folder and stay until the person leaves; returns the exit code.

    `config`: the file into which own views are written; None keeps them beside the data.

    :raises KeyClash: when `[keys]` cannot be used.
    :raises StoreError: when the database cannot be opened.
    """
    words.set_language(settings.ui.language)
    check_keys(settings.keys)
    try:
        workplace: Workplace | None = Workplace.open(home)
    except NotLoggedIn:
        workplace = None

    def open_engine(place: Workplace, on_state: Callable[[LineState], None]) -> EngineLike:
        from qlue_desk.sync.apart.engine import EngineApart
        from qlue_desk.sync.apart.messages import Begin

        begin = Begin(
            home=str(place.home),
            private_ca=settings.sync.ca_file or None,
            wait_seconds=settings.sync.wait_seconds,
            undo_seconds=settings.sync.undo_seconds,
            bulk_from=settings.ui.confirm_bulk,
            retry_first_seconds=settings.sync.retry_first_seconds,
            retry_longest_seconds=settings.sync.retry_longest_seconds,
        )
        if place.store.is_shared:
            return EngineApart(place.store, begin, on_state)
        # Nobody else may have the database open: a full disk leaves no room for what two need.
        from qlue_desk.sync.apart.begin import engine_of

        return engine_of(begin, place.store, on_state)

    app = QlueDesk(workplace, open_engine, settings, home=home, config=config, demo=demo, guided=False)
    if os.name != "nt":  # Windows ends a console program by other means
        app.ending = Ending((signal.SIGTERM, signal.SIGHUP))
        if parent := os.environ.get("QLUE_DESK_PARENT", ""):
            end_with(int(parent))
    return stay(app)


def stay(app: QlueDesk) -> int:
    """Run the desk until the person leaves, then say what the terminal must know; returns the exit code."""
    demo = app.demo
    opening_line.end()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        app.run()
    finally:
        app.close()
    if app.unsent and (demo is None or demo.folder is not None):
        with contextlib.suppress(OSError):  # the terminal may be gone: that is why we leave
            print(unsent_sentence(app.unsent), flush=True)
    if app.crash is not None:
        with contextlib.suppress(OSError):
            print(crash_sentence(app.crash, app.crash_log), file=sys.stderr, flush=True)
        return 1
    return app.return_value or 0


def crash_sentence(error: BaseException, log: Path | None) -> str:
    """What the terminal says when the desk ended by an error that nobody foresaw."""
    why = type(error).__name__
    if log is None:
        return words._("Meja berhenti karena kesalahan ({why}); pekerjaan Anda tersimpan.").format(why=why)
    return words._(
        "Meja berhenti karena kesalahan ({why}); rinciannya di {log}; pekerjaan Anda tersimpan."
    ).format(why=why, log=log)


def unsent_sentence(count: int) -> str:
    """What the terminal says after leaving when work has not reached central yet."""
    return n_(
        "{n} tindakan belum terkirim; tersimpan di sini, dikirim saat meja dibuka lagi atau dengan qlue-desk sync.",
        count,
    ).format(n=number(count))
