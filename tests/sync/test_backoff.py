"""How long a desk waits: between two bounds, never less than central asked for, never for years."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import time
from email.utils import format_datetime

import httpx
import pytest

from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.errors import BadReply, Busy, Offline
from qlue_desk.sync.reading import capped, problem_of


class Low(random.Random):
    """The shortest of all chances."""

    def uniform(self, a: float, b: float) -> float:
        return a


class High(random.Random):
    """The longest."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_it_doubles_between_its_bounds_and_begins_anew() -> None:
    low, high = Backoff(2.0, 20.0, Low()), Backoff(2.0, 20.0, High())
    assert [low.next() for _ in range(4)] == [2.0] * 4
    assert [high.next() for _ in range(5)] == [4.0, 8.0, 16.0, 20.0, 20.0]
    high.reset()
    assert high.next() == 4.0


def test_central_may_ask_for_more_and_not_for_years() -> None:
    low = Backoff(2.0, 20.0, Low())
    assert [low.next(seconds) for seconds in (1.0, 50.0, 1e9)] == [2.0, 50.0, 3600.0]


def retry_after(header: str) -> float:
    response = httpx.Response(
        503, headers={"Retry-After": header}, json={"type": "urn:qlue:busy", "status": 503}
    )
    error = problem_of(response, b'{"type":"urn:qlue:busy","status":503,"title":"Busy"}')
    assert isinstance(error, Busy)
    return error.retry_after


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-5", 0.0),
        ("nan", 0.0),
        ("inf", 3600.0),
        ("1e12", 3600.0),
        ("nanti", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_a_number_within_bounds(header: str, seconds: float) -> None:
    assert retry_after(header) == seconds


def test_retry_after_may_be_a_date() -> None:
    now = dt.datetime.now(dt.UTC)
    assert retry_after(format_datetime(now - dt.timedelta(days=1), usegmt=True)) == 0.0
    assert retry_after(format_datetime(now + dt.timedelta(days=1), usegmt=True)) == 3600.0


def packed(content: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(content))


def test_half_a_packed_reply_is_none() -> None:
    whole = gzip.compress(b"x" * 1000)
    later = time.monotonic() + 3600
    assert b"".join(capped(packed(whole), later)) == b"x" * 1000
    with pytest.raises(BadReply, match="cut short"):
        list(capped(packed(whole[:-9]), later))


def test_a_reply_that_drips_beyond_its_time_is_given_up() -> None:
    with pytest.raises(Offline, match="deadline"):
        list(capped(packed(gzip.compress(b"x")), time.monotonic() - 1))
