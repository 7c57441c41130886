"""What was done today stands in the outbox, also to a report that left this desk by it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.widgets import OptionList

from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.widgets.key_bar import KeyBar
from tests.desk.scene import screen_text
from tests.sync.rig import Central
from tests.test_story import at_work
from tests.waiting import until_async as until


def test_what_was_done_today_stands_there_and_leads_to_where_the_report_is(tmp_path: Path) -> None:
    async def scene() -> None:
        with Central.make(tmp_path) as central:
            stays, leaves = central.report(), central.report()
            desk = central.desk()
            desk.sync()
            desk.act(stays.id, "acknowledge")
            desk.act(leaves.id, "return", "bukan jalan kota")
            desk.sync()
            desk.sync()
            assert desk.get(leaves.id) is None
            async with at_work(central, desk) as (app, pilot):
                await until(lambda: app.screen.queue.count == 1)  # type: ignore[attr-defined]
                await pilot.press("O")
                await until(
                    lambda: (
                        isinstance(app.screen, OutboxScreen) and "hari ini · 2" in "\n".join(screen_text(app))
                    )
                )
                said = "\n".join(screen_text(app))
                assert "Kotak keluar kosong" in said
                assert said.index(f"✓ {leaves.number}") < said.index(f"✓ {stays.number}")  # the newest first
                assert "bukan jalan kota" in said
                options = app.screen.query_one(OptionList)
                await until(lambda: options.highlighted_option is not None)
                await pilot.press("u")
                await until(lambda: "tidak bisa dibatalkan" in app.screen.query_one(KeyBar).sentence)
                await pilot.press("enter")
                await until(lambda: f"{leaves.number} tidak lagi di meja ini" in "\n".join(screen_text(app)))

    asyncio.run(scene())
