"""People: who signs in, with which roles, for which dinas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import peewee

from qlue_desk.central.errors import Invalid, NotFound
from qlue_desk.central.passwords import Passwords
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Actor, Role
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qlue_desk.central.hub import Hub

OF_A_DINAS = frozenset({Role.OFFICER, Role.SUPERVISOR})
ROLES_OF_PEOPLE = frozenset(Role) - {Role.SYSTEM, Role.REPORTER}


def dinas_of(city: City, dinas: str) -> str:
    """The key of a dinas that works in the city.

    :raises Invalid: when there is none, or it is outside of the city's own.
    """
    known = city.dinas_by_key.get(dinas)
    if known is None or known.outside:
        allowed = ", ".join(d.key for d in city.dinas if not d.outside)
        raise Invalid(
            N_("Dinas “{found}” tidak dikenal di {city}; pilih {allowed}."),
            found=dinas,
            city=city.name,
            allowed=allowed,
        )
    return dinas


class Accounts:
    """The people of all cities."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._people: dict[str, Actor] | None = None
        self._passwords = Passwords()

    # --- people ------------------------------------------------------------------------------

    def add_user(
        self,
        name: str,
        display: str,
        city: str,
        roles: Iterable[Role],
        dinas: str | None = None,
        password: str = "",
    ) -> Actor:
        """Register a person; without a password nobody can sign in as them.

        People who belong to no dinas by their role belong to the city's coordinator.
        """
        chosen = frozenset(Role(role) for role in roles)
        dinas = self._dinas_of(city, chosen, dinas)
        if not name or not name.isprintable() or any(c.isspace() for c in name):
            raise Invalid(N_("Nama pengguna “{name}” tidak boleh kosong atau berspasi."), name=name)
        actor = Actor(new_id("u"), clean(display or name, multiline=False), chosen, city, dinas)
        try:
            with self._hub.database.writing():
                self._hub.database.run(
                    "INSERT INTO account (id, name, display, city, dinas, roles, password_hash, active) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                    (
                        actor.id, name.lower(), actor.name, city, dinas,
                        ",".join(sorted(chosen)), self._passwords.hash(password),
                    ),
                )  # fmt: skip
                self._hub.configuration_changed()
        except peewee.IntegrityError:
            raise Invalid(N_("Nama pengguna “{name}” sudah dipakai."), name=name) from None
        return actor

    def _dinas_of(self, city: str, roles: frozenset[Role], dinas: str | None) -> str:
        found = self._hub.city(city)
        if not roles or not roles <= ROLES_OF_PEOPLE:
            raise Invalid(
                N_("Peran tidak dikenal; pilih {allowed}."), allowed=", ".join(sorted(ROLES_OF_PEOPLE))
            )
        if dinas is None:
            if roles & OF_A_DINAS:
                raise Invalid(N_("Petugas dan kepala bidang harus punya dinas; sebutkan dinasnya."))
            return found.coordinator
        return dinas_of(found, dinas)

    def set_password(self, name: str, password: str) -> None:
        """Give a person a new password."""
        self._change_account(name, "password_hash", self._passwords.hash(password))

    def set_active(self, name: str, active: bool) -> None:
        """Let a person in, or not any more; what they did stays."""
        self._change_account(name, "active", int(active))

    def _change_account(self, name: str, column: str, value: object) -> None:
        with self._hub.database.writing():
            changed = self._hub.database.run(
                f"UPDATE account SET {column} = ? WHERE name = ?", (value, name.lower())
            )
            if not changed.rowcount:
                raise NotFound(N_("Pengguna “{name}” tidak ada."), name=name)
            self._hub.configuration_changed()

    def sign_in(self, user: str, password: str) -> Actor | None:
        """The person, None when name or password is wrong; both take the same time."""
        if not user.isprintable():
            return None
        with self._hub.database.connected():
            row = self._hub.database.one(
                "SELECT id, password_hash FROM account WHERE name = ? AND active = 1", (user.strip().lower(),)
            )
        known = row is not None and row[1] != ""
        fits = self._passwords.verify(row[1] if row and known else self._passwords.decoy, password)
        if not fits or row is None or not known:
            return None
        return self.person(row[0])

    def person(self, actor_id: str) -> Actor | None:
        """An active person by user id."""
        return self._all_people().get(actor_id)

    def people(self, city: str, dinas: str | None = None) -> tuple[Actor, ...]:
        """Active people of a city, or of one dinas of it, by name."""
        found = (a for a in self._all_people().values() if a.city == city and dinas in (None, a.dinas))
        return tuple(sorted(found, key=lambda actor: (actor.name, actor.id)))

    def forget(self) -> None:
        """Read people again when next asked."""
        self._people = None

    def _all_people(self) -> dict[str, Actor]:
        people = self._people
        if people is None:
            with self._hub.database.connected():
                rows = self._hub.database.all(
                    "SELECT id, display, roles, city, dinas FROM account WHERE active = 1"
                )
            people = {
                row[0]: Actor(row[0], row[1], frozenset(map(Role, row[2].split(","))), row[3], row[4])
                for row in rows
            }
            self._people = people
        return people
