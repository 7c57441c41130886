"""Groups with headings, a choice of columns, and a cursor that stays on its report whatever happens."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.columns import ColumnsDialog
from qlue_desk.desk.queue.columns import DEFAULT_COLUMNS, columns_for
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.query import QueryError, parse
from qlue_desk.settings import Settings, Ui
from qlue_desk.store import complaints, meta, queue
from tests.desk.scene import desk, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

TEGALLEGA, SEMPUR = "32.71.03.1007", "32.71.03.1006"


def _world(tmp_path: Path) -> DeskWorld:
    world = DeskWorld.make(tmp_path)
    for place, (kelurahan, status, holder) in enumerate(
        (
            (SEMPUR, Status.DISPATCHED, ""),
            (TEGALLEGA, Status.ACKNOWLEDGED, "u_rina"),
            (TEGALLEGA, Status.DISPATCHED, ""),
            (None, Status.IN_PROGRESS, "u_asep"),
            (TEGALLEGA, Status.DISPATCHED, "u_rina"),
        )
    ):
        world.add(
            kelurahan=kelurahan,
            status=status,
            title=f"Laporan {place}",
            holder=holder or None,
            holder_name={"u_rina": "Rina", "u_asep": "Asep"}.get(holder, ""),
            created_at=NOW - dt.timedelta(hours=30 + place),
        )
    return world


def _text(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


def _order(app: QlueDesk) -> list[str]:
    """Headings and numbers of the list, from above."""
    found = []
    for line in screen_text(app):
        if "││" not in line:
            continue
        words = line.split("││")[1].strip()
        if " · " in words:
            found.append(words)
        elif number := re.search(r"\b26-(\d+)", words):
            found.append(f"26-{int(number[1]):06}")
    return found


def test_the_query_line_knows_groups() -> None:
    assert parse("is:open group:kelurahan").group == "kelurahan"
    assert parse("kelompok:petugas").group == "holder"
    assert str(parse("is:open group:opd sort:number")) == "is:open sort:number group:dinas"
    with pytest.raises(QueryError, match="Kelompok hanya boleh satu"):
        parse("group:status group:dinas")
    with pytest.raises(QueryError, match="tidak dikenal"):
        parse("group:warna")


def test_groups_come_largest_first_and_statuses_in_their_order(tmp_path: Path) -> None:
    world = _world(tmp_path)

    def grouped(text: str) -> list[tuple[str, int]]:
        _numbers, groups = world.store.read(queue.find_grouped, parse(text), now=NOW).result()
        return [(group.value, group.count) for group in groups]

    assert grouped("group:kelurahan") == [(TEGALLEGA, 3), (SEMPUR, 1), ("", 1)]
    assert grouped("group:status") == [("dispatched", 3), ("acknowledged", 1), ("in_progress", 1)]
    assert grouped("group:holder status:dispatched") == [("u_rina", 1), ("", 2)]
    numbers, _groups = world.store.read(
        queue.find_grouped, parse("group:kelurahan sort:number"), now=NOW
    ).result()
    assert list(numbers) == [2, 3, 5, 1, 4]
    world.close()


def test_headings_with_counts_stand_between_the_reports(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        async with desk(world) as (app, pilot):
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            screen.show_own_query("is:open sort:number group:kelurahan")
            await until(lambda: "Tegallega · 3" in _text(app))
            await until(lambda: len(_order(app)) == 8)
            assert _order(app) == [
                "Tegallega · 3", "26-000002", "26-000003", "26-000005",
                "Sempur · 1", "26-000001", "tanpa kelurahan · 1", "26-000004",
            ]  # fmt: skip
            await pilot.press("j", "j", "j")
            assert screen.current_cells is not None
            assert screen.current_cells.number == "BGR-26-000001"
            # Line 4 of the list is a heading, line 5 the report under it.
            await pilot.click("#queue", offset=(5, 4))
            assert screen.current_cells.number == "BGR-26-000001"
            await pilot.click("#queue", offset=(5, 2))
            await until(lambda: screen.current_cells.number == "BGR-26-000003")  # type: ignore[union-attr]
        world.close()

    asyncio.run(scene())


def test_grouping_keeps_the_cursor_on_its_report_and_a_change_does_too(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        async with desk(world) as (app, pilot):
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            screen.show_own_query("is:open sort:number")
            await until(lambda: len(screen.queue.numbers) == 5 and screen.current_cells is not None)
            await pilot.press("j", "j")
            assert screen.queue.current == 3
            screen.listing.group_by("status")
            await until(lambda: len(screen.queue.headings) == 3)
            assert screen.queue.current == 3
            await until(lambda: "Diterima · 1" in _text(app))
            # A colleague's act moves the report into another group: the cursor stays on it.
            found = await screen.backend.read(complaints.get, "BGR-26-000003")
            assert found is not None
            world.put([replace(found, status=Status.IN_PROGRESS, version=9)])
            await until(lambda: "Proses · 2" in _text(app))
            assert screen.queue.current == 3
            # It stays in its place, under the heading where it was, until the cursor leaves it.
            assert _order(app) == [
                "Disposisi · 2", "26-000001", "26-000003", "26-000005",
                "Diterima · 1", "26-000002", "Proses · 2", "26-000004",
            ]  # fmt: skip
            await pilot.press("k")
            await until(lambda: _order(app)[-2:] == ["26-000003", "26-000004"])
            assert _order(app)[:3] == ["Disposisi · 2", "26-000001", "26-000005"]
            await pilot.press("G", "k")
            assert screen.queue.current == 3
            screen.listing.group_by("")
            await until(lambda: len(screen.queue.headings) == 0)
            assert screen.queue.current == 3
        world.close()

    asyncio.run(scene())


def test_chosen_columns_are_shown_in_their_order_and_kept(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        async with desk(world, size=(220, 48)) as (app, pilot):
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            assert "Umur" not in _text(app)
            screen.listing.choose_columns()
            await until(lambda: isinstance(app.screen, ColumnsDialog))
            await pilot.press("end", "space", "enter")
            await until(lambda: app.screen is screen and "Umur" in _text(app))
            await until(lambda: "31 jam" in _text(app) or "30 jam" in _text(app))
            await screen.listing.load_columns()
            assert screen.queue.columns[-1] == "age"
        world.close()

    asyncio.run(scene())


def test_the_settings_choose_columns_too(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        settings = Settings(ui=Ui(columns=["title", "number", "channel"]))
        async with desk(world, size=(160, 48), settings=settings) as (app, _pilot):
            await until(lambda: "Kanal" in _text(app))
            head = next(line for line in screen_text(app) if "Kanal" in line)
            assert head.index("Laporan") < head.index("Nomor") < head.index("Kanal")
            assert "Tenggat" not in head
        world.close()

    asyncio.run(scene())


def test_the_usual_columns_can_be_chosen_where_the_settings_name_others(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        settings = Settings(ui=Ui(columns=["number", "title", "channel"]))
        async with desk(world, size=(160, 48), settings=settings) as (app, pilot):
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            key = screen.listing._key()
            for chosen in (DEFAULT_COLUMNS, ("number", "title", "channel")):
                screen.listing.choose_columns()
                await until(lambda: isinstance(app.screen, ColumnsDialog))
                app.screen.dismiss(chosen)
                await until(lambda wanted=chosen: screen.queue.columns == wanted)  # type: ignore[misc]
                await screen.listing.load_columns()
                assert screen.queue.columns == chosen
            assert world.store.reading(meta.get, key) is None, "the settings decide again"
            await pilot.pause()
        world.close()

    asyncio.run(scene())


def test_columns_without_room_are_left_out_in_the_order_of_the_choice() -> None:
    chosen = ("number", "channel", "dinas", "age")
    wide = [column.name for column, _size in columns_for(120, chosen)]
    assert wide == ["mark", "number", "channel", "dinas", "age", "title"]
    narrow = [column.name for column, _size in columns_for(50, chosen)]
    assert narrow == ["mark", "number", "channel", "dinas", "title"]
    for width in (40, 66, 80, 96, 120, 160):
        assert sum(size + 1 for _column, size in columns_for(width, chosen)) <= width + 1


def test_the_dialog_of_columns_says_which_do_not_fit_now(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        async with desk(world, size=(80, 24)) as (app, pilot):
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            screen.listing.choose_columns()
            await until(lambda: isinstance(app.screen, ColumnsDialog))
            await until(lambda: "[x] Kategori" in _text(app))
            lines = [line for line in screen_text(app) if "[x]" in line]
            left_out = [line.split()[2] for line in lines if "tidak muat pada lebar ini" in line]
            shown = {column.name for column, _size in columns_for(screen.queue.size.width)}
            assert "Nomor" not in left_out
            assert "number" in shown
            assert "Kategori" in left_out
            assert "category" not in shown
            await pilot.press("escape")
        world.close()

    asyncio.run(scene())
