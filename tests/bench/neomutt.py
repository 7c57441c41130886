"""neomutt opening as many mails: what people are used to, for a list in a terminal."""

from __future__ import annotations

import shutil
import tempfile
from email.utils import format_datetime
from pathlib import Path

from tests.bench import home
from tests.bench.table import LeftOut
from tests.desk_world import DeskWorld
from tests.terminal import Terminal

_NUMBER = "26-"
"""In each subject, and nowhere else on its screen."""


def opening(count: int) -> float:
    """Milliseconds until the list of so many mails, one mbox, is on its screen; its own defaults.

    :raises LeftOut: when it is not installed.
    """
    program = shutil.which("neomutt")
    if program is None:
        raise LeftOut("neomutt is not installed (Debian: apt-get install neomutt)")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Mail").mkdir()  # it asks whether to make it
        # Without -n and -F it would be the machine's and the person's neomutt, not everyone's.
        command = [program, "-n", "-F", "/dev/null", "-R", "-f", str(_kept_mails(count))]
        with Terminal(command, environ={"HOME": folder, "MAIL": "/dev/null"}) as terminal:
            return 1000 * terminal.see(_NUMBER, seconds=600)


def _kept_mails(count: int) -> Path:
    kept = home.cache() / f"mails-{count}"
    if not kept.exists():
        part = kept.with_suffix(".part")
        _write(part, count)
        part.rename(kept)
    return kept


def _write(path: Path, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, path.open("w", encoding="utf-8") as mails:
        world = DeskWorld.make(Path(folder))
        for complaint, history in home.reports(world, count):
            at = complaint.created_at
            notes = "\n\n".join(f"{entry.actor_name}: {entry.text}" for entry in history)
            mails.write(
                f"From warga@example.id {at:%a %b %d %H:%M:%S %Y}\n"
                f"From: {complaint.reporter.name if complaint.reporter else ''} <warga@example.id>\n"
                f"To: dpupr@example.id\nMessage-ID: <{complaint.id}@example.id>\n"
                f"Date: {format_datetime(at)}\nSubject: {complaint.number} {complaint.title}\n"
                f"Content-Type: text/plain; charset=utf-8\n\n{complaint.text}\n\n{notes}\n\n"
            )
        world.close()
