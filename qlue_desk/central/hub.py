"""An opened central: its database, its cities, and the rooms that work on them."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central import meta
from qlue_desk.central.accounts import Accounts
from qlue_desk.central.api_keys import ApiKeys
from qlue_desk.central.blobs import Blobs
from qlue_desk.central.database import CentralDatabase, SqliteCentral, open_database
from qlue_desk.central.desks import Desks
from qlue_desk.central.errors import DatabaseBusy, DatabaseProblem, Invalid, NotFound
from qlue_desk.central.feed import Feed
from qlue_desk.central.instants import utc_now
from qlue_desk.central.limits import RateLimits
from qlue_desk.central.migrations import SCHEMA_VERSION
from qlue_desk.central.records import Records
from qlue_desk.central.register import Register
from qlue_desk.central.seen import SeenHeads
from qlue_desk.central.wakeups import Wakeups
from qlue_desk.cities import streets
from qlue_desk.cities.calendar import calendar_for
from qlue_desk.domain.city import City
from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.moves import N_, Context
from qlue_desk.domain.system import reason_of
from qlue_desk.protocol import Limits, Retention

if TYPE_CHECKING:
    from qlue_desk.central.places import BoundaryIndex
    from qlue_desk.domain.places import PlaceIndex
    from qlue_desk.settings import Central as CentralSettings

DATABASE_FILE = "central.db"
CITIES_FOLDER = "cities"
BLOBS_FOLDER = "blobs"
CONFIGURATION = "configuration"
"""Note that counts changes of cities and people, for the memory of other processes."""
SERVER_ID = "server_id"
SCHEMA = "schema"

_city = msgspec.json.Decoder(City)
_encode = msgspec.json.Encoder().encode


class CityRoom:
    """A city with what is worked out of it once: clocks, names of places, boundaries."""

    def __init__(self, city: City, boundaries: Path) -> None:
        self.city = city
        self.clocks = Clocks(city, calendar_for(city))
        self._boundaries = boundaries

    @cached_property
    def places(self) -> PlaceIndex:
        """Kelurahan and streets by their names."""
        from qlue_desk.domain.places import PlaceIndex

        return PlaceIndex(self.city, [(street.name, street.kelurahan) for street in streets(self.city.key)])

    @cached_property
    def boundary_index(self) -> BoundaryIndex | None:
        """Kelurahan by points; None where the city brought no boundaries."""
        if not self._boundaries.is_file():
            return None
        from qlue_desk.central.places import boundary_index

        return boundary_index(self._boundaries)


class Hub:
    """Central, opened. Safe for many threads; one object per process and database."""

    def __init__(self, data: Path, database: CentralDatabase, now: Callable[[], dt.datetime]) -> None:
        self.data = data
        self.database = database
        database.on_undo = self._forget
        self.now = now
        self.limits = Limits()
        self.retention = Retention()
        self.rates = RateLimits()
        self.min_client = "0.0.0"
        self.offline_days = 30
        """How long a desk may show reports without hearing from central; 0 is for ever."""
        self.wakeups = Wakeups()
        self.seen = SeenHeads(data)
        self._rooms: dict[str, CityRoom] = {}
        self._configuration = -1
        self.feed = Feed(database)
        self.accounts = Accounts(self)
        self.desks = Desks(self)
        self.api_keys = ApiKeys(self)
        self.blobs = Blobs(database, data / BLOBS_FOLDER, self.limits, lambda: self.now())
        self.records = Records(database)
        self.register = Register(self)
        self.server_id = self.seen.server_id = self._known_id()

    @classmethod
    def create(
        cls,
        data: Path,
        *,
        database_url: str | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> Hub:
        """Make an empty central in `data` and open it; one that exists already is only opened."""
        _make_folder(data)
        database = open_database(database_url or _sqlite_url(data))
        _make_tables(database)
        return cls._opened(data, database, now)

    @classmethod
    def open(
        cls,
        data: Path,
        *,
        database_url: str | None = None,
        now: Callable[[], dt.datetime] = utc_now,
    ) -> Hub:
        """Open an existing central.

        :raises DatabaseProblem: when there is none, or it was written by a newer program.
        """
        return cls._opened(data, open_database(database_url or _sqlite_url(data), create=False), now)

    @classmethod
    def _opened(cls, data: Path, database: CentralDatabase, now: Callable[[], dt.datetime]) -> Hub:
        from qlue_desk.central import restoring

        if isinstance(database, SqliteCentral) and not os.access(data, os.W_OK):
            raise DatabaseProblem(
                N_(
                    "Folder data {path} tidak boleh ditulis; ubah izinnya, atau pilih yang lain dengan --data."
                ),
                path=str(data),
            )
        _check_version(database)
        try:
            hub = cls(data, database, now)
            restoring.notice(hub)
        except Exception as error:
            if not is_of_database(error):
                raise
            raise database_problem(database, error) from error
        return hub

    def configure(self, settings: CentralSettings) -> None:
        """Take what `[central]` of config.toml says about keeping.

        :raises Invalid: when files are to lie where nothing can be opened.
        """
        from qlue_desk.central.blob_stores import open_store

        self.retention = Retention(feed_days=settings.feed_days)
        self.blobs.quota_bytes = settings.blob_quota_mb * 1024 * 1024
        self.blobs.store = open_store(settings.blobs, self.data / BLOBS_FOLDER)

    def close(self) -> None:
        """Wake whoever waits and give all connections back."""
        self.wakeups.close()
        self.seen.flush()
        self.database.close_all()

    # --- cities ------------------------------------------------------------------------------

    def room(self, key: str) -> CityRoom:
        """A city with its clocks and indexes; NotFound when central does not serve it."""
        found = self._rooms.get(key)
        if found is None:
            found = self._rooms[key] = self._read_room(key)
        return found

    def city(self, key: str) -> City:
        """A city; NotFound when central does not serve it."""
        return self.room(key).city

    def cities(self) -> list[City]:
        """All cities that central serves, by key."""
        with self.database.connected():
            return [self.city(row[0]) for row in self.database.all("SELECT key FROM city ORDER BY key")]

    def context(self, city_key: str, now: dt.datetime) -> Context:
        """The surroundings of a decision about a report of this city at `now`."""
        room = self.room(city_key)
        return Context(
            city=room.city,
            clocks=room.clocks,
            now=now,
            find=lambda ref: self.records.find(city_key, ref),
            person=self.accounts.person,
            complete=True,
        )

    def put_city(self, city: City, boundaries: Path | None = None) -> None:
        """Add or replace a city; its boundaries are copied beside the database.

        :raises Invalid: when another city has the same prefix, so that numbers would clash.
        """
        for other in self.cities():
            if other.key != city.key and other.prefix == city.prefix:
                raise Invalid(
                    N_("Awalan nomor {prefix} sudah dipakai {city}; pilih awalan lain."),
                    prefix=city.prefix,
                    city=other.name,
                )
        if boundaries is not None:
            target = self._boundaries(city.key)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(boundaries.read_bytes())
        with self.database.writing():
            self.save_city(city)

    def borders(self, key: str) -> bytes | None:
        """The GeoJSON that a city was added with, None where it brought none."""
        path = self._boundaries(key)
        return path.read_bytes() if path.is_file() else None

    def save_city(self, city: City) -> None:
        """Write a city inside the caller's transaction."""
        self.database.run(
            "INSERT INTO city (key, body) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET body = excluded.body",
            (city.key, _encode(city)),
        )
        self.configuration_changed()

    # --- configuration: cities and people change seldom and are kept in memory ----------------

    def refresh(self) -> int:
        """Forget cities and people if another process changed them; returns the configuration's number."""
        number = int(meta.get(self.database, CONFIGURATION) or 0)
        if number != self._configuration:
            self._forget()
            self._configuration = number
        return number

    def configuration_changed(self) -> None:
        """Inside a transaction: every process reads cities and people again."""
        meta.count_up(self.database, CONFIGURATION)
        self._forget()
        self.database.once_durable(self._forget)

    def _forget(self) -> None:
        self._rooms = {}
        self.accounts.forget()
        self._configuration = -1

    def _read_room(self, key: str) -> CityRoom:
        with self.database.connected():
            row = self.database.one("SELECT body FROM city WHERE key = ?", (key,))
            if row is None:
                known = ", ".join(r[0] for r in self.database.all("SELECT key FROM city ORDER BY key"))
                raise NotFound(
                    N_("Kota “{city}” tidak dilayani di sini; yang ada: {known}."),
                    city=key,
                    known=known or "–",
                )
        try:
            city = _city.decode(bytes(row[0]))
        except msgspec.MsgspecError as error:
            raise damaged(self.database, f"city {key}: {error}") from error
        return CityRoom(city, self._boundaries(key))

    def _boundaries(self, key: str) -> Path:
        return self.data / CITIES_FOLDER / f"{key}.geojson"

    def _known_id(self) -> str:
        with self.database.connected():
            known = meta.get(self.database, SERVER_ID)
        if not known:
            raise DatabaseProblem(N_("Basis data {place} bukan milik server ini."), place=self.database.place)
        return known


