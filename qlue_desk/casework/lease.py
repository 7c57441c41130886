"""How long a desk may work without central: a stolen laptop must not show citizens' reports for ever.

Counted from the last word of central, so a desk that is connected never locks; a clock that was set back
does not lengthen it beyond that word. What is recorded stays and is sent; only the screens are closed.
"""

from __future__ import annotations

import datetime as dt

from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.moves import N_
from qlue_desk.protocol import Session
from qlue_desk.store import meta, position

LOCKED = N_(
    "Meja ini terkunci: tidak berhubungan dengan pusat sejak {since}."
    " Sambungkan jaringan; pekerjaan Anda tersimpan dan akan terkirim."
)


def ends_at(session: Session, seen: dt.datetime | None) -> dt.datetime | None:
    """When the lease ends if central is not heard again; None when it never does.

    `seen` is the latest time that central ever stated.
    """
    if session.offline_lease_until is None:
        return None
    length = session.offline_lease_until - session.server_time
    return max(session.server_time, seen or session.server_time) + length


def locked_since(workplace: Workplace, now: dt.datetime) -> dt.datetime | None:
    """The last word of central when the lease has ended, else None. On a store's thread or any other."""
    seen = workplace.store.reading(_seen)
    end = ends_at(workplace.session, seen)
    if end is None or max(now, seen or now) < end:
        return None
    return seen or workplace.session.server_time


def _seen() -> dt.datetime | None:
    stored = meta.get(position.SERVER_TIME)
    return None if stored is None else dt.datetime.fromisoformat(stored.decode())
