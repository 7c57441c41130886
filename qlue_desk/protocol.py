"""The wire between a desk and central: messages, error codes, positions in the feed.

Both sides import this one module. Unknown fields are ignored by both; a payload is kept as the very
bytes that were hashed (`msgspec.Raw`), so no side has to re-encode anything to check the chain.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from enum import StrEnum

import msgspec

from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Actor, Channel, Complaint, Entry, Reporter
from qlue_desk.domain.moves import Fields

PROTOCOL = 1
MEDIA_TYPE = "application/vnd.qlue.v1+json"
SERVER_HEADER = "Qlue-Server"
REQUEST_HEADER = "Qlue-Request"
"""Echo of the request's `X-Request-Id`; a reply without media type and echo is not central's."""
REQUEST_ID_HEADER = "X-Request-Id"
DIGEST_HEADER = "Qlue-Digest"
"""`content_digest` of a reply's body before compression: JSON that was damaged may still be JSON."""
PROTOCOL_HEADER = "Qlue-Protocol"
CLIENT_HEADER = "Qlue-Client"
PLACE_HEADER = "Qlue-Place"
"""Hash of the machine and the data folder: two copies of one desk differ in it."""
BLOB_RECEIVED_HEADER = "Qlue-Blob-Received"
BLOB_SIZE_HEADER = "Qlue-Blob-Size"
"""A HEAD has no body, so the state of an upload stands in headers."""
ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"


class Limits(msgspec.Struct, frozen=True):
    """What one request may carry; central states them in the session."""

    push_actions: int = 100
    push_bytes: int = 1_048_576
    pull_events: int = 500
    snapshot_rows: int = 2000
    pull_bytes: int = 4_194_304
    blob_bytes: int = 10_485_760
    blob_chunk: int = 1_048_576
    note_chars: int = 8000
    wait_seconds: int = 50


JOURNAL_DAYS = 45


class Retention(msgspec.Struct, frozen=True):
    """`feed_days`: how long central keeps feed events; `journal_days`: how long a desk keeps acks."""

    feed_days: int = 60
    journal_days: int = JOURNAL_DAYS


_PART = re.compile(r"[A-Za-z0-9_-]{0,64}")


# --- positions and the chain -------------------------------------------------------------------


class Position(msgspec.Struct, frozen=True):
    """A place in one stream: epoch, dense number of the last event seen, running hash up to it."""

    epoch: str
    seq: int
    chain: str


def encode_cursor(position: Position) -> str:
    """The cursor that travels: base64url of `1|epoch|seq|chain`."""
    plain = f"1|{position.epoch}|{position.seq}|{position.chain}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Position:
    """Read a cursor back.

    :raises ValueError: when it is not one of ours.
    """
    padded = cursor + "=" * (-len(cursor) % 4)
    version, epoch, seq, chain = base64.urlsafe_b64decode(padded.encode()).decode().split("|")
    if version != "1":
        raise ValueError(f"cursor version {version!r}, expected 1")
    if not (_PART.fullmatch(epoch) and _PART.fullmatch(chain)):
        raise ValueError("epoch and chain of a cursor are up to 64 letters, digits, - and _")
    return Position(epoch, int(seq), chain)


def _short_hash(*parts: bytes) -> str:
    digest = hashlib.sha256(b"\x1f".join(parts)).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def content_digest(content: bytes) -> str:
    """What `DIGEST_HEADER` says of a whole message."""
    return _short_hash(content)


def event_digest(event_id: str, payload: bytes) -> str:
    """Salted digest of a payload: the chain runs over it, so a payload can be erased later."""
    return _short_hash(event_id.encode(), payload)


def next_chain(
    last: str, seq: int, event_id: str, kind: str, complaint_id: str, version: int, digest: str
) -> str:
    """The running hash after one more event ("log matching")."""
    return _short_hash(f"{last}|{seq}|{event_id}|{kind}|{complaint_id}|{version}|{digest}".encode())


# --- session and people ------------------------------------------------------------------------


class DeskIdentity(msgspec.Struct, frozen=True):
    """One enrolled installation. `dinas` decides its scope; it is never read from a request."""

    id: str
    city: str
    dinas: str
    name: str = ""


class EnrolRequest(msgspec.Struct, frozen=True):
    """`POST /v1/enrol`: a one-time code makes this installation a desk. No token needed."""

    code: str
    desk_name: str
    install: str


class EnrolReply(msgspec.Struct, frozen=True):
    """The desk's token, shown once."""

    token: str
    server_id: str
    desk: DeskIdentity


