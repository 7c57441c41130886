"""Keys and seconds of everyday tasks: `python -m tests.bench.stopwatch` prints the table for CONTRIBUTING.md.

The desk of a demonstration is driven over a pseudo-terminal, each key as soon as the screen shows what a person would
wait for. Seconds are the machine's; a person adds about 0.2 for each key.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.terminal import DESK, Terminal


class Step(NamedTuple):
    """Keys (`t`, `enter`, or letters to type), and the words that must appear before the next step."""

    keys: tuple[str, ...]
    shown: str = ""


class Task(NamedTuple):
    """One task of one seat; `ready` brings the desk there and is not counted."""

    name: str
    seat: str
    ready: tuple[Step, ...]
    steps: tuple[Step, ...]


def _keys(text: str, shown: str = "") -> Step:
    return Step(tuple(text.split()), shown)


_LISTED = re.compile(r"(?<!BGR-)\b\d\d-\d{1,6}\b")
KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "ctrl+d": "\x04", "ctrl+n": "\x0e"}
NUMBER, SERIAL = "{number}", "{serial}"
"""In keys and words: the last report of the list, `26-000182`, and its serial; what is there differs by the day."""
QUERY_BAR = "lampu mati"
"""What stands in the empty query bar."""
NOT_ACKNOWLEDGED = (_keys("2", "─ Belum diterima ·"),)
TASKS = (
    Task(
        "acknowledge 20",
        "officer",
        NOT_ACKNOWLEDGED,
        (
            _keys("space"), _keys("j " * 18), _keys("v", "20 ditandai"), _keys("t", "Tindak lanjut 20 laporan"),
            _keys("t"), _keys("enter", "untuk 20 laporan?"), _keys("enter", "20 menunggu kirim"),
        ),
    ),
    Task("undo them", "officer", (), (_keys("u", "Kotak keluar            0"),)),
    Task(
        "mark 50 and acknowledge them",
        "officer",
        NOT_ACKNOWLEDGED,
        (
            _keys("g space ctrl+d ctrl+d"), _keys("j " * 14), _keys("v", "50 ditandai"),
            _keys("t", "Tindak lanjut 50 laporan"), _keys("t"), _keys("enter", "untuk 50 laporan?"),
            _keys("enter", "50 menunggu kirim"),
        ),
    ),
    Task(
        "re-route to another dinas",
        "officer",
        (*NOT_ACKNOWLEDGED, _keys("G")),
        (
            _keys("t", "enter jalankan"), _keys("r", "ketik untuk mencari"), Step(("dlh",), "Lingkungan Hidup"),
            _keys("tab"), Step(("Tumpukan sampah.",)), _keys("enter", "51 menunggu kirim"),
        ),
    ),
    Task(
        "reply and propose as done",
        "officer",
        (_keys("/", QUERY_BAR), Step(("status:in_progress sort:due",)), _keys("enter", "─ Cari: status"),),
        (
            _keys("t", "enter jalankan"), _keys("u", "Tanpa bukti"), Step(("Sudah ditambal.",)), _keys("tab tab"),
            Step(("Malam, tanpa kamera.",)), _keys("enter", "Ada rekan di sini"), _keys("enter", "52 menunggu kirim"),
        ),
    ),
    Task(
        "open a report by its number",
        "officer",
        (),
        (_keys(":", "Perintah"), Step((SERIAL,), f"Buka laporan BGR-{NUMBER}"), _keys("enter", f"─ BGR-{NUMBER}")),
    ),
    Task(
        "late reports of one kelurahan",
        "officer",
        (_keys("1", "─ Perlu saya ·"),),
        (_keys("/", QUERY_BAR), Step(("is:overdue kelurahan:sempur",)), _keys("enter", "─ Cari: is:overdue")),
    ),
    Task(
        "reports about one street",
        "officer",
        (_keys("1", "─ Perlu saya ·"),),
        (_keys("/", QUERY_BAR), Step(("jl pedati",)), _keys("enter", "─ Cari: jl pedati")),
    ),
    Task("see a shift's numbers", "supervisor", (), (_keys("R", "sampai di dinas"),)),
    Task(
        "confirm that a proposal is done",
        "supervisor",
        (_keys("7", "─ Verifikasi ·"),),
        (_keys("t", "enter jalankan"), _keys("s"), _keys("enter", "1 menunggu kirim")),
    ),
    Task(
        "hand over a shift",
        "supervisor",
        (),
        (
            _keys("H", "Catatan bagi sif berikut"), Step(("Pompa Jl. Merdeka diawasi.",)),
            _keys("enter", "Catatan ditinggalkan"),
        ),
    ),
    Task(
        "send a report to the dinas that is suggested",
        "verifier",
        (),
        (_keys("A", "enter jalankan"), _keys("enter", "1 menunggu kirim")),
    ),
)  # fmt: skip


class Taken(NamedTuple):
    """What a task took: keys that choose, letters of typed text, seconds."""

    name: str
    keys: int
    letters: int
    seconds: float


def run(terminal: Terminal, task: Task) -> Taken:
    """Do one task."""
    _walk(terminal, task.ready)
    terminal.quiet()
    begun = time.perf_counter()
    _walk(terminal, task.steps)
    seconds = time.perf_counter() - begun
    terminal.quiet()
    _type(terminal, "esc")
    terminal.quiet()
    pressed = [key.replace(SERIAL, "000182") for step in task.steps for key in step.keys]
    typed = [key for key in pressed if len(key) > 1 and key not in KEYS]
    return Taken(task.name, len(pressed) - len(typed), sum(map(len, typed)), seconds)


def _walk(terminal: Terminal, steps: Sequence[Step]) -> None:
    numbers = _LISTED.findall(terminal.text())
    # A list beside a report leaves the zeros out.
    number = f"{numbers[-1][:3]}{int(numbers[-1][3:]):06}" if numbers else ""
    for step in steps:
        for key in step.keys:
            _type(terminal, key.replace(SERIAL, number[3:]))
            if not step.shown or key != step.keys[-1]:
                terminal.quiet(0.05)
        if step.shown:
            _shows(terminal, step.shown.replace(NUMBER, number))


def _type(terminal: Terminal, key: str) -> None:
    terminal.type(KEYS.get(key, key).encode())


def _shows(terminal: Terminal, words: str, seconds: float = 20.0) -> None:
    terminal.until(lambda: words in terminal.text(), seconds)


def measure(complaints: int, tasks: Sequence[Task] = TASKS) -> list[Taken]:
    """Do the tasks, each seat at a demonstration of its own."""
    taken = []
    for seat in dict.fromkeys(task.seat for task in tasks):
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config.toml"
            # Acts wait long enough to be taken back on a slow machine.
            config.write_text(
                "[sync]\nundo_seconds = 30\n[demo]\nnew_report_seconds = 3600\n", encoding="utf-8"
            )
            command = [*DESK, "demo", "--complaints", str(complaints), "--as", seat]
            environ = {"QLUE_DESK_CONFIG": str(config), "LC_ALL": "C.UTF-8"}
            with Terminal(command, environ=environ, columns=140, rows=40) as terminal:
                _shows(terminal, "Kotak keluar", 180)
                terminal.quiet(1.0)
                _type(terminal, "x")  # without the network nothing leaves, and each count is exact
                _shows(terminal, "tanpa jaringan")
                _shows(terminal, "Panduan")
                _type(terminal, "P")  # the guide takes a line of the list
                terminal.quiet()
                taken += [run(terminal, task) for task in tasks if task.seat == seat]
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--complaints", type=int, default=2130)
    options = parser.parse_args()
    print("| task | keys | typed letters | seconds |")
    print("|---|---:|---:|---:|")
    for seat in dict.fromkeys(task.seat for task in TASKS):
        for one in measure(options.complaints, [task for task in TASKS if task.seat == seat]):
            print(f"| {one.name} | {one.keys} | {one.letters} | {one.seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
