"""Work that travels by USB stick: sealed requests one way, sealed replies back.

A desk without any network exchanges the messages of `protocol` through two files. The bundle is sealed
to central's public key (libsodium's sealed box), so a lost stick tells nobody anything; the answer is
locked with a key that only the bundle carried. The desk's token lies inside: central knows who asks.
"""

from __future__ import annotations

import base64
import datetime as dt
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.protocol import Action, PullReply, PushReply, Session, SnapshotPage

BUNDLE_MAGIC = b"qlue-bundle-1\n"
ANSWER_MAGIC = b"qlue-answer-1\n"
BUNDLE_SUFFIX = ".qlb"
ANSWER_SUFFIX = ".qla"
LARGEST_FILE = 256 * 1024 * 1024
"""Bytes of a bundle or an answer that are read at all."""
LARGEST_ANSWER = 1024 * 1024 * 1024
"""Bytes of an unpacked answer; it comes from central, so this only bounds a mistake."""
_ID_LENGTH = 64

T = TypeVar("T")


class BundleProblem(Exception):
    """A file that cannot be used; `template` is one sentence, `values` its fields."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__(template.format(**values))
        self.template = template
        self.values = values

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        values = {key: translate(value) if key == "why" else value for key, value in self.values.items()}
        return translate(self.template).format(**values)


class CarriedFile(msgspec.Struct, frozen=True):
    """Evidence that an action of the bundle names."""

    sha256: str
    name: str
    content: bytes


class Bundle(msgspec.Struct, frozen=True):
    """What a desk asks: take these actions, and tell me what is new after my cursor."""

    id: str
    token: str
    cursor: str | None
    made_at: dt.datetime
    answer_key: bytes
    """32 bytes; the answer is locked with them."""
    actions: tuple[Action, ...] = ()
    files: tuple[CarriedFile, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """What central replies: the replies that the network would have brought, in their order."""

    session: Session
    push: PushReply | None = None
    """None: the cursor was dead, so nothing was decided yet; the snapshot comes first."""
    snapshot: tuple[SnapshotPage, ...] = ()
    pages: tuple[PullReply, ...] = ()


_encode = msgspec.json.Encoder().encode


def read(path: Path) -> bytes:
    """The bytes of a bundle or an answer.

    :raises BundleProblem: when it cannot be read, or is larger than any of ours.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise BundleProblem(N_("{path} bukan berkas biasa."), path=str(path))
        if found.st_size > LARGEST_FILE:
            raise BundleProblem(
                N_("{path} lebih besar dari {limit} MB; itu bukan berkas kami."),
                path=str(path),
                limit=str(LARGEST_FILE // 1_000_000),
            )
        return path.read_bytes()
    except OSError as error:
        raise BundleProblem(
            N_("{path} tidak bisa dibaca: {why}."), path=str(path), why=reason_of(error)
        ) from error


def new_keys() -> tuple[str, str]:
    """A key pair of central, (public, private), as base64."""
    from nacl.public import PrivateKey

    private = PrivateKey.generate()
    return _text(bytes(private.public_key)), _text(bytes(private))


def new_answer_key() -> bytes:
    """A key for one answer."""
    from nacl.secret import SecretBox
    from nacl.utils import random

    return bytes(random(SecretBox.KEY_SIZE))


def seal(bundle: Bundle, public_key: str) -> bytes:
    """The file that only the central with this public key can read."""
    from nacl.public import PublicKey, SealedBox

    box = SealedBox(PublicKey(base64.b64decode(public_key)))
    return BUNDLE_MAGIC + box.encrypt(_encode(bundle))


def unseal(content: bytes, private_key: str) -> Bundle:
    """Read a bundle at central.

    :raises BundleProblem: when it is none, is damaged, or was made for another central.
    """
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey, SealedBox

    if not content.startswith(BUNDLE_MAGIC):
        raise BundleProblem(N_("Berkas ini bukan bundel meja ({suffix})."), suffix=BUNDLE_SUFFIX)
    try:
        plain = SealedBox(PrivateKey(base64.b64decode(private_key))).decrypt(content[len(BUNDLE_MAGIC) :])
    except (CryptoError, ValueError) as error:
        raise BundleProblem(N_("Bundel ini rusak, atau dibuat untuk pusat lain.")) from error
    return _decoded(plain, Bundle)


def lock(answer: Answer, bundle: Bundle) -> bytes:
    """The file that goes back to the desk which made the bundle."""
    from nacl.secret import SecretBox

    packed = zlib.compress(_encode(answer), 6)
    head = ANSWER_MAGIC + bundle.id.encode().ljust(_ID_LENGTH)
    return head + SecretBox(bundle.answer_key).encrypt(packed)


def bundle_of(content: bytes) -> str:
    """Which bundle an answer belongs to.

    :raises BundleProblem: when it is no answer.
    """
    if not content.startswith(ANSWER_MAGIC):
        raise BundleProblem(N_("Berkas ini bukan jawaban pusat ({suffix})."), suffix=ANSWER_SUFFIX)
    return content[len(ANSWER_MAGIC) :][:_ID_LENGTH].decode("ascii", "replace").strip()


def unlock(content: bytes, answer_key: bytes) -> Answer:
    """Read an answer at the desk.

    :raises BundleProblem: when it is damaged.
    """
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    try:
        packed = SecretBox(answer_key).decrypt(content[len(ANSWER_MAGIC) + _ID_LENGTH :])
        plain = zlib.decompressobj().decompress(packed, LARGEST_ANSWER)
    except (CryptoError, ValueError, zlib.error) as error:
        raise BundleProblem(N_("Jawaban pusat ini rusak; minta salinannya sekali lagi.")) from error
    return _decoded(plain, Answer)


def _decoded(plain: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(plain, type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise BundleProblem(
            N_("Isi berkas ini tidak dikenal program ini; samakan versi program meja dan pusat.")
        ) from error


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
