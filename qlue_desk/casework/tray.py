"""What has not reached central and what central refused, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from qlue_desk.casework.errors import refused
from qlue_desk.casework.reading import iso
from qlue_desk.casework.remedies import gone, prospects
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain.complaint import STATUS_LOOK, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, Text, Verb
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Action, ActionResult, Current, Session
from qlue_desk.store import ballast, blobs, drafts, journal, meta, outbox, twin
from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError
from qlue_desk.store.outbox import OutboxCounts, Waiting

ENTERED = N_("Laporan baru")
PUBLIC_NOTE, INTERNAL_NOTE = N_("Catatan untuk pelapor"), N_("Catatan intern")
_DRAFT_LABEL = {
    "note": INTERNAL_NOTE,
    "note.public": PUBLIC_NOTE,
    "follow_up": N_("Tindak lanjut"),
    "follow_up.evidence": N_("Bukti"),
    "follow_up.no_evidence": N_("Tanpa bukti"),
}
READ_BY_REPORTER, INTERNAL = N_("pelapor membaca:"), N_("intern:")
INTERNAL_REASON = N_("alasan, intern:")
KEPT_REPLY = N_("Balasan Anda untuk pelapor tetap tersimpan: “{text}”")
KEPT_NOTE = N_("Catatan intern Anda tetap tersimpan: “{text}”")
KEPT_REPORT = N_("Laporan yang Anda tulis tetap tersimpan: “{text}”")
WENT = N_("pindah ke {dinas}")
UNEXPLAINED = N_("pusat tidak menerima tindakan ini.")
Translate = Callable[[str], str]
MOST_DONE = 100


class LineFile(msgspec.Struct, frozen=True):
    """A file that goes with an action; sizes in bytes."""

    name: str
    size: int
    sent: int
    """What central has of it."""


class Line(msgspec.Struct, frozen=True):
    """One action of the outbox or the tray as a person reads it."""

    action_id: str
    complaint_id: str
    number: str
    """'' for a new report that central has not numbered."""
    title: str
    verb: str
    label: str
    """What was done: `Mulai dikerjakan`."""
    state: str
    """waiting, acked or refused."""
    recorded_at: dt.datetime
    by: str
    reason: str
    """Why central refused, or (waiting) why it probably will; '' when nothing speaks against it."""
    seen: str
    """`Diterima, DPUPR`: what the person saw when acting."""
    current: str
    """How it stands at central now; '' where central did not say."""
    note: str
    """The person's own text."""
    public: bool = False
    """The reporter is to read that text."""
    last_error: str = ""
    sent: bool = False
    """It has left this desk, so it cannot be taken back."""
    gone: bool = False
    """Refused, and its report is no longer at this desk."""
    files: tuple[LineFile, ...] = ()
    why_not: dict[str, str] = {}
    """Of a refused one: the remedies (`remedies.Remedy`) that cannot succeed, each with its reason."""


def outbox_lines(workplace: Workplace, translate: Translate = str) -> list[Line]:
    """What waits to be sent or to be confirmed, oldest first."""
    items = workplace.store.reading(outbox.waiting)
    files = {file.sha256 for item in items for file in item.action.fields.evidence}
    sent = workplace.store.reading(blobs.bytes_sent, files) if files else {}
    return [
        msgspec.structs.replace(
            line_of(workplace, item, translate),
            files=tuple(
                LineFile(file.name, file.size, sent.get(file.sha256, 0))
                for file in item.action.fields.evidence
            ),
        )
        for item in items
    ]


def accepted_today(workplace: Workplace, now: dt.datetime) -> int:
    """How many actions of this desk central has accepted since midnight in the city."""
    return workplace.store.reading(outbox.accepted_since, _midnight(workplace, now))


def done_today(workplace: Workplace, translate: Translate, now: dt.datetime) -> list[Line]:
    """Those of them that have come back, newest first, at most `MOST_DONE`: what was done, also to reports that left."""
    items = workplace.store.reading(outbox.confirmed_since, _midnight(workplace, now), MOST_DONE)
    return [line_of(workplace, item, translate) for item in items]


