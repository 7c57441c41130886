"""Files of own actions go to central before the action that names them; files of others come on demand.

Uploads are a lane of their own: a file that cannot be sent holds back its complaint, nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from pathlib import Path

import msgspec

from qlue_desk.protocol import BlobState
from qlue_desk.store import blobs, leaving, outbox
from qlue_desk.store.bound import connection
from qlue_desk.store.database import Store
from qlue_desk.sync.errors import BadReply, BadRequest, BlobProblem, TooLarge
from qlue_desk.sync.link import Link
from qlue_desk.words import _

log = logging.getLogger(__name__)


class _Upload(msgspec.Struct, frozen=True):
    sha256: str
    size: int


def upload_waiting(link: Link) -> int:
    """Send what waiting actions need; returns how many files are complete now.

    :raises Offline: what has arrived is kept by central, the next call goes on from there.
    """
    complete = 0
    for upload in link.read(_needed):
        try:
            _send(link, upload)
            complete += 1
        except BlobProblem as problem:
            if problem.problem.status == 507:
                link.write(_note_halt, upload.sha256, problem.sentence())
                break  # quota: actions without files go on
            link.write(_give_up, upload.sha256, problem.sentence())
        except (TooLarge, BadRequest) as problem:
            link.write(_give_up, upload.sha256, problem.sentence())
    return complete


def fetch(link: Link, sha256: str) -> Path:
    """Bring a photo of a complaint here (a screen wants to show it); its content is checked.

    :raises SyncError: when it cannot be had now.
    """
    path = blobs.path_of(link.store.folder, sha256)
    if path.exists():
        return path
    content = link.transport.send_bytes("GET", f"/v1/blobs/{sha256}")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadReply(f"file {sha256[:12]}: wrong content")
    kept = blobs.keep_file(link.store.folder, sha256, content)
    link.write(_note_fetched, sha256, len(content))
    return kept


def remove_left(store: Store) -> None:
    """Delete from the disk what belonged to complaints that have left this desk."""
    names = store.reading(leaving.leaving_files)
    if not names:
        return
    for name in names:
        with contextlib.suppress(ValueError, OSError):
            blobs.path_of(store.folder, name).unlink(missing_ok=True)
    store.writing(leaving.files_left)


def _send(link: Link, upload: _Upload) -> None:
    try:
        content = blobs.read_file(link.store.folder, upload.sha256)
    except OSError:
        link.write(_give_up, upload.sha256, _("Berkas bukti tidak ada lagi di meja ini; lampirkan lagi."))
        return
    address = f"/v1/blobs/{upload.sha256}"
    offset, restarted, whole = link.transport.blob_received(address), False, False
    link.write(_note_sent, upload.sha256, offset)
    while offset < upload.size:
        chunk = content if whole else content[offset : offset + link.limits.blob_chunk]
        try:
            reply = link.transport.send_bytes(
                "PUT",
                address,
                content=chunk,
                params={"offset": offset, "size": upload.size},
            )
            received = msgspec.json.decode(reply, type=BlobState).received
            if received <= offset:
                raise BadReply(f"file {upload.sha256[:12]}: central took nothing of it")
            offset = received
        except BlobProblem as problem:
            if problem.problem.status == 409:
                if problem.problem.received == offset or whole:
                    raise
                if problem.problem.received < offset:
                    # What came lies elsewhere: several machines answer in turn. Whole, any of them takes it.
                    offset, whole = 0, True
                else:
                    offset = problem.problem.received
                continue
            if problem.problem.status == 422 and not restarted:
                restarted, offset = True, 0
                continue
            raise
        except msgspec.MsgspecError as error:
            raise BadReply(str(error)) from error
        link.write(_note_sent, upload.sha256, offset)


# --- on the store's thread ---------------------------------------------------------------------------


def _needed() -> list[_Upload]:
    rows = connection().execute(
        "SELECT blob.sha256, blob.size, min(action.n) FROM action,"
        " json_each(CAST(action.body AS TEXT), '$.fields.evidence') AS file"
        " JOIN blob ON blob.sha256 = json_extract(file.value, '$.sha256') AND blob.done = 0"
        " WHERE action.state = 'waiting' GROUP BY blob.sha256 ORDER BY min(action.n)"
    )
    return [_Upload(sha256, size) for sha256, size, _number in rows]


def _note_sent(sha256: str, received: int) -> None:
    connection().execute(
        "UPDATE blob SET sent = ?1, done = (?1 >= size) WHERE sha256 = ?2", (received, sha256)
    )


def _note_fetched(sha256: str, size: int) -> None:
    blobs.record(sha256, "", "", size, done=True)


def _note_halt(sha256: str, why: str) -> None:
    """The actions that need this file wait for it, and a person may read why."""
    connection().execute(
        "UPDATE action SET last_error = ?2 WHERE state = 'waiting' AND EXISTS (SELECT 1 FROM"
        " json_each(CAST(action.body AS TEXT), '$.fields.evidence') AS file"
        " WHERE json_extract(file.value, '$.sha256') = ?1)",
        (sha256, why),
    )


def _give_up(sha256: str, why: str) -> None:
    """The actions that need this file go to the tray; sending them would never succeed."""
    rows = (
        connection()
        .execute(
            "SELECT DISTINCT action.id FROM action,"
            " json_each(CAST(action.body AS TEXT), '$.fields.evidence') AS file"
            " WHERE action.state = 'waiting' AND json_extract(file.value, '$.sha256') = ?",
            (sha256,),
        )
        .fetchall()
    )
    for (action_id,) in rows:
        outbox.quarantine(action_id, why)
