"""Which outside systems may write, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central.errors import Invalid
from qlue_desk.central.instants import to_ms
from qlue_desk.central.token_rows import TokenRows
from qlue_desk.central.tokens import API_PREFIX, make_token, parse_token
from qlue_desk.domain.moves import N_

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

API_PURPOSES = ("intake", "open311")


class ApiKey(msgspec.Struct, frozen=True):
    """An outside system: its name, what it may do, the city it writes for ('' any)."""

    name: str
    purpose: str
    city: str


class ApiKeys:
    """The keys of gateways and Open311 clients."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tokens = TokenRows(hub.database, lambda: hub.now())

    def add(self, name: str, purpose: str, city: str = "") -> str:
        """A key for an intake gateway or an Open311 client, shown once."""
        if purpose not in API_PURPOSES:
            raise Invalid(
                N_("Kunci untuk “{found}” tidak dikenal; pilih {allowed}."),
                found=purpose,
                allowed=", ".join(API_PURPOSES),
            )
        if city:
            self._hub.city(city)
        with self._hub.database.writing():
            return str(self._tokens.add(make_token(API_PREFIX), name, purpose, city))

    def of_token(self, token: str, purpose: str) -> ApiKey:
        """The outside system that carries this key.

        :raises TokenRefused: when it may not do this.
        """
        with self._hub.database.connected():
            name = self._tokens.owner(token, API_PREFIX, purpose)
            parsed = parse_token(token)
            assert parsed is not None, "TokenRows.owner has read it"
            row = self._hub.database.one("SELECT city FROM token WHERE key_id = ?", (parsed.key_id,))
        return ApiKey(name, purpose, row[0] if row else "")

    def revoke(self, name: str) -> int:
        """End all keys of an outside system; returns how many there were."""
        with self._hub.database.writing():
            return int(
                self._hub.database.run(
                    "UPDATE token SET revoked_at = ? "
                    "WHERE owner = ? AND purpose <> 'desk' AND revoked_at IS NULL",
                    (to_ms(self._hub.now()), name),
                ).rowcount
            )
