"""What can no longer be read of the log beside the database, and what a person is told of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from qlue_desk.phrases import number
from qlue_desk.store import journal, twin
from qlue_desk.store.database import DATABASE_FILE, Store
from qlue_desk.store.errors import StoreError
from qlue_desk.words import n_


class LogDamage(msgspec.Struct, frozen=True):
    """`lost`: lines of which nothing is left, not in the database either; `locked`: those of another key."""

    lost: int = 0
    locked: int = 0


def damage_of(home: Path) -> LogDamage:
    """Of a data folder, whatever state it is in. Where its database cannot be read, each damaged line may be lost work.

    :raises StoreError: when the log itself cannot be read.
    """
    found = twin.read(home / twin.FILE)
    lost = len(found.damaged)
    if lost and (home / DATABASE_FILE).is_file():
        with contextlib.suppress(StoreError):
            lost = _lost_lines(home)
    return LogDamage(lost, len(found.locked))


def _lost_lines(home: Path) -> int:
    store = Store.open(home)
    try:
        return store.reading(journal.lost_lines)
    finally:
        store.close()


def told(damage: LogDamage) -> Iterator[str]:
    """A sentence for each that there is."""
    if damage.locked:
        yield n_(
            "{n} baris {file} tersegel dengan kunci yang tidak ada di sini; baris itu tetap disimpan."
            " Kembalikan berkas key yang lama.",
            damage.locked,
        ).format(n=number(damage.locked), file=twin.FILE)
    if damage.lost:
        yield lost_sentence(damage.lost)


def lost_sentence(lines: int) -> str:
    """That work may be gone, and where to look."""
    return n_(
        "{n} baris {file} rusak: tindakan yang hanya tercatat di sana hilang;"
        " periksa laporan yang terakhir Anda kerjakan.",
        lines,
    ).format(n=number(lines), file=twin.FILE)
