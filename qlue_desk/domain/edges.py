"""The table of moves: verbs, from where to where, who may, what they need.

Both sides read this one table, so a desk knows offline what central will say.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from qlue_desk.domain.complaint import FOR_DISPATCH, Role, Status


class Verb(StrEnum):
    """What can be done to a complaint; the words of commands, keys and the wire."""

    RELEASE = "release"
    DISPATCH = "dispatch"
    REJECT = "reject"
    REFER = "refer"
    DUPLICATE = "duplicate"
    JUNK = "junk"
    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    TRANSFER = "transfer"
    START = "start"
    COORDINATE = "coordinate"
    SCHEDULE = "schedule"
    ASK = "ask"
    ANSWER = "answer"
    PROPOSE = "propose"
    RESOLVE = "resolve"
    SEND_BACK = "send_back"
    DISPUTE = "dispute"
    REOPEN = "reopen"
    FINALISE = "finalise"
    TAKE = "take"
    GIVE = "give"
    NOTE = "note"
    ATTACH = "attach"
    PRIORITISE = "prioritise"
    RECATEGORISE = "recategorise"
    CORRECT_PLACE = "correct_place"
    MERGE = "merge"
    REVEAL = "reveal"
    RESTRICT = "restrict"
    ERASE = "erase"
    ESCALATE = "escalate"
    RATE = "rate"
    ENTER = "enter"
    """A new report recorded by an operator; makes a complaint instead of moving one."""


class To(StrEnum):
    """What `to` names in a move."""

    NOTHING = ""
    DINAS = "dinas"
    ELSEWHERE = "elsewhere"
    """Where the citizen should go: an outside party's key or free words."""
    PARTY = "party"
    """A dinas' key or an outside party, free words allowed."""
    ORIGINAL = "original"
    """Public number of the original report."""
    PERSON = "person"
    CATEGORY = "category"
    PRIORITY = "priority"
    JUNK_KIND = "junk_kind"


class Text(StrEnum):
    """What `note` is in a move; required unless it is `OPTIONAL`."""

    OPTIONAL = "optional"
    REASON = "reason"
    QUESTION = "question"
    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    PURPOSE = "purpose"
    NOTE = "note"


class Who(msgspec.Struct, frozen=True):
    """A role that may take an edge; `own` = only in the dinas that has custody."""

    role: Role
    own: bool = False


class Edge(msgspec.Struct, frozen=True):
    """One row of the table. `target` None keeps the status, or (answer) returns to the one before."""

    verb: Verb
    label: str
    """Indonesian word on screen; an ellipsis is added where it asks for something."""
    sources: frozenset[Status]
    target: Status | None
    who: tuple[Who, ...]
    to: To = To.NOTHING
    to_required: bool = True
    text: Text = Text.OPTIONAL
    until: bool = False
    category: bool = False
    """The report must have a category before or with it."""
    kelurahan: bool = False
    """It can say where the report lies; before or with it a kelurahan is known, or known to be unknown."""
    street: bool = False
    """It can say the street, too, and must say one of the two."""
    evidence: bool = False
    or_why_none: bool = False
    """A reason may stand in the place of evidence."""
    bounce: bool = False
    public: bool = False
    """The text is meant for the citizen."""
    pauses: bool = False
    """Both clocks stand still in the status that it leads to."""
    hint: str = ""
    """What it brings about, in the words of the screen."""

    @property
    def ends(self) -> bool:
        """True when it leads to a status in which nobody works on the report any more."""
        return self.target in _ENDED

    @property
    def asks(self) -> bool:
        """True when the move needs something typed or chosen before it can be taken."""
        return self.to is not To.NOTHING or self.text is not Text.OPTIONAL or self.until or self.evidence


_S = Status
_ANY = frozenset(Status)
_OPEN_AT_DINAS = frozenset({_S.DISPATCHED, _S.ACKNOWLEDGED, _S.IN_PROGRESS})
_ENDED = frozenset({_S.RESOLVED, _S.REJECTED, _S.OUTSIDE_AUTHORITY, _S.DUPLICATE, _S.NOT_A_REPORT})

_OFFICER = Who(Role.OFFICER, own=True)
_SUPERVISOR = Who(Role.SUPERVISOR, own=True)
_VERIFIER = Who(Role.VERIFIER)
_OPERATOR = Who(Role.OPERATOR)
_REPORTER = Who(Role.REPORTER)
_SYSTEM = Who(Role.SYSTEM)
_ADMIN = Who(Role.ADMIN)
_DINAS = (_OFFICER, _SUPERVISOR, _VERIFIER)


