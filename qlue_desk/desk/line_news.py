"""What to tell of the line: work of the time without it was sent; central refuses; work stands still."""

from __future__ import annotations

from qlue_desk.desk.messages import LineState
from qlue_desk.phrases import number
from qlue_desk.sync.errors import Offline
from qlue_desk.sync.state import SWITCHED_OFF
from qlue_desk.words import _, n_


def trouble_of(state: LineState | None) -> str:
    """The sentence that explains a trouble of the line; '' when all is well or there is just no network."""
    if state is None:
        return ""
    if state.stuck:
        return state.stuck
    ordinary = state.phase == "offline" and state.detail in (Offline("").sentence(), _(SWITCHED_OFF))
    return state.detail if state.phase in ("refused", "hindered", "offline") and not ordinary else ""


_AWAY = frozenset({"offline", "connecting", "refused", "hindered"})


class LineNews:
    """Hears every state of the line and speaks once when what waited without it has left."""

    def __init__(self) -> None:
        self._owed = 0
        """Actions that waited when central was last out of reach."""
        self._refused = 0
        self._away = False
        self._trouble = ""

    def trouble(self, state: LineState) -> str:
        """The sentence for a trouble that was not told yet; '' when there is nothing new."""
        before, self._trouble = self._trouble, trouble_of(state)
        return self._trouble if self._trouble != before else ""

    def heard(self, state: LineState, outbox_key: str = "O") -> tuple[str, bool] | None:
        """A sentence and whether something went wrong; None when there is nothing to tell."""
        if state.phase in _AWAY:
            if not self._away:
                self._refused = state.refused
            self._away, self._owed = True, state.waiting
            return None
        self._away = False
        if state.phase != "connected" or not self._owed or state.waiting:
            return None
        refused = max(0, state.refused - self._refused)
        sent, self._owed = max(0, self._owed - refused), 0
        if not refused:
            return n_("{n} tindakan terkirim.", sent).format(n=number(sent)), False
        return (
            n_("{n} tindakan terkirim, {refused} ditolak pusat; lihat {key}.", sent).format(
                n=number(sent), refused=refused, key=outbox_key
            ),
            True,
        )
