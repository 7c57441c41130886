"""Evidence (bukti): a file becomes an attachment that is addressed by its content.

The type is told by the first bytes, never by the name; nothing of the content is changed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from qlue_desk.casework.errors import refused
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.complaint import Attachment
from qlue_desk.domain.media import is_cut_off, media_type_of
from qlue_desk.domain.moves import N_, Code
from qlue_desk.domain.system import reason_of
from qlue_desk.domain.text import file_name
from qlue_desk.store import blobs

MAX_PER_ACTION = 20
NOT_REGULAR = N_("{path} bukan berkas biasa.")


def add_evidence(workplace: Workplace, path: Path) -> Attachment:
    """Keep a copy of the file in the data folder and return what an action carries.

    :raises Refused: when it cannot be read, is empty, cut off, too large, or no photo or PDF.
    """
    attachment, content = examine(workplace, path)
    blobs.keep_file(workplace.home, attachment.sha256, content)
    workplace.store.writing(
        blobs.record, attachment.sha256, attachment.name, attachment.media_type, attachment.size
    )
    return attachment


def examine(workplace: Workplace, path: Path) -> tuple[Attachment, bytes]:
    """What the file would be as evidence, without keeping it."""
    limit = workplace.session.limits.blob_bytes
    if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would be waited for
        raise refused(NOT_REGULAR, "path", path=str(path))
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise refused(
            N_("Berkas {path} tidak bisa dibaca: {why}."),
            "evidence",
            Code.NOT_FOUND,
            path=str(path),
            why=reason_of(error),
        ) from error
    if not content:
        raise refused(N_("Berkas {path} kosong."), "evidence", Code.BLOB_INVALID, path=str(path))
    if len(content) > limit:
        raise refused(
            N_("Berkas {path} terlalu besar: paling banyak {limit} MB."),
            "evidence",
            Code.BLOB_INVALID,
            path=str(path),
            limit=str(limit // (1024 * 1024)),
        )
    media_type = media_type_of(content)
    if media_type is None:
        raise refused(
            N_("Berkas {path} bukan foto atau PDF; yang diterima: JPEG, PNG, WebP, HEIC, PDF."),
            "evidence",
            Code.BLOB_INVALID,
            path=str(path),
        )
    if is_cut_off(content):
        raise refused(
            N_("Foto {path} terpotong: akhirnya tidak ada. Salin lagi dari aslinya."),
            "evidence",
            Code.BLOB_INVALID,
            path=str(path),
        )
    digest = hashlib.sha256(content).hexdigest()
    name = file_name(path.name)
    return Attachment(digest, name, media_type, len(content), evidence=True), content
