"""Making a complaint of a report: from intake, or recorded by an operator at a desk.

Identities go into their own table; the complaint carries the masked reporter.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qlue_desk.central.blobs import SHA256
from qlue_desk.central.numbers import next_number
from qlue_desk.central.report import Report, Route
from qlue_desk.central.routing import router_of
from qlue_desk.domain.city import City, Cooperation
from qlue_desk.domain.complaint import Actor, Attachment, Complaint, Entry, Hop, Reporter, Status
from qlue_desk.domain.edges import JUNK_KINDS, MAY_ENTER, Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.lifecycle import decide
from qlue_desk.domain.moves import N_, Code, Context, Decision, Fields, Refusal
from qlue_desk.domain.privacy import mask_phone, normalise_phone
from qlue_desk.domain.text import clean
from qlue_desk.protocol import NewReport

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

TITLE_LENGTH = 80
TEXT_LENGTH = 20_000
RECORD_LENGTH = 1_000_000
"""Characters that are kept of an outside record as it came."""
CUT = "… (dipotong; lengkap di catatan asli)"
"""Ends a text of which more was given; the rest stands in the source's record at central."""
RECORD_CUT = "… (dipotong)"
AHEAD = dt.timedelta(minutes=5)
"""How far a source's clock may be ahead of ours before that is told."""
FIRST_YEAR = 2000
_E6 = 1_000_000
BLOB_ADDRESS = "sha256:"


def complaint_of(hub: Hub, report: Report, city: City, found: Route, now: dt.datetime) -> Complaint:
    """The complaint that an outside record makes; its number is taken here."""
    text = shortened(report.text)
    phone = normalise_phone(report.reporter_phone) or report.reporter_phone
    return _placed(
        hub,
        Complaint(
            id=new_id("c"),
            city=city.key,
            dinas=city.coordinator,
            title=_title(report.title, text),
            text=text,
            channel=report.channel,
            created_at=min(report.reported_at, now),
            category=found.category,
            kelurahan=found.kelurahan,
            street=clean(report.street, multiline=False),
            lat_e6=_e6(report.lat),
            lon_e6=_e6(report.lon),
            reporter=Reporter(
                name="" if report.anonymous else clean(report.reporter_name, multiline=False),
                phone=mask_phone(phone),
                anonymous=report.anonymous,
                secret=report.secret,
            ),
            attachments=tuple(_photo(hub, photo, report) for photo in report.photos),
            suggestion=found.suggestion if found.reason else None,
            waiting_reason=found.reason,
        ),
        city,
        now,
    )


def complaint_entered(
    hub: Hub, complaint_id: str, report: NewReport, city: City, found: Route, now: dt.datetime
) -> Complaint:
    """The complaint that an operator recorded, under the id that the desk gave it."""
    text = shortened(report.text)
    given = report.reporter
    return _placed(
        hub,
        Complaint(
            id=complaint_id,
            city=city.key,
            dinas=city.coordinator,
            title=_title(report.title, text),
            text=text,
            channel=report.channel,
            created_at=min(report.reported_at, now),
            category=report.category or found.category,
            kelurahan=report.kelurahan or found.kelurahan,
            place_unknown=report.place_unknown,
            street=clean(report.street, multiline=False),
            lat_e6=report.lat_e6,
            lon_e6=report.lon_e6,
            reporter=replace(
                given,
                name="" if given.anonymous else clean(given.name or report.name, multiline=False),
                phone=mask_phone(report.phone) or mask_phone(given.phone),
            ),
            suggestion=found.suggestion if found.reason else None,
            waiting_reason=found.reason,
        ),
        city,
        now,
    )


def shortened(text: str) -> str:
    """A text as a report carries it: what is too long ends with words that say so."""
    whole = clean(text, limit=RECORD_LENGTH)
    if len(whole) <= TEXT_LENGTH:
        return whole
    return whole[: TEXT_LENGTH - len(CUT)] + CUT


def is_cut(text: str) -> bool:
    """Whether `shortened` leaves something out."""
    return len(text) > TEXT_LENGTH and shortened(text).endswith(CUT)


def notes_of(report: Report, now: dt.datetime) -> tuple[str, ...]:
    """What of an outside record is not taken as it came, for `Taken.notes`."""
    found = {
        "cut": is_cut(report.text),
        "future_time": report.reported_at > now + AHEAD,
        "old_time": report.reported_at.year < FIRST_YEAR,
    }
    return tuple(name for name, true in found.items() if true)


def entered_report(report: NewReport, city: City, action_id: str) -> Report:
    """What routing asks about an operator's report; its own choices are as good as a source's."""
    return Report(
        source="desk",
        source_id=action_id,
        city=city.key,
        channel=report.channel,
        title=report.title,
        text=report.text,
        reported_at=report.reported_at,
        source_category=city.category_label(report.category),
        kelurahan_text=report.kelurahan or "",
        lat=None if report.lat_e6 is None else report.lat_e6 / _E6,
        lon=None if report.lon_e6 is None else report.lon_e6 / _E6,
        street=report.street,
    )


