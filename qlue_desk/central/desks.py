"""Which installations are enrolled as desks, and of which dinas each is.

A desk carries a token whose claims are rows here; a dinas is never read from a request.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central import clones
from qlue_desk.central.accounts import dinas_of
from qlue_desk.central.errors import NotAllowed, NotFound, TokenRefused
from qlue_desk.central.instants import from_ms, to_ms
from qlue_desk.central.token_rows import TokenRows
from qlue_desk.central.tokens import DESK_PREFIX, code_hash, make_code, make_token, parse_token
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean
from qlue_desk.protocol import DeskIdentity, EnrolReply, ErrorCode

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

CODE_MINUTES = 10
OLD_SECRET_DAYS = 7
"""How long a replaced secret still works when the new one is never used (lost reply)."""
_NAME_LENGTH = 120


class Revoked(msgspec.Struct, frozen=True):
    """How a desk stands with its city: `revoked`, and `wipe`: told to delete what it holds."""

    revoked: bool
    wipe: bool


class DeskInfo(msgspec.Struct, frozen=True):
    """One enrolled desk as an administrator sees it."""

    id: str
    city: str
    dinas: str
    name: str
    install: str
    created_at: dt.datetime
    seen_at: dt.datetime | None
    revoked: bool
    scope_version: int
    cloned: bool = False
    """Two copies of it ask in turn (`central.clones`)."""


class Desks:
    """The desks of all cities."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tokens = TokenRows(hub.database, lambda: hub.now())

    def enrolment_code(self, city: str, dinas: str, name: str) -> str:
        """A code, good for 10 minutes and once, that makes an installation a desk of `dinas`."""
        dinas = dinas_of(self._hub.city(city), dinas)
        code = make_code()
        not_after = self._hub.now() + dt.timedelta(minutes=CODE_MINUTES)
        with self._hub.database.writing():
            self._hub.database.run(
                "INSERT INTO enrolment (code_hash, city, dinas, name, not_after) VALUES (?, ?, ?, ?, ?)",
                (code_hash(code), city, dinas, name, to_ms(not_after)),
            )
        return code

    def enrol(self, code: str, desk_name: str, install: str) -> EnrolReply:
        """Make an installation a desk; one whose answer was lost may ask again with its code, and is that desk.

        :raises NotAllowed: when the code is unknown, used or too old; which of them is not said.
        """
        now, database = to_ms(self._hub.now()), self._hub.database
        with database.writing():
            used = database.run(
                "UPDATE enrolment SET used_at = ? WHERE code_hash = ? AND used_at IS NULL AND not_after >= ? "
                "RETURNING city, dinas, name",
                (now, code_hash(code), now),
            ).fetchone()
            if used is None:
                return self._enrolled_before(code, install, now)
            return self._add(used[0], used[1], desk_name or used[2], install, now)

    def _enrolled_before(self, code: str, install: str, now: int) -> EnrolReply:
        """The desk that this code has made of this very installation, with a new token."""
        found = self._hub.database.one(
            "SELECT desk.id, desk.city, desk.dinas, desk.name, token.key_id FROM enrolment"
            " JOIN desk ON desk.created_at = used_at AND desk.install = ? AND desk.revoked_at IS NULL"
            " JOIN token ON token.owner = desk.id AND token.purpose = 'desk'"
            " AND token.replaces = '' AND token.not_after IS NULL"
            " WHERE code_hash = ? AND enrolment.not_after >= ?",
            (install, code_hash(code), now),
        )
        if found is None or not install:
            raise NotAllowed(
                N_("Kode pendaftaran salah, sudah dipakai, atau lewat 10 menit; minta kode baru.")
            )
        *identity, lost = found
        desk = DeskIdentity(*identity)
        token = self._tokens.add(make_token(DESK_PREFIX), desk.id, "desk", desk.city, replaces=lost)
        return EnrolReply(str(token), self._hub.server_id, desk)

    def add(self, city: str, dinas: str, name: str, install: str = "") -> EnrolReply:
        """A desk without a code, for whoever runs central itself (demonstration, tests)."""
        dinas = dinas_of(self._hub.city(city), dinas)
        with self._hub.database.writing():
            return self._add(city, dinas, name, install, to_ms(self._hub.now()))

    def _add(self, city: str, dinas: str, name: str, install: str, now: int) -> EnrolReply:
        desk = DeskIdentity(new_id("d"), city, dinas, clean(name, multiline=False, limit=_NAME_LENGTH))
        self._hub.database.run(
            "INSERT INTO desk (id, city, dinas, name, install, client, scope_version, created_at, wipe) "
            "VALUES (?, ?, ?, ?, ?, '', 1, ?, 0)",
            (
                desk.id,
                city,
                dinas,
                desk.name,
                clean(install, multiline=False, limit=_NAME_LENGTH),
                now,
            ),
        )
        token = self._tokens.add(make_token(DESK_PREFIX), desk.id, "desk", city)
        return EnrolReply(str(token), self._hub.server_id, desk)

    def of_token(self, token: str, *, even_revoked: bool = False) -> DeskIdentity:
        """The desk that carries this token; `even_revoked` for the last work that it sealed.

        :raises TokenRefused: when the token is unknown, replaced or its desk revoked.
        """
        with self._hub.database.connected():
            owner = self._tokens.owner(token, DESK_PREFIX, "desk")
            row = self._hub.database.one(
                "SELECT id, city, dinas, name, revoked_at, wipe FROM desk WHERE id = ?", (owner,)
            )
        if row is None or (row[4] is not None and not even_revoked):
            wipe = bool(row and row[5])
            raise TokenRefused(
                ErrorCode.TOKEN_REVOKED, N_("Meja ini dicabut oleh pengelola kota."), wipe=wipe, desk=owner
            )
        return DeskIdentity(row[0], row[1], row[2], row[3])

    def scope_version(self, desk_id: str) -> int:
        """Rises when the desk is moved to another dinas."""
        row = self._hub.database.one("SELECT scope_version FROM desk WHERE id = ?", (desk_id,))
        return int(row[0]) if row else 0

    def seen(self, desk_id: str, client: str) -> None:
        """Note when a desk last asked, with which program."""
        with self._hub.database.writing():
            self._hub.database.run(
                "UPDATE desk SET seen_at = ?, client = ? WHERE id = ?",
                (to_ms(self._hub.now()), client[:_NAME_LENGTH], desk_id),
            )

    def of_city(self, city: str) -> list[DeskInfo]:
        """Every desk of a city, oldest first."""
        with self._hub.database.connected():
            rows = self._hub.database.all(
                "SELECT id, city, dinas, name, install, created_at, seen_at, revoked_at, scope_version "
                "FROM desk WHERE city = ? ORDER BY created_at, id",
                (city,),
            )
            now = to_ms(self._hub.now())
            return [
                DeskInfo(
                    row[0], row[1], row[2], row[3], row[4], from_ms(int(row[5])),
                    from_ms(int(row[6])) if row[6] is not None else None, row[7] is not None, int(row[8]),
                    clones.is_cloned(self._hub.database, row[0], now),
                )
                for row in rows
            ]  # fmt: skip

    def move(self, desk_id: str, dinas: str) -> None:
        """Give a desk another dinas; its next pull answers 410 scope."""
        with self._hub.database.writing():
            row = self._hub.database.one("SELECT city FROM desk WHERE id = ?", (desk_id,))
            if row is None:
                raise NotFound(N_("Meja {desk} tidak ada."), desk=desk_id)
            dinas = dinas_of(self._hub.city(row[0]), dinas)
            self._hub.database.run(
                "UPDATE desk SET dinas = ?, scope_version = scope_version + 1 WHERE id = ?", (dinas, desk_id)
            )

    def revoke(self, desk_id: str, wipe: bool = False) -> Revoked:
        """End a desk's access; with `wipe` its next contact tells it to delete what it holds.

        Of a desk that was revoked before, the order to wipe itself is added, and none is taken back. Returns how it
        stood before.
        """
        with self._hub.database.writing():
            row = self._hub.database.one("SELECT revoked_at, wipe FROM desk WHERE id = ?", (desk_id,))
            if row is None:
                raise NotFound(N_("Meja {desk} tidak ada."), desk=desk_id)
            before = Revoked(revoked=row[0] is not None, wipe=bool(row[1]))
            self._hub.database.run(
                "UPDATE desk SET revoked_at = ?, wipe = ? WHERE id = ?",
                (row[0] or to_ms(self._hub.now()), int(wipe or before.wipe), desk_id),
            )
            return before

    def rotate(self, token: str) -> str:
        """A new token for the same desk; the old one ends with the new one's first use, or in 7 days."""
        desk, old = self.of_token(token), parse_token(token)
        assert old is not None, "of_token has read it"
        fresh = make_token(DESK_PREFIX)
        until = to_ms(self._hub.now() + dt.timedelta(days=OLD_SECRET_DAYS))
        with self._hub.database.writing():
            # A secret that was replaced once ends when it was told to, however often it asks again.
            self._hub.database.run(
                "UPDATE token SET not_after = ? WHERE key_id = ? AND not_after IS NULL", (until, old.key_id)
            )
            self._tokens.add(fresh, desk.id, "desk", desk.city, replaces=old.key_id)
        return str(fresh)
