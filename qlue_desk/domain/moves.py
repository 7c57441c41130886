"""What goes into a move and what comes out of it: fields, decision, refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

import msgspec

from qlue_desk.domain.city import City
from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.complaint import Actor, Attachment, Complaint, Entry


def N_(message: str) -> str:
    """Mark a sentence for the catalogues; upper floors translate it when they show it."""
    return message


class Code(StrEnum):
    """Why a move was refused; terminal codes of the wire."""

    INVALID_TRANSITION = "invalid_transition"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_FOUND = "not_found"
    FORBIDDEN_ACTOR = "forbidden_actor"
    INVALID_ARGS = "invalid_args"
    UNKNOWN_DINAS = "unknown_dinas"
    TOO_OLD_KIND = "too_old_kind"
    ACTION_ID_REUSED = "action_id_reused"
    BLOB_INVALID = "blob_invalid"
    UNCHANGED_REQUIRED = "unchanged_required"


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sentence that says why not. `template` is Indonesian and a key of the catalogues."""

    code: Code
    template: str
    values: dict[str, str] = {}
    field: str = ""
    """The field of `Fields` that is wrong, '' when it is not about a field."""

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language; values that are words of ours are translated too."""
        return translate(self.template).format(
            **{key: translate(value) for key, value in self.values.items()}
        )


class Fields(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person gives with a move; what each verb needs stands in its `Edge`."""

    to: str = ""
    note: str = ""
    until: dt.date | None = None
    public: bool = False
    category: str | None = None
    kelurahan: str | None = None
    place_unknown: bool = False
    street: str | None = None
    evidence: tuple[Attachment, ...] = ()
    no_evidence: str = ""
    """The reason why there is no evidence (propose)."""
    rating: int | None = None
    """1–5, from the reporter."""
    person_name: str = ""
    """Display name of the person in `to`, so that a desk can show it offline."""
    only_if_unchanged: bool = False


class Context(msgspec.Struct, frozen=True):
    """The surroundings of a decision."""

    city: City
    clocks: Clocks
    now: dt.datetime
    """Time of the act, aware UTC."""
    find: Callable[[str], Complaint | None]
    """A complaint of this city by public number or id."""
    person: Callable[[str], Actor | None]
    """A person by user id."""
    complete: bool
    """True on central; a desk sees only its own dinas, so there "not found" is no reason to refuse."""


class Decision(msgspec.Struct, frozen=True):
    """A move that is allowed: the complaint after it, and its line in the history."""

    complaint: Complaint
    entry: Entry
