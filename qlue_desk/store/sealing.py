"""What is kept beside the database is sealed with its key: libsodium's secret box, a nonce of its own each.

The box has a key derived from the database's (BLAKE2b with a purpose of its own), so that no key serves two ciphers.
Whoever deletes the key file wipes both.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path

from qlue_desk.store.errors import StoreError
from qlue_desk.store.key import load_key

_MARK = b"sealed:"
_FILE_MARK = b"qlue sealed file\n"
_LOG, _FILES = b"qlue outbox.log", b"qlue blobs"
"""What a key is for: at most 16 bytes."""


def load() -> None:
    """Import the library ahead of time: about 40 ms."""
    import nacl.hash
    import nacl.secret  # noqa: F401


class Seal:
    """Closes and opens single pieces of content, lines or whole files."""

    def __init__(self, key: bytes, purpose: bytes = _LOG) -> None:
        """`key`: the 32 bytes of the database's."""
        from nacl.encoding import RawEncoder
        from nacl.hash import blake2b
        from nacl.secret import SecretBox

        self._box = SecretBox(blake2b(b"", SecretBox.KEY_SIZE, key=key, person=purpose, encoder=RawEncoder))

    def close(self, content: bytes) -> bytes:
        """One line of ASCII."""
        return _MARK + base64.b64encode(bytes(self._box.encrypt(content)))

    def open(self, sealed: bytes) -> bytes | None:
        """The content; None when it was sealed with another key, or changed."""
        try:
            return self._opened(base64.b64decode(sealed.removeprefix(_MARK), validate=True))
        except ValueError:
            return None

    def close_file(self, content: bytes) -> bytes:
        """The bytes of a file; `FILE_OVERHEAD` more than the content."""
        return _FILE_MARK + bytes(self._box.encrypt(content))

    def open_file(self, sealed: bytes) -> bytes | None:
        """The content; None when it was sealed with another key, or changed."""
        return self._opened(sealed[len(_FILE_MARK) :])

    def _opened(self, box: bytes) -> bytes | None:
        from nacl.exceptions import CryptoError

        try:
            return bytes(self._box.decrypt(box))
        except (CryptoError, ValueError):
            return None


FILE_OVERHEAD = len(_FILE_MARK) + 24 + 16
"""Mark, nonce and authenticator."""


def is_sealed_file(content: bytes) -> bool:
    """Whether `Seal.close_file` made it."""
    return content.startswith(_FILE_MARK)


def is_sealed(content: bytes) -> bool:
    """Whether `Seal.close` made it."""
    return content.startswith(_MARK)


def seal_of(folder: Path) -> Seal:
    """The seal of a data folder.

    :raises StoreError: when its key is not there or cannot be read.
    """
    return _made(load_key(folder, database_exists=True), _LOG)


def file_seal_of(folder: Path) -> Seal:
    """The seal of the files of a data folder, with a key of its own.

    :raises StoreError: when the database's key is not there or cannot be read.
    """
    return _made(load_key(folder, database_exists=True), _FILES)


@lru_cache(maxsize=4)
def _made(key: bytes, purpose: bytes) -> Seal:
    """The key's file is read each time, for it may be gone; its seal is made once."""
    return Seal(key, purpose)


def found(folder: Path) -> Seal | None:
    """The seal of a data folder; None where there is no key to open anything with."""
    try:
        return seal_of(folder)
    except StoreError:
        return None
