"""Where the content of files lies once it is complete: a folder, or any store that fsspec knows.

Only `central.blobs` uses it; names are digests that it has checked, so no name leaves its place.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from qlue_desk.central.errors import CentralError, Invalid
from qlue_desk.domain.moves import N_
from qlue_desk.extras import requirement

FILE_PREFIX = "file://"
BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "obs"})
ASK_SECONDS = 15.0
PUT_SECONDS = 30.0
"""Ten megabytes at 3 Mbit/s; a desk waits for 90 seconds."""
RETRIES = 2
S3_LIMITS: dict[str, Any] = {"connect_timeout": 3, "read_timeout": 5, "retries": {"max_attempts": 0}}
"""One upload waits for the other and a desk waits for both: a store that is away is told within seconds, and
the desk tries again. By itself the client would try for minutes."""
log = logging.getLogger("qlue_desk.central")


class StoreUnreachable(CentralError):
    """The store of files does not answer; trying again will do."""


class BlobStore(Protocol):
    """Whole files by their digest."""

    def put(self, sha256: str, source: Path) -> None:
        """Take a file over; `source` is gone afterwards, and what was taken survives a power cut."""

    def read(self, sha256: str, start: int, end: int) -> bytes:
        """Bytes from `start` up to `end` (exclusive).

        :raises FileNotFoundError: when it is not there.
        """

    def size(self, sha256: str) -> int | None:
        """How many bytes; None when it is not there."""

    def delete(self, sha256: str) -> None:
        """Remove it; nothing happens when it is not there."""


class FolderStore:
    """Files under `<2 hex>/<sha256>` of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where a file lies."""
        return self.folder / sha256[:2] / sha256

    def put(self, sha256: str, source: Path) -> None:
        """See `BlobStore`."""
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with source.open("rb+") as file:
            os.fsync(file.fileno())
        try:
            source.replace(path)
        except OSError:  # another disk than that of the uploads: copied beside its place, then renamed
            import shutil

            beside = path.with_name(f".{path.name}.{os.getpid()}")
            shutil.copyfile(source, beside)
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
            beside.replace(path)
            source.unlink()

    def read(self, sha256: str, start: int, end: int) -> bytes:
        """See `BlobStore`."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            return file.read(max(0, end - start))

    def size(self, sha256: str) -> int | None:
        """See `BlobStore`."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> None:
        """See `BlobStore`."""
        self.path(sha256).unlink(missing_ok=True)


class RemoteStore:
    """A bucket, or whatever else fsspec opens by an address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_bucket = url.partition("://")[0] in BUCKETS
        self._system, self._root = _opened(url)

    def put(self, sha256: str, source: Path) -> None:
        """See `BlobStore`. Nobody reads it before its size was compared, so it need not be atomic."""
        path = self._path(sha256)
        with self._named(absent_is_fault=source.is_file()):
            if not self._is_bucket:  # in one there are no folders, and making one would make the bucket
                self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._system.put_file(str(source), path, **self._within(PUT_SECONDS))
        source.unlink()

    def read(self, sha256: str, start: int, end: int) -> bytes:
        """See `BlobStore`."""
        with self._named():
            return bytes(
                self._system.cat_file(self._path(sha256), start=start, end=end, **self._within(ASK_SECONDS))
            )

    def size(self, sha256: str) -> int | None:
        """See `BlobStore`."""
        try:
            with self._named():
                return int(self._system.info(self._path(sha256), **self._within(ASK_SECONDS))["size"])
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> None:
        """See `BlobStore`."""
        with suppress(FileNotFoundError), self._named():
            self._system.rm_file(self._path(sha256), **self._within(ASK_SECONDS))

    def _within(self, seconds: float) -> dict[str, float]:
        """What ends a call to a store over the network; no limit of its client counts while it sends."""
        return {"timeout": seconds} if getattr(self._system, "async_impl", False) else {}

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256}"

    @contextmanager
    def _named(self, *, absent_is_fault: bool = False) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # every system has errors of its own
            if isinstance(error, FileNotFoundError) and not absent_is_fault:
                raise
            log.warning("%s: %s", _without_secrets(self._url), type(error).__name__)
            raise StoreUnreachable(
                N_("Penyimpanan berkas {url} tidak terjangkau; coba lagi."), url=_without_secrets(self._url)
            ) from error


def open_store(url: str, folder: Path) -> BlobStore:
    """The store of an address; '' is `folder`.

    :raises Invalid: when the address is of no known kind, or its package is not installed.
    """
    if not url:
        return FolderStore(folder)
    if url.startswith(FILE_PREFIX):
        path = Path(url.removeprefix(FILE_PREFIX))
        if not path.is_absolute():
            raise Invalid(N_("Alamat berkas {url} harus file:/// dengan jalur lengkap."), url=url)
        return FolderStore(path)
    if "://" not in url:
        raise Invalid(
            N_("Alamat berkas {url} tidak dikenal; pakai file:///folder atau s3://ember."), url=url[:80]
        )
    return RemoteStore(url)


def _opened(url: str) -> tuple[Any, str]:
    shown = _without_secrets(url)
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(url, use_listings_cache=False, **_patience(url.partition("://")[0]))
        if hasattr(system, "retries"):
            system.retries = RETRIES
    except ImportError as error:
        raise Invalid(
            N_("Penyimpanan {url} memerlukan paket lain: pip install {what} ({why})."),
            url=shown,
            what=requirement("stores"),
            why=str(error).partition("\n")[0],
        ) from error
    except ValueError as error:
        raise Invalid(
            N_("Alamat berkas {url} tidak dikenal; pakai file:///folder atau s3://ember."), url=shown
        ) from error
    return system, str(root).rstrip("/")


def _patience(scheme: str) -> dict[str, Any]:
    """What limits the wait; what the city has set for fsspec itself goes before."""
    if scheme not in ("s3", "s3a"):
        return {}
    from fsspec.config import conf

    return {"config_kwargs": S3_LIMITS | conf.get("s3", {}).get("config_kwargs", {})}


def _without_secrets(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
