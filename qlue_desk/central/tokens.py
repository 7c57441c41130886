"""Secrets that machines carry: `qd1_<key id>_<secret>_<crc32>`.

The prefix and the checksum let secret scanners find one that leaked, and a mistyped one fail at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib

import msgspec

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_BYTES = 32
SECRET_LENGTH = 43
"""32 bytes in base 62."""
KEY_ID_LENGTH = 12
CHECK_LENGTH = 6
DESK_PREFIX = "qd1"
API_PREFIX = "qk1"

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is mistaken for something else when read aloud."""
CODE_LENGTH = 10


class Token(msgspec.Struct, frozen=True):
    """A token taken apart; only `secret_hash` of the secret is ever kept."""

    prefix: str
    key_id: str
    secret: str

    @property
    def secret_hash(self) -> str:
        """SHA-256 in hex; a random secret of 256 bits needs no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def matches(self, secret_hash: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.secret_hash, secret_hash)

    def __str__(self) -> str:
        plain = f"{self.prefix}_{self.key_id}_{self.secret}"
        return f"{plain}_{_check(plain)}"


def make_token(prefix: str) -> Token:
    """A fresh secret."""
    secret = _base62(int.from_bytes(secrets.token_bytes(SECRET_BYTES)), SECRET_LENGTH)
    return Token(prefix, secrets.token_hex(KEY_ID_LENGTH // 2), secret)


def parse_token(text: str) -> Token | None:
    """The token in `text`, None when it is none of ours or mistyped."""
    plain, _, check = text.rpartition("_")
    parts = plain.split("_")
    if len(parts) != 3 or parts[0] not in (DESK_PREFIX, API_PREFIX):
        return None
    token = Token(*parts)
    if len(token.secret) != SECRET_LENGTH or not hmac.compare_digest(
        check.encode(errors="replace"), _check(plain).encode()
    ):
        return None
    return token


def make_code() -> str:
    """A one-time code that is read over the telephone: `K7QF2-M9XTR`."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return f"{code[:5]}-{code[5:]}"


def code_hash(code: str) -> str:
    """What is kept of a code; case, spaces and dashes do not matter."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _check(plain: str) -> str:
    return _base62(zlib.crc32(plain.encode()), CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits: list[str] = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
