"""Making this installation a desk, and signing people in at it, also without a network.

The token never enters the database or a setting: it lies in a file of mode 0600, or in the environment.
Passwords are kept only as argon2id hashes, one a person who has signed in here.
"""

from __future__ import annotations

import hashlib
import platform
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from qlue_desk.domain.complaint import Actor
from qlue_desk.domain.ids import new_id
from qlue_desk.phrases import number
from qlue_desk.protocol import EnrolReply, EnrolRequest, ErrorCode, Session, SignInReply, SignInRequest
from qlue_desk.store import meta, outbox, position
from qlue_desk.store.database import Store
from qlue_desk.sync import digests, pull
from qlue_desk.sync.errors import NotEnrolled, NotSignedIn, Offline, Refused, SignInFailed, WrongPassword
from qlue_desk.sync.link import Link
from qlue_desk.sync.tokens import TOKEN_FILE, TokenFile, read_token, read_tokens, write_token
from qlue_desk.sync.transport import Transport, checked_address
from qlue_desk.words import _, n_

_HASH = "sign_in:"


Home = Path | Store
"""A data folder, or its store where that is open already."""


class _Known(msgspec.Struct, frozen=True):
    """Someone who has signed in here with a network."""

    hash: str
    actor: Actor


# --- the desk ----------------------------------------------------------------------------------------


def enrol(url: str, code: str, desk_name: str, home: Home, *, private_ca: Path | None = None) -> Session:
    """Make this installation a desk of the city at `url`, with a one-time code.

    :raises SyncError: central's sentence when the code is not valid (any more).
    """
    transport = Transport(url, private_ca=private_ca)
    with _opened(home) as store, closing(transport):
        _check_free(store, transport)
        install = _install_of(store)
        # Kept before it is told: where the answer is lost, the same code and this make the same desk again.
        store.writing(meta.put, meta.INSTALL, install)
        request = EnrolRequest(code=code.strip(), desk_name=desk_name, install=install)
        reply = transport.send("POST", "/v1/enrol", EnrolReply, body=request)
        return _settle_in(store, transport, reply.token, reply.server_id)


def adopt_token(url: str, token: str, home: Home, *, private_ca: Path | None = None) -> Session:
    """Make this installation a desk with a token that was handed over (demonstration, administrators)."""
    transport = Transport(url, token=token.strip(), private_ca=private_ca)
    with _opened(home) as store, closing(transport):
        session = transport.send("GET", "/v1/session", Session)
        _check_free(store, transport, session.server_id)
        return _settle_in(store, transport, token.strip(), session.server_id)


def resume(url: str, home: Home, *, private_ca: Path | None = None) -> bool:
    """Whether this data folder needs no code for the server at `url`: its token is here already.

    Where the database was lost, central says whose the token is, and the desk goes on as that one.

    :raises SyncError: when that server does not answer.
    """
    with _opened(home) as store:
        known, _server = store.reading(_enrolment)
        tokens = read_tokens(store.folder)
        if not tokens or known:  # a token is never shown to another address than its own
            return bool(tokens) and known == checked_address(url)
        with closing(
            Transport(url, token=tokens[0], tokens=TokenFile(store.folder), private_ca=private_ca)
        ) as transport:
            try:
                session = transport.send("GET", "/v1/session", Session)
            except NotSignedIn:
                return False  # it has ended: a code makes a new one
            store.writing(_keep_enrolment, transport.url, session.server_id, _install_of(store))
            transport.server_id = session.server_id
            pull.fetch_session(Link(store, transport))
    return True


def need_enrolment(home: Path) -> None:
    """Say so before a person is asked for name and password.

    :raises NotEnrolled: when this desk belongs to no central.
    """
    with _opened(home) as store:
        transport_for(store).close()


def _settle_in(store: Store, transport: Transport, token: str, server_id: str) -> Session:
    write_token(store.folder, token)
    store.writing(_keep_enrolment, transport.url, server_id, _install_of(store))
    transport.token, transport.server_id = token, server_id
    return pull.fetch_session(Link(store, transport))


def _check_free(store: Store, transport: Transport, server_id: str = "") -> None:
    """Work that waits for one server must never reach another; the same one may have moved."""
    url, known = store.reading(_enrolment)
    left = store.reading(outbox.counts).waiting
    same = url == transport.url or (server_id and server_id == known)
    if left and url and not same:
        raise SignInFailed(
            n_(
                "{count} tindakan masih menunggu {url}; kirim atau ekspor dulu (qlue-desk outbox).", left
            ).format(count=number(left), url=url)
        )


def _install_of(store: Store) -> str:
    stored = store.reading(meta.get, meta.INSTALL)
    return stored.decode() if stored else new_id("i")


@contextmanager
def _opened(home: Home) -> Iterator[Store]:
    if isinstance(home, Store):
        yield home
        return
    store = Store.open(home)
    try:
        yield store
    finally:
        store.close()


