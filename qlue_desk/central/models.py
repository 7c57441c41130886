"""Tables of central. Peewee makes them; the hot paths read and write them in plain SQL.

Times are integer milliseconds since 1970 UTC, flags are 0 or 1, bodies are the JSON bytes of the
domain's structs: the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    CompositeKey,
    IntegerField,
    Model,
    SmallIntegerField,
    TextField,
)


class Table(Model):
    """Base of all tables; bound to a database only while it is made."""

    class Meta:
        """Names as the class says."""

        legacy_table_names = False


class MetaValue(Table):
    """What central knows of itself: server id, shape of the database, counter of the configuration."""

    key = TextField(primary_key=True)
    value = TextField()

    class Meta:
        """Readable name."""

        table_name = "meta"


class CityRow(Table):
    """A tenant as data: the JSON of `domain.city.City`, cooperation included."""

    key = TextField(primary_key=True)
    body = BlobField()

    class Meta:
        """Readable name."""

        table_name = "city"


class ComplaintRow(Table):
    """One complaint: its after-image and the columns that central itself looks for."""

    id = TextField(primary_key=True)
    city = TextField()
    dinas = TextField()
    number = TextField(unique=True)
    version = BigIntegerField()
    status = TextField()
    category = TextField(default="")
    kelurahan = TextField(default="")
    channel = TextField()
    secret = SmallIntegerField(default=0)
    created_at = BigIntegerField()
    received_at = BigIntegerField()
    updated_at = BigIntegerField()
    closed_at = BigIntegerField(null=True)
    """Since when it is closed in the sense of Open311; NULL while open."""
    final_by = BigIntegerField(null=True)
    """NULL unless resolved and not yet final."""
    last_by = TextField(default="")
    """Name of who moved it last, for verdicts."""
    body = BlobField()

    class Meta:
        """Readable name and what is searched."""

        table_name = "complaint"
        indexes = (
            (("city", "id"), False),
            (("city", "dinas", "id"), False),
            (("status", "city"), False),
            (("city", "updated_at"), False),
            (("city", "created_at"), False),
            (("final_by",), False),
        )


class EntryRow(Table):
    """One line of a complaint's history."""

    row = AutoField()
    id = TextField(unique=True)
    complaint_id = TextField(index=True)
    withheld = SmallIntegerField(default=0)
    """1 when the city scope sees it without its content (secret report at a dinas)."""
    body = BlobField()

    class Meta:
        """Readable name."""

        table_name = "entry"


class AttachmentRow(Table):
    """Which complaint shows which blob: who may fetch it."""

    complaint_id = TextField()
    sha256 = TextField(index=True)

    class Meta:
        """One line for each pair."""

        table_name = "attachment"
        primary_key = CompositeKey("complaint_id", "sha256")


class IdentityRow(Table):
    """Who the reporter is. In this table only, never in a payload."""

    complaint_id = TextField(primary_key=True)
    name = TextField(default="")
    phone = TextField(default="", index=True)
    """As `domain.privacy.normalise_phone` writes it; what can't be read stays as it came."""
    email = TextField(default="")
    anonymous = SmallIntegerField(default=0)

    class Meta:
        """Readable name."""

        table_name = "identity"


class SourceRow(Table):
    """From which outside record a complaint was made: each is taken once."""

    city = TextField()
    source = TextField()
    source_id = TextField()
    complaint_id = TextField(index=True)
    unreadable = TextField(default="")
    record = TextField(default="")
    """The outside record as it came."""

    class Meta:
        """The identity of an outside record."""

        table_name = "source"
        primary_key = CompositeKey("city", "source", "source_id")


class CounterRow(Table):
    """Last public number given in a city and year."""

    city = TextField()
    year = IntegerField()
    last = BigIntegerField()

    class Meta:
        """One counter for each city and year."""

        table_name = "counter"
        primary_key = CompositeKey("city", "year")


class StreamRow(Table):
    """Head of one stream: dense counter and running hash."""

    key = TextField(primary_key=True)
    epoch = TextField()
    last_seq = BigIntegerField(default=0)
    last_hash = TextField(default="")
    floor_seq = BigIntegerField(default=0)
    floor_hash = TextField(default="")

    class Meta:
        """Readable name."""

        table_name = "stream"


