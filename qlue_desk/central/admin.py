"""What whoever runs a central does to it: begin one, add cities, people and desks, check."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central.errors import Invalid
from qlue_desk.central.hub import Hub
from qlue_desk.central.restoring import Restore, restores
from qlue_desk.cities import boundaries_of, boundaries_path, load_city, load_shipped
from qlue_desk.domain.city import City, Dinas
from qlue_desk.domain.complaint import Actor, Complaint, Role
from qlue_desk.protocol import event_digest, next_chain

if TYPE_CHECKING:
    from qlue_desk.central.database import CentralDatabase

_complaint = msgspec.json.Decoder(Complaint)


class Checked(msgspec.Struct, frozen=True):
    """What a check found; `faults` empty is sound."""

    complaints: int
    entries: int
    events: int
    streams: int
    faults: tuple[str, ...] = ()
    restores: tuple[Restore, ...] = ()
    """Each time that the database was put back to an earlier time, oldest first; no fault."""


def init(data: Path, *, database_url: str | None = None) -> str:
    """Begin a central in `data`, or leave an existing one as it is; returns its server id."""
    hub = Hub.create(data, database_url=database_url)
    try:
        return hub.server_id
    finally:
        hub.close()


def add_city_file(hub: Hub, path: Path) -> City:
    """Add a city of an administrator's own file, or replace it; what it cooperates in stays.

    :raises CityFileError: with the file, the line, what was found and what is allowed.
    """
    return _put(hub, load_city(path), boundaries_of(path))


def add_shipped_city(hub: Hub, key: str) -> City:
    """Add one of the cities that come with the program."""
    return _put(hub, load_shipped(key), boundaries_path(key))


def _put(hub: Hub, city: City, boundaries: Path | None) -> City:
    known = {other.key: other for other in hub.cities()}
    if city.key in known:
        city = msgspec.structs.replace(city, cooperation=known[city.key].cooperation)
    hub.put_city(city, boundaries)
    return city


def add_dinas(hub: Hub, city_key: str, dinas: Dinas) -> City:
    """Add a dinas to a city, or replace the one of the same key."""
    if not dinas.key.replace("_", "").replace("-", "").isalnum():
        raise Invalid("Kunci dinas “{found}” hanya boleh huruf, angka, - dan _.", found=dinas.key)
    city = hub.city(city_key)
    kept = tuple(other for other in city.dinas if other.key != dinas.key)
    city = msgspec.structs.replace(city, dinas=(*kept, dinas))
    hub.put_city(city)
    return city


def add_user(
    hub: Hub,
    name: str,
    city: str,
    roles: Iterable[Role],
    *,
    display: str = "",
    dinas: str | None = None,
    password: str = "",
) -> Actor:
    """Register a person; see `Accounts.add_user`."""
    return hub.accounts.add_user(name, display or name, city, roles, dinas, password)


def desk_code(hub: Hub, city: str, dinas: str, name: str = "") -> str:
    """A one-time code, good for 10 minutes, with which an installation becomes a desk."""
    return hub.accounts.enrolment_code(city, dinas, name)


def check(hub: Hub) -> Checked:
    """Pages, density and chain of every stream, and that rows and histories fit together."""
    found = check_database(hub.database)
    missing = [sha for sha in _complete_blobs(hub.database) if hub.blobs.store.size(sha) is None]
    faults = (*found.faults, *(f"berkas {sha[:12]} hilang" for sha in missing))
    return msgspec.structs.replace(found, faults=faults)


def _complete_blobs(database: CentralDatabase) -> list[str]:
    with database.connected():
        return [row[0] for row in database.all("SELECT sha256 FROM blob WHERE complete = 1")]


def check_database(database: CentralDatabase) -> Checked:
    """As `check`, without the files."""
    faults: list[str] = []
    with database.reading():
        if (pages := database.quick_check()) != "ok":
            faults.append(f"basis data rusak: {pages[:200]}")
        streams = database.all(
            "SELECT key, last_seq, last_hash, floor_seq, floor_hash FROM stream ORDER BY key"
        )
        events = 0
        for key, last, last_hash, floor, floor_hash in streams:
            count, fault = _check_stream(database, key, int(last), last_hash, int(floor), floor_hash)
            events += count
            faults.extend([fault] if fault else [])
        faults.extend(_check_rows(database))
        complaints, entries = (_count(database, table) for table in ("complaint", "entry"))
    return Checked(complaints, entries, events, len(streams), tuple(faults), restores(database))


def _check_stream(
    database: CentralDatabase, key: str, last: int, last_hash: str, floor: int, floor_hash: str
) -> tuple[int, str]:
    """How many events, and the first fault."""
    seq, chain, count = floor, floor_hash, 0
    rows = database.run(
        "SELECT seq, event_id, kind, complaint_id, version, digest, chain, payload FROM feed_event "
        "WHERE stream = ? ORDER BY seq",
        (key,),
    )
    for number, event_id, kind, complaint_id, version, digest, found, payload in rows:
        if number != seq + 1:
            return count, f"aliran {key}: sesudah {seq} datang {number}"
        if payload is not None and event_digest(event_id, bytes(payload)) != digest:
            return count, f"aliran {key}: isi kejadian {number} berubah"
        chain = next_chain(chain, number, event_id, kind, complaint_id, version, digest)
        if chain != found:
            return count, f"aliran {key}: rantai putus di {number}"
        seq, count = number, count + 1
    if (seq, chain) != (last, last_hash):
        return count, f"aliran {key}: kepala {last}, kejadian terakhir {seq}"
    return count, ""


def _check_rows(database: CentralDatabase) -> list[str]:
    faults: list[str] = []
    for number, version, status, dinas, body in database.run(
        "SELECT number, version, status, dinas, body FROM complaint"
    ):
        try:
            complaint = _complaint.decode(bytes(body))
        except msgspec.MsgspecError:
            faults.append(f"laporan {number}: isinya tidak dapat dibaca")
            continue
        if (complaint.version, complaint.status, complaint.dinas) != (version, status, dinas):
            faults.append(f"laporan {number}: kolom tidak cocok dengan isinya")
    orphans = database.one("SELECT count(*) FROM entry WHERE complaint_id NOT IN (SELECT id FROM complaint)")
    if orphans and orphans[0]:
        faults.append(f"{orphans[0]} baris riwayat tanpa laporan")
    return faults


def _count(database: CentralDatabase, table: str) -> int:
    row = database.one(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0
