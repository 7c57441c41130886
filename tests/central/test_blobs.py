"""Files: resumed, checked, kept by their content, and read only in scope."""

import errno
import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.central import admin, blob_stores
from qlue_desk.central.blob_stores import FolderStore, RemoteStore, StoreUnreachable
from qlue_desk.central.blobs import Blobs, DigestMismatch, OffsetMismatch, OverQuota, TooLarge
from qlue_desk.central.errors import Invalid, NotFound
from qlue_desk.central.hub import Hub
from qlue_desk.central.jobs import run_due
from qlue_desk.domain.media import media_type_of
from qlue_desk.protocol import BlobState
from qlue_desk.settings import Central as CentralSettings

from .conftest import Clock, Office, add_bogor

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
SHA = hashlib.sha256(PHOTO).hexdigest()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe1....", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"%PDF-1.7", "application/pdf"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"<svg onload=", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
)
def test_the_content_decides_the_kind(head: bytes, kind: str | None) -> None:
    assert media_type_of(head) == kind


def test_a_file_that_comes_whole_is_taken_whatever_came_before(office: Any) -> None:
    blobs = office.hub.blobs
    blobs.write(SHA, 0, len(PHOTO), PHOTO[:1000], "d_1")
    assert blobs.write(SHA, 0, len(PHOTO), PHOTO, "d_1") == BlobState(len(PHOTO), len(PHOTO))
    assert blobs.path(SHA).read_bytes() == PHOTO


def test_an_upload_goes_on_where_it_broke_off(office: Any) -> None:
    blobs = office.hub.blobs
    assert blobs.state(SHA) is None
    assert blobs.write(SHA, 0, len(PHOTO), PHOTO[:1000], "d_1") == BlobState(1000, len(PHOTO))
    with pytest.raises(OffsetMismatch) as caught:
        blobs.write(SHA, 0, len(PHOTO), PHOTO[:1000], "d_1")
    assert caught.value.received == 1000
    assert blobs.known(SHA) is None
    assert blobs.state(SHA) == BlobState(1000, len(PHOTO))
    assert blobs.write(SHA, 1000, len(PHOTO), PHOTO[1000:], "d_1") == BlobState(len(PHOTO), len(PHOTO))
    assert blobs.path(SHA).read_bytes() == PHOTO
    assert blobs.path(SHA).parent.name == SHA[:2]
    assert blobs.known(SHA).media_type == "image/jpeg"
    assert blobs.write(SHA, 0, len(PHOTO), PHOTO, "d_2") == BlobState(len(PHOTO), len(PHOTO))


def test_a_wrong_digest_starts_again_from_nothing(office: Any) -> None:
    blobs = office.hub.blobs
    with pytest.raises(DigestMismatch):
        blobs.write(SHA, 0, len(PHOTO), PHOTO[:-1] + b"?", "d_1")
    assert blobs.state(SHA) is None
    blobs.write(SHA, 0, len(PHOTO), PHOTO, "d_1")
    assert blobs.known(SHA) is not None


def test_a_wrong_size_announced_first_does_not_lock_the_file_out(office: Any) -> None:
    blobs = office.hub.blobs
    blobs.write(SHA, 0, len(PHOTO) + 9, PHOTO[:10], "d_1")
    assert blobs.write(SHA, 0, len(PHOTO), PHOTO, "d_2") == BlobState(len(PHOTO), len(PHOTO))


def test_what_is_no_photo_is_not_kept(office: Any) -> None:
    page = b"<html><script>alert(1)</script></html>"
    with pytest.raises(Invalid, match="Berkas ini bukan foto JPEG, PNG, WebP, HEIC atau PDF"):
        office.hub.blobs.write(hashlib.sha256(page).hexdigest(), 0, len(page), page, "d_1")
    with pytest.raises(Invalid):
        office.hub.blobs.add(page, "x.jpg")


def test_limits_and_names_that_are_no_digest(office: Any) -> None:
    blobs = office.hub.blobs
    with pytest.raises(TooLarge):
        blobs.write(SHA, 0, 10_485_761, b"x", "d_1")
    for name in ("../../etc/passwd", "x" * 64, SHA.upper(), ""):
        with pytest.raises(Invalid):
            blobs.path(name)
    for offset, size, chunk in ((-1, 10, b"x"), (0, 0, b""), (5, 8, b"1234")):
        with pytest.raises(Invalid):
            blobs.write(SHA, offset, size, chunk, "d_1")


