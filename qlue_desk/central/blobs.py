"""Photos and files by the SHA-256 of their content, under data/blobs/<2 hex>/<sha256> (sync.md, Blobs).

Uploads resume at an offset; nothing is readable before its digest was checked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from qlue_desk.central.database import CentralDatabase
from qlue_desk.central.errors import CentralError, Invalid, NotFound
from qlue_desk.central.instants import to_ms
from qlue_desk.domain.complaint import Attachment
from qlue_desk.domain.media import media_type_of
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import file_name
from qlue_desk.protocol import BlobState, DeskIdentity, Limits

SHA256 = re.compile(r"[0-9a-f]{64}")
_PARTIAL = ".partial"
EXTENSION = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
}
"""Every kind of file that is taken, with its usual extension."""


class OffsetMismatch(CentralError):
    """The upload goes on elsewhere; `received` says where."""

    def __init__(self, received: int) -> None:
        super().__init__(N_("Unggahan dilanjutkan dari bita {received}."), received=str(received))
        self.received = received


class DigestMismatch(CentralError):
    """What arrived is not what was announced."""


class TooLarge(CentralError):
    """More bytes than a file or a part of it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(N_("Berkas terlalu besar; paling banyak {limit} bita."), limit=str(limit))
        self.limit = limit


class Blobs:
    """The files of one central."""

    def __init__(
        self, database: CentralDatabase, folder: Path, limits: Limits, now: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._folder = folder
        self._limits = limits
        self._now = now
        self._lock = threading.Lock()

    def path(self, sha256: str) -> Path:
        """Where a complete file lies.

        :raises Invalid: when that is no digest; so no path can ever leave the folder.
        """
        if SHA256.fullmatch(sha256) is None:
            raise Invalid(N_("“{found}” bukan SHA-256."), found=sha256[:70])
        return self._folder / sha256[:2] / sha256

    def state(self, sha256: str) -> BlobState | None:
        """How much of a file has arrived; None when nothing is known of it."""
        path = self.path(sha256)
        with self._database.connected():
            row = self._database.one("SELECT size, complete FROM blob WHERE sha256 = ?", (sha256,))
        if row is None:
            return None
        received = int(row[0]) if row[1] else _size(self._partial(path))
        return BlobState(received, int(row[0]))

    def write(self, sha256: str, offset: int, size: int, chunk: bytes, desk_id: str) -> BlobState:
        """Take the next part of an upload; the last one checks digest and kind.

        :raises OffsetMismatch, DigestMismatch, TooLarge, Invalid:
        """
        path = self.path(sha256)
        if size > self._limits.blob_bytes:
            raise TooLarge(self._limits.blob_bytes)
        if size < 1 or offset < 0 or offset + len(chunk) > size:
            raise Invalid(
                N_("Ukuran {size} dan bagian dari {offset} tidak cocok."), size=str(size), offset=str(offset)
            )
        with self._lock:
            known = self._announce(sha256, size, desk_id)
            if known.received == known.size:
                return known
            partial = self._partial(path)
            if known.size != size:
                # One of the two announced a wrong size; only the digest can tell, so start again.
                self._discard(sha256, partial)
                known = self._announce(sha256, size, desk_id)
            if offset != known.received:
                raise OffsetMismatch(known.received)
            partial.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with partial.open("ab") as file:
                file.write(chunk)
            if offset + len(chunk) == size:
                self._finish(sha256, partial, path)
            return BlobState(offset + len(chunk), size)

    def add(self, content: bytes, name: str, *, evidence: bool = False, by: str = "") -> Attachment:
        """Keep a whole file and return how a complaint refers to it.

        :raises TooLarge, Invalid: when it is too large or of a kind that is not taken.
        """
        if len(content) > self._limits.blob_bytes:
            raise TooLarge(self._limits.blob_bytes)
        media_type = _kind(content[:16])
        sha256 = hashlib.sha256(content).hexdigest()
        if (known := self.state(sha256)) is None or known.received < known.size:
            path = self.path(sha256)
            with self._lock:
                partial = self._partial(path)
                partial.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                partial.write_bytes(content)
                self._announce(sha256, len(content), "")
                self._finish(sha256, partial, path)
        return Attachment(
            sha256, file_name(name or sha256[:8] + EXTENSION[media_type]), media_type, len(content),
            evidence=evidence, by=by, at=self._now(),
        )  # fmt: skip

    def known(self, sha256: str) -> Attachment | None:
        """A complete file as an attachment without a name; None when central does not have it."""
        with self._database.connected():
            row = self._database.one(
                "SELECT size, media_type FROM blob WHERE sha256 = ? AND complete = 1", (sha256,)
            )
        return Attachment(sha256, sha256[:8] + EXTENSION[row[1]], row[1], int(row[0])) if row else None

    def missing(self, attachments: Sequence[Attachment]) -> tuple[str, ...]:
        """Digests of those whose content has not arrived in full."""
        return tuple(a.sha256 for a in attachments if self.known(a.sha256) is None)

    def readable(self, sha256: str, desk: DeskIdentity, coordinator: str) -> tuple[Path, str]:
        """Path and media type, for a desk that has a report with it in scope or sent it itself.

        :raises NotFound: for anything else, without saying whether it exists.
        """
        path = self.path(sha256)
        scope, values = "c.city = ? AND c.secret = 0", [desk.city]
        if desk.dinas != coordinator:
            scope, values = "c.city = ? AND c.dinas = ?", [desk.city, desk.dinas]
        with self._database.connected():
            row = self._database.one(
                "SELECT media_type FROM blob WHERE sha256 = ? AND complete = 1 AND (uploaded_by = ? "
                "OR EXISTS (SELECT 1 FROM attachment a JOIN complaint c ON c.id = a.complaint_id "
                f"WHERE a.sha256 = blob.sha256 AND {scope}))",
                [sha256, desk.id, *values],
            )
        if row is None or not path.is_file():
            raise NotFound(N_("Berkas {sha} tidak ada di lingkup desk ini."), sha=sha256[:12])
        return path, str(row[0])

    def dropper(self, sha256: str) -> Callable[[], None]:
        """What deletes a file whose row is gone, to be called after the commit."""
        path = self.path(sha256)
        return lambda: path.unlink(missing_ok=True)

    def _announce(self, sha256: str, size: int, desk_id: str) -> BlobState:
        with self._database.writing():
            self._database.run(
                "INSERT INTO blob (sha256, size, complete, media_type, uploaded_by, created_at) "
                "VALUES (?, ?, 0, '', ?, ?) ON CONFLICT (sha256) DO NOTHING",
                (sha256, size, desk_id, to_ms(self._now())),
            )
        state = self.state(sha256)
        assert state is not None, "the row was made"
        return state

    def _finish(self, sha256: str, partial: Path, path: Path) -> None:
        """Check what arrived and put it where it is read; a wrong upload starts again from nothing."""
        with partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            head = file.read(16)
        try:
            if digest != sha256:
                raise DigestMismatch(N_("Isi berkas tidak cocok dengan SHA-256-nya; unggah lagi dari awal."))
            media_type = _kind(head)
        except CentralError:
            self._discard(sha256, partial)
            raise
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
        with self._database.writing():
            self._database.run(
                "UPDATE blob SET complete = 1, media_type = ? WHERE sha256 = ?", (media_type, sha256)
            )

    def _discard(self, sha256: str, partial: Path) -> None:
        partial.unlink(missing_ok=True)
        with self._database.writing():
            self._database.run("DELETE FROM blob WHERE sha256 = ? AND complete = 0", (sha256,))

    def _partial(self, path: Path) -> Path:
        return self._folder / _PARTIAL / path.name


def _kind(head: bytes) -> str:
    media_type = media_type_of(head)
    if media_type is None:
        raise Invalid(N_("Berkas ini bukan foto JPEG, PNG, WebP, HEIC atau PDF."))
    return media_type


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