class SignInRequest(msgspec.Struct, frozen=True):
    """`POST /v1/sign-in`: a person at an enrolled desk."""

    user: str
    password: str


class SignInReply(msgspec.Struct, frozen=True):
    """Who signed in. The desk keeps an argon2id hash of the password for signing in offline."""

    actor: Actor


class Session(msgspec.Struct, frozen=True):
    """`GET /v1/session`: who this desk is, what the city looks like, what the limits are."""

    server_id: str
    server_time: dt.datetime
    desk: DeskIdentity
    city: City
    people: tuple[Actor, ...]
    scope_version: int
    rules: str
    """Hash over city and people; a reply that carries another one means: fetch the session again."""
    protocol_min: int = PROTOCOL
    protocol_max: int = PROTOCOL
    min_client: str = "0.0.0"
    limits: Limits = Limits()
    retention: Retention = Retention()
    offline_lease_until: dt.datetime | None = None
    bundle_key: str = ""
    """Central's public key for work that travels by USB stick; '' from a central without it."""
    digests: bool = False
    """Whether each reply states its digest (`DIGEST_HEADER`): a desk may then take one without for damaged."""


class RotateReply(msgspec.Struct, frozen=True):
    """`POST /v1/token/rotate`: the new token; the old one ends with the first use of this one."""

    token: str


class RevealRequest(msgspec.Struct, frozen=True):
    """`POST /v1/reveal`: a person asks for the reporter's number, with the reason that is logged."""

    complaint_id: str
    reason: str
    actor_id: str


class RevealReply(msgspec.Struct, frozen=True):
    """Unmasked; a desk shows it and keeps neither."""

    phone: str
    name: str = ""


# --- presence ----------------------------------------------------------------------------------


class LookRequest(msgspec.Struct, frozen=True):
    """`POST /v1/looking`: which report a person has open; '' for none."""

    complaint_id: str
    actor_id: str


class Looker(msgspec.Struct, frozen=True):
    """A person at another desk who has a report open."""

    complaint_id: str
    name: str
    dinas: str = ""


class LookReply(msgspec.Struct, frozen=True):
    """Who else looks at what, within the desk's scope; `again` seconds until it is worth asking."""

    others: tuple[Looker, ...]
    again: int = 15


# --- feed --------------------------------------------------------------------------------------


class EventKind(StrEnum):
    """What happened to a row of the stream."""

    UPSERT = "upsert"
    MOVED_OUT = "moved_out"
    REMOVED = "removed"
    NOOP = "noop"


