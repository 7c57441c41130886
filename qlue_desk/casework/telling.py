"""A report's history in the words of a person, for screens and commands alike."""

from __future__ import annotations

import datetime as dt

from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import CHANNEL_LABEL, Channel, Entry
from qlue_desk.domain.edges import EDGE_BY_VERB, JUNK_KINDS, PRIORITY_BY_WORD, PRIORITY_LABEL, Verb
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean
from qlue_desk.phrases import date_words
from qlue_desk.words import _

_VERB_WORDS = {
    "receive": N_("masuk"),
    "received": N_("masuk"),
    "intake": N_("masuk"),
    "enter": N_("masuk"),
    "escalate": N_("eskalasi"),
    "release": N_("dilepas: kota bergabung"),
    "take": N_("diambil"),
    "give": N_("diserahkan"),
    "note": N_("catatan"),
    "prioritise": N_("prioritas"),
    "answer": N_("pelapor menjawab"),
    "dispute": N_("pelapor menyanggah"),
    "rate": N_("pelapor menilai"),
    "finalise": N_("final"),
    "correct_place": N_("lokasi diperbaiki"),
    "recategorise": N_("kategori diganti"),
}


def entry_words(entry: Entry, city: City, channel: Channel) -> str:
    """A history line in words: `Disposisi → DPUPR`, `catatan publik`; `channel` is the report's."""
    try:
        label = EDGE_BY_VERB[Verb(entry.verb)].label
    except (ValueError, KeyError):
        label = entry.verb
    word = _(_VERB_WORDS.get(entry.verb, label))
    if entry.verb == Verb.ENTER and entry.actor_id in ("", "system"):
        return _("masuk lewat {channel}").format(channel=_(CHANNEL_LABEL[channel]))
    if entry.verb == "note":
        return _("catatan publik") if entry.public else _("catatan intern")
    fields = entry.fields
    if merged := fields.get("merged"):
        return _plain(_("{number} digabung ke laporan ini").format(number=merged))
    target = ""
    if dinas := fields.get("dinas"):
        target = city.dinas_name(dinas)
    elif category := fields.get("category"):
        target = city.category_label(category)
    elif place := fields.get("kelurahan"):
        target = city.kelurahan_name(place)
    else:
        target = _target_words(fields)
    return _plain(f"{word} → {target}" if target else word)


def entry_text(entry: Entry) -> str:
    """What was written with it; of a move's text it is said where the reporter reads it: a reason looks the same."""
    if entry.public and entry.text and entry.verb in set(Verb) and entry.verb not in _SAY_WHOSE:
        return _("kepada pelapor: {text}").format(text=entry.text)
    return entry.text


_SAY_WHOSE = frozenset({Verb.NOTE, Verb.ENTER, Verb.ANSWER, Verb.DISPUTE, Verb.RATE})
"""The line itself says who reads or wrote it."""


def _target_words(fields: dict[str, str]) -> str:
    """What a move names besides dinas, category and place, as people write it."""
    if level := fields.get("priority", ""):
        return _(PRIORITY_LABEL.get(PRIORITY_BY_WORD.get(level, -1), level))
    if kind := fields.get("junk_kind", ""):
        return _(JUNK_KINDS.get(kind, kind))
    named = next((fields[key] for key in _NAMES if fields.get(key)), "")
    try:
        until = _day(dt.date.fromisoformat(fields["until"]))
    except (KeyError, ValueError):
        until = fields.get("until", "")
    return " · ".join(filter(None, (named, until)))


_NAMES = ("person", "party", "elsewhere", "original", "to")


def _day(date: dt.date) -> str:
    return f"{date_words(date)} {date.year}"


def _plain(text: str) -> str:
    return clean(text, multiline=False)
