"""Photos and files by the SHA-256 of their content; where they lie: `blob_stores`.

Uploads resume at an offset; nothing is readable before its digest was checked. What no report shows is
kept for 30 days, for desks send a file before the action that names it, and may be offline in between.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qlue_desk.central.blob_stores import BlobStore, FolderStore
from qlue_desk.central.database import CentralDatabase
from qlue_desk.central.errors import CentralError, Invalid, NotFound
from qlue_desk.central.instants import to_ms
from qlue_desk.domain.complaint import Attachment
from qlue_desk.domain.media import media_type_of
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import file_name
from qlue_desk.protocol import BlobState, DeskIdentity, Limits
from qlue_desk.store.disk import alone

SHA256 = re.compile(r"[0-9a-f]{64}")
_PARTIAL = ".partial"
LOCK = "uploads.lock"
"""Beside the folder of the files."""
QUOTA_BYTES = 2048 * 1024 * 1024
KEEP_DAYS = 30
EXPIRE_EVERY = dt.timedelta(hours=1)
_DAY_MS = 86_400_000
_UNSHOWN = "NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = blob.sha256)"
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


class OverQuota(CentralError):
    """No more room for files of this desk, or on the disk; actions without files go on."""


class Blobs:
    """The files of one central. Parts of uploads lie in `folder`, complete files in `store`."""

    def __init__(
        self, database: CentralDatabase, folder: Path, limits: Limits, now: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._folder = folder
        self._limits = limits
        self._now = now
        self._lock = threading.Lock()
        self._expired_at: dt.datetime | None = None
        self.store: BlobStore = FolderStore(folder)
        self.quota_bytes = QUOTA_BYTES

    def path(self, sha256: str) -> Path:
        """Where a complete file lies while files lie in a folder.

        :raises Invalid: when that is no digest.
        """
        store = self.store
        if not isinstance(store, FolderStore):
            raise Invalid(N_("Berkas tidak disimpan di folder."))
        return store.path(_checked(sha256))

    def state(self, sha256: str) -> BlobState | None:
        """How much of a file has arrived; None when nothing is known of it."""
        partial = self._partial(_checked(sha256))
        with self._database.connected():
            row = self._database.one("SELECT size, complete FROM blob WHERE sha256 = ?", (sha256,))
        if row is None:
            return None
        size = int(row[0])
        # A whole file that was never checked (central ended just then) wants its last byte again.
        return BlobState(size if row[1] else min(_size(partial), size - 1), size)

    def write(self, sha256: str, offset: int, size: int, chunk: bytes, desk_id: str) -> BlobState:
        """Take the next part of an upload; the last one checks digest and kind.

        :raises OffsetMismatch, DigestMismatch, TooLarge, OverQuota, Invalid:
        """
        partial = self._partial(_checked(sha256))
        if size > self._limits.blob_bytes:
            raise TooLarge(self._limits.blob_bytes)
        if size < 1 or offset < 0 or offset + len(chunk) > size:
            raise Invalid(
                N_("Ukuran {size} dan bagian dari {offset} tidak cocok."), size=str(size), offset=str(offset)
            )
        with self._alone():
            if self.state(sha256) is None:
                self._check_quota(desk_id, size)
            known = self._announce(sha256, size, desk_id)
            if known.received == known.size:
                return known
            if known.size != size:
                # One of the two announced a wrong size; only the digest can tell, so start again.
                self._discard(sha256, partial)
                known = self._announce(sha256, size, desk_id)
            # A file that comes whole needs nothing that came before, here or at another machine.
            if offset != known.received and len(chunk) < size:
                raise OffsetMismatch(known.received)
            _write_part(partial, offset, chunk)
            if offset + len(chunk) == size:
                self._finish(sha256, size, partial)
            return BlobState(offset + len(chunk), size)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One upload at a time, also among workers: between a look at a part and its end nobody may move it."""
        with self._lock:
            self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with alone(self._folder.with_name(LOCK)):
                yield

    def _check_quota(self, desk_id: str, size: int) -> None:
        with self._database.connected():
            row = self._database.one(
                f"SELECT coalesce(sum(size), 0) FROM blob WHERE uploaded_by = ? AND {_UNSHOWN}", (desk_id,)
            )
        if row is not None and int(row[0]) + size > self.quota_bytes:
            raise OverQuota(
                N_(
                    "Meja ini sudah mengirim {sent} MB berkas yang belum dipakai laporan; paling banyak {most} MB."
                ),
                sent=str(int(row[0]) >> 20),
                most=str(self.quota_bytes >> 20),
            )

    def add(self, content: bytes, name: str, *, evidence: bool = False, by: str = "") -> Attachment:
        """Keep a whole file and return how a complaint refers to it.

        :raises TooLarge, Invalid: when it is too large or of a kind that is not taken.
        """
        if len(content) > self._limits.blob_bytes:
            raise TooLarge(self._limits.blob_bytes)
        media_type = _kind(content[:16])
        sha256 = hashlib.sha256(content).hexdigest()
        if (known := self.state(sha256)) is None or known.received < known.size:
            with self._alone():
                partial = self._partial(sha256)
                partial.unlink(missing_ok=True)
                _write_part(partial, 0, content)
                self._announce(sha256, len(content), "")
                self._finish(sha256, len(content), partial)
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
        """Digests of those whose content has not arrived in full; the others are held until the commit."""
        self.hold([a.sha256 for a in attachments])
        return tuple(a.sha256 for a in attachments if self.known(a.sha256) is None)

    def hold(self, digests: Sequence[str]) -> None:
        """Let none of these expire before the running transaction ends, which is about to show them."""
        if digests and self._database.in_transaction_now:
            self._database.lock_rows("blob", "sha256", sorted(set(digests)))

    def readable(self, sha256: str, desk: DeskIdentity, coordinator: str) -> tuple[int, str]:
        """Size and media type, for a desk that has a report with it in scope or sent it itself.

        :raises NotFound: for anything else, without saying whether it exists.
        """
        _checked(sha256)
        scope, values = "c.city = ? AND c.secret = 0", [desk.city]
        if desk.dinas != coordinator:
            scope, values = "c.city = ? AND c.dinas = ?", [desk.city, desk.dinas]
        with self._database.connected():
            row = self._database.one(
                "SELECT size, media_type FROM blob WHERE sha256 = ? AND complete = 1 AND (uploaded_by = ? "
                "OR EXISTS (SELECT 1 FROM attachment a JOIN complaint c ON c.id = a.complaint_id "
                f"WHERE a.sha256 = blob.sha256 AND {scope}))",
                [sha256, desk.id, *values],
            )
        if row is None:
            raise NotFound(N_("Berkas {sha} tidak ada di lingkup meja ini."), sha=sha256[:12])
        return int(row[0]), str(row[1])

    def read(self, sha256: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a complete file from `start` up to `end` (exclusive), both within its size.

        :raises NotFound: when the store lost it.
        """
        try:
            return self.store.read(_checked(sha256), start, self._limits.blob_bytes if end is None else end)
        except FileNotFoundError:
            raise NotFound(N_("Berkas {sha} hilang dari penyimpanan."), sha=sha256[:12]) from None

    def dropper(self, sha256: str) -> Callable[[], None]:
        """What deletes a file whose row is gone, to be called after the commit."""
        _checked(sha256)
        return lambda: self.store.delete(sha256)

    # --- what no report shows ----------------------------------------------------------------

    def expire(self) -> int:
        """Delete files that no report shows and nobody sent for 30 days; looks at most once an hour."""
        now = self._now()
        if self._expired_at is not None and now - self._expired_at < EXPIRE_EVERY:
            return 0
        self._expired_at = now
        before = to_ms(now - dt.timedelta(days=KEEP_DAYS))
        with self._database.connected():
            found = self._database.all(
                f"SELECT sha256 FROM blob WHERE created_at < ? AND {_UNSHOWN} ORDER BY created_at", (before,)
            )
        self._sweep()
        return sum(self._expire(row[0], before) for row in found)

    def _sweep(self) -> None:
        """Delete parts of files that another machine got whole, or that expired there."""
        parts = [path for path in (self._folder / _PARTIAL).glob("*") if SHA256.fullmatch(path.name)]
        for part in parts:
            with self._alone():
                state = self.state(part.name)
                if state is None or state.received == state.size:
                    part.unlink(missing_ok=True)

    def _expire(self, sha256: str, before: int) -> bool:
        """In two steps, so that at no moment a row says that a file is complete which is not there."""
        due = f"sha256 = ? AND created_at < ? AND {_UNSHOWN}"
        with self._database.writing():
            # The lock first, alone: only a statement after it sees what the one before us committed.
            self._database.lock_rows("blob", "sha256", [sha256])
            if self._database.one(f"SELECT 1 FROM blob WHERE {due}", (sha256, before)) is None:
                return False
            self._database.run("UPDATE blob SET complete = 0 WHERE sha256 = ?", (sha256,))
        with self._database.writing():
            self._database.lock_rows("blob", "sha256", [sha256])
            again = self._database.one(f"SELECT 1 FROM blob WHERE {due} AND complete = 0", (sha256, before))
            if again is None:
                return False
            self.store.delete(sha256)
            self._partial(sha256).unlink(missing_ok=True)
            self._database.run("DELETE FROM blob WHERE sha256 = ?", (sha256,))
        return True

    # --- writing -----------------------------------------------------------------------------

    def _announce(self, sha256: str, size: int, desk_id: str) -> BlobState:
        """Make the file's row; one that is there is young again, once a day."""
        with self._database.writing():
            self._database.run(
                "INSERT INTO blob (sha256, size, complete, media_type, uploaded_by, created_at) "
                "VALUES (?, ?, 0, '', ?, ?) ON CONFLICT (sha256) DO UPDATE "
                f"SET created_at = excluded.created_at WHERE blob.created_at < excluded.created_at - {_DAY_MS}",
                (sha256, size, desk_id, to_ms(self._now())),
            )
        state = self.state(sha256)
        assert state is not None, "the row was made"
        return state

    def _finish(self, sha256: str, size: int, partial: Path) -> None:
        """Check what arrived and put it where it is read; a wrong upload starts again from nothing."""
        try:
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                file.seek(0)
                head = file.read(16)
            if digest != sha256:
                raise DigestMismatch(N_("Isi berkas tidak cocok dengan SHA-256-nya; unggah lagi dari awal."))
            media_type = _kind(head)
            self.store.put(sha256, partial)
        except FileNotFoundError:
            self._finished_elsewhere(sha256)
            return
        except (DigestMismatch, Invalid):
            self._discard(sha256, partial)
            raise
        with self._database.writing():
            self._database.lock_rows("blob", "sha256", [sha256])
            if self.store.size(sha256) != size:  # it expired in between, or the store took half of it
                raise OffsetMismatch(0)
            self._database.run(
                "UPDATE blob SET complete = 1, media_type = ? WHERE sha256 = ?", (media_type, sha256)
            )

    def _finished_elsewhere(self, sha256: str) -> None:
        """Another worker got the last part too and was faster; unless its check failed, all is well."""
        state = self.state(sha256)
        if state is None or state.received < state.size:
            raise OffsetMismatch(state.received if state else 0)

    def _discard(self, sha256: str, partial: Path) -> None:
        partial.unlink(missing_ok=True)
        with self._database.writing():
            self._database.run("DELETE FROM blob WHERE sha256 = ? AND complete = 0", (sha256,))

    def _partial(self, sha256: str) -> Path:
        return self._folder / _PARTIAL / sha256


def _checked(sha256: str) -> str:
    """The digest, which is safe as a name.

    :raises Invalid: when that is no digest; so no path can ever leave the folder.
    """
    if SHA256.fullmatch(sha256) is None:
        raise Invalid(N_("“{found}” bukan SHA-256."), found=sha256[:70])
    return sha256


def _write_part(partial: Path, offset: int, chunk: bytes) -> None:
    """At its place rather than at the end: two workers that get the same part write the same bytes."""
    try:
        partial.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.touch(exist_ok=True)
        with partial.open("rb+") as file:
            file.seek(offset)
            file.write(chunk)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise OverQuota(N_("Disk server penuh; berkas belum dapat diterima.")) from error


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
