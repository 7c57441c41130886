"""Macros of the settings on reports: which fit, what they would say, and the steps they are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from qlue_desk import phrases
from qlue_desk.casework.acting import Plan, Step
from qlue_desk.casework.errors import Refused, refused
from qlue_desk.casework.targets import is_me, resolve_fields
from qlue_desk.casework.workplace import Workplace, utc_now
from qlue_desk.domain import macro_text
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import EDGE_BY_VERB, PRIORITY_BY_WORD, Verb
from qlue_desk.domain.moves import N_, Code, Fields, Refusal
from qlue_desk.domain.query import Query, QueryError
from qlue_desk.domain.text import storable
from qlue_desk.settings import Macro, Settings
from qlue_desk.store import queue
from qlue_desk.store.errors import StoreError
from qlue_desk.words import _

_EMPTY = N_("Makro ini menyebut {what}, yang belum ada pada laporan ini.")
_NOT_MEANT = N_("Hanya untuk laporan: {query}.")
_NOTHING = N_("Tidak ada yang perlu diubah pada laporan ini.")
UNKNOWN = N_("Makro “{found}” tidak ada di {path}; yang ada: {known}.")
NONE_THERE = N_("Belum ada makro. Tulis di {path}, bagian [macros]; contoh siap pakai ada di docs/macros.md.")


class Fit(msgspec.Struct, frozen=True):
    """A macro for one report: its steps with filled texts, or why not."""

    name: str
    macro: Macro
    steps: tuple[Step, ...] = ()
    refusal: Refusal | None = None


def find(settings: Settings, name: str, path: Path) -> Macro:
    """The macro of that name; `path` is the file that the settings were read from.

    :raises Refused: naming those that there are.
    :raises SettingsError: when it is there and can never run.
    """
    known = settings.macros
    if name in known:
        return known[name]
    if name in settings.wrong_macros:
        raise settings.wrong_macros[name]
    template = UNKNOWN if known else NONE_THERE
    raise refused(template, "verb", found=name, path=str(path), known=", ".join(known))


def fits(
    workplace: Workplace, macros: Mapping[str, Macro], complaint: Complaint, now: dt.datetime | None = None
) -> list[Fit]:
    """Every macro for one report, in the order of the settings."""
    return workplace.store.reading(_fits, workplace, dict(macros), complaint, now or utc_now())


def plan(workplace: Workplace, macro: Macro, now: dt.datetime | None = None) -> Plan:
    """The macro as a plan for any report.

    :raises Refused: where its `when` is not a query line.
    """
    return _Planned(workplace, macro, now or utc_now())


class _Planned:
    def __init__(self, workplace: Workplace, macro: Macro, now: dt.datetime) -> None:
        self.workplace, self.macro, self.now = workplace, macro, now
        self.query = _when(workplace, macro)

    def __call__(self, complaint: Complaint) -> tuple[Step, ...]:
        """The steps for this report, with its texts filled."""
        place = self.workplace
        if self.query is not None and not queue.means(
            self.query, complaint.id, now=self.now, me=place.actor.id, zone=place.zone
        ):
            raise refused(_NOT_MEANT, code=Code.INVALID_TRANSITION, query=self.macro.when)
        steps = tuple(
            Step(step.verb, _resolved(place, step)) for step in self._written(complaint) if step is not None
        )
        if not steps:
            raise refused(_NOTHING, code=Code.INVALID_TRANSITION)
        return steps

    def _written(self, complaint: Complaint) -> list[Step | None]:
        """The move comes last: after it the report may belong to others, or have ended."""
        macro = self.macro
        return [
            self._priority(complaint),
            self._holder(complaint),
            self._note(complaint, macro.reply, public=True),
            self._note(complaint, macro.note, public=False),
            Step(macro.verb, Fields(to=macro.to, note=self._filled(complaint, macro.reason)))
            if macro.verb is not None
            else None,
        ]

    def _priority(self, complaint: Complaint) -> Step | None:
        word = self.macro.priority
        if not word or PRIORITY_BY_WORD[word] == complaint.priority:
            return None
        return Step(Verb.PRIORITISE, Fields(to=word))

    def _holder(self, complaint: Complaint) -> Step | None:
        wanted = self.macro.assign.strip()
        if not wanted:
            return None
        fields = resolve_fields(self.workplace, Verb.GIVE, Fields(to=wanted))
        if fields.to == complaint.holder:
            return None
        if fields.to == self.workplace.actor.id:
            return Step(Verb.TAKE, Fields())
        return Step(Verb.GIVE, fields)

    def _note(self, complaint: Complaint, text: str, *, public: bool) -> Step | None:
        if not text:
            return None
        return Step(Verb.NOTE, Fields(note=self._filled(complaint, text), public=public))

    def _filled(self, complaint: Complaint, text: str) -> str:
        named = macro_text.names_in(text)
        if not named:
            return storable(text)
        values = _values(self.workplace, complaint, self.now)
        empty = next((name for name in named if not values[name].strip()), None)
        if empty is not None:
            raise refused(_EMPTY, "note", what=macro_text.PLACEHOLDERS[empty])
        return storable(macro_text.fill(text, values))


def _fits(
    workplace: Workplace, macros: dict[str, Macro], complaint: Complaint, now: dt.datetime
) -> list[Fit]:
    found = []
    for name, macro in macros.items():
        try:
            steps = tuple(_Planned(workplace, macro, now)(complaint))
        except Refused as error:
            found.append(Fit(name, macro, refusal=error.refusal))
            continue
        found.append(Fit(name, macro, steps, _refusal(workplace, complaint, steps, now)))
    return found


def _refusal(
    workplace: Workplace, complaint: Complaint, steps: tuple[Step, ...], now: dt.datetime
) -> Refusal | None:
    """The rules' no, which the menu greys a macro with."""
    from qlue_desk.casework.acting import perform

    [outcome] = perform(workplace, [complaint.id], lambda _complaint: steps, dry_run=True, now=now)
    return outcome.refusal