def _midnight(workplace: Workplace, now: dt.datetime) -> dt.datetime:
    return now.astimezone(workplace.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def tray_lines(
    workplace: Workplace, translate: Translate = str, now: dt.datetime | None = None
) -> list[Line]:
    """What central refused, newest first, with what can still be done about each."""
    return workplace.store.reading(_tray_lines, workplace, translate, now or utc_now())


def _tray_lines(workplace: Workplace, translate: Translate, now: dt.datetime) -> list[Line]:
    found = []
    for item in outbox.tray():
        line, left = line_of(workplace, item, translate), prospects(workplace, item, now, translate)
        found.append(
            msgspec.structs.replace(
                line,
                gone=left.gone,
                current=line.current or _went(workplace, left.dinas, translate),
                why_not=dict(left.why_not),
            )
        )
    return found


def _went(workplace: Workplace, dinas: str, translate: Translate) -> str:
    if not dinas:
        return ""
    return translate(WENT).format(dinas=workplace.city.dinas_name(dinas))


class Kept(msgspec.Struct, frozen=True):
    """A text that was begun on a report which then left this desk, as a person reads it."""

    id: str
    number: str
    label: str
    """What it was to become: `Catatan`."""
    dinas: str
    """Name of the dinas where the report went; '' where that is not known."""
    text: str
    at: dt.datetime


def kept_texts(workplace: Workplace, translate: Translate = str) -> list[Kept]:
    """Texts whose report is gone, the newest first."""
    return [
        Kept(
            id=draft.key,
            number=draft.number,
            label=translate(
                _DRAFT_LABEL.get(draft.what) or _DRAFT_LABEL.get(draft.what.partition(".")[0], draft.what)
            ),
            dinas=workplace.city.dinas_name(draft.dinas) if draft.dinas else "",
            text=draft.text,
            at=draft.at,
        )
        for draft in workplace.store.reading(drafts.kept)
    ]


def kept_json(zone: dt.tzinfo, texts: list[Kept]) -> list[dict[str, Any]]:
    """The texts as JSON, times in a zone."""
    return [msgspec.to_builtins(kept) | {"at": iso(kept.at, zone)} for kept in texts]


def counts(workplace: Workplace) -> OutboxCounts:
    """The numbers of the status line."""
    return workplace.store.reading(outbox.counts)


def retry(workplace: Workplace, action_id: str) -> str:
    """Record a refused action anew on the state as it is now; the new action's id.

    :raises Refused: when its report is not at this desk any more.
    :raises StoreError: when it does not lie in the tray.
    """
    return workplace.store.writing(_retry, workplace, action_id)


def _retry(workplace: Workplace, action_id: str) -> str:
    item = outbox.refused(action_id)
    if item.action.report is None:
        away = gone(workplace, item)
        if away is not None:
            raise away
    return outbox.retry(action_id).id


def discard(workplace: Workplace, action_id: str) -> None:
    """Put a refused action away, or throw a kept text away by its id.

    :raises StoreError: when it does not lie in the tray.
    """
    if not workplace.store.writing(drafts.discard_kept, action_id):
        workplace.store.writing(outbox.discard, action_id)


def lines_json(zone: dt.tzinfo, lines: list[Line]) -> list[dict[str, Any]]:
    """The lines as JSON, times in a zone."""
    return [msgspec.to_builtins(line) | {"recorded_at": iso(line.recorded_at, zone)} for line in lines]


def export(workplace: Workplace, path: Path) -> int:
    """Write all actions of outbox and tray whole into a JSON file; how many. Nothing is changed.

    Texts whose report is gone stand beside them.

    :raises DiskFull: when there is no room for it, not even that of the ballast.
    """
    items = [
        *workplace.store.reading(outbox.waiting, 1_000_000),
        *workplace.store.reading(outbox.tray, 1_000_000),
    ]
    texts = kept_json(workplace.zone, kept_texts(workplace))
    return write_export(workplace.home, path, items, workplace.session, texts)


def write_export(
    home: Path,
    path: Path,
    items: list[Waiting],
    session: Session | None,
    texts: Sequence[dict[str, Any]] = (),
) -> int:
    """Write these actions into a JSON file, for its owner only: it holds people's own texts in clear."""
    document = {
        "desk": None if session is None else session.desk,
        "server_id": None if session is None else session.server_id,
        "actions": [
            {
                "state": item.state,
                "number": item.number,
                "title": item.title,
                "action": item.action,
                "result": item.result,
            }
            for item in items
        ],
        "drafts": list(texts),
    }
    content = msgspec.json.format(msgspec.json.encode(document), indent=2)
    if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe, a device
        raise refused(N_("{path} bukan berkas biasa; pilih nama lain."), "path", path=str(path))
    path.touch(mode=0o600, exist_ok=True)
    ballast.with_room(home, path, lambda: path.write_bytes(content))
    return len(items)


def take_over(workplace: Workplace) -> int:
    """Take over what only the twin log knows (the database was lost or put back); how many."""
    store = workplace.store
    if store.read_only is not None or not store.reading(journal.only_in_twin):
        return 0
    return store.writing(journal.salvage)


class Left(msgspec.Struct, frozen=True):
    """What a data folder holds where there is no workplace."""

    items: list[Waiting]
    session: Session | None = None
    zone: str = ""
    """The city's time zone; '' where nothing tells it."""


def left_behind(home: Path) -> Left:
    """What a data folder holds where nobody is signed in or the database cannot be read: work is never lost.

    From the database as far as it opens, and from the twin log.
    """
    try:
        store = Store.open(home)
    except StoreError:
        lines = twin.read(home / twin.FILE).recorded
        return Left([_of_twin(line) for line in lines], zone=_zone_of(lines))
    try:
        return store.reading(_left)
    finally:
        store.close()


def _left() -> Left:
    stored = meta.get(meta.SESSION)
    session = None if stored is None else msgspec.json.decode(stored, type=Session)
    lines = journal.only_in_twin()
    items = [*outbox.waiting(1_000_000), *map(_of_twin, lines), *outbox.tray(1_000_000)]
    return Left(items, session, _zone_of(lines) if session is None else session.city.zone)


def _zone_of(lines: Sequence[twin.Line]) -> str:
    return next((line.zone for line in reversed(lines) if line.zone), "")


def _of_twin(line: twin.Line) -> Waiting:
    assert line.action is not None, "what was undone is not read back"
    return Waiting(line.action, "waiting", line.number, line.title, line.action.recorded_at, sent=True)


def left_line(item: Waiting, translate: Translate = str) -> Line:
    """An action as a line where there is no session to name people and places."""
    return line_of(None, item, translate)


def line_of(workplace: Workplace | None, item: Waiting, translate: Translate) -> Line:
    """One action in words."""
    action = item.action
    person = None if workplace is None else workplace.person(action.actor_id)
    note = action.fields.note if action.report is None else action.report.text
    return Line(
        action_id=action.id,
        complaint_id=action.complaint_id,
        number=item.number,
        title=item.title,
        verb=action.verb,
        label=translate(_label(action)),
        state=item.state,
        recorded_at=item.recorded_at,
        by=person.name if person else action.actor_id,
        reason=_reason(item, translate),
        seen=_standing(workplace, item.seen, translate),
        current=_standing(workplace, item.result.current if item.result else None, translate),
        note=note,
        public=_is_public(action),
        last_error=item.last_error,
        sent=item.sent,
    )


def _label(action: Action) -> str:
    """What was done; of a note also who is to read it."""
    verb = action.verb
    if verb == Verb.NOTE:
        return PUBLIC_NOTE if action.fields.public else INTERNAL_NOTE
    if verb == Verb.ENTER:
        return ENTERED
    try:
        return EDGE_BY_VERB[Verb(verb)].label
    except (ValueError, KeyError):
        return verb


def _is_public(action: Action) -> bool:
    edge = EDGE_BY_VERB.get(Verb(action.verb)) if action.verb in set(Verb) else None
    return action.fields.public or (edge is not None and edge.public)


def audience(line: Line, translate: Translate = str) -> str:
    """Who reads its text once central has it, in a word that stands before it; '' for the text of a new report."""
    if line.public:
        return translate(READ_BY_REPORTER)
    if line.verb == Verb.ENTER:
        return ""
    edge = EDGE_BY_VERB.get(Verb(line.verb)) if line.verb in set(Verb) else None
    return translate(INTERNAL_REASON if edge is not None and edge.text is Text.REASON else INTERNAL)


def kept_sentence(line: Line, translate: Translate = str) -> str:
    """That what was written is not lost, and for whom it was written."""
    template = KEPT_REPLY if line.public else KEPT_REPORT if line.verb == Verb.ENTER else KEPT_NOTE
    return translate(template).format(text=line.note)


def _reason(item: Waiting, translate: Translate) -> str:
    result = item.result
    if result is None or not (result.code or result.detail or result.template):
        return ""
    return sentence_of(result, translate)


def sentence_of(result: ActionResult, translate: Translate = str) -> str:
    """Central's reason in the reader's language where it sent the template, else as it wrote it."""
    if result.template:
        try:
            values = {key: translate(value) for key, value in result.values.items()}
            return translate(result.template).format(**values)
        except (KeyError, IndexError, ValueError):
            pass  # a newer central may use fields that this program does not know
    return result.detail or translate(UNEXPLAINED)


def _standing(workplace: Workplace | None, current: Current | None, translate: Translate) -> str:
    if current is None or not current.status:
        return ""
    try:
        status = translate(STATUS_LOOK[Status(current.status)].label)
    except ValueError:
        status = current.status
    dinas = current.dinas if workplace is None else workplace.city.dinas_name(current.dinas)
    return f"{status}, {dinas}" if dinas else status
