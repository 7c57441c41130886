"""A reporter's number on demand, through a real central: with a reason, in the dialog only, never stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.widgets import Input

from qlue_desk.central.report import Report
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.reveal import RevealDialog
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.domain.complaint import Channel, Complaint, Reporter, Status
from qlue_desk.store import outbox
from qlue_desk.store.bound import connection
from qlue_desk.sync.state import Phase, SyncState
from tests.desk.scene import desk, screen_text
from tests.desk_world import DeskWorld
from tests.sync.rig import START, Central
from tests.test_story import at_work, reopened
from tests.waiting import until_async as until

PHONE = "08121234678"


def text_of(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


def test_the_number_is_shown_for_a_reason_logged_and_kept_nowhere(tmp_path: Path) -> None:
    asyncio.run(_scene(tmp_path))


def _take(central: Central) -> Complaint:
    taken = central.hub.register.take(
        Report(
            source="qlue",
            source_id="1",
            city="bogor",
            channel=Channel.QLUE,
            text="Jalan berlubang.",
            reported_at=START,
            title="Jalan berlubang",
            reporter_name="Siti Aminah",
            reporter_phone=PHONE,
        )
    )
    return central.dispatch(taken.complaint.id, "dpupr")


async def _scene(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        complaint = _take(central)
        here = central.desk("dpupr", "rina_dpupr")
        async with at_work(central, here) as (app, pilot):
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            await until(lambda: screen.current_cells is not None, 8.0)
            await until(lambda: app.line_state is not None and app.line_state.phase is Phase.CONNECTED, 8.0)
            await pilot.press("i")
            await until(lambda: isinstance(app.screen, RevealDialog))
            await pilot.press("enter")
            await until(lambda: "alasan wajib diisi." in text_of(app))
            await pilot.press("x", "enter")
            await until(lambda: "terlalu pendek; tulis paling sedikit 10 huruf." in text_of(app))
            app.screen.query_one(Input).value = "menanyakan letak"
            await pilot.press("enter")
            await until(lambda: "8121234678" in text_of(app), 8.0)
            assert "Siti Aminah" in text_of(app)
            await pilot.press("escape")
            await until(lambda: app.screen is screen)
            await until(lambda: "8121234678" not in text_of(app))
            await until(lambda: "menanyakan letak" in central.texts(complaint.id))
            assert app.engine is not None
            app.engine.offline = True
            await pilot.press("i")
            await until(lambda: isinstance(app.screen, RevealDialog))
            app.screen.query_one(Input).value = "tanpa jaringan"
            await pilot.press("enter")
            await until(lambda: "Pusat tidak terjangkau" in text_of(app))
            assert "8121234678" not in text_of(app)
            assert "tanpa jaringan" not in central.texts(complaint.id)

        def kept() -> bytes:
            tables = ("complaint", "entry", "action", "draft", "meta")
            rows = [connection().execute(f"SELECT * FROM {table}").fetchall() for table in tables]
            return repr(rows).encode()

        again = reopened(here)
        stored = again.store.reading(kept)
        again.close()
        assert b"Jalan berlubang" in stored
        assert b"8121234678" not in stored
        with central.hub.database.connected():
            logged = central.hub.database.all("SELECT actor_name, number, reason FROM access_log")
        assert [tuple(row) for row in logged] == [("Rina", complaint.number, "menanyakan letak")]


def test_what_cannot_be_asked_is_said_at_once(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    reporters = {
        "anonim; identitasnya": Reporter(anonymous=True),
        "tidak membawa nomor telepon": Reporter(name="Siti"),
        "Tanpa jaringan: nomor pelapor hanya ada di pusat": Reporter(name="Siti", phone="0812••••678"),
    }
    made = {words: world.add(status=Status.DISPATCHED, reporter=who) for words, who in reporters.items()}

    async def run() -> None:
        async with desk(world) as (app, pilot):
            app.line_state = SyncState(phase=Phase.OFFLINE)
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            for words, complaint in made.items():
                screen.show_own_query(f"number:{complaint.number}")
                await until(
                    lambda: screen.current_cells is not None and screen.current_cells.id == complaint.id  # noqa: B023
                )
                await pilot.press("i")
                await until(lambda: words in text_of(app))  # noqa: B023
            # Offline the dialog is there all the same: what is typed at once is a reason, no command.
            assert isinstance(app.screen, RevealDialog)
            await pilot.press(*"tanya A.", "escape")
            assert (app.screen, world.store.reading(outbox.counts).waiting) == (screen, 0)

    asyncio.run(run())
    world.close()
