"""Making what was written survive a power cut."""

from __future__ import annotations

import os
from pathlib import Path

from qlue_desk.domain.moves import N_
from qlue_desk.store.errors import StoreError


def flush_folder(folder: Path) -> None:
    """Make a new or renamed file's name durable, not only its content."""
    if os.name == "nt":  # Windows cannot open a folder for fsync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file for this user only; it appears whole or not at all, and survives a power cut.

    :raises StoreError: with one sentence when it cannot be written there.
    """
    if path.exists() and not path.is_file():
        raise StoreError(N_("{path} bukan berkas biasa; pilih nama lain."), path=str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        flush_folder(path.parent)
    except OSError as error:
        raise StoreError(
            N_("{path} tidak bisa ditulis: {why}."), path=str(path), why=error.strerror or str(error)
        ) from error
    finally:
        part.unlink(missing_ok=True)