def _sqlite_url(data: Path) -> str:
    return f"sqlite://{data.absolute() / DATABASE_FILE}"


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        raise DatabaseProblem(
            N_("{path} adalah berkas, bukan folder; pilih folder data yang lain dengan --data."),
            path=str(data),
        ) from error
    except OSError as error:
        raise DatabaseProblem(
            N_("Folder data {path} tidak dapat dibuat ({why}); pilih yang lain dengan --data."),
            path=str(data),
            why=reason_of(error),
        ) from error


DAMAGE = ("malformed", "not a database", "no such table", "no such column", "disk I/O error")
"""What SQLite says of a file that is not what central wrote."""
DRIVERS = frozenset({"sqlcipher3", "sqlite3", "peewee", "psycopg", "psycopg_binary"})


def is_of_database(error: BaseException) -> bool:
    """Whether the database's driver raised this."""
    return type(error).__module__.partition(".")[0] in DRIVERS


def database_problem(database: CentralDatabase, error: BaseException) -> DatabaseProblem:
    """What a driver's error means for whoever runs this central, and what to do."""
    why = str(error.__cause__ or error).strip().partition("\n")[0]
    if any(word in why for word in DAMAGE):
        return damaged(database, why)
    return DatabaseProblem(
        N_("Basis data {place} tidak dapat dibuka ({why})."), place=database.place, why=why
    )


