"""Files of central in a bucket, over the real API of S3: `python -m tests.central.object_store`.

Two centrals (in one process), each with its own data folder, on one database and one bucket. Prints a line
for each step; ends with 1 when something does not hold, or when the packages for it are missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from qlue_desk.central import admin
from qlue_desk.central.hub import Hub
from qlue_desk.central.jobs import run_due
from qlue_desk.central.serve import running_server
from qlue_desk.protocol import PushRequest
from qlue_desk.settings import Central as CentralSettings

from .conftest import Clock, Office, add_bogor
from .postgres_cluster import Cluster

MISSING = "Missing: {name}. pip install 'moto[s3,server]' s3fs (too heavy for the development install)."
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4000
"""Of one megabyte: two parts."""
PART = 700_000
LONGEST_SECONDS = 60.0
"""A desk waits for 90 seconds."""
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")


class Bucket:
    """A server that speaks S3 on loopback, which can go away and come back at its port with what it held."""

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._make = lambda: ThreadedMotoServer("127.0.0.1", port=self.port, verbose=False)
        self._server: Any = None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = self._make()
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def create(self, name: str) -> None:
        import s3fs

        s3fs.S3FileSystem().call_s3("create_bucket", Bucket=name)

    def keys(self, name: str) -> list[str]:
        import s3fs

        return [str(key) for key in s3fs.S3FileSystem(use_listings_cache=False).find(name)]


class Two:
    """Both centrals and a desk that may ask either."""

    def __init__(self, offices: tuple[Office, Hub], urls: tuple[str, str], bucket: Bucket) -> None:
        self.office, self.other = offices
        self.urls, self.bucket = urls, bucket
        self.client = httpx.Client(
            trust_env=False, timeout=120, headers={"Authorization": f"Bearer {self.office.enrolled.token}"}
        )

    def put(self, at: int, content: bytes, offset: int, end: int) -> httpx.Response:
        return self.client.put(
            f"{self.urls[at]}/v1/blobs/{_sha(content)}", params={"offset": offset, "size": len(content)},
            content=content[offset:end],
        )  # fmt: skip

    def get(self, at: int, sha: str, wanted: str = "") -> httpx.Response:
        return self.client.get(
            f"{self.urls[at]}/v1/blobs/{sha}", headers={"Range": f"bytes={wanted}"} if wanted else {}
        )

    def received(self, at: int, sha: str) -> str | None:
        reply = self.client.head(f"{self.urls[at]}/v1/blobs/{sha}")
        return reply.headers.get("qlue-blob-received")


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _photo(number: int) -> bytes:
    return PHOTO + number.to_bytes(4, "big")


def no_bucket_yet(two: Two) -> str:
    reply = two.put(0, _photo(0), 0, len(_photo(0)))
    assert (reply.status_code, reply.headers.get("retry-after")) == (503, "2"), reply.text
    two.bucket.create("ember")
    assert two.put(0, _photo(0), 0, len(_photo(0))).status_code == 200
    return "a bucket that is not there is 503 and is not made; once it is there the same file goes in"


def put_and_read(two: Two) -> str:
    photo = _photo(1)
    assert two.put(0, photo, 0, PART).status_code == 200
    assert two.received(0, _sha(photo)) == str(PART)
    assert two.put(0, photo, PART, len(photo)).status_code == 200
    for at in (0, 1):
        whole, part = two.get(at, _sha(photo)), two.get(at, _sha(photo), "5-104")
        assert (whole.status_code, whole.content) == (200, photo)
        assert (part.status_code, part.content) == (206, photo[5:105])
        assert part.headers["content-range"] == f"bytes 5-104/{len(photo)}"
    return "put in two parts, read whole and by range at both centrals"


def resumed_elsewhere(two: Two) -> str:
    photo = _photo(2)
    assert two.put(0, photo, 0, PART).status_code == 200
    assert two.received(1, _sha(photo)) == "0"
    lost = two.put(1, photo, PART, len(photo))
    assert (lost.status_code, lost.json().get("received", 0)) == (409, 0), lost.text
    assert two.put(1, photo, 0, PART).status_code == 200
    assert two.put(1, photo, PART, len(photo)).status_code == 200
    assert two.get(0, _sha(photo)).content == photo
    two.office.hub.blobs._expired_at = None
    run_due(two.office.hub)
    assert list((two.office.hub.data / "blobs" / ".partial").iterdir()) == []
    return "cut at one central, begun again and ended at the other; the part that lay at the first is swept"


def store_away(two: Two) -> str:
    photo, office = _photo(3), two.office
    assert two.put(0, photo, 0, PART).status_code == 200
    two.bucket.stop()
    began = time.monotonic()
    replies = [two.put(0, photo, PART, len(photo)), two.get(1, _sha(_photo(1)))]
    took = time.monotonic() - began
    for reply in replies:
        assert (reply.status_code, reply.headers.get("retry-after")) == (503, "2"), reply.text
        assert reply.json()["detail"].startswith("Penyimpanan berkas s3://ember/laporan tidak terjangkau")
    assert took < LONGEST_SECONDS, took
    note = office.action(office.take("x").complaint, "note", note="tanpa foto")
    pushed = two.client.post(f"{two.urls[0]}/v1/push", json=_plain(PushRequest(None, (note,))))
    assert pushed.json()["results"][0]["status"] == "applied"
    two.bucket.start()
    assert two.received(0, _sha(photo)) == str(len(photo) - 1)
    assert two.put(0, photo, len(photo) - 1, len(photo)).status_code == 200
    assert two.get(1, _sha(photo)).content == photo
    return f"store away: 503 and its name within {took:.1f} s, actions go on; back: one byte ends the upload"


def store_silent(two: Two) -> str:
    """It takes connections and never answers."""
    two.bucket.stop()
    with socket.socket() as mute:
        mute.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        mute.bind(("127.0.0.1", two.bucket.port))
        mute.listen(50)
        began = time.monotonic()
        reply = two.put(0, _photo(4), 0, len(_photo(4)))
        took = time.monotonic() - began
    two.bucket.start()
    assert (reply.status_code, reply.headers.get("retry-after")) == (503, "2"), reply.text
    assert took < LONGEST_SECONDS, took
    assert two.put(0, _photo(4), len(_photo(4)) - 1, len(_photo(4))).status_code == 200
    return f"store that never answers: 503 within {took:.1f} s"


def quota(two: Two) -> str:
    hubs = (two.office.hub, two.other)
    for hub in hubs:
        hub.blobs.quota_bytes = 6 * len(_photo(0))
    assert two.put(0, _photo(5), 0, len(_photo(5))).status_code == 200
    assert two.put(1, _photo(6), 0, len(_photo(6))).status_code == 507
    two.office.take("shown", photos=(f"sha256:{_sha(_photo(1))}",))
    two.office.take("shown too", photos=(f"sha256:{_sha(_photo(5))}",))
    assert two.put(1, _photo(6), 0, len(_photo(6))).status_code == 200
    return "one desk's quota counts over both centrals, and what a report shows does not count"


def expiry(two: Two) -> str:
    assert len(two.bucket.keys("ember")) == 7
    two.office.clock.forward(days=31)
    done = run_due(two.other)
    assert done.expired == 5, done
    kept = sorted(key.rpartition("/")[2] for key in two.bucket.keys("ember"))
    assert kept == sorted((_sha(_photo(1)), _sha(_photo(5))))
    assert two.get(0, _sha(_photo(2))).status_code == 404
    assert two.get(0, _sha(_photo(1))).content == _photo(1)
    assert admin.check(two.other).faults == ()
    return "after 31 days the bucket holds what reports show, and nothing else"


STEPS: tuple[Callable[[Two], str], ...] = (
    no_bucket_yet, put_and_read, resumed_elsewhere, store_away, store_silent, quota, expiry,
)  # fmt: skip


def _plain(request: PushRequest) -> Any:
    import msgspec

    return msgspec.to_builtins(request)


@contextlib.contextmanager
def two_centrals(bucket: Bucket) -> Iterator[Two]:
    """On one PostgreSQL and one bucket, with a folder each."""
    settings, clock = CentralSettings(blobs="s3://ember/laporan"), Clock()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(Cluster.make()).create("files")
        hubs = [Hub.create(folder / name, database_url=url, now=clock) for name in ("one", "two")]
        for hub in hubs:
            stack.callback(hub.close)
            hub.configure(settings)
        add_bogor(hubs[0])
        served = [stack.enter_context(running_server(hub)) for hub in hubs]
        yield Two((Office(hubs[0], clock), hubs[1]), (served[0], served[1]), bucket)


def main() -> int:
    """Each step and its line."""
    for name in ("moto", "flask", "s3fs"):
        try:
            __import__(name)
        except ImportError:
            print(MISSING.format(name=name), file=sys.stderr)
            return 1
    logging.disable(logging.CRITICAL)
    bucket = Bucket()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "kunci", "AWS_SECRET_ACCESS_KEY": "rahasia", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": bucket.url,
    }  # fmt: skip
    bucket.start()
    try:
        with two_centrals(bucket) as two:
            for step in STEPS:
                try:
                    print(f"holds: {step(two)}", flush=True)
                except AssertionError as fault:
                    print(f"does not hold: {step.__name__}: {fault}", file=sys.stderr)
                    return 1
    finally:
        bucket.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
