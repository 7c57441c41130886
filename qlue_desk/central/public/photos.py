"""Photos for everybody: smaller, and freed of what a camera writes into them (place, device, owner)."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from pathlib import Path

LONGEST_SIDE = 1280
MOST_PIXELS = 60_000_000
"""Above this a picture is refused: a small file can unfold to gigabytes."""
QUALITY = 82


class PhotoProblem(Exception):
    """The picture cannot be shown."""


def public_copy(content: Callable[[], bytes], cache: Path, sha256: str) -> Path:
    """A JPEG of the picture without metadata, at most 1280 pixels long; made once, kept in `cache`.

    :raises PhotoProblem: when it is no picture that can be opened.
    """
    target = cache / f"{sha256}.jpg"
    if target.is_file():
        return target
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content()), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PhotoProblem(f"{picture.width}x{picture.height}")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = Image.new("RGB", upright.size, "white")
            rgba = upright.convert("RGBA")
            plain.paste(rgba, mask=rgba)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise PhotoProblem(str(error)) from error
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = cache / f".{sha256}.{os.getpid()}.{threading.get_ident()}"
    plain.save(partial, "JPEG", quality=QUALITY, optimize=True)
    partial.replace(target)
    return target