def _from(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


EDGES: tuple[Edge, ...] = (
    Edge(Verb.RELEASE, "Lepaskan", _from(_S.HELD), _S.NEW, (_SYSTEM,)),
    Edge(
        Verb.DISPATCH,
        "Disposisi",
        FOR_DISPATCH,
        _S.DISPATCHED,
        (_VERIFIER,),
        to=To.DINAS,
        category=True,
        kelurahan=True,
        hint="kirim ke dinas, jam respon mulai",
    ),
    Edge(
        Verb.REJECT,
        "Tolak",
        FOR_DISPATCH,
        _S.REJECTED,
        (_VERIFIER,),
        text=Text.REASON,
        public=True,
        hint="laporan ditutup, pelapor melihat alasannya",
    ),
    Edge(
        Verb.REFER,
        "Bukan kewenangan kota",
        _from(_S.NEW, _S.REOPENED, _S.DISPATCHED),
        _S.OUTSIDE_AUTHORITY,
        (_VERIFIER,),
        to=To.ELSEWHERE,
        text=Text.REASON,
        public=True,
        hint="pelapor diarahkan ke instansi lain",
    ),
    Edge(
        Verb.DUPLICATE,
        "Duplikat dari",
        _from(_S.NEW, _S.REOPENED, _S.DISPATCHED, _S.ACKNOWLEDGED),
        _S.DUPLICATE,
        (_VERIFIER, _OFFICER),
        to=To.ORIGINAL,
        public=True,
        hint="laporan ditutup, pelapor diarahkan ke laporan asli",
    ),
    Edge(
        Verb.JUNK,
        "Bukan laporan",
        _from(_S.NEW),
        _S.NOT_A_REPORT,
        (_OPERATOR, _VERIFIER),
        to=To.JUNK_KIND,
        hint="telepon hantu, iseng, atau hanya bertanya",
    ),
    Edge(
        Verb.ACKNOWLEDGE,
        "Terima",
        _from(_S.DISPATCHED),
        _S.ACKNOWLEDGED,
        (_OFFICER,),
        public=True,
        hint="jam respon berhenti",
    ),
    Edge(
        Verb.RETURN,
        "Bukan tugas kami",
        _OPEN_AT_DINAS,
        _S.NEW,
        (_OFFICER,),
        to=To.DINAS,
        to_required=False,
        text=Text.REASON,
        bounce=True,
        hint="kembali ke {coordinator}, beri alasan",
    ),
    Edge(
        Verb.TRANSFER,
        "Teruskan ke dinas lain",
        _OPEN_AT_DINAS,
        _S.DISPATCHED,
        (_OFFICER, _VERIFIER),
        to=To.DINAS,
        text=Text.REASON,
        bounce=True,
        hint="pindah {bounce} dari {limit} kali",
    ),
    Edge(
        Verb.START,
        "Mulai dikerjakan",
        _from(_S.ACKNOWLEDGED, _S.COORDINATING, _S.SCHEDULED, _S.AWAITING_REPORTER),
        _S.IN_PROGRESS,
        (_OFFICER,),
        public=True,
        hint="dikerjakan sekarang",
    ),
    Edge(
        Verb.COORDINATE,
        "Koordinasi",
        _from(_S.ACKNOWLEDGED, _S.IN_PROGRESS, _S.SCHEDULED),
        _S.COORDINATING,
        (_OFFICER,),
        to=To.PARTY,
        text=Text.PURPOSE,
        public=True,
        hint="menunggu dinas atau pihak lain",
    ),
    Edge(
        Verb.SCHEDULE,
        "Jadwalkan",
        _from(_S.ACKNOWLEDGED, _S.IN_PROGRESS, _S.COORDINATING),
        _S.SCHEDULED,
        (_OFFICER,),
        text=Text.REASON,
        until=True,
        public=True,
        hint="dengan tanggal dan alasannya",
    ),
    Edge(
        Verb.ASK,
        "Tanya pelapor",
        _from(_S.ACKNOWLEDGED, _S.IN_PROGRESS),
        _S.AWAITING_REPORTER,
        (_OFFICER, _VERIFIER),
        text=Text.QUESTION,
        public=True,
        pauses=True,
        hint="jam berhenti sampai dijawab",
    ),
    Edge(
        Verb.ANSWER,
        "Jawaban pelapor",
        _from(_S.AWAITING_REPORTER),
        None,
        (_REPORTER,),
        text=Text.ANSWER,
        public=True,
    ),
    Edge(
        Verb.PROPOSE,
        "Usulkan selesai",
        _from(_S.IN_PROGRESS),
        _S.AWAITING_VERIFICATION,
        (_OFFICER,),
        text=Text.FOLLOW_UP,
        evidence=True,
        or_why_none=True,
        public=True,
        hint="orang kedua memeriksa",
    ),
    Edge(
        Verb.RESOLVE,
        "Selesai",
        _from(_S.AWAITING_VERIFICATION),
        _S.RESOLVED,
        (_SUPERVISOR, _VERIFIER),
        public=True,
        hint="hijau di halaman pelapor",
    ),
    Edge(
        Verb.SEND_BACK,
        "Belum selesai",
        _from(_S.AWAITING_VERIFICATION),
        _S.IN_PROGRESS,
        (_SUPERVISOR, _VERIFIER),
        text=Text.REASON,
        hint="kembali dikerjakan, beri alasan",
    ),
    Edge(
        Verb.DISPUTE,
        "Sanggah",
        _from(_S.RESOLVED),
        _S.REOPENED,
        (_REPORTER,),
        public=True,
    ),
    Edge(
        Verb.REOPEN,
        "Buka kembali",
        _ENDED,
        _S.REOPENED,
        (_VERIFIER,),
        text=Text.REASON,
        hint="antre lagi untuk disposisi",
    ),
    Edge(Verb.FINALISE, "Final", _from(_S.RESOLVED), _S.RESOLVED, (_SYSTEM,)),
    # Without change of status.
    Edge(Verb.TAKE, "Ambil", _ANY - _ENDED, None, _DINAS, hint="menjadi pegangan saya"),
    Edge(
        Verb.GIVE,
        "Serahkan",
        _ANY - _ENDED,
        None,
        _DINAS,
        to=To.PERSON,
        to_required=False,
        hint="ke rekan, atau kosong untuk melepas",
    ),
    Edge(Verb.NOTE, "Catatan", _ANY, None, (*_DINAS, _OPERATOR), text=Text.NOTE, hint="intern atau publik"),
    Edge(Verb.ATTACH, "Lampirkan", _ANY, None, (*_DINAS, _OPERATOR), evidence=True, hint="foto atau berkas"),
    Edge(Verb.PRIORITISE, "Prioritas", _ANY - _ENDED, None, (*_DINAS, _OPERATOR), to=To.PRIORITY),
    Edge(
        Verb.RECATEGORISE,
        "Ganti kategori",
        _ANY - _ENDED,
        None,
        (_VERIFIER, _OFFICER),
        to=To.CATEGORY,
        hint="petugas mengusulkan, verifikator menetapkan",
    ),
    Edge(
        Verb.CORRECT_PLACE,
        "Perbaiki lokasi",
        _ANY - _ENDED,
        None,
        (*_DINAS, _OPERATOR),
        kelurahan=True,
        street=True,
        hint="kelurahan dan jalan; status tetap",
    ),
    Edge(
        Verb.MERGE,
        "Gabungkan dengan",
        _ANY - _ENDED,
        None,
        (_VERIFIER,),
        to=To.ORIGINAL,
        hint="dicatat pada riwayat keduanya",
    ),
    Edge(Verb.REVEAL, "Lihat nomor telepon", _ANY, None, _DINAS, text=Text.REASON, hint="tercatat"),
    Edge(
        Verb.RESTRICT,
        "Rahasiakan",
        _ANY,
        None,
        (_VERIFIER, _ADMIN),
        text=Text.REASON,
        hint="isi hanya terlihat dinas pemegang, beri alasan",
    ),
    Edge(
        Verb.ERASE,
        "Hapus menurut undang-undang",
        _ANY,
        None,
        (_ADMIN,),
        text=Text.REASON,
        hint="data pelapor dihapus, tidak bisa kembali",
    ),
    Edge(Verb.ESCALATE, "Eskalasi", _from(_S.DISPATCHED), None, (_SYSTEM,), to=To.PARTY),
    Edge(Verb.RATE, "Nilai pelapor", _from(_S.RESOLVED), None, (_REPORTER,), public=True),
)
"""Every move there is; anything outside it is refused."""

EDGE_BY_VERB: dict[Verb, Edge] = {edge.verb: edge for edge in EDGES}

MAY_ENTER = frozenset({Role.OPERATOR, Role.VERIFIER})
"""Who records new reports; makes a complaint, so it is no row of the table."""

JUNK_KINDS: dict[str, str] = {"ghost": "telepon hantu", "prank": "iseng", "information": "hanya informasi"}
PRIORITY_LABEL: dict[int, str] = {0: "biasa", 1: "tinggi", 2: "darurat"}
PRIORITY_BY_WORD: dict[str, int] = {
    **{str(level): level for level in PRIORITY_LABEL},
    **{label: level for level, label in PRIORITY_LABEL.items()},
    "ordinary": 0,
    "high": 1,
    "emergency": 2,
}

PAUSED: frozenset[Status] = frozenset(edge.target for edge in EDGES if edge.pauses and edge.target)
"""Where both clocks stand still; they go on with any move out of it."""

REASON_IS_PUBLIC: frozenset[Status] = frozenset(
    status
    for status in Status
    if (into := [edge for edge in EDGES if edge.target is status]) and all(edge.public for edge in into)
)
"""Where the reporter may read why a report stands so: every move that leads there is a public one."""
