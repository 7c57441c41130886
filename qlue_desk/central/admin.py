"""What whoever runs a central does to it: begin one, add cities, people and desks, check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central.errors import DatabaseProblem, Invalid
from qlue_desk.central.hub import DATABASE_FILE, Hub
from qlue_desk.central.numbers import counted
from qlue_desk.central.restoring import Restore, restores
from qlue_desk.central.standing import refuse_where_one_was
from qlue_desk.cities import boundaries_of, boundaries_path, load_city, load_shipped
from qlue_desk.cities.errors import CityFileError
from qlue_desk.domain.city import City, Dinas
from qlue_desk.domain.complaint import Actor, Complaint, Role
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean
from qlue_desk.protocol import event_digest, next_chain
from qlue_desk.words import _

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
    compared_since: dt.datetime | None = None
    """Before it nothing tells whether this is an older copy (`seen.SeenHeads.begun`); None: nothing is missing."""
    older_file: bool = False
    """The file of heads knows fewer numbers than the database gave out: it was put back, or could not be written."""


def exists(data: Path, *, database_url: str | None = None) -> bool:
    """Whether there is a sound central already."""
    try:
        Hub.open(data, database_url=database_url).close()
    except DatabaseProblem:
        return False
    return True


def init(data: Path, *, database_url: str | None = None) -> str:
    """Begin a central in `data`, or leave an existing one as it is; returns its server id.

    :raises DatabaseProblem: when there was one whose database is gone.
    """
    if database_url is None and not (data / DATABASE_FILE).is_file():
        refuse_where_one_was(data / DATABASE_FILE)
    hub = Hub.create(data, database_url=database_url)
    try:
        return hub.server_id
    finally:
        hub.close()


def add_city_file(hub: Hub, path: Path) -> City:
    """Add a city of an administrator's own file, or replace it; what it cooperates in stays.

    :raises CityFileError: with the file, the line, what was found and what is allowed.
    """
    city, boundaries = load_city(path), boundaries_of(path)
    if boundaries is not None:
        _check_boundaries(city, boundaries)
    return _put(hub, city, boundaries)


def _check_boundaries(city: City, path: Path) -> None:
    """Read the polygons now: a file that can't be used would fail with the first report that has a point."""
    from qlue_desk.central.places import BoundaryIndex

    try:
        codes = BoundaryIndex(path).codes
    except CityFileError as error:
        raise Invalid(
            N_("Batas kelurahan {file} tidak dapat dipakai: {why}"), file=path.name, why=error.sentence(_)
        ) from error
    except Exception as error:  # shapely's errors have no common base
        why = clean(str(error).partition("\n")[0], multiline=False, limit=200)
        raise Invalid(
            N_("Batas kelurahan {file} tidak dapat dipakai: {why}"), file=path.name, why=why
        ) from error
    if strangers := sorted(codes - set(city.kelurahan_by_code)):
        raise Invalid(
            N_("Batas kelurahan {file} memakai kode {found}, yang tidak ada di berkas kota."),
            file=path.name,
            found=", ".join(strangers[:5]),
        )


def add_shipped_city(hub: Hub, key: str) -> City:
    """Add one of the cities that come with the program."""
    return _put(hub, load_shipped(key), boundaries_path(key))


def _put(hub: Hub, city: City, boundaries: Path | None) -> City:
    known = {other.key: other for other in hub.cities()}
    if city.key in known:
        before = known[city.key]
        dinas = (*city.dinas, *_still_needed(hub, before, city))
        city = msgspec.structs.replace(city, cooperation=before.cooperation, dinas=dinas)
    hub.put_city(city, boundaries)
    return city


def _still_needed(hub: Hub, before: City, after: City) -> list[Dinas]:
    """Dinas that the new file leaves out but that have reports, people or desks: kept, not active any more."""
    with hub.database.connected():
        used = {
            row[0]
            for table in ("complaint", "account", "desk")
            for row in hub.database.all(f"SELECT DISTINCT dinas FROM {table} WHERE city = ?", (before.key,))
        }
    return [
        msgspec.structs.replace(dinas, active=False)
        for dinas in before.dinas
        if dinas.key not in after.dinas_by_key and dinas.key in used
    ]


def add_dinas(hub: Hub, city_key: str, dinas: Dinas) -> City:
    """Add a dinas to a city, or replace the one of the same key."""
    if not dinas.key.replace("_", "").replace("-", "").isalnum():
        raise Invalid(N_("Kunci dinas “{found}” hanya boleh huruf, angka, - dan _."), found=dinas.key)
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
    return hub.desks.enrolment_code(city, dinas, name)


def check(hub: Hub) -> Checked:
    """Pages, density and chain of every stream, and that rows and histories fit together."""
    hub.cities()  # raises where one can't be read
    found = check_database(hub.database)
    missing = [sha for sha in _complete_blobs(hub.database) if hub.blobs.store.size(sha) is None]
    faults = (*found.faults, *(_("berkas {sha} hilang").format(sha=sha[:12]) for sha in missing))
    found = msgspec.structs.replace(found, faults=faults)
    if hub.database.dialect != "sqlite":  # other machines give numbers too; PostgreSQL itself tells a restore
        return found
    given = hub.seen.numbers()
    with hub.database.connected():
        beyond = any(last > given.get(series, last) for series, last in counted(hub.database).items())
    return msgspec.structs.replace(found, compared_since=hub.seen.begun(), older_file=beyond)


def _complete_blobs(database: CentralDatabase) -> list[str]:
    with database.connected():
        return [row[0] for row in database.all("SELECT sha256 FROM blob WHERE complete = 1")]


def check_database(database: CentralDatabase) -> Checked:
    """As `check`, without the files."""
    faults: list[str] = []
    with database.reading():
        if (pages := database.quick_check()) != "ok":
            faults.append(_("basis data rusak: {pages}").format(pages=pages[:200]))
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
            return count, _("aliran {stream}: sesudah {before} datang {found}").format(
                stream=key, before=seq, found=number
            )
        if payload is not None and event_digest(event_id, bytes(payload)) != digest:
            return count, _("aliran {stream}: isi kejadian {number} berubah").format(
                stream=key, number=number
            )
        chain = next_chain(chain, number, event_id, kind, complaint_id, version, digest)
        if chain != found:
            return count, _("aliran {stream}: rantai putus di {number}").format(stream=key, number=number)
        seq, count = number, count + 1
    if (seq, chain) != (last, last_hash):
        return count, _("aliran {stream}: kepala {head}, kejadian terakhir {last}").format(
            stream=key, head=last, last=seq
        )
    return count, ""


def _check_rows(database: CentralDatabase) -> list[str]:
    faults: list[str] = []
    for number, version, status, dinas, body in database.run(
        "SELECT number, version, status, dinas, body FROM complaint"
    ):
        try:
            complaint = _complaint.decode(bytes(body))
        except msgspec.MsgspecError:
            faults.append(_("laporan {number}: isinya tidak dapat dibaca").format(number=number))
            continue
        if (complaint.version, complaint.status, complaint.dinas) != (version, status, dinas):
            faults.append(_("laporan {number}: kolom tidak cocok dengan isinya").format(number=number))
    orphans = database.one("SELECT count(*) FROM entry WHERE complaint_id NOT IN (SELECT id FROM complaint)")
    if orphans and orphans[0]:
        faults.append(_("{count} baris riwayat tanpa laporan").format(count=orphans[0]))
    return faults


def _count(database: CentralDatabase, table: str) -> int:
    row = database.one(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0
