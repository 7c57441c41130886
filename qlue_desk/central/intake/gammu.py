"""Gammu SMSD: its SQLite inbox, its spool folder, and what it gives to RunOnReceive.

Gammu writes local time without a zone: that of the machine it runs on, which stands in the city, so the
city's zone is taken unless another is named.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.messages import content_id, message_report
from qlue_desk.central.intake.reading import parse_time, stable_id
from qlue_desk.central.intake.result import IntakeResult, take_all
from qlue_desk.central.report import Report
from qlue_desk.domain.complaint import Channel
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub
    from qlue_desk.domain.city import City

SOURCE = "gammu"
NEAR = dt.timedelta(hours=24)
"""Parts of one message arrive within this; the same reference later is another message."""
PATIENCE = dt.timedelta(hours=24)
"""An incomplete message is taken as it is after so long."""
BUSY_SECONDS = 10.0
"""How long to wait while the daemon writes."""
CONCATENATED_8, CONCATENATED_16 = 0x00, 0x08
"""Information elements of a user data header that number the parts (3GPP TS 23.040, 9.2.3.24)."""
NO_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Stands for a time that could not be read; such a message is listed as unreadable."""
SETTLE_SECONDS = 2.0
"""A spool file younger than this may still get more parts beside it."""
_SPOOL_NAME = re.compile(
    r"IN(?P<date>\d{8})_(?P<time>\d{6})_(?P<serial>\d+)_(?P<sender>.*?)_(?P<part>\d+)\.(?P<kind>txt|bin|smsbackup)",
    re.IGNORECASE,
)


class Part(msgspec.Struct, frozen=True):
    """One SMS as stored. `reference` '' is a message of one part."""

    id: int
    sender: str
    at: dt.datetime
    text: str
    reference: str = ""
    total: int = 1
    number: int = 1
    written_at: str = ""
    """`ReceivingDateTime` as it stands there; part of the identity, since ids restart in a new inbox."""


class Message(msgspec.Struct, frozen=True):
    """The parts that belong together, in order."""

    parts: tuple[Part, ...]

    @property
    def complete(self) -> bool:
        """Whether every part is there."""
        return len(self.parts) == self.parts[0].total

    @property
    def text(self) -> str:
        """The joined text. Version 1.42 has all of it in the first part and '' in the others."""
        return "".join(part.text for part in self.parts)

    @property
    def first(self) -> Part:
        """The part that was stored first; it never changes when more arrive."""
        return min(self.parts, key=lambda part: part.id)

    @property
    def source_id(self) -> str:
        """The same each time the inbox is read."""
        first = self.first
        return stable_id(first.sender, first.reference, first.id, first.written_at)


def take_inbox(hub: Hub, path: Path, city: str, *, zone: str = "", dry_run: bool = False) -> IntakeResult:
    """Take every message of an SMSD database (a file) or of a spool folder once.

    :raises IntakeError: when `path` is neither.
    """
    the_city = hub.city(city)
    zone = zone or the_city.zone
    if path.is_dir():
        return take_all(hub, read_spool(path, the_city, zone), dry_run=dry_run)
    messages = group(read_parts(path, zone))
    ready = (m for m in messages if m.complete or hub.now() - m.first.at > PATIENCE)
    return take_all(hub, (as_report(message, the_city) for message in ready), dry_run=dry_run)


def as_report(message: Message, city: City) -> Report:
    """A joined message as a report."""
    first = message.first
    raw = json.dumps(
        [{"ID": part.id, "ReceivingDateTime": part.written_at, "Text": part.text} for part in message.parts],
        ensure_ascii=False,
    )
    return message_report(
        source=SOURCE,
        source_id=message.source_id,
        city=city,
        channel=Channel.SMS,
        sender=first.sender,
        text=message.text,
        received_at=first.at,
        raw=raw,
        problem=""
        if first.at is not NO_TIME
        else _("waktu terima “{found}” tidak terbaca").format(found=first.written_at[:40]),
    )


def read_parts(path: Path, zone: str) -> list[Part]:
    """The rows of `inbox`, oldest first; the file is opened read-only, a writing daemon is waited for.

    :raises IntakeError: when it is no SMSD database.
    """
    if not path.exists():
        raise IntakeError(_("Basis data Gammu {path} tidak ada.").format(path=path))
    query = "SELECT ID, SenderNumber, ReceivingDateTime, TextDecoded, UDH, Text FROM inbox ORDER BY ID"
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        with closing(_open(address)) as connection:
            rows = connection.execute(query).fetchall()
    except sqlite3.Error as error:
        raise IntakeError(
            _("{path} bukan basis data Gammu SMSD yang terbaca: {detail}.").format(path=path, detail=error)
        ) from error
    return [_part(row, zone) for row in rows]


def _open(address: str) -> sqlite3.Connection:
    """Read-only; where the folder forbids even a lock file (read-only media), as an unchanging file."""
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if "unable to open" not in str(error):
            raise
        return sqlite3.connect(address + "&immutable=1", uri=True)
    return connection


def _part(row: tuple[object, ...], zone: str) -> Part:
    number, sender, written_at, decoded, header, hexadecimal = row
    reference, total, position = concatenation(str(header or ""))
    try:
        at = parse_time(str(written_at), zone)
    except ValueError:
        at = NO_TIME
    text = str(decoded or "")
    if not text and not reference:
        text = _from_hex(str(hexadecimal or ""))
    return Part(int(str(number)), str(sender or ""), at, text, reference, total, position, str(written_at))


def _from_hex(text: str) -> str:
    """Gammu's `Text` column: UCS-2 in hex; '' when it is none."""
    try:
        return bytes.fromhex(text).decode("utf-16-be")
    except ValueError:
        return ""


