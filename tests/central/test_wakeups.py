"""A long poll misses no commit: neither one between its read and its wait, nor does it wake for one that was taken back."""

from __future__ import annotations

import asyncio
import time

from qlue_desk.central.wakeups import LOOK_SECONDS, Wakeups

STREAM = "bogor/dpupr"


class Heads:
    """What central's database says; how often it was asked."""

    def __init__(self, head: int) -> None:
        self.head, self.asked = head, 0

    async def __call__(self) -> dict[str, int]:
        self.asked += 1
        return {STREAM: self.head}


def test_what_is_committed_between_the_read_and_the_wait_is_not_missed() -> None:
    async def run() -> None:
        wakeups, heads = Wakeups(), Heads(7)
        assert not await wakeups.wait(STREAM, 7, 0.0, heads)  # somebody has just looked
        heads.head = 8
        wakeups.ring({STREAM: 8})  # a desk read up to 7 and does not wait yet
        began = time.monotonic()
        assert await wakeups.wait(STREAM, 7, 20.0, heads)
        assert (time.monotonic() - began < LOOK_SECONDS / 2, heads.asked) == (True, 1)
        assert not await wakeups.wait(STREAM, 8, 0.0, heads)

    asyncio.run(run())


def test_a_central_that_was_put_back_wakes_nobody_for_what_it_forgot() -> None:
    async def run() -> None:
        wakeups, heads = Wakeups(), Heads(7)
        wakeups.ring({STREAM: 8})
        wakeups.ring({STREAM: 7})  # two threads, the later one first
        assert await wakeups.wait(STREAM, 7, 0.0, heads) is False, (
            "a look says more than what was rung before it"
        )
        wakeups.ring({STREAM: 9})
        heads.head = 3  # put back
        await asyncio.sleep(LOOK_SECONDS)
        assert not await wakeups.wait(STREAM, 3, 0.0, heads)

    asyncio.run(run())


def test_what_is_rung_while_somebody_looks_stays_known() -> None:
    async def run() -> None:
        wakeups = Wakeups()

        async def slow() -> dict[str, int]:
            wakeups.ring({STREAM: 8})  # committed behind the look's own reading
            return {STREAM: 7}

        assert await wakeups.wait(STREAM, 7, 0.0, slow)

    asyncio.run(run())
