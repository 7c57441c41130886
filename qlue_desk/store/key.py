"""The key of the desk's database: 32 random bytes in a file that only its owner may read.

Deleting this file is how a desk is wiped: what it opened cannot be read again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.store.errors import StoreError

KEY_BYTES = 32
KEY_FILE = "key"


PUT_BACK = N_("Kembalikan berkas key dari cadangan folder data.")
WITHOUT_IT = N_("Bila tidak ada lagi: qlue-desk doctor mengatakan apa yang hilang dan cara mulai lagi.")


class KeyGone(StoreError):
    """The key is not there, or none any more: only its copy opens what is here."""

    def __init__(self, fault: str, path: Path) -> None:
        super().__init__(fault, path=str(path))

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The fault, and what to do."""
        return " ".join((self.fault(translate), translate(PUT_BACK), translate(WITHOUT_IT)))

    def fault(self, translate: Callable[[str], str] = str) -> str:
        """What is wrong alone."""
        return super().sentence(translate)


def load_key(folder: Path, *, database_exists: bool) -> bytes:
    """Read the folder's key, making one where there is neither key nor database yet.

    :raises StoreError: when the key is unreadable, or gone while the database is still there.
    """
    path = folder / KEY_FILE
    try:
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        if database_exists:
            raise KeyGone(N_("Kunci basis data tidak ada di {path}."), path) from None
        return _make(path)
    except OSError as error:
        raise StoreError(
            N_("Kunci {path} tidak bisa dibaca: {why}."), path=str(path), why=reason_of(error)
        ) from error
    except UnicodeDecodeError:
        text = ""
    try:
        return check_key(bytes.fromhex(text))
    except ValueError:
        empty = not text and not path.stat().st_size
        fault = (
            N_("Kunci {path} kosong.") if empty else N_("Kunci {path} rusak: harus 64 angka heksadesimal.")
        )
        raise KeyGone(fault, path) from None


def check_key(key: bytes) -> bytes:
    """The key itself; only its length can be wrong.

    :raises ValueError: unless it has 32 bytes.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"key of {len(key)} bytes, expected {KEY_BYTES}")
    return key


def _make(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process opened the same new folder a moment earlier
        return load_key(path.parent, database_exists=False)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key