def enter_refusal(report: NewReport | None, actor: Actor, city: City) -> Refusal | None:
    """Why an operator's report can't be taken; None when it can."""
    if not actor.roles & MAY_ENTER:
        return Refusal(Code.FORBIDDEN_ACTOR, N_("Catat laporan: hanya operator atau verifikator."))
    if report is None or not (report.title.strip() or report.text.strip()):
        return Refusal(Code.INVALID_ARGS, N_("Catat laporan: isinya masih kosong."), field="text")
    if report.category and report.category not in city.category_by_key:
        return Refusal(
            Code.INVALID_ARGS,
            N_("Kategori “{found}” tidak dikenal di {city}."),
            {"found": report.category, "city": city.name},
            "category",
        )
    if report.kelurahan and city.kelurahan and report.kelurahan not in city.kelurahan_by_code:
        return Refusal(
            Code.INVALID_ARGS,
            N_("Kelurahan “{found}” tidak dikenal di {city}."),
            {"found": report.kelurahan, "city": city.name},
            "kelurahan",
        )
    if report.junk_kind and report.junk_kind not in JUNK_KINDS:
        return Refusal(
            Code.INVALID_ARGS,
            N_("“{found}” tidak dikenal; pilih {allowed}."),
            {"found": report.junk_kind, "allowed": ", ".join(JUNK_KINDS)},
            "junk_kind",
        )
    return None


def first_entry(complaint: Complaint, actor: Actor, at: dt.datetime, action_id: str = "") -> Entry:
    """The line that opens a history."""
    return Entry(
        id=new_id("h"),
        complaint_id=complaint.id,
        verb=str(Verb.ENTER),
        at=at,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_dinas=actor.dinas or "",
        to_status=complaint.status,
        public=True,
        fields={"channel": str(complaint.channel)},
        action_id=action_id,
    )


def send_on(complaint: Complaint, dinas: str, context: Context) -> Decision | Refusal:
    """The automatic disposition of a report whose owner is certain."""
    return decide(
        complaint, Verb.DISPATCH, Fields(to=dinas), router_of(context.city), context, entry_id=new_id("h")
    )


def junked(
    complaint: Complaint, report: NewReport, actor: Actor, context: Context, action_id: str
) -> Decision | Refusal:
    """A ghost or prank call ends where it began: counted, never sent to a dinas."""
    return decide(
        complaint,
        Verb.JUNK,
        Fields(to=report.junk_kind),
        actor,
        context,
        entry_id=new_id("h"),
        action_id=action_id,
    )


def write_source(hub: Hub, report: Report, complaint_id: str) -> None:
    """Remember the outside record, so that it is taken once; whole, where its report could not take it so."""
    source, source_id = source_key(report)
    record = report.raw or (report.text if is_cut(report.text) else "")
    source_row(hub, report.city, source, source_id, complaint_id, unreadable=report.unreadable, record=record)


def source_row(
    hub: Hub,
    city: str,
    source: str,
    source_id: str,
    complaint_id: str,
    *,
    unreadable: str = "",
    record: str = "",
) -> None:
    """One outside record that became a complaint or part of one; IntegrityError when it was taken before."""
    hub.database.run(
        "INSERT INTO source (city, source, source_id, complaint_id, unreadable, record) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (city, source, source_id, complaint_id, clean(unreadable), _record(record)),
    )


def _record(text: str) -> str:
    """A record as it is kept: whole, up to a length that no honest one has."""
    whole = clean(text, limit=RECORD_LENGTH)
    return whole if len(text) <= RECORD_LENGTH else whole[: RECORD_LENGTH - len(RECORD_CUT)] + RECORD_CUT


def source_key(report: Report) -> tuple[str, str]:
    """Source and its identity of the record, in the form in which they are kept."""
    return clean(report.source, multiline=False), clean(report.source_id, multiline=False)


def _placed(hub: Hub, complaint: Complaint, city: City, now: dt.datetime) -> Complaint:
    """With number, first status, custody and the verifier's deadline."""
    held = city.cooperation is Cooperation.NONE
    complaint = replace(
        complaint,
        number=next_number(hub.database, hub.seen, city, now),
        version=1,
        status=Status.HELD if held else Status.NEW,
        status_since=now,
        received_at=now,
        custody=(Hop(city.coordinator, now),),
    )
    if held:
        return complaint
    return replace(complaint, dispatch_by=hub.room(city.key).clocks.dispatch_by(complaint, now))


def _title(title: str, text: str) -> str:
    """The title, else the beginning of the text, cut at a word."""
    line = clean(title, multiline=False).strip() or " ".join(clean(text, multiline=False).split())
    if len(line) <= TITLE_LENGTH:
        return line or "(tanpa judul)"
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def _photo(hub: Hub, address: str, report: Report) -> Attachment:
    """A photo of the reporter: a blob that is here, else its address outside."""
    sha256 = address.removeprefix(BLOB_ADDRESS)
    if SHA256.fullmatch(sha256):
        hub.blobs.hold([sha256])
        if (known := hub.blobs.known(sha256)) is not None:
            return known
    name = clean(address.rstrip("/").rpartition("/")[2], multiline=False)[:120]
    return Attachment(
        "", name or "foto", "image/jpeg", 0, at=report.reported_at, url=clean(address, multiline=False)
    )


def _e6(degrees: float | None) -> int | None:
    """Micro-degrees; None for what is no place on earth."""
    if degrees is None or not -180 <= degrees <= 180:
        return None
    return round(degrees * _E6)
