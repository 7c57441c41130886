"""Files: resumed, checked, kept by their content, and read only in scope."""

import hashlib
from typing import Any

import pytest

from qlue_desk.central.blobs import DigestMismatch, OffsetMismatch, TooLarge
from qlue_desk.central.errors import Invalid, NotFound
from qlue_desk.domain.media import media_type_of
from qlue_desk.protocol import BlobState

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