def concatenation(header: str) -> tuple[str, int, int]:
    """(reference, total, number) from a user data header in hex; ('', 1, 1) for a single message."""
    try:
        data = bytes.fromhex(header)
    except ValueError:
        return "", 1, 1
    position = 1
    while position + 1 < len(data):
        element, length = data[position], data[position + 1]
        value = data[position + 2 : position + 2 + length]
        if (element, len(value)) in ((CONCATENATED_8, 3), (CONCATENATED_16, 4)):
            total, number = value[-2], value[-1]
            if 1 <= number <= total:
                return value[:-2].hex(), total, number
        position += 2 + length
    return "", 1, 1


def group(parts: Iterable[Part]) -> list[Message]:
    """Parts joined to messages, in the order in which each message began.

    The reference is a byte that phones count up, so it means something only with the sender, the number
    of parts, and near in time; a part number that is there already begins a new message.
    """
    messages: list[list[Part]] = []
    open_messages: dict[tuple[str, str, int], list[Part]] = {}
    for part in parts:
        key = (part.sender, part.reference, part.total)
        current = open_messages.get(key)
        if (
            not part.reference
            or current is None
            or abs(part.at - current[0].at) > NEAR
            or any(part.number == other.number for other in current)
        ):
            current = []
            messages.append(current)
            open_messages[key] = current
        current.append(part)
    return [Message(tuple(sorted(found, key=lambda part: part.number))) for found in messages]


def read_spool(folder: Path, city: City, zone: str) -> Iterator[Report]:
    """Messages of the files backend: everything about them is in the file name.

    Parts of one message share everything but the part number, which counts from 00.
    """
    if _is_fresh(folder):
        time.sleep(SETTLE_SECONDS)
    found: dict[tuple[str, ...], list[tuple[int, Path]]] = {}
    for path in sorted(folder.iterdir()):
        name = _SPOOL_NAME.fullmatch(path.name)
        if name is None or not path.is_file():
            continue
        key = (name["date"], name["time"], name["serial"], name["sender"])
        found.setdefault(key, []).append((int(name["part"]), path))
    for name_parts, files in found.items():
        text = decode_spool(path.read_bytes() for _number, path in sorted(files))
        yield spool_report(name_parts, text, city, zone)


def _is_fresh(folder: Path) -> bool:
    spooled = (path for path in folder.iterdir() if _SPOOL_NAME.fullmatch(path.name))
    newest = max((path.stat().st_mtime for path in spooled), default=0.0)
    return time.time() - newest < SETTLE_SECONDS


def spool_report(key: tuple[str, ...], text: str, city: City, zone: str) -> Report:
    """One message of the files backend; `key` is (date, time, serial, sender) of its file names."""
    date, clock, _serial, sender = key
    moment = f"{date[:4]}-{date[4:6]}-{date[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}"
    try:
        received_at, problem = parse_time(moment, zone), ""
    except ValueError:
        received_at, problem = NO_TIME, _("waktu terima “{found}” tidak terbaca").format(found=moment)
    return message_report(
        source=SOURCE,
        source_id=stable_id("spool", *key),
        city=city,
        channel=Channel.SMS,
        sender=sender,
        text=text,
        received_at=received_at,
        raw=json.dumps({"name": "IN" + "_".join(key), "text": text}, ensure_ascii=False),
        problem=problem,
    )


def decode_spool(parts: Iterable[bytes]) -> str:
    """Text of a message's spool files: UTF-16 with BOM (`InboxFormat = unicode`), else UTF-8.

    Joined before decoding: a character outside the basic plane may be cut in two between parts. Version
    1.42 writes one byte pair too many for each such character, so a part ends at the first NUL.
    """
    pieces = list(parts)
    for mark, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le")):
        if pieces and pieces[0].startswith(mark):
            joined = b"".join(_until_nul(piece.removeprefix(mark)) for piece in pieces)
            return joined.decode(encoding, "replace")
    return b"".join(pieces).decode("utf-8", "replace").partition("\x00")[0]


def _until_nul(data: bytes) -> bytes:
    for position in range(0, len(data), 2):
        if data[position : position + 2] == b"\x00\x00":
            return data[:position]
    return data


def hook_report(environment: Mapping[str, str], city: City, now: dt.datetime) -> Report:
    """The message that RunOnReceive describes in its environment.

    `DECODED_1_TEXT` is there only for multipart messages and holds the joined text.

    :raises IntakeError: when the environment holds no message.
    """
    parts = _number(environment.get("SMS_MESSAGES", ""))
    decoded = _number(environment.get("DECODED_PARTS", ""))
    sender = environment.get("SMS_1_NUMBER", "")
    if parts < 1 and decoded < 1:
        raise IntakeError(_("Tidak ada pesan: SMS_MESSAGES kosong (jalankan dari RunOnReceive Gammu)."))
    if decoded:
        text = "".join(environment.get(f"DECODED_{n}_TEXT", "") for n in range(1, decoded + 1))
    else:
        text = "".join(environment.get(f"SMS_{n}_TEXT", "") for n in range(1, parts + 1))
    return message_report(
        source=SOURCE,
        source_id=content_id(sender, text, now.date()),
        city=city,
        channel=Channel.SMS,
        sender=sender,
        text=text,
        received_at=now,
        raw=json.dumps(
            {key: value for key, value in environment.items() if key.startswith(("SMS_", "DECODED_"))},
            ensure_ascii=False,
            sort_keys=True,
        ),
    )


def take_hook(hub: Hub, environment: Mapping[str, str], city: str) -> IntakeResult:
    """Take the message that RunOnReceive describes."""
    return take_all(hub, [hook_report(environment, hub.city(city), hub.now())])


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
