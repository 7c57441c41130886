"""What can go wrong at central, as errors with one sentence each for whoever asked.

Sentences are Indonesian templates with fields; an upper floor may translate `template`.
"""

from __future__ import annotations

from collections.abc import Callable

from qlue_desk.domain.moves import N_
from qlue_desk.protocol import ErrorCode, ResyncReason

_WHY_RESYNC = {
    ResyncReason.EPOCH: N_("Server dipulihkan; meja perlu menyalin ulang datanya."),
    ResyncReason.AHEAD: N_("Meja lebih maju daripada server; meja perlu menyalin ulang datanya."),
    ResyncReason.TOO_OLD: N_("Meja terlalu lama tidak sinkron; meja perlu menyalin ulang datanya."),
    ResyncReason.DIVERGED: N_("Riwayat meja berbeda dari server; meja perlu menyalin ulang datanya."),
    ResyncReason.SCOPE: N_("Lingkup meja berubah; meja perlu menyalin ulang datanya."),
}


class CentralError(Exception):
    """Base of all; `str()` is the sentence."""

    def __init__(self, template: str, **values: str) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values))

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        values = {key: translate(value) if key == "why" else value for key, value in self.values.items()}
        return translate(self.template).format(**values)


class NotFound(CentralError):
    """A city, a report, a desk that central does not know."""


class NotAllowed(CentralError):
    """A person or a desk may not do this."""


class Invalid(CentralError):
    """What was given can't be used as it is."""


class DatabaseProblem(CentralError):
    """The database is missing, of a newer program, or unusable."""


class DatabaseBusy(CentralError):
    """Another writer held the lock for too long; trying again will do."""


class DatabaseSlow(DatabaseBusy):
    """A statement took longer than any may; trying again at once would only add to the load."""


class DatabaseLost(DatabaseBusy):
    """The connection to the database ended or could not be made; the next try opens a new one."""


class TokenRefused(CentralError):
    """A token that gives no access; `code` is what the wire says, `desk` whose it is where that is known."""

    def __init__(
        self, code: ErrorCode, template: str, *, wipe: bool = False, desk: str = "", **values: str
    ) -> None:
        super().__init__(template, **values)
        self.code = code
        self.wipe = wipe
        self.desk = desk


class Resync(CentralError):
    """A cursor that can't be continued; the desk must take a snapshot."""

    def __init__(self, reason: ResyncReason) -> None:
        super().__init__(_WHY_RESYNC[reason])
        self.reason = reason