class FeedEventRow(Table):
    """One event of one stream. `payload` NULL means erased; the chain still verifies by the digest."""

    stream = TextField()
    seq = BigIntegerField()
    chain = TextField()
    event_id = TextField()
    kind = TextField()
    complaint_id = TextField(index=True)
    action_id = TextField(default="")
    version = BigIntegerField()
    digest = TextField()
    payload = BlobField(null=True)
    at = BigIntegerField()

    class Meta:
        """Dense within a stream."""

        table_name = "feed_event"
        primary_key = CompositeKey("stream", "seq")


class ActionResultRow(Table):
    """The verdict on an action, kept for ever: no action is tried twice."""

    action_id = TextField(primary_key=True)
    fingerprint = TextField()
    desk_id = TextField()
    complaint_id = TextField(index=True)
    status = TextField()
    code = TextField(default="")
    body = BlobField()
    """JSON of the `ActionResult` as first given."""
    created_at = BigIntegerField()

    class Meta:
        """Readable name."""

        table_name = "action_result"


class AccountRow(Table):
    """A person who signs in."""

    id = TextField(primary_key=True)
    name = TextField(unique=True)
    display = TextField()
    city = TextField()
    dinas = TextField(null=True)
    roles = TextField()
    """Comma-separated."""
    password_hash = TextField(default="")
    """argon2id; '' can't sign in."""
    active = SmallIntegerField(default=1)

    class Meta:
        """`user` is a word of PostgreSQL."""

        table_name = "account"


class EnrolmentRow(Table):
    """A one-time code that makes an installation a desk."""

    code_hash = TextField(primary_key=True)
    city = TextField()
    dinas = TextField()
    name = TextField()
    not_after = BigIntegerField()
    used_at = BigIntegerField(null=True)

    class Meta:
        """Readable name."""

        table_name = "enrolment"


class DeskRow(Table):
    """One enrolled installation; city and dinas are its scope."""

    id = TextField(primary_key=True)
    city = TextField()
    dinas = TextField()
    name = TextField()
    install = TextField(default="")
    client = TextField(default="")
    scope_version = IntegerField(default=1)
    created_at = BigIntegerField()
    seen_at = BigIntegerField(null=True)
    revoked_at = BigIntegerField(null=True)
    wipe = SmallIntegerField(default=0)

    class Meta:
        """Readable name."""

        table_name = "desk"


class TokenRow(Table):
    """A secret of a desk or of an outside system, as its SHA-256."""

    key_id = TextField(primary_key=True)
    secret_hash = TextField()
    owner = TextField(index=True)
    """Desk id, or name of the outside system."""
    purpose = TextField(default="desk")
    """desk, intake or open311."""
    city = TextField(default="")
    not_after = BigIntegerField(null=True)
    replaces = TextField(default="")
    """Key id of the secret that ends with the first use of this one."""
    revoked_at = BigIntegerField(null=True)

    class Meta:
        """Readable name."""

        table_name = "token"


class AccessRow(Table):
    """Who looked at whose identity and why; read by the auditor."""

    row = AutoField()
    at = BigIntegerField()
    desk_id = TextField(default="")
    actor_id = TextField()
    actor_name = TextField()
    complaint_id = TextField(index=True)
    number = TextField()
    what = TextField()
    reason = TextField()

    class Meta:
        """Readable name."""

        table_name = "access_log"


class BlobRow(Table):
    """A file by the SHA-256 of its content; `blob_stores` says where the bytes lie."""

    sha256 = TextField(primary_key=True)
    size = BigIntegerField()
    complete = SmallIntegerField(default=0)
    media_type = TextField(default="")
    uploaded_by = TextField(default="", index=True)
    created_at = BigIntegerField()
    """When it was last announced; what no report shows expires by it."""

    class Meta:
        """Readable name."""

        table_name = "blob"


TABLES: tuple[type[Table], ...] = (
    MetaValue,
    CityRow,
    ComplaintRow,
    EntryRow,
    AttachmentRow,
    IdentityRow,
    SourceRow,
    CounterRow,
    StreamRow,
    FeedEventRow,
    ActionResultRow,
    AccountRow,
    EnrolmentRow,
    DeskRow,
    TokenRow,
    AccessRow,
    BlobRow,
)
