"""What `doctor` says of one thing that it looked at."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. `ok` None means that it could not be looked at, or that it is a choice."""

    what: str
    ok: bool | None
    found: str
    mend: str = ""