def transport_for(store: Store, *, private_ca: Path | None = None) -> Transport:
    """The conversation with the server where this desk is enrolled.

    :raises NotEnrolled: when it is not.
    """
    url, server_id = store.reading(_enrolment)
    token = read_token(store.folder)
    if not url or not token:
        raise NotEnrolled(knows_server=bool(url), has_token=bool(token))
    transport = Transport(
        url,
        token=token,
        tokens=TokenFile(store.folder),
        digests=digests.Kept(store, url),
        server_id=server_id,
        private_ca=private_ca,
        place=place_of(store.folder),
    )
    transport.blocked = store.off_network
    return transport


def enrolment_of(store: Store) -> tuple[str, ...]:
    """What says which desk of which central this is: it changes when the folder is enrolled anew."""
    return (*store.reading(_enrolment), *read_tokens(store.folder))


def place_of(folder: Path) -> str:
    """A hash of this machine and folder, so that central can tell two copies of one desk apart."""
    where = f"{platform.node()}|{uuid.getnode()}|{folder.resolve()}"
    return hashlib.sha256(where.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# --- people ------------------------------------------------------------------------------------------


def _anybody(_actor: Actor) -> None:
    """Whoever has the password may sit down."""


def sign_in(
    home: Home,
    user: str,
    password: str,
    *,
    private_ca: Path | None = None,
    admit: Callable[[Actor], None] = _anybody,
) -> Actor:
    """Sign a person in: at central, or without a network against what they signed in with last time.

    `admit` is asked when the password was right and nothing is changed yet; it may raise `SignInFailed`.

    :raises SignInFailed: with one sentence.
    """
    name = user.strip()
    with _opened(home) as store:
        transport = transport_for(store, private_ca=private_ca)
        with closing(transport):
            try:
                request = SignInRequest(user=name, password=password)
                reply = transport.send("POST", "/v1/sign-in", SignInReply, body=request)
            except Offline:
                return _sign_in_offline(store, name, password, admit)
            except Refused as refused:
                if refused.code != ErrorCode.SIGN_IN_FAILED:
                    raise
                _forget_changed_password(store, name, password)
                raise WrongPassword(_("Nama atau kata sandi salah.")) from refused
        admit(reply.actor)
        store.writing(_keep_person, name, password, reply.actor)
        return reply.actor


def sign_out(home: Home) -> None:
    """Nobody is signed in any more; what waits in the outbox stays and is still sent."""
    with _opened(home) as store:
        store.writing(meta.put, meta.ACTOR, None)


def leave(store: Store) -> int:
    """Give up the enrolment itself, keeping all data; returns how many actions were not sent yet."""
    sign_out(store)
    (store.folder / TOKEN_FILE).unlink(missing_ok=True)
    return store.reading(outbox.counts).waiting


def signed_in(store: Store) -> Actor | None:
    """Who is signed in at this desk."""
    stored = store.reading(meta.get, meta.ACTOR)
    return None if stored is None else msgspec.json.decode(stored, type=Actor)


def _sign_in_offline(store: Store, user: str, password: str, admit: Callable[[Actor], None]) -> Actor:
    stored = store.reading(meta.get, _HASH + user)
    if stored is None:
        raise SignInFailed(
            _("Pusat tidak terjangkau, dan {user} belum pernah masuk di meja ini.").format(user=user)
        )
    known = msgspec.json.decode(stored, type=_Known)
    if not _matches(known.hash, password):
        raise WrongPassword(_("Nama atau kata sandi salah."))
    admit(known.actor)
    store.writing(meta.put, meta.ACTOR, msgspec.json.encode(known.actor))
    return known.actor


def _forget_changed_password(store: Store, user: str, password: str) -> None:
    """What central no longer accepts must not open the desk offline; a mistyped word changes nothing."""
    stored = store.reading(meta.get, _HASH + user)
    if stored is not None and _matches(msgspec.json.decode(stored, type=_Known).hash, password):
        store.writing(meta.put, _HASH + user, None)


def _matches(stored: str, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return PasswordHasher().verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


# --- on the store's thread ---------------------------------------------------------------------------


def _keep_enrolment(url: str, server_id: str, install: str) -> None:
    known = meta.get(meta.SERVER_ID)
    if known is not None and known.decode() != server_id:
        position.forget_cursor()  # another server's feed has nothing in common with it
    meta.put(meta.SERVER_URL, url)
    meta.put(meta.SERVER_ID, server_id)
    meta.put(meta.INSTALL, install)
    meta.put(meta.DESK, b"")  # which desk the token makes of it is told by the session that follows
    meta.put(meta.DIGESTS, None)  # whoever answers here from now on says it anew
    meta.put(meta.ROTATE_AT, None)  # counted from the session that follows


def _keep_person(user: str, password: str, actor: Actor) -> None:
    from argon2 import PasswordHasher

    known = _Known(PasswordHasher().hash(password), actor)
    meta.put(_HASH + user, msgspec.json.encode(known))
    meta.put(meta.ACTOR, msgspec.json.encode(actor))


def _enrolment() -> tuple[str, str]:
    url, server_id = meta.get(meta.SERVER_URL), meta.get(meta.SERVER_ID)
    return (url.decode() if url else "", server_id.decode() if server_id else "")
