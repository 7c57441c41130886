"""From a file that anybody may have sent to pixels: bounded, turned upright, every failure one sentence."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from qlue_desk.domain.media import media_type_of
from qlue_desk.domain.moves import N_

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 50_000_000
"""A photo of a phone has 12 to 50 million; a file of some kilobytes can claim thousands of millions."""
MOST_BYTES = 32 * 1024 * 1024
LONGEST_SIDE = 1600
"""More does not fit into a terminal."""
_FORMATS = ("JPEG", "PNG", "WEBP")
"""The only decoders that a stranger's file can reach."""

DAMAGED = N_("Foto ini rusak dan tidak bisa ditampilkan.")
TOO_LARGE = N_("Foto ini terlalu besar untuk ditampilkan (lebih dari 50 juta piksel).")
NO_PICTURE = N_("Berkas PDF; o membukanya di penampil.")
NO_DECODER = N_("Foto HEIC tidak bisa ditampilkan di sini; o membukanya di penampil.")
UNKNOWN = N_("Berkas ini bukan foto.")
NOT_THERE = N_("Berkas foto tidak bisa dibaca.")
NO_LIBRARY = N_("Penampil foto tidak terpasang di komputer ini; o membukanya di penampil.")


class CannotShow(Exception):
    """Why a file is not shown; the argument is one Indonesian sentence (a msgid)."""


def open_picture(content: bytes) -> Image:
    """The picture in RGB, upright, at most `LONGEST_SIDE` wide and high. Slow: never on the app's thread.

    :raises CannotShow: whatever is wrong with the file.
    """
    kind = media_type_of(content)
    if kind in (None, "application/pdf", "image/heic"):
        raise CannotShow({"application/pdf": NO_PICTURE, "image/heic": NO_DECODER}.get(kind or "", UNKNOWN))
    if len(content) > MOST_BYTES:
        raise CannotShow(TOO_LARGE)
    try:
        return _decoded(content)
    except CannotShow:
        raise
    except ImportError:
        raise CannotShow(NO_LIBRARY) from None
    except MemoryError:
        raise CannotShow(TOO_LARGE) from None
    except Exception:  # decoders raise whatever a hostile file makes them raise
        raise CannotShow(DAMAGED) from None


def _decoded(content: bytes) -> Image:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit is stricter than the warning's
        try:
            opened = Image.open(io.BytesIO(content), formats=_FORMATS)
        except Image.DecompressionBombError:
            raise CannotShow(TOO_LARGE) from None
        with opened as image:
            if image.width * image.height > MOST_PIXELS:
                raise CannotShow(TOO_LARGE)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            if upright.mode in ("RGBA", "LA", "PA", "P"):
                ground = Image.new("RGBA", upright.size, (128, 128, 128, 255))
                return Image.alpha_composite(ground, upright.convert("RGBA")).convert("RGB")
            return upright.convert("RGB")
