"""What keys do at the desk: few keys, looked at in the store."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from qlue_desk.desk.actions import ACTIONS
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.keys import KeyClash, bindings, check_keys
from qlue_desk.desk.queue.sidebar import SideBar
from qlue_desk.domain.complaint import Status
from qlue_desk.store import outbox
from tests.desk.scene import desk, fill, fill_for_verifier
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

AT_WORK = frozenset(
    {
        Status.DISPATCHED,
        Status.ACKNOWLEDGED,
        Status.IN_PROGRESS,
        Status.COORDINATING,
        Status.SCHEDULED,
    }
)
Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def play(world: DeskWorld, scene: Play, size: tuple[int, int] = (140, 40)) -> None:
    """Run `scene` over the desk of `world`."""

    async def run() -> None:
        async with desk(world, size=size) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


def waiting(world: DeskWorld) -> list[str]:
    """Verbs in the outbox, in order."""
    return [line.action.verb for line in world.store.reading(outbox.waiting)]


def test_the_queue_opens_at_the_most_urgent_report(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        cells = app.screen.queue.row_at(app.screen.queue.current)  # type: ignore[attr-defined]
        due = {
            c.number: c.due
            for c in map(world.get, _numbers())
            if c.due and c.status in AT_WORK and c.holder in (None, "", "u_rina")
        }
        assert world.get(cells.number).due == min(due.values())

    play(world, scene)


def _numbers() -> list[str]:
    return [f"BGR-26-{n:06d}" for n in range(1, 31)]


def current(app: QlueDesk) -> str:
    """Id of the report under the cursor."""
    return str(app.screen.queue.row_at(app.screen.queue.current).id)  # type: ignore[attr-defined]


async def go_to(app: QlueDesk, status: Status, world: DeskWorld) -> str:
    """Put the cursor on the first report of a status."""
    found = next(n for n in _numbers() if world.get(n).status is status)
    app.open_report(found)
    wanted = world.get(found).id
    await until(
        lambda: app.screen.queue.row_at(app.screen.queue.current) is not None and current(app) == wanted
    )  # type: ignore[attr-defined]
    app.screen.queue.focus()  # type: ignore[attr-defined]
    return wanted


def test_follow_up_records_one_action_and_undo_takes_it_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        chosen = await go_to(app, Status.DISPATCHED, world)
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        await pilot.press("t", "enter")
        await until(lambda: waiting(world) == ["acknowledge"])
        assert world.get(chosen).status is Status.ACKNOWLEDGED
        await until(lambda: not isinstance(app.screen, FollowUpDialog))
        await pilot.press("u")
        await until(lambda: waiting(world) == [])
        assert world.get(chosen).status is Status.DISPATCHED

    play(world, scene)


def test_a_greyed_move_says_why_and_cannot_be_run(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await go_to(app, Status.DISPATCHED, world)
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        dialog = app.screen
        assert isinstance(dialog, FollowUpDialog)
        moves = dialog.query_one("#moves", OptionList).options
        prompts = {str(option.id): str(option.prompt) for option in moves}
        assert prompts["propose"].endswith("harus Proses dulu")
        await pilot.press("u")
        assert not dialog.query("MoveForm"), "an enter behind it must not run another move"
        wrong = str(dialog.query_one("#wrong").render())
        assert wrong == "Usulkan selesai tidak bisa dari Disposisi; harus Proses dulu."

    play(world, scene)


def test_a_note_begun_survives_escape(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await go_to(app, Status.IN_PROGRESS, world)
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        form = app.screen.query_one("MoveForm")
        form.fields["note"].load_text("setengah jadi")  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, FollowUpDialog))
        chosen = current(app)
        await until(lambda: _draft(world, chosen) == "setengah jadi")

    play(world, scene)
    assert waiting(world) == []


def _draft(world: DeskWorld, complaint_id: str) -> str:
    from qlue_desk.store.bound import connection

    rows = world.store.reading(
        lambda: (
            connection().execute("SELECT text FROM draft WHERE key LIKE ?", (f"{complaint_id}:%",)).fetchall()
        )
    )
    return rows[0][0] if rows else ""


def test_take_and_repeat_on_the_next_row(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("a")
        await until(lambda: waiting(world) == ["take"])
        await pilot.press("j", "full_stop")
        await until(lambda: waiting(world) == ["take", "take"])

    play(world, scene)


def test_bulk_over_marks_acknowledges_each(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("2")
        await until(lambda: len(app.screen.queue.numbers) == 6)  # type: ignore[attr-defined]
        await pilot.press("V", "t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        await pilot.press("t", "enter")
        await pilot.pause(0.2)
        if not isinstance(app.screen, FollowUpDialog) and len(app.screen_stack) > 2:
            await pilot.press("enter")
        await until(lambda: waiting(world) == ["acknowledge"] * 6)

    play(world, scene)


def test_the_query_bar_points_at_what_is_wrong(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        before = list(app.screen.queue.numbers)  # type: ignore[attr-defined]
        await pilot.press("slash")
        bar = app.screen.query_one("#query")
        bar.query_one("Input").value = "status:dipsosisi"  # type: ignore[attr-defined]
        await until(lambda: "Mungkin: disposisi" in _text_of(app))
        assert list(app.screen.queue.numbers) == before  # type: ignore[attr-defined]
        bar.query_one("Input").value = "status:disposisi"  # type: ignore[attr-defined]
        await until(lambda: len(app.screen.queue.numbers) == 6)  # type: ignore[attr-defined]

    play(world, scene)


def _text_of(app: QlueDesk) -> str:
    return "\n".join(
        "".join(s.text for s in strip) for strip in app.screen._compositor.render_strips(app.screen.size)
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48)])
def test_the_desk_fits_its_terminal(world: DeskWorld, size: tuple[int, int]) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        text = _text_of(app)
        assert "Kota Bogor" in text
        assert "Perlu saya" in text
        assert "26-0000" in text
        assert "cari" in text.splitlines()[-1]
        if size[0] == 80:
            await pilot.press("enter")
            await until(lambda: "Riwayat" in _text_of(app) or "Terima" in _text_of(app))

    play(world, scene, size)


def test_a_verifier_accepts_a_suggestion_with_one_key(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_dewi")
    fill_for_verifier(world)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("A")
        await until(lambda: waiting(world) == ["dispatch"])

    play(world, scene)
    world.close()


def test_leaving_takes_no_time_in_the_middle_of_a_query(world: DeskWorld) -> None:
    def slow() -> None:
        from qlue_desk.store.bound import connection

        connection().execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000000) SELECT max(i) FROM n"
        ).fetchall()

    async def run() -> float:
        async with desk(world) as (app, pilot):
            world.store.read(slow)
            await pilot.pause(0.1)
            began = time.monotonic()
            app.exit(0)
        world.store.close()
        return time.monotonic() - began

    assert asyncio.run(run()) < 20  # the query alone would take half a minute and more


def test_one_registry_makes_the_bindings_without_clash() -> None:
    check_keys({})
    for place in {place for action in ACTIONS for place in action.places}:
        names = [binding.action for binding in bindings(place, {})]
        assert len(names) == len(set(names)), place
    with pytest.raises(KeyClash) as clash:
        check_keys({"note": "t"})
    assert str(clash.value) == "[keys]: tombol “t” dipakai dua kali: note dan follow-up."
    with pytest.raises(KeyClash) as unknown:
        check_keys({"nope": "t"})
    assert str(unknown.value) == "[keys]: “nope” tidak dikenal."


def test_glyph_and_word_say_it_without_colour() -> None:
    from qlue_desk.domain.complaint import STATUS_LOOK

    glyphs = [look.glyph for look in STATUS_LOOK.values()]
    labels = [look.label for look in STATUS_LOOK.values()]
    assert len(set(glyphs)) == len(glyphs) == len(set(labels))
    assert len({look.ascii_glyph for look in STATUS_LOOK.values()}) == len(glyphs)
    assert all(re.fullmatch(r"[\x21-\x7e]", look.ascii_glyph) for look in STATUS_LOOK.values())


def test_arrows_move_the_cursor_also_after_a_dialog(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        queue = app.screen.queue  # type: ignore[attr-defined]
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, FollowUpDialog))
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, FollowUpDialog))
        before = queue.cursor
        await pilot.press("down", "down", "up")
        assert queue.cursor == before + 1

    play(world, scene)


def test_enter_on_an_untouched_field_keeps_its_value(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_dewi")
    fill_for_verifier(world)
    wanted = world.get("BGR-26-000001").suggestion
    assert wanted is not None

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        chosen = current(app)
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        await pilot.press("d", "tab", "enter", "enter", "enter")
        await pilot.pause(0.2)
        if isinstance(app.screen, FollowUpDialog):
            await pilot.press("enter")
        await until(lambda: waiting(world) == ["dispatch"])
        sent = world.get(chosen)
        assert (sent.category, sent.kelurahan, sent.dinas) == (
            wanted.category,
            wanted.kelurahan,
            wanted.dinas,
        )

    play(world, scene)
    world.close()


def test_the_outbox_is_blank_in_the_side_bar_until_it_is_counted(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = asyncio.Event()
    count = QlueDesk.refresh_outbox_counts

    async def later(app: QlueDesk) -> None:
        await counted.wait()
        await count(app)

    def line(app: QlueDesk, name: str) -> str:
        lines = app.screen.query_one(SideBar).plain.splitlines()
        return next(text for text in lines if name in text).split(name)[1].strip()

    async def first(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: line(app, "Kotak keluar") == "0")
        await pilot.press("a")
        await until(lambda: line(app, "Kotak keluar") == "1")

    async def after_a_restart(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert (line(app, "Kotak keluar"), line(app, "Ditolak pusat")) == ("", "")
        counted.set()
        await until(lambda: (line(app, "Kotak keluar"), line(app, "Ditolak pusat")) == ("1", "0"))

    play(world, first)
    monkeypatch.setattr(QlueDesk, "refresh_outbox_counts", later)
    play(world, after_a_restart)
