"""Unsent work of a desk that was wiped: it lies sealed in the data folder until a person says that central has it.

Nothing on this machine opens such a file, and whoever takes it in does so at central, perhaps weeks later: no program
here can know when it is done with.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from qlue_desk.bundle import BUNDLE_SUFFIX
from qlue_desk.domain.moves import N_
from qlue_desk.store.disk import unwritable
from qlue_desk.store.errors import StoreError

HOW = N_(
    "Pekerjaan yang belum sampai di pusat tersegel di {path}. Bawa ke pusat dan jalankan di sana:"
    " qlue-desk central intake bundle {name} --even-revoked; bila sudah diterima, di sini:"
    " qlue-desk outbox forget {name}."
)
_BEGINS = "belum-terkirim-"
_NAME = re.compile(re.escape(_BEGINS) + ".+" + re.escape(BUNDLE_SUFFIX))


def path_for(folder: Path, bundle_id: str) -> Path:
    """Where the last work of this data folder is put."""
    return folder / f"{_BEGINS}{bundle_id}{BUNDLE_SUFFIX}"


def files(folder: Path) -> list[Path]:
    """Those that lie there, the oldest first: ids grow with time."""
    return sorted(folder.glob(f"{_BEGINS}*{BUNDLE_SUFFIX}"))


def told(path: Path, translate: Callable[[str], str] = str) -> str:
    """Where it lies and how it gets to central."""
    return translate(HOW).format(path=path, name=path.name)


def forget(folder: Path, given: Path) -> Path:
    """Take such a file away, named with or without its folder; a person has said that central has it.

    :raises StoreError: when no such file lies in this data folder.
    """
    path = folder / given.name
    here = given.parent == Path() or given.parent.resolve() == folder.resolve()
    if not here or not _NAME.fullmatch(given.name) or not path.is_file():
        raise StoreError(
            N_("{path} bukan berkas pekerjaan tersegel di folder data {folder}; lihat qlue-desk outbox."),
            path=str(given),
            folder=str(folder),
        )
    try:
        path.unlink()
    except OSError as error:
        raise unwritable(path, error) from error
    return path
