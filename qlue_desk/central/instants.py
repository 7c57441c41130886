"""Moments as the database keeps them: integer milliseconds since 1970, UTC."""

from __future__ import annotations

import datetime as dt

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def utc_now() -> dt.datetime:
    """The clock, aware."""
    return dt.datetime.now(dt.UTC)


def to_ms(moment: dt.datetime) -> int:
    """Milliseconds of an aware moment."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> dt.datetime:
    """The aware UTC moment."""
    return _EPOCH + milliseconds * _MILLISECOND


def maybe_ms(moment: dt.datetime | None) -> int | None:
    """As `to_ms`; None stays None."""
    return None if moment is None else to_ms(moment)
