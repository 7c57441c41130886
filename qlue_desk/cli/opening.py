"""Opening the desk: the only place where the command line meets textual."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from qlue_desk.cli.exits import CommandFailed
from qlue_desk.cli.output import on_terminal
from qlue_desk.desk.opening_line import opening_line
from qlue_desk.store.lean import without_collecting, without_server_drivers
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.cli.shell import Shell

FRAMES = "240"
"""A second, at most: what a key changes waits for the next of these moments, 8 ms with Textual's own 60."""
PARENT_VARIABLE = "QLUE_DESK_PARENT"
"""The process that shows this desk in a browser; the desk ends with it."""


def open_desk(shell: Shell) -> int:
    """Open the desk of the data folder; returns its exit code."""
    need_terminal()
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)
    opening_line.begin(_("Membuka meja…"))
    without_collecting()
    without_server_drivers()
    from qlue_desk.desk.run import run
    from qlue_desk.settings import own_file

    try:
        return run(shell.home, shell.settings, config=own_file(shell.config))
    finally:
        opening_line.end()


def need_terminal() -> None:
    """A desk without a terminal would only write control codes into a file.

    :raises CommandFailed: when standard input or output is none.
    """
    import sys

    if os.environ.get(PARENT_VARIABLE):
        return  # `serve` looks at it for a browser
    if not (on_terminal(sys.stdin) and on_terminal(sys.stdout)):
        raise CommandFailed(
            _("Meja perlu terminal; untuk skrip pakai misalnya: qlue-desk queue --json."), code="no_terminal"
        )
