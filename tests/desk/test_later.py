"""Work beside a screen: what is replaced before it begins leaves no coroutine that nobody awaited."""

from __future__ import annotations

import asyncio
import gc
import warnings

from textual.app import App

from qlue_desk.desk.later import beside
from tests.waiting import until_async as until


def test_what_is_replaced_before_it_begins_is_never_made() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("done")

    async def scene() -> None:
        app: App[None] = App()
        async with app.run_test():
            for _turn in range(3):
                beside(app, work, "lease", newest=True)
            await until(lambda: done == ["done"])

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        asyncio.run(scene())
        gc.collect()
    assert [str(each.message) for each in told if "never awaited" in str(each.message)] == []
