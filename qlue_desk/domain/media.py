"""What a file is, by its first bytes; names and headers are not believed."""

from __future__ import annotations

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def media_type_of(content: bytes) -> str | None:
    """The media type by the first bytes; None for what is not accepted."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "image/heic"
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    return None


def is_cut_off(content: bytes) -> bool:
    """Whether a photo ends before its end, as after a copy that broke off; only where its beginning leaves no doubt.

    A JPEG ends with the marker EOI behind its scans, a PNG with the chunk IEND, a WebP where its header says.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return _is_cut_jpeg(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _PNG_END not in content
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return int.from_bytes(content[4:8], "little") + 8 > len(content)
    return False


_PNG_END = b"IEND\xaeB`\x82"
_SCAN, _END = 0xDA, b"\xff\xd9"


def _is_cut_jpeg(content: bytes) -> bool:
    at, segments = 2, 0
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return False  # no JPEG that we know
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xFF:  # fill
            at += 1
            continue
        if length < 2:
            return False
        if marker == _SCAN:
            return _END not in content[at:]  # within a scan no byte FF stands alone
        if (at := at + 2 + length) <= len(content):
            segments += 1
    return segments > 0
