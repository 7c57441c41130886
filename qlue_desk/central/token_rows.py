"""The table of tokens: what was given out, to whom, for what, and when one ends because another was used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from qlue_desk.central.errors import TokenRefused
from qlue_desk.central.instants import to_ms
from qlue_desk.central.tokens import Token, parse_token
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import ErrorCode

if TYPE_CHECKING:
    from qlue_desk.central.database import CentralDatabase


class TokenRows:
    """Tokens of desks and of outside systems."""

    def __init__(self, database: CentralDatabase, now: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._now = now

    def add(self, token: Token, owner: str, purpose: str, city: str, replaces: str = "") -> Token:
        """Keep a token that is about to be given out; inside the transaction of what it is for."""
        self._database.run(
            "INSERT INTO token (key_id, secret_hash, owner, purpose, city, replaces) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (token.key_id, token.secret_hash, owner, purpose, city, replaces),
        )
        return token

    def owner(self, text: str, prefix: str, purpose: str) -> str:
        """Whom a token was given to, by id or name.

        :raises TokenRefused: when it is unknown, revoked or replaced.
        """
        token = parse_token(text)
        row = None
        if token is not None and token.prefix == prefix:
            row = self._database.one(
                "SELECT secret_hash, owner, not_after, replaces, revoked_at FROM token "
                "WHERE key_id = ? AND purpose = ?",
                (token.key_id, purpose),
            )
        if row is None or token is None or not token.matches(row[0]):
            raise TokenRefused(ErrorCode.TOKEN_EXPIRED, N_("Tanda masuk tidak dikenal; daftarkan lagi."))
        if row[4] is not None:
            raise TokenRefused(ErrorCode.TOKEN_REVOKED, N_("Tanda masuk ini dicabut oleh pengelola kota."))
        if row[2] is not None and int(row[2]) < to_ms(self._now()):
            raise TokenRefused(
                ErrorCode.TOKEN_EXPIRED, N_("Tanda masuk ini sudah diganti, mungkin oleh salinan meja ini.")
            )
        if row[3]:
            self._end_replaced(token.key_id, row[3])
        return str(row[1])

    def _end_replaced(self, key_id: str, replaced: str) -> None:
        """The new secret has arrived: the old one ends, and those given out beside whose replies were lost.

        So of two copies of a desk only the one that used its new secret first goes on.
        """
        with self._database.writing():
            self._database.run(
                "UPDATE token SET not_after = ? WHERE key_id = ? OR (replaces = ? AND key_id <> ?)",
                (to_ms(self._now()) - 1, replaced, replaced, key_id),
            )
            self._database.run("UPDATE token SET replaces = '' WHERE key_id = ?", (key_id,))