def damaged(database: CentralDatabase, why: str) -> DatabaseProblem:
    """The database holds what central never wrote."""
    return DatabaseProblem(
        N_("Basis data {place} rusak ({why}); hentikan server dan pulihkan dari cadangan terakhir."),
        place=database.place,
        why=why[:200],
    )


def _make_tables(database: CentralDatabase) -> None:
    try:
        _make_tables_in(database)
    except Exception as error:
        if not (is_of_database(error) or isinstance(error, DatabaseBusy)):
            raise
        raise database_problem(database, error) from error


def _make_tables_in(database: CentralDatabase) -> None:
    from qlue_desk.central.models import TABLES

    with database.connected(), database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES, safe=True)
        with database.writing():
            meta.put_new(database, SCHEMA, str(SCHEMA_VERSION))
            meta.put_new(database, SERVER_ID, f"s_{secrets.token_hex(8)}")


def _check_version(database: CentralDatabase) -> None:
    try:
        with database.connected():
            stored = meta.get(database, SCHEMA)
    except Exception as error:
        raise database_problem(database, error) from error
    if stored and not stored.isdecimal():
        raise damaged(database, f"meta.schema = {stored!r}")
    found = int(stored or 0)
    if found > SCHEMA_VERSION:
        raise DatabaseProblem(
            N_("Basis data {place} dari program yang lebih baru (bentuk {found}, program ini {known})."),
            place=database.place,
            found=str(found),
            known=str(SCHEMA_VERSION),
        )
