"""The complaint and what hangs on it, as both sides hold it.

Records are `msgspec.Struct`s: immutable, typed, and the very shape that travels in the feed, so that
a desk and central compare the same bytes. Times are aware UTC datetimes, coordinates are integers in
micro-degrees (canonical JSON carries no floats), identities are already masked.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec


class Colour(StrEnum):
    """The three colours citizens know from Qlue, and grey for what ended or waits without follow-up."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GREY = "grey"


class Status(StrEnum):
    """Where a complaint stands; the field's table of moves (`domain.edges`) leads from one to the next."""

    HELD = "held"
    NEW = "new"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    COORDINATING = "coordinating"
    SCHEDULED = "scheduled"
    AWAITING_REPORTER = "awaiting_reporter"
    AWAITING_VERIFICATION = "awaiting_verification"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    REJECTED = "rejected"
    OUTSIDE_AUTHORITY = "outside_authority"
    DUPLICATE = "duplicate"
    NOT_A_REPORT = "not_a_report"


class StatusLook(msgspec.Struct, frozen=True):
    """How a status is shown: always glyph and word, colour only repeats them."""

    label: str
    glyph: str
    ascii_glyph: str
    colour: Colour
    open: bool
    """Open311 knows only open and closed."""


STATUS_LOOK: dict[Status, StatusLook] = {
    Status.HELD: StatusLook("Ditahan", "□", "h", Colour.GREY, True),
    Status.NEW: StatusLook("Baru", "●", "*", Colour.RED, True),
    Status.DISPATCHED: StatusLook("Disposisi", "■", "#", Colour.RED, True),
    Status.ACKNOWLEDGED: StatusLook("Diterima", "◇", "o", Colour.YELLOW, True),
    Status.IN_PROGRESS: StatusLook("Proses", "◆", "+", Colour.YELLOW, True),
    Status.COORDINATING: StatusLook("Koordinasi", "◈", "&", Colour.YELLOW, True),
    Status.SCHEDULED: StatusLook("Dijadwalkan", "◷", "@", Colour.YELLOW, True),
    Status.AWAITING_REPORTER: StatusLook("Butuh info", "◌", "?", Colour.GREY, True),
    Status.AWAITING_VERIFICATION: StatusLook("Menunggu verifikasi", "◐", "v", Colour.YELLOW, True),
    Status.RESOLVED: StatusLook("Selesai", "✓", "=", Colour.GREEN, False),
    Status.REOPENED: StatusLook("Dibuka kembali", "▣", "!", Colour.RED, True),
    Status.REJECTED: StatusLook("Ditolak", "✗", "x", Colour.GREY, False),
    Status.OUTSIDE_AUTHORITY: StatusLook("Bukan kewenangan", "↗", ">", Colour.GREY, False),
    Status.DUPLICATE: StatusLook("Duplikat", "≡", "d", Colour.GREY, False),
    Status.NOT_A_REPORT: StatusLook("Bukan laporan", "∅", "-", Colour.GREY, False),
}
"""One table for screens, commands, the citizen's page and Open311."""

OPEN_STATUSES = frozenset(status for status, look in STATUS_LOOK.items() if look.open)
FOR_DISPATCH = frozenset({Status.NEW, Status.REOPENED})
"""Wait for the verifier, whose own clock runs. More groups are read off the table of moves: `domain.stages`."""
NOT_WITH_A_DINAS = FOR_DISPATCH | {Status.HELD}


class Channel(StrEnum):
    """How a report arrived (kanal)."""

    QLUE = "qlue"
    CALL_CENTRE_112 = "cc112"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    WALK_IN = "walk_in"
    OPEN311 = "open311"
    SP4N = "sp4n"


CHANNEL_LABEL: dict[Channel, str] = {
    Channel.QLUE: "Qlue",
    Channel.CALL_CENTRE_112: "Call center 112",
    Channel.SMS: "SMS",
    Channel.WHATSAPP: "WhatsApp",
    Channel.EMAIL: "Surel",
    Channel.WALK_IN: "Datang langsung",
    Channel.OPEN311: "Open311",
    Channel.SP4N: "SP4N-LAPOR!",
}


MESSAGES = frozenset({Channel.SMS, Channel.WHATSAPP})
"""Written on a phone and carried by a gateway (`/intake/sms`): one text, no form."""


class Role(StrEnum):
    """What a person may do, by the field's table of moves. `SYSTEM` and `REPORTER` act only through central."""

    OPERATOR = "operator"
    VERIFIER = "verifier"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    CITY_SUPERVISOR = "city_supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"
    REPORTER = "reporter"
    SYSTEM = "system"


ROLE_LABEL: dict[Role, str] = {
    Role.OPERATOR: "operator",
    Role.VERIFIER: "verifikator",
    Role.OFFICER: "petugas",
    Role.SUPERVISOR: "kepala bidang",
    Role.CITY_SUPERVISOR: "pengawas kota",
    Role.ADMIN: "admin",
    Role.AUDITOR: "auditor",
    Role.REPORTER: "pelapor",
    Role.SYSTEM: "sistem",
}


class Actor(msgspec.Struct, frozen=True):
    """Who acts. `dinas` is the agency the person works for, never the one that holds the complaint."""

    id: str
    name: str
    roles: frozenset[Role]
    city: str
    dinas: str | None = None


