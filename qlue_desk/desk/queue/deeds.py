"""What a key means to do to reports: a move or a macro, before it is known to which."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.casework import acting, macros
from qlue_desk.casework.acting import Plan
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.edges import EDGE_BY_VERB, Verb
from qlue_desk.domain.effects import is_weighty
from qlue_desk.domain.moves import Fields
from qlue_desk.settings import Macro
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.backend import Backend

LOOKED_AT = 1000
"""Reports that are read in full to speak of a choice; of the others the ids are enough."""


class Chosen(msgspec.Struct, frozen=True):
    """The reports that are meant: all by id, the first ones in full."""

    ids: tuple[str, ...]
    sample: tuple[Complaint, ...]

    def __len__(self) -> int:
        """How many."""
        return len(self.ids)

    @property
    def first(self) -> Complaint:
        """The one whose values a dialog shows."""
        return self.sample[0]

    @property
    def whole(self) -> bool:
        """All of them are in the sample."""
        return len(self.sample) == len(self.ids)


class Deed(msgspec.Struct, frozen=True):
    """One move with its fields, a macro, or a plan that looks at each report."""

    verb: Verb
    fields: Fields = Fields()
    evidence: tuple[Path, ...] = ()
    macro: Macro | None = None
    plan: Plan | None = None

    @property
    def label(self) -> str:
        """What it is called on screen."""
        return self.macro.label if self.macro is not None else _(EDGE_BY_VERB[self.verb].label)

    @property
    def weighty(self) -> bool:
        """As `effects.is_weighty` of what it records."""
        if self.macro is None:
            return is_weighty(self.verb, self.fields)
        told = bool(self.macro.reply)
        return told or (
            self.macro.verb is not None and is_weighty(self.macro.verb, Fields(note=self.macro.reason))
        )

    async def planned(self, backend: Backend, *, dry_run: bool = False) -> Plan:
        """The plan; raises `Refused` where there can be none for any report."""
        if self.plan is not None:
            return self.plan
        if self.macro is not None:
            return macros.plan(backend.workplace, self.macro, backend.now())
        run = backend.read if dry_run else backend.write
        files = list(self.evidence)
        return await run(acting.move_plan, backend.workplace, self.verb, self.fields, files, dry_run=dry_run)


def of_macro(macro: Macro) -> Deed:
    """A macro; its verb is what it is mainly about."""
    if macro.verb is not None:
        return Deed(macro.verb, macro=macro)
    if macro.reply or macro.note:
        return Deed(Verb.NOTE, macro=macro)
    return Deed(Verb.GIVE if macro.assign else Verb.PRIORITISE, macro=macro)