def test_a_file_is_read_only_in_scope_or_by_who_sent_it(office: Any) -> None:
    blobs = office.hub.blobs
    blobs.write(SHA, 0, len(PHOTO), PHOTO, office.dlh.id)
    assert blobs.readable(SHA, office.dlh, "diskominfo") == (len(PHOTO), "image/jpeg")
    for desk in (office.dishub, office.diskominfo):
        with pytest.raises(NotFound):
            blobs.readable(SHA, desk, "diskominfo")
    complaint = office.take(photos=(f"sha256:{SHA}",)).complaint
    assert complaint.attachments[0].sha256 == SHA
    for desk in (office.dishub, office.diskominfo):
        blobs.readable(SHA, desk, "diskominfo")
    office.act(complaint, "restrict", office.verifier, note="diminta pelapor")
    blobs.readable(SHA, office.dishub, "diskominfo")
    with pytest.raises(NotFound):
        blobs.readable(SHA, office.diskominfo, "diskominfo")


def test_a_photo_that_lies_outside_keeps_its_address(office: Any) -> None:
    photo = office.take(photos=("https://qlue.example/foto%201.jpg",)).complaint.attachments[0]
    assert (photo.sha256, photo.url, photo.name) == ("", "https://qlue.example/foto%201.jpg", "foto%201.jpg")


# --- what no report shows, and how much of it ----------------------------------------------------------


