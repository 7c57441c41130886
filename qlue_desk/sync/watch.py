"""The watchdog: says when recorded work stands still although central answers, and why."""

from __future__ import annotations

import time
from collections.abc import Callable

from qlue_desk.phrases import number
from qlue_desk.store.sending import Oldest
from qlue_desk.words import _, n_

STILL_SECONDS = 120.0
"""Online for so long with the same oldest action: somebody should look."""


class Watch:
    """Hears which action is the oldest that waits; speaks when that stays the same for too long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._oldest = ""
        self._since = 0.0

    def look(self, oldest: Oldest | None, *, online: bool) -> str:
        """One sentence when the work stands still, '' when it moves or there is no line."""
        now = self._clock()
        if oldest is None or not online:
            self._oldest = ""
            return ""
        if oldest.action_id != self._oldest:
            self._oldest, self._since = oldest.action_id, now
            return ""
        if now - self._since < STILL_SECONDS:
            return ""
        return n_("{n} tindakan tertahan: {why}", oldest.waiting).format(
            n=number(oldest.waiting), why=_why(oldest)
        )


def _why(oldest: Oldest) -> str:
    number = oldest.number or _("laporan baru")
    if oldest.last_error:
        return _("{number} tidak diterima pusat ({reason}).").format(number=number, reason=oldest.last_error)
    if oldest.needs_file:
        return _("bukti untuk {number} belum terkirim.").format(number=number)
    return _("pusat tersambung, tetapi belum memutuskan {number}.").format(number=number)