def _when(workplace: Workplace, macro: Macro) -> Query | None:
    if not macro.when.strip():
        return None
    try:
        return workplace.query(macro.when)
    except QueryError as error:
        raise refused(
            N_("Kueri “when” dari makro ini salah: {why}"), "when", why=error.sentence(_)
        ) from error


def _resolved(workplace: Workplace, step: Step) -> Fields:
    try:
        return resolve_fields(workplace, step.verb, step.fields)
    except StoreError as error:
        raise Refused(Refusal(Code.INVALID_ARGS, error.template, dict(error.values))) from error


def _values(workplace: Workplace, complaint: Complaint, now: dt.datetime) -> dict[str, str]:
    city, zone = workplace.city, workplace.zone
    return {
        "nomor": complaint.number,
        "judul": complaint.title,
        "jalan": complaint.street,
        "kelurahan": city.kelurahan_name(complaint.kelurahan) if complaint.kelurahan else "",
        "kecamatan": _kecamatan(workplace, complaint),
        "kategori": city.category_label(complaint.category) if complaint.category else "",
        "dinas": city.dinas_name(complaint.dinas),
        "petugas": workplace.actor.name,
        "tenggat": phrases.time_words(complaint.due, zone, now=now) if complaint.due else "",
        "tanggal": phrases.date_words(now.astimezone(zone).date()),
    }


def _kecamatan(workplace: Workplace, complaint: Complaint) -> str:
    code = (complaint.kelurahan or "").rpartition(".")[0]
    return next((area.name for area in workplace.city.kecamatan if area.code == code), "")


def label(macro: Macro, translate: Callable[[str], str] = str) -> str:
    """What a list says a macro does where there is no report: its steps in their order, `Catatan · Terima`."""
    verbs = [Verb.PRIORITISE] if macro.priority else []
    if macro.assign.strip():
        verbs.append(Verb.TAKE if is_me(macro.assign) else Verb.GIVE)
    verbs += [Verb.NOTE] if macro.reply or macro.note else []
    verbs += [macro.verb] if macro.verb is not None else []
    return steps_label(verbs, translate)


def steps_label(verbs: Iterable[Verb], translate: Callable[[str], str] = str) -> str:
    """Moves in a row, each said once."""
    return " · ".join(dict.fromkeys(translate(EDGE_BY_VERB[verb].label) for verb in verbs))