class Payload(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of an event: after-image and the history lines that came with it."""

    complaint: Complaint | None = None
    entries: tuple[Entry, ...] = ()
    to_dinas: str = ""
    since: dt.datetime | None = None
    """Of a report that moved out: since when the other dinas has it."""
    reason: str = ""


class FeedEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of one stream. `payload` holds the bytes of a `Payload`; absent when erased."""

    seq: int
    id: str
    kind: str
    complaint_id: str
    version: int
    chain: str
    payload: msgspec.Raw = msgspec.Raw(b"")
    action_id: str = ""
    digest: str = ""
    """Given only where `payload` is absent."""


class PullRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """`POST /v1/pull`. `wait` seconds: hold until something newer is there (long poll)."""

    cursor: str | None
    limit: int = 500
    wait: int = 0


class PullReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of events after `from_`, up to `to`."""

    from_: str | None = msgspec.field(name="from")
    to: str
    epoch: str
    head: int
    """Number of the stream's newest event."""
    more: bool
    server_time: dt.datetime
    scope_version: int
    rules: str
    events: tuple[FeedEvent, ...] = ()


class SnapshotPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /v1/snapshot?after=&limit=`: rows of one page with the mark they were read at."""

    mark: str
    as_of: str
    """Cursor at the first page; the same in every page of one snapshot."""
    rows: tuple[msgspec.Raw, ...]
    """Each the JSON of a `Payload`: one from a newer central is no damaged reply."""
    next: str | None
    count: int
    """Rows of the whole snapshot as it began, for a progress bar."""


# --- push --------------------------------------------------------------------------------------


class NewReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report that an operator enters (verb `enter`): call centre 112, walk-in."""

    title: str
    text: str
    channel: Channel
    reported_at: dt.datetime
    category: str | None = None
    kelurahan: str | None = None
    place_unknown: bool = False
    street: str = ""
    lat_e6: int | None = None
    lon_e6: int | None = None
    reporter: Reporter = Reporter()
    phone: str = ""
    """Unmasked, for central only; a desk forgets it once central has it."""
    name: str = ""
    junk_kind: str = ""
    """ghost, prank or information: counted, never sent to a dinas."""


class Device(msgspec.Struct, frozen=True):
    """Which desk, which installation of it, the how-many-eth action (diagnosis only).

    Central believes the token, never this: a desk that was enrolled anew sends what it recorded before.
    """

    id: str
    install: str
    n: int


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """One act of one person, as recorded on a desk."""

    id: str
    verb: str
    complaint_id: str
    actor_id: str
    recorded_at: dt.datetime
    fields: Fields = Fields()
    report: NewReport | None = None
    base_version: int = 0
    prev: str | None = None
    """Nearest earlier action of this complaint that is still unsent; set when it is sent."""
    device: Device | None = None
    supersedes: str | None = None
    fp: str = ""


_canonical = msgspec.json.Encoder(order="deterministic")


def fingerprint(action: Action) -> str:
    """What makes an action itself: the same id with another fingerprint is a different action."""
    what = (action.id, action.verb, action.complaint_id, action.actor_id, action.recorded_at)
    return _short_hash(_canonical.encode((what, action.fields, action.report)))


class PushRequest(msgspec.Struct, frozen=True):
    """`POST /v1/push`: actions in the order in which they were recorded."""

    cursor: str | None
    actions: tuple[Action, ...]


class Verdict(StrEnum):
    """What became of an action. `RETRY` is the only one that is not final."""

    APPLIED = "applied"
    REJECTED = "rejected"
    RETRY = "retry"


class RetryCode(StrEnum):
    """Why an action must be sent again."""

    PREDECESSOR_MISSING = "predecessor_missing"
    BLOB_MISSING = "blob_missing"
    BUSY = "busy"


class Current(msgspec.Struct, frozen=True, omit_defaults=True):
    """What central holds now, for the tray; nothing of it for another dinas' report."""

    status: str = ""
    dinas: str = ""
    version: int = 0
    by: str = ""
    at: dt.datetime | None = None


class ActionResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The verdict on one action."""

    id: str
    status: Verdict
    code: str = ""
    detail: str = ""
    """One Indonesian sentence, ready to show."""
    template: str = ""
    values: dict[str, str] = {}
    """With `template`: the same sentence for another language (`Refusal`)."""
    seq: int = 0
    """In the stream of the pushing desk; 0 when the action left no event there."""
    chain: str = ""
    version: int = 0
    duplicate: bool = False
    current: Current | None = None
    prev: str | None = None
    blobs: tuple[str, ...] = ()
    after_ms: int = 0


class PushReply(msgspec.Struct, frozen=True):
    """Always 200 when the envelope was understood; verdicts are per action."""

    epoch: str
    head: int
    results: tuple[ActionResult, ...]


class BlobState(msgspec.Struct, frozen=True):
    """How much of a blob central has."""

    received: int
    size: int


# --- errors ------------------------------------------------------------------------------------


class ErrorCode(StrEnum):
    """Codes of problem+json replies; they are about the request, never about one action."""

    BAD_REQUEST = "bad_request"
    LIMIT = "limit"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_REVOKED = "token_revoked"
    SIGN_IN_FAILED = "sign_in_failed"
    ENROL_FAILED = "enrol_failed"
    FORBIDDEN = "forbidden"
    SCOPE_CHANGED = "scope_changed"
    BLOB_UNKNOWN = "blob_unknown"
    NOT_FOUND = "not_found"
    OFFSET_MISMATCH = "offset_mismatch"
    RESYNC_REQUIRED = "resync_required"
    TOO_LARGE = "too_large"
    DIGEST_MISMATCH = "digest_mismatch"
    CLIENT_TOO_OLD = "client_too_old"
    RATE = "rate"
    BUSY = "busy"
    INTERNAL = "internal"
    QUOTA = "quota"


class ResyncReason(StrEnum):
    """Why a cursor cannot be continued."""

    EPOCH = "epoch"
    AHEAD = "ahead"
    TOO_OLD = "too_old"
    DIVERGED = "diverged"
    SCOPE = "scope"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """problem+json (RFC 9457) with our media type."""

    type: str
    """`urn:qlue:<ErrorCode>`"""
    status: int
    title: str
    detail: str = ""
    reason: str = ""
    limit: int = 0
    received: int = 0
    retry_after: int = 0
    wipe: bool = False
    request_id: str = ""
