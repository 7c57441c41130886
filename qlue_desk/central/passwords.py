"""People's passwords at central: kept only as argon2id hashes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from qlue_desk.central.errors import Invalid
from qlue_desk.domain.moves import N_

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD = 8


class Passwords:
    """Hashing and comparing; the library is loaded with the first password."""

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        # OWASP's second choice: safe, and quick enough for an embedded demonstration.
        return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

    @cached_property
    def decoy(self) -> str:
        """A hash that no password fits: a name that nobody has takes as long as one that somebody has."""
        return self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """What is kept of a password; '' for none, which lets nobody in.

        :raises Invalid: when it is too short.
        """
        if not password:
            return ""
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid(
                N_("Kata sandi terlalu pendek; paling sedikit {least} huruf."), least=str(SHORTEST_PASSWORD)
            )
        return self._hasher.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        """Whether it is the password that was hashed."""
        from argon2.exceptions import VerificationError

        try:
            return self._hasher.verify(password_hash, password)
        except VerificationError:
            return False
