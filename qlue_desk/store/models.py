"""Tables of the desk's database (SQLite through sqlcipher3).

`complaint` holds the *view*: central's confirmed row with the desk's own unsent actions on top, so
that every list and count is one plain query. `base` keeps the confirmed body only where the two
differ. Times are integer epoch seconds UTC; bodies are the JSON of the domain's structs.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    CompositeKey,
    IntegerField,
    Model,
    TextField,
)

from qlue_desk.store.bound import ThreadBoundProxy

database = ThreadBoundProxy()
SCHEMA_VERSION = 8
NEVER = 1 << 40
"""`due` of a report with no running deadline: sorts after every real one, needs no NULL handling."""


NEXT = "next_"
"""Before the name of a table or an index that is made beside the one it will replace (`beside.py`)."""

PROPOSED, SENT_BACK, NO_PROPOSAL = range(3)
"""A proposal waits for a second person; that person has sent it back; there is none that anybody waits for."""


class Table(Model):
    """Base of all desk tables."""

    class Meta:
        """Bound when a store opens."""

        database = database
        legacy_table_names = False


class ComplaintRow(Table):
    """One complaint as the desk shows it; columns are what lists filter, sort and count by."""

    row = AutoField()
    id = TextField(unique=True)
    number = TextField(index=True)
    version = IntegerField()
    status = TextField()
    category = TextField(default="")
    kelurahan = TextField(default="")
    kecamatan = TextField(default="")
    dinas = TextField()
    channel = TextField()
    title = TextField()
    text = TextField()
    street = TextField(default="")
    holder = TextField(default="")
    holder_name = TextField(default="")
    priority = IntegerField(default=0)
    created_at = BigIntegerField()
    updated_at = BigIntegerField()
    """Of the last history line."""
    status_since = BigIntegerField(default=0)
    due = BigIntegerField(default=NEVER)
    acknowledge_by = BigIntegerField(default=NEVER)
    resolve_by = BigIntegerField(default=NEVER)
    is_open = IntegerField()
    acknowledged = IntegerField(default=0)
    """1 once the current custody has answered."""
    paused = IntegerField(default=0)
    final = IntegerField(default=0)
    reopened = IntegerField(default=0)
    bounces = IntegerField(default=0)
    bounced_by = TextField(default="")
    """The dinas that last gave it back or passed it on as not its own."""
    answer_minutes = IntegerField(default=-1)
    """From disposition to the first answer of the dinas that has it (`figures.answer_step`); -1 for none."""
    photos = IntegerField(default=0)
    evidence = IntegerField(default=0)
    notes = IntegerField(default=0)
    note_text = TextField(default="")
    """All history texts of the complaint, one a line, for the full-text search."""
    has_place = IntegerField(default=0)
    lat_e6 = IntegerField(null=True)
    lon_e6 = IntegerField(null=True)
    has_phone = IntegerField(default=0)
    secret = IntegerField(default=0)
    waiting_reason = TextField(default="")
    proposal = IntegerField(default=NO_PROPOSAL)
    """PROPOSED, SENT_BACK or NO_PROPOSAL."""
    pending = IntegerField(default=0)
    """Own actions that central has not confirmed yet."""
    body = BlobField()
    base = BlobField(null=True)

    class Meta:
        """Name in SQL."""

        table_name = "complaint"


class EntryRow(Table):
    """One history line; those of unconfirmed own actions carry `pending` = 1."""

    id = TextField(primary_key=True)
    complaint_id = TextField()
    at = BigIntegerField()
    verb = TextField()
    action_id = TextField(default="", index=True)
    pending = IntegerField(default=0)
    text = TextField(default="")
    body = BlobField()

    class Meta:
        """Name in SQL."""

        table_name = "entry"


class ActionRow(Table):
    """Every action recorded on this desk is here, in exactly one state.

    waiting = outbox · acked = journal, verdict known, feed has not shown it · confirmed = journal,
    the feed has shown it · refused = tray · discarded = tray, put away by a person · undone = taken
    back before it left.
    """

    n = AutoField()
    id = TextField(unique=True)
    complaint_id = TextField(index=True)
    verb = TextField()
    state = TextField(default="waiting", index=True)
    recorded_at = BigIntegerField()
    body = BlobField()
    """JSON of `protocol.Action`."""
    seen = BlobField(null=True)
    """JSON of `protocol.Current`: what the person saw when acting."""
    number = TextField(default="")
    title = TextField(default="")
    seq = BigIntegerField(default=0)
    epoch = TextField(default="")
    code = TextField(default="")
    result = BlobField(null=True)
    """JSON of `protocol.ActionResult`; while waiting, what central will probably refuse it with."""
    sent = IntegerField(default=0)
    """1 once it has left this desk: it can no longer be taken back, a reply may be on its way."""
    tries = IntegerField(default=0)
    """Requests that carried it alone and were refused as a whole (quarantine after five)."""
    last_error = TextField(default="")
    settled_at = BigIntegerField(default=0)
    stroke = TextField(default="")
    """What one key press recorded has one stroke, on however many reports, and is taken back together."""

    class Meta:
        """Name in SQL."""

        table_name = "action"


class BlobRow(Table):
    """A file that this desk holds, by content; `sent` counts the bytes that central has."""

    sha256 = TextField(primary_key=True)
    name = TextField()
    media_type = TextField()
    size = BigIntegerField()
    sent = BigIntegerField(default=0)
    done = IntegerField(default=0)

    class Meta:
        """Name in SQL."""

        table_name = "blob"


class DraftRow(Table):
    """Text that a person has begun and not sent; survives everything."""

    key = TextField(primary_key=True)
    """`<complaint id>:<what>`"""
    text = TextField()
    at = BigIntegerField()

    class Meta:
        """Name in SQL."""

        table_name = "draft"


class SnoozeRow(Table):
    """A report that a person of this desk has put aside until a time; nobody else knows of it."""

    actor_id = TextField()
    complaint_id = TextField()
    until = BigIntegerField()
    since = BigIntegerField()
    """When it was put aside."""
    before = IntegerField(default=0)
    """So many seconds before its deadline it comes back."""
    heard = TextField(default="")
    """What others had done by then (see `snoozes`), with a space around each; anything else, and it comes back."""

    class Meta:
        """Name in SQL; one snooze for each person and report."""

        table_name = "snooze"
        primary_key = CompositeKey("actor_id", "complaint_id")


class DepartedRow(Table):
    """Where a report went that left this desk; of the report itself nothing but its number."""

    complaint_id = TextField(primary_key=True)
    number = TextField(default="")
    dinas = TextField()
    since = BigIntegerField(index=True)
    """Since when that dinas has it."""

    class Meta:
        """Name in SQL."""

        table_name = "departed"


class StageRow(Table):
    """A row of a snapshot that is still being fetched; the desk serves the old rows until the swap."""

    id = TextField(primary_key=True)
    version = IntegerField()
    body = BlobField()
    """JSON of `protocol.Payload`."""

    class Meta:
        """Name in SQL."""

        table_name = "stage"


class MetaRow(Table):
    """Cursor, session, server id and other single values."""

    key = TextField(primary_key=True)
    value = BlobField()

    class Meta:
        """Name in SQL."""

        table_name = "meta"


TABLES = (ComplaintRow, EntryRow, ActionRow, BlobRow, DraftRow, SnoozeRow, DepartedRow, StageRow, MetaRow)