def photo_of(number: int, size: int = 2000) -> tuple[bytes, str]:
    content = b"\xff\xd8\xff\xe0" + number.to_bytes(4, "big") * (size // 4)
    return content, hashlib.sha256(content).hexdigest()


def send(blobs: Any, content: bytes, sha: str, desk: str = "d_1") -> BlobState:
    return blobs.write(sha, 0, len(content), content, desk)


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = request.getfixturevalue("postgres")() if request.param == "postgresql" else None
    clock = Clock()
    hub = Hub.create(tmp_path / "central", database_url=url, now=clock)
    add_bogor(hub)
    yield Office(hub, clock)
    hub.close()


def test_a_desk_has_room_for_so_much_that_no_report_shows(made: Office) -> None:
    blobs = made.hub.blobs
    blobs.quota_bytes = 5000
    first, second, third = (photo_of(n) for n in range(3))
    send(blobs, *first)
    blobs.write(second[1], 0, len(second[0]), second[0][:10], "d_1")  # counts as announced
    with pytest.raises(OverQuota, match="Meja ini sudah mengirim 0 MB berkas yang belum dipakai laporan"):
        send(blobs, *third)
    assert blobs.state(third[1]) is None
    blobs.write(second[1], 10, len(second[0]), second[0][10:], "d_1")  # what began may end
    assert send(blobs, *first) == BlobState(len(first[0]), len(first[0]))
    send(blobs, *third, desk="d_2")
    made.take(photos=(f"sha256:{first[1]}",))
    send(blobs, *photo_of(4))


def test_a_full_disk_is_over_quota_too(made: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "touch", full)
    with pytest.raises(OverQuota, match="Disk server penuh"):
        send(made.hub.blobs, *photo_of(1))
    monkeypatch.undo()
    send(made.hub.blobs, *photo_of(1))


def test_what_no_report_shows_is_deleted_after_thirty_days(made: Office) -> None:
    blobs, clock = made.hub.blobs, made.clock
    shown, loose, touched, half = (photo_of(n) for n in range(4))
    for each in (shown, loose, touched):
        send(blobs, *each)
    blobs.write(half[1], 0, len(half[0]), half[0][:10], "d_1")
    made.take(photos=(f"sha256:{shown[1]}",))
    clock.forward(days=29)
    assert run_due(made.hub).expired == 0
    send(blobs, *touched)  # a desk that comes back and sends it again
    clock.forward(days=2)
    assert run_due(made.hub).expired == 2
    assert [blobs.state(sha) is not None for _, sha in (shown, loose, touched, half)] == [
        True, False, True, False,
    ]  # fmt: skip
    assert [blobs.store.size(sha) for _, sha in (shown, loose, touched)] == [
        len(shown[0]),
        None,
        len(touched[0]),
    ]
    assert list((made.hub.data / "blobs" / ".partial").iterdir()) == []
    assert admin.check(made.hub).faults == ()
    clock.forward(minutes=59)
    assert run_due(made.hub).expired == 0  # it looks once an hour
    clock.forward(days=31)
    assert run_due(made.hub).expired == 1
    # Whoever still needs an expired one sends it again.
    assert send(blobs, *loose) == BlobState(len(loose[0]), len(loose[0]))


def test_a_file_that_a_report_is_about_to_show_does_not_expire_under_it(
    tmp_path: Path, postgres: Callable[[], str]
) -> None:
    clock = Clock()
    hub = Hub.create(tmp_path / "central", database_url=postgres(), now=clock)
    add_bogor(hub)
    office, (content, sha) = Office(hub, clock), photo_of(1)
    send(hub.blobs, content, sha)
    clock.forward(days=31)
    held, done, expired = threading.Event(), threading.Event(), list[int]()

    def show() -> None:
        with hub.database.writing():
            office.take(photos=(f"sha256:{sha}",))
            held.set()
            done.wait(5)

    showing = threading.Thread(target=show)
    showing.start()
    held.wait(5)
    expiring = threading.Thread(target=lambda: expired.append(hub.blobs.expire()))
    expiring.start()
    expiring.join(0.5)
    assert expiring.is_alive()  # it waits for the report
    done.set()
    showing.join()
    expiring.join()
    assert expired == [0]
    assert hub.blobs.known(sha) is not None
    assert admin.check(hub).faults == ()
    hub.close()


def test_parts_that_another_machine_got_whole_are_swept(office: Any, tmp_path: Path) -> None:
    """Two machines on one database and one store, each with a folder of its own for what is unfinished."""
    here = office.hub.blobs
    there = Blobs(office.hub.database, tmp_path / "there" / "blobs", office.hub.limits, office.hub.now)
    there.store = here.store
    (begun, begun_sha), (going, going_sha) = photo_of(1), photo_of(2)
    here.write(begun_sha, 0, len(begun), begun[:1000], "d_1")
    here.write(going_sha, 0, len(going), going[:1000], "d_1")
    assert there.state(begun_sha) == BlobState(0, len(begun))
    assert there.write(begun_sha, 0, len(begun), begun, "d_1").received == len(begun)
    here.expire()
    assert [path.name for path in (office.hub.data / "blobs" / ".partial").iterdir()] == [going_sha]
    assert here.write(going_sha, 1000, len(going), going[1000:], "d_1").received == len(going)


@pytest.mark.parametrize(
    ("url", "limited"), [("s3://ember/x", True), ("s3a://ember", True), ("memory://x", False)]
)
def test_a_client_of_s3_is_told_to_give_up_in_time(url: str, limited: bool) -> None:
    told = blob_stores._patience(url.partition("://")[0])
    assert told == ({"config_kwargs": blob_stores.S3_LIMITS} if limited else {})


def test_every_call_to_a_store_over_the_network_ends_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, source, told = RemoteStore("memory://qlue/files"), tmp_path / "part", list[tuple[str, float]]()
    source.write_bytes(PHOTO)
    monkeypatch.setattr(store._system, "async_impl", True)
    for name in ("put_file", "cat_file", "info", "rm_file"):

        def call(*_: Any, timeout: float, name: str = name, **__: Any) -> Any:
            told.append((name, timeout))
            raise TimeoutError

        monkeypatch.setattr(store._system, name, call)
    calls: tuple[Callable[[], Any], ...] = (
        lambda: store.put(SHA, source), lambda: store.read(SHA, 0, 5), lambda: store.size(SHA),
        lambda: store.delete(SHA),
    )  # fmt: skip
    for each in calls:
        with pytest.raises(StoreUnreachable):
            each()
    assert told == [("put_file", 30.0), ("cat_file", 15.0), ("info", 15.0), ("rm_file", 15.0)]
    assert source.is_file()


def test_in_a_bucket_no_folder_is_made_and_one_that_is_not_there_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making a folder of S3 makes the bucket; an upload into none would be tried for ever as a lost part."""
    store, source = RemoteStore("memory://qlue/files"), tmp_path / "part"
    source.write_bytes(PHOTO)

    def no_bucket(*_: Any) -> None:
        raise FileNotFoundError("The specified bucket does not exist")

    monkeypatch.setattr(store, "_is_bucket", True)
    monkeypatch.setattr(store._system, "makedirs", lambda *_, **__: pytest.fail("a folder in a bucket"))
    monkeypatch.setattr(store._system, "put_file", no_bucket)
    with pytest.raises(StoreUnreachable):
        store.put(SHA, source)
    assert source.read_bytes() == PHOTO


def test_a_whole_upload_that_was_never_checked_can_be_finished(office: Any) -> None:
    blobs = office.hub.blobs
    blobs.write(SHA, 0, len(PHOTO), PHOTO[:-5], "d_1")
    partial = office.hub.data / "blobs" / ".partial" / SHA
    partial.write_bytes(PHOTO)  # central ended before it could check the whole
    assert blobs.state(SHA) == BlobState(len(PHOTO) - 1, len(PHOTO))
    assert blobs.write(SHA, len(PHOTO) - 1, len(PHOTO), PHOTO[-1:], "d_1") == BlobState(
        len(PHOTO), len(PHOTO)
    )
    assert blobs.known(SHA) is not None


def test_two_workers_that_get_the_same_parts_make_one_file(office: Any) -> None:
    twin = Blobs(office.hub.database, office.hub.data / "blobs", office.hub.limits, office.hub.now)
    both, half = (office.hub.blobs, twin), len(PHOTO) // 2
    for n in range(30):
        content, sha = photo_of(n)
        faults: list[Exception] = []

        def upload(blobs: Blobs, content: bytes = content, sha: str = sha) -> None:
            offset = 0
            try:
                while offset < len(content):
                    try:
                        offset = blobs.write(
                            sha, offset, len(content), content[offset : offset + half], "d_1"
                        ).received
                    except OffsetMismatch as mismatch:
                        offset = mismatch.received
            except Exception as error:
                faults.append(error)  # noqa: B023

        workers = [threading.Thread(target=upload, args=(blobs,)) for blobs in both]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(20)
        assert faults == []
        assert office.hub.blobs.read(sha) == content
    assert admin.check(office.hub).faults == ()


# --- where they lie ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["", "file://{folder}/files", "memory://qlue/files", "local://{folder}/far"])
def test_files_lie_where_the_setting_says(office: Any, tmp_path: Path, kind: str) -> None:
    hub, url = office.hub, kind.format(folder=tmp_path)
    hub.configure(CentralSettings(blobs=url, blob_quota_mb=10))
    blobs = hub.blobs
    assert blobs.quota_bytes == 10 * 1024 * 1024
    assert blobs.write(SHA, 0, len(PHOTO), PHOTO[:1000], "d_1") == BlobState(1000, len(PHOTO))
    blobs.write(SHA, 1000, len(PHOTO), PHOTO[1000:], "d_1")
    assert blobs.read(SHA) == PHOTO
    assert blobs.read(SHA, 5, 25) == PHOTO[5:25]
    assert blobs.store.size(SHA) == len(PHOTO)
    assert not (hub.data / "blobs" / ".partial" / SHA).exists()
    here = (hub.data / "blobs" / SHA[:2] / SHA).is_file()
    assert here == (kind == "")
    assert admin.check(hub).faults == ()
    blobs.store.delete(SHA)
    blobs.store.delete(SHA)
    assert blobs.store.size(SHA) is None
    assert admin.check(hub).faults == (f"berkas {SHA[:12]} hilang",)
    with pytest.raises(NotFound, match="hilang dari penyimpanan"):
        blobs.read(SHA)


def test_a_folder_on_another_disk_takes_files_by_copying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, store, whole = tmp_path / "part", FolderStore(tmp_path / "far"), Path.replace
    source.write_bytes(PHOTO)

    def other_disk(self: Path, target: Path) -> Path:
        if self == source:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", other_disk)
    store.put(SHA, source)
    assert store.read(SHA, 0, 10**6) == PHOTO
    assert [path.name for path in (tmp_path / "far" / SHA[:2]).iterdir()] == [SHA]
    assert not source.exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("berkas", "Alamat berkas berkas tidak dikenal; pakai file:///folder atau s3://ember."),
        ("file://relatif", "Alamat berkas file://relatif harus file:/// dengan jalur lengkap."),
        ("wat://user:rahasia@x/y?k=1", "Alamat berkas wat://x/y tidak dikenal; pakai file:///folder atau s3://ember."),
        ("gdrive://kunci@x", "Penyimpanan gdrive://x memerlukan paket lain: pip install '"),
    ],
)  # fmt: skip
def test_an_address_that_opens_nothing_is_one_sentence(office: Any, url: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        office.hub.configure(CentralSettings(blobs=url))
    assert str(caught.value).startswith(sentence)


def test_a_store_that_does_not_answer_is_named_without_its_secret(office: Any, monkeypatch: Any) -> None:
    store = RemoteStore("memory://kunci:rahasia@qlue/files")
    monkeypatch.setattr(store._system, "info", lambda path: 1 / 0)
    with pytest.raises(StoreUnreachable) as caught:
        store.size(SHA)
    assert str(caught.value) == "Penyimpanan berkas memory://qlue/files tidak terjangkau; coba lagi."
