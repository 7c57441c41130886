"""What a file is by its bytes, and whether its end is there."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from qlue_desk.domain.media import is_cut_off, media_type_of


def saved(kind: str, **options: object) -> bytes:
    """A picture with enough in it to fill some scans."""
    picture = Image.effect_noise((160, 120), 60).convert("RGB")
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def with_thumbnail() -> bytes:
    """A JPEG whose Exif holds a whole small JPEG, as those of cameras do."""
    exif = b"Exif\x00\x00" + saved("JPEG", quality=5)
    return saved("JPEG", exif=exif)


@pytest.mark.parametrize(
    "whole",
    [
        saved("JPEG"),
        saved("JPEG", progressive=True),
        with_thumbnail(),
        saved("PNG"),
        saved("WEBP"),
    ],
    ids=["jpeg", "progressive", "thumbnail", "png", "webp"],
)
def test_a_photo_without_its_end_is_cut_off(whole: bytes) -> None:
    assert not is_cut_off(whole)
    assert not is_cut_off(whole + b"what a camera adds behind the end")
    for part in (0.2, 0.5, 0.9):
        cut = whole[: int(len(whole) * part)]
        assert media_type_of(cut) == media_type_of(whole)
        assert is_cut_off(cut), part
    assert is_cut_off(whole[:-2])


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 ...", b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00rest", b"\xff\xd8\xff\xe0isi foto"],
)
def test_where_nothing_is_certain_nothing_is_said(content: bytes) -> None:
    assert not is_cut_off(content)
