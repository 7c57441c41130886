"""What central checks of an action before the lifecycle does: scope, person, evidence, staleness."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qlue_desk.central.blobs import SHA256
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Actor, Attachment, Complaint
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import N_, Code, Fields, Refusal
from qlue_desk.domain.text import file_name
from qlue_desk.protocol import ID_PATTERN, Action, DeskIdentity, NewReport

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

MOST_EVIDENCE = 20
_ID = re.compile(ID_PATTERN)


def scope_refusal(
    action: Action, desk: DeskIdentity, city: City, before: Complaint | None, actor: Actor | None
) -> Refusal | None:
    """Why this desk and this person may not touch this report at all; says nothing of what others hold."""
    if action.verb not in set(Verb):
        return Refusal(Code.TOO_OLD_KIND, N_("Tindakan {verb} tidak dikenal."), {"verb": action.verb[:40]})
    if action.recorded_at.tzinfo is None or _naive(action.report):
        return Refusal(Code.INVALID_ARGS, N_("Waktu tindakan harus memakai zona waktu."))
    if action.verb == Verb.ENTER:
        refusal = _new_id_refusal(action, before)
    else:
        refusal = _custody_refusal(action, desk, city, before)
    return refusal or _actor_refusal(desk, city, actor)


def _naive(report: NewReport | None) -> bool:
    return report is not None and report.reported_at.tzinfo is None


def _new_id_refusal(action: Action, before: Complaint | None) -> Refusal | None:
    if before is None and _ID.fullmatch(action.complaint_id) and action.complaint_id.startswith("c_"):
        return None
    return Refusal(
        Code.INVALID_ARGS, N_("Catat laporan: tanda pengenal laporan tidak sah atau sudah dipakai.")
    )


def _custody_refusal(
    action: Action, desk: DeskIdentity, city: City, before: Complaint | None
) -> Refusal | None:
    if before is None or before.city != desk.city:
        return _unknown_report(action)
    if desk.dinas not in (city.coordinator, before.dinas):
        return Refusal(Code.OUT_OF_SCOPE, N_("Laporan ini tidak lagi di dinas Anda."))
    if action.fields.only_if_unchanged and action.base_version != before.version:
        return Refusal(Code.UNCHANGED_REQUIRED, N_("Laporan ini sudah berubah sejak Anda melihatnya."))
    return None


def _unknown_report(action: Action) -> Refusal:
    """Reports are never deleted: one that a desk had from central is unknown only after a restore."""
    if action.base_version > 0:
        return Refusal(
            Code.NOT_FOUND,
            N_(
                "Laporan ini hilang di pusat: pusat dipulihkan dari cadangan yang lebih lama daripada"
                " laporannya. Bila laporannya masuk lagi, nomornya baru."
            ),
        )
    return Refusal(Code.NOT_FOUND, N_("Laporan ini tidak ada."))


def _actor_refusal(desk: DeskIdentity, city: City, actor: Actor | None) -> Refusal | None:
    mine = actor is not None and actor.city == desk.city
    if actor is not None and mine:
        mine = actor.dinas == desk.dinas or (actor.dinas is None and desk.dinas == city.coordinator)
    if mine:
        return None
    return Refusal(
        Code.FORBIDDEN_ACTOR,
        N_("Pengguna ini tidak terdaftar, atau bukan dari {dinas}."),
        {"dinas": city.dinas_name(desk.dinas)},
    )


def evidence_refusal(hub: Hub, evidence: Sequence[Attachment]) -> Refusal | None:
    """What is wrong with the files that an action shows; missing ones are no refusal."""
    if len(evidence) > MOST_EVIDENCE:
        return Refusal(
            Code.INVALID_ARGS,
            N_("Terlalu banyak berkas: {count}, paling banyak {limit}."),
            {"count": str(len(evidence)), "limit": str(MOST_EVIDENCE)},
            "evidence",
        )
    for attachment in evidence:
        if SHA256.fullmatch(attachment.sha256) is None:
            return Refusal(Code.BLOB_INVALID, N_("Berkas tanpa SHA-256 yang sah."), field="evidence")
        known = hub.blobs.known(attachment.sha256)
        if known is not None and known.size != attachment.size:
            return Refusal(
                Code.BLOB_INVALID,
                N_("Ukuran berkas {name} tidak cocok dengan isinya."),
                {"name": file_name(attachment.name)},
                "evidence",
            )
    return None


def stated_evidence(hub: Hub, fields: Fields, actor: Actor, at: dt.datetime) -> Fields:
    """The fields with what central knows of the files: kind by content, a name that is no path."""
    if not fields.evidence:
        return fields
    return replace(
        fields, evidence=tuple(_stated(hub, attachment, actor, at) for attachment in fields.evidence)
    )


def _stated(hub: Hub, attachment: Attachment, actor: Actor, at: dt.datetime) -> Attachment:
    known = hub.blobs.known(attachment.sha256)
    assert known is not None, "missing files were asked for"
    return Attachment(
        known.sha256,
        file_name(attachment.name, known.name),
        known.media_type,
        known.size,
        evidence=True,
        by=actor.name,
        at=attachment.at if attachment.at and attachment.at.tzinfo else at,
    )
