"""What casework refuses, each with the sentence that a person reads."""

from __future__ import annotations

from collections.abc import Callable

from qlue_desk.domain.moves import Code, Refusal


class Refused(Exception):
    """A rule or the input says no; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.sentence())

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        return self.refusal.sentence(translate)


def refused(template: str, field: str = "", code: Code = Code.INVALID_ARGS, **values: str) -> Refused:
    """A `Refused` for wrong input."""
    return Refused(Refusal(code, template, values, field))