class Reporter(msgspec.Struct, frozen=True, omit_defaults=True):
    """The reporter as desks see it: masked. The real identity stays on central."""

    name: str = ""
    """Display name, '' when anonymous."""
    phone: str = ""
    """Masked, as `0812••••678`; '' when none is known."""
    anonymous: bool = False
    secret: bool = False
    """Rahasia: the content is visible to the dinas that holds it only."""


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A photo or file, addressed by the SHA-256 of its content."""

    sha256: str
    name: str
    media_type: str
    size: int
    evidence: bool = False
    """True for bukti of the follow-up, False for what the reporter sent."""
    by: str = ""
    at: dt.datetime | None = None
    url: str = ""
    """Where an outside photo lives while its content is not stored here (Qlue's `post_images`)."""


class Hop(msgspec.Struct, frozen=True, omit_defaults=True):
    """One stretch of custody (penanganan): which dinas held the report, since when, why it came."""

    dinas: str
    since: dt.datetime
    why: str = ""
    bounce: bool = False


class Suggestion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What intake proposes and a verifier confirms; `why` is shown beside it."""

    category: str | None = None
    kelurahan: str | None = None
    dinas: str | None = None
    why: str = ""


class Complaint(msgspec.Struct, frozen=True, omit_defaults=True):
    """One citizen's report in full: the after-image that the feed carries.

    `dinas` is custody: the coordinator dinas (Diskominfo) while new or held, else the agency.
    """

    id: str
    """`c_` + UUIDv7 hex, made by whoever recorded the report."""
    city: str
    dinas: str
    title: str
    text: str
    channel: Channel
    created_at: dt.datetime
    """When the citizen reported (source time)."""
    number: str = ""
    """`BGR-26-004211`; '' while an offline operator's report waits for central."""
    version: int = 0
    status: Status = Status.NEW
    status_since: dt.datetime | None = None
    received_at: dt.datetime | None = None
    """When central took it."""
    category: str | None = None
    kelurahan: str | None = None
    """Kemendagri code, e.g. `32.71.03.1006`."""
    place_unknown: bool = False
    street: str = ""
    lat_e6: int | None = None
    lon_e6: int | None = None
    reporter: Reporter = Reporter()
    holder: str | None = None
    """User id of the person who took it."""
    holder_name: str = ""
    priority: int = 0
    """0 ordinary, 1 high, 2 emergency."""
    dispatch_by: dt.datetime | None = None
    """When the verifier must have sent it on (SLA profile's `dispatch`)."""
    dispatched_at: dt.datetime | None = None
    acknowledge_by: dt.datetime | None = None
    acknowledged_at: dt.datetime | None = None
    resolve_by: dt.datetime | None = None
    paused_at: dt.datetime | None = None
    """Both clocks stand still since then (`domain.edges.PAUSED`)."""
    resume_status: Status | None = None
    """The status that `answer` returns to."""
    final_by: dt.datetime | None = None
    final: bool = False
    resolved_at: dt.datetime | None = None
    proposed_by: str | None = None
    proposed_by_name: str = ""
    follow_up: str = ""
    """Public text of what the dinas did."""
    no_evidence_reason: str = ""
    coordinating_with: str = ""
    scheduled_for: dt.date | None = None
    question: str = ""
    answer: str = ""
    reason: str = ""
    """Of the last refusal, return, re-open …; shown to the citizen where it ends the report."""
    refer_to: str = ""
    duplicate_of: str = ""
    """Public number of the original."""
    not_a_report: str = ""
    """ghost, prank or information."""
    rating: int | None = None
    bounces: int = 0
    reopened: int = 0
    escalation: int = 0
    """How many escalation steps of the SLA profile have fired since custody began."""
    custody: tuple[Hop, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    suggestion: Suggestion | None = None
    waiting_reason: str = ""
    """Why a person must look before it can be routed: no_category, no_place, unreadable …; '' if none."""

    @property
    def look(self) -> StatusLook:
        """Label, glyph and colour of the current status."""
        return STATUS_LOOK[self.status]

    @property
    def sent_back(self) -> bool:
        """The follow-up was proposed and the second person sent it back: a reason ends with the status it explains,
        and of all that leads into work only that move gives one.
        """
        return self.status is Status.IN_PROGRESS and bool(self.reason) and self.proposed_by is not None

    @property
    def is_open(self) -> bool:
        """Open in the sense of Open311."""
        return self.look.open

    @property
    def due(self) -> dt.datetime | None:
        """The deadline that is running now: dispatch, then acknowledge, then resolve; None when none runs."""
        if not self.is_open or self.paused_at is not None or self.status is Status.HELD:
            return None
        if self.status in FOR_DISPATCH:
            return self.dispatch_by
        if self.acknowledged_at is None and self.acknowledge_by is not None:
            return self.acknowledge_by
        return self.resolve_by


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a complaint's history: who did what, when, and when central learned of it."""

    id: str
    complaint_id: str
    verb: str
    at: dt.datetime
    """Time of the act, by the clock of whoever acted."""
    received_at: dt.datetime | None = None
    """Time of receipt at central; None while it waits on a desk."""
    actor_id: str = ""
    actor_name: str = ""
    actor_dinas: str = ""
    from_status: Status | None = None
    to_status: Status | None = None
    text: str = ""
    public: bool = False
    """Shown on the citizen's page (without names)."""
    fields: dict[str, str] = {}
    """What the move carried: dinas, category, reason, until …, as display-ready plain strings."""
    action_id: str = ""
