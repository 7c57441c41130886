"""An operator enters a report: it is on the desk at once, its number comes with central's answer."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from qlue_desk.casework.errors import refused
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import Complaint, Entry, Reporter, Status
from qlue_desk.domain.edges import JUNK_KINDS, MAY_ENTER, Verb
from qlue_desk.domain.ids import new_id
from qlue_desk.domain.moves import N_, Code
from qlue_desk.domain.privacy import mask_phone, normalise_phone
from qlue_desk.domain.query_names import Field
from qlue_desk.domain.requirements import MAX_NOTE
from qlue_desk.domain.text import storable
from qlue_desk.protocol import Action, Device, NewReport
from qlue_desk.store import meta, outbox
from qlue_desk.store.ground import pending_entry_id
from qlue_desk.store.outbox import Recorded


def enter(workplace: Workplace, report: NewReport, now: dt.datetime | None = None) -> Complaint:
    """Record a new report as it will stand at the verifier; `number` is '' until central has it.

    :raises Refused: when the person may not, or the report is incomplete.
    """
    readable = {
        name: storable(getattr(report, name)) for name in ("title", "text", "street", "phone", "name")
    }
    checked = _checked(workplace, replace(report, **readable))
    moment = now or utc_now()
    complaint = _complaint(workplace, checked, moment)
    action = Action(
        id=new_id("a"),
        verb=str(Verb.ENTER),
        complaint_id=complaint.id,
        actor_id=workplace.actor.id,
        recorded_at=moment,
        report=checked,
    )
    entry = Entry(
        id=pending_entry_id(action.id),
        complaint_id=complaint.id,
        verb=str(Verb.ENTER),
        at=moment,
        actor_id=workplace.actor.id,
        actor_name=workplace.actor.name,
        actor_dinas=workplace.actor.dinas or "",
        to_status=complaint.status,
        public=True,
        action_id=action.id,
    )
    workplace.store.writing(_record, workplace.desk.id, Recorded(action, complaint, entry))
    return complaint


def _record(desk_id: str, recorded: Recorded) -> None:
    install = (meta.get(meta.INSTALL) or b"").decode()
    action = replace(recorded.action, device=Device(desk_id, install, 0))
    outbox.record([replace(recorded, action=action)])


def _checked(workplace: Workplace, report: NewReport) -> NewReport:
    """The report with names made keys, or why it cannot be taken."""
    if not MAY_ENTER & workplace.actor.roles:
        raise refused(N_("Laporan baru hanya dicatat operator atau verifikator."), code=Code.FORBIDDEN_ACTOR)
    title, text = report.title.strip(), report.text.strip()
    if not report.junk_kind and not (title or text):
        raise refused(N_("Tulis dulu apa yang dilaporkan."), "text")
    if len(text) > MAX_NOTE:
        raise refused(
            N_("Tulisan terlalu panjang: {length} huruf, paling banyak {limit}."),
            "text",
            length=str(len(text)),
            limit=str(MAX_NOTE),
        )
    if report.junk_kind and report.junk_kind not in JUNK_KINDS:
        raise refused(
            N_("“{found}” tidak dikenal; pilih {allowed}."),
            "junk_kind",
            found=report.junk_kind,
            allowed=", ".join(JUNK_KINDS),
        )
    if report.phone and not normalise_phone(report.phone):
        raise refused(N_("“{found}” bukan nomor telepon."), "phone", found=report.phone)
    return replace(
        report,
        title=title or text.splitlines()[0][:80] if text or title else JUNK_KINDS[report.junk_kind],
        text=text,
        category=_key(workplace, Field.CATEGORY, report.category, N_("Kategori “{found}” tidak dikenal.")),
        kelurahan=_key(
            workplace, Field.KELURAHAN, report.kelurahan, N_("Kelurahan “{found}” tidak dikenal.")
        ),
        street=report.street.strip(),
    )


def _key(workplace: Workplace, field: Field, written: str | None, unknown: str) -> str | None:
    if not written:
        return None
    found = workplace.names.find(field, written)
    if len(found) != 1:
        raise refused(unknown, field.value, found=written)
    return found[0]


def _complaint(workplace: Workplace, report: NewReport, now: dt.datetime) -> Complaint:
    city = workplace.city
    complaint = Complaint(
        id=new_id("c"),
        city=city.key,
        dinas=city.coordinator,
        title=report.title,
        text=report.text,
        channel=report.channel,
        created_at=report.reported_at,
        status=Status.NOT_A_REPORT if report.junk_kind else Status.NEW,
        status_since=now,
        category=report.category,
        kelurahan=report.kelurahan,
        place_unknown=report.place_unknown,
        street=report.street,
        lat_e6=report.lat_e6,
        lon_e6=report.lon_e6,
        reporter=_masked(report),
        not_a_report=report.junk_kind,
    )
    return replace(complaint, dispatch_by=workplace.clocks.dispatch_by(complaint, now))


def _masked(report: NewReport) -> Reporter:
    """As every desk will see the reporter; name and number in clear travel to central only."""
    name = "" if report.reporter.anonymous else report.name or report.reporter.name
    return replace(report.reporter, name=name, phone=mask_phone(report.phone) or report.reporter.phone)
