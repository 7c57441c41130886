"""Where a person works: this desk's store, its session (city, people, rules) and who is signed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from qlue_desk.cities.calendar import calendar_for
from qlue_desk.domain.city import City
from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.complaint import Actor
from qlue_desk.domain.moves import N_, Context
from qlue_desk.domain.query import Query, QueryError, parse, spelled
from qlue_desk.domain.query_names import QueryNames, names_of
from qlue_desk.domain.text import clean
from qlue_desk.protocol import DeskIdentity, Session
from qlue_desk.store import meta
from qlue_desk.store.database import Store
from qlue_desk.store.ground import Ground
from qlue_desk.words import language

if TYPE_CHECKING:
    from qlue_desk.sync.errors import NotEnrolled

NOT_LOGGED_IN = N_("Meja ini belum masuk ke pusat: jalankan qlue-desk login.")


class NotLoggedIn(Exception):
    """No session or no person on this desk yet."""

    def __init__(self, not_enrolled: NotEnrolled | None = None) -> None:
        super().__init__(NOT_LOGGED_IN if not_enrolled is None else not_enrolled.sentence())
        self._not_enrolled = not_enrolled

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language; of a desk that belongs to no central what sync says of it, too."""
        return translate(NOT_LOGGED_IN) if self._not_enrolled is None else self._not_enrolled.sentence()


class Workplace:
    """Store, session and actor together; nothing in it needs a network."""

    def __init__(self, store: Store, session: Session, actor: Actor, home: Path, server_url: str) -> None:
        """Use `open` or `from_parts`."""
        self.store = store
        self.session = plain_names(session)
        self.actor = _plain_one(actor, "name")
        self.home = home
        self.server_url = server_url

    @classmethod
    def open(cls, home: Path) -> Workplace:
        """Open the data folder of a desk.

        :raises NotLoggedIn: when nobody is signed in here.
        :raises StoreError: when its database cannot be opened.
        """
        store = Store.open(home)
        try:
            session, actor, url = store.reading(_stored)
        except NotLoggedIn as error:
            enrolled = store.reading(meta.get, meta.SESSION)
            store.close()
            raise error if enrolled else _not_enrolled(home) from None
        except BaseException:
            store.close()
            raise
        return cls(store, session, actor, home, url)

    @classmethod
    def from_parts(
        cls,
        store: Store,
        session: Session,
        actor: Actor,
        *,
        home: Path | None = None,
        server_url: str = "",
    ) -> Workplace:
        """Put a workplace together without a network and keep session and actor in the store."""
        store.writing(_keep, session, actor, server_url)
        return cls(store, session, actor, home or store.folder, server_url)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def reload(self) -> bool:
        """Read session and actor again: sync fetched a new one, or another person signed in.

        True when city, people, desk or person are others than before. Nobody signed in any more: nothing
        changes, what is begun can be finished.
        """
        try:
            session, actor, url = self.store.reading(_stored)
        except NotLoggedIn:
            return False
        before = (self.city, self.people, self.desk, self.actor)
        self.session, self.actor, self.server_url = plain_names(session), _plain_one(actor, "name"), url
        if before == (self.city, self.people, self.desk, self.actor):
            return False
        for name in ("ground", "names", "zone"):
            self.__dict__.pop(name, None)
        return True

    @property
    def city(self) -> City:
        """The city of this desk."""
        return self.session.city

    @property
    def desk(self) -> DeskIdentity:
        """This installation; its dinas decides what it holds."""
        return self.session.desk

    @property
    def people(self) -> tuple[Actor, ...]:
        """Colleagues whom the session names."""
        return self.session.people

    @cached_property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.city.zone)

    @cached_property
    def ground(self) -> Ground:
        """The rules as this desk knows them."""
        return Ground(self.session, Clocks(self.city, calendar_for(self.city)))

    @property
    def clocks(self) -> Clocks:
        """Deadlines by the city's profile and calendar."""
        return self.ground.clocks

    @cached_property
    def names(self) -> QueryNames:
        """What the query line may name in this city."""
        return names_of([self.city], self.people)

    def context(self, now: dt.datetime) -> Context:
        """The surroundings of a decision; its `find` works on a store's thread only."""
        return self.ground.context(now)

    def query(self, text: str) -> Query:
        """Read a query line with this city's names.

        :raises domain.query.QueryError: pointing at what is not understood.
        """
        return parse(text, self.names, language())

    def spelled(self, text: str) -> str:
        """A query line in the reader's words; one that cannot be read as it stands."""
        try:
            return spelled(self.query(text), self.names, language())
        except QueryError:
            return text

    def person(self, user_id: str) -> Actor | None:
        """A colleague by user id."""
        return next((person for person in self.people if person.id == user_id), None)


def plain_names(session: Session) -> Session:
    """The session with names that no terminal obeys: they stand on every screen and in every sentence."""
    city = session.city
    return _changed(
        session,
        city=_changed(
            _plain_one(city, "name"),
            dinas=_plain(city.dinas, "name", "full_name"),
            categories=_plain(city.categories, "label"),
            kelurahan=_plain(city.kelurahan, "name"),
            kecamatan=_plain(city.kecamatan, "name"),
        ),
        people=_plain(session.people, "name"),
        desk=_plain_one(session.desk, "name"),
    )


Named = TypeVar("Named", bound=msgspec.Struct)


def _plain(items: tuple[Named, ...], *fields: str) -> tuple[Named, ...]:
    made = tuple(_plain_one(item, *fields) for item in items)
    return items if all(new is old for new, old in zip(made, items, strict=True)) else made


def _plain_one(item: Named, *fields: str) -> Named:
    return _changed(item, **{field: clean(getattr(item, field), multiline=False) for field in fields})


def _changed(item: Named, **values: object) -> Named:
    """The same object where nothing differs, so that what a city has worked out is kept."""
    differing = {
        key: value
        for key, value in values.items()
        if value is not getattr(item, key) and value != getattr(item, key)
    }
    return msgspec.structs.replace(item, **differing) if differing else item


def utc_now() -> dt.datetime:
    """The desk's clock; it never makes a deadline."""
    return dt.datetime.now(dt.UTC)


def _not_enrolled(home: Path) -> NotLoggedIn:
    from qlue_desk.sync.errors import NotEnrolled
    from qlue_desk.sync.tokens import read_token

    return NotLoggedIn(NotEnrolled(has_token=bool(read_token(home))))


def _stored() -> tuple[Session, Actor, str]:
    session, actor = meta.get(meta.SESSION), meta.get(meta.ACTOR)
    if session is None or actor is None:
        raise NotLoggedIn
    url = meta.get(meta.SERVER_URL) or b""
    return *_decoded(session, actor), url.decode()


@lru_cache(maxsize=2)
def _decoded(session: bytes, actor: bytes) -> tuple[Session, Actor]:
    """Asked for after each commit, so the same bytes are read once."""
    found = plain_names(msgspec.json.decode(session, type=Session))
    person = _plain_one(msgspec.json.decode(actor, type=Actor), "name")
    # The session is newer than the sign-in: roles may have changed since.
    return found, next((each for each in found.people if each.id == person.id), person)


def _keep(session: Session, actor: Actor, server_url: str) -> None:
    meta.put(meta.SESSION, msgspec.json.encode(session))
    meta.put(meta.ACTOR, msgspec.json.encode(actor))
    meta.put(meta.SERVER_URL, server_url)
