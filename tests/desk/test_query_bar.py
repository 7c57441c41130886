"""The query bar: tab completes, up brings earlier queries, a mistake is pointed at, esc leads back."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.backend import FirstPage
from qlue_desk.desk.queue import filling
from qlue_desk.desk.queue.queue_list import QueueList
from qlue_desk.desk.widgets import query_bar
from qlue_desk.desk.widgets.pages import PAGE
from qlue_desk.desk.widgets.query_bar import QueryBar
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.query import Query
from qlue_desk.store import searched
from tests.desk.scene import desk, fill, screen_text
from tests.desk_world import DeskWorld
from tests.waiting import until_async as until

Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    fill(made)
    yield made
    made.close()


def play(world: DeskWorld, scene: Play, size: tuple[int, int] = (120, 36)) -> None:
    async def run() -> None:
        async with desk(world, size=size) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


def line(app: QlueDesk) -> str:
    return app.screen.query_one("#query-input", Input).value


def offered(app: QlueDesk) -> str:
    return str(app.screen.query_one("#query-offers", Static).render())


def shown(app: QlueDesk) -> int:
    return len(app.screen.queue.numbers)  # type: ignore[attr-defined]


def test_tab_goes_round_in_what_could_be_meant(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *"status:disp")
        await until(lambda: "disposisi" in offered(app))
        await pilot.press("tab")
        assert line(app) == "status:disposisi"
        await until(lambda: shown(app) == 6)
        await pilot.press("tab")
        assert line(app) == "status:disp"
        await pilot.press("shift+tab")
        assert line(app) == "status:disposisi"
        await pilot.press("space", *"kates")
        await pilot.press("backspace", "tab", "m")
        assert line(app) == "status:disposisi kategori:m"

    play(world, scene)


def test_tab_completes_where_the_cursor_was_moved_to(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *"status:disp bub")
        await until(lambda: "bubulak" in offered(app))
        await pilot.press(*["left"] * 4, "tab")
        assert line(app) == "status:disposisi bub"
        await pilot.press("tab", "tab")
        assert line(app) == "status:disposisi bub"
        await pilot.press("end", "tab")
        assert line(app) == "status:disposisi kelurahan:bubulak"

    play(world, scene)


def test_a_late_event_of_a_fast_hand_means_what_stands_in_the_line(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash")
        field = app.screen.query_one("#query-input", Input)
        with app.screen.query_one(QueryBar).prevent(Input.Changed):
            field.value = "status:dis"
        field.cursor_position = len("status:dis")
        field.post_message(Input.Changed(field, "st"))
        await until(lambda: "disposisi" in offered(app))
        await pilot.press("tab")
        assert line(app) == "status:disposisi"

    play(world, scene)


def test_a_kelurahan_is_offered_for_its_mere_name_or_alias(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *"bub", "tab")
        assert line(app) == "kelurahan:bubulak"
        app.screen.query_one("#query-input", Input).value = "toelis"
        await until(lambda: "kelurahan:batoe-toelis" in offered(app))

    play(world, scene)


def test_the_word_for_late_is_offered_as_its_term_while_typed_behind_it_and_where_nothing_is_found(
    world: DeskWorld,
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *"telat")
        await until(lambda: offered(app).startswith("tab  adalah:lewat-tenggat"))
        assert line(app) == "telat"
        await pilot.press("enter")
        await until(lambda: "menggantinya dengan adalah:lewat-tenggat" in "".join(screen_text(app)))
        assert shown(app) == 0
        await pilot.press("slash")
        await until(lambda: offered(app).startswith("tab  adalah:lewat-tenggat"))
        await pilot.press("end", "space", *"jembatan")
        await until(lambda: "kategori:jembatan" in offered(app) and "adalah:lewat-tenggat" in offered(app))
        await pilot.press("shift+tab", "enter")
        assert line(app) == "adalah:lewat-tenggat jembatan"
        await until(lambda: app.screen.query_text == "adalah:lewat-tenggat jembatan")  # type: ignore[attr-defined]

    play(world, scene)


def test_up_brings_earlier_queries_also_after_a_restart(world: DeskWorld) -> None:
    async def first(app: QlueDesk, pilot: Pilot[int]) -> None:
        for text in ("overdue", "status:proses"):
            await pilot.press("slash")
            app.screen.query_one("#query-input", Input).value = text
            await pilot.press("enter")
        await until(lambda: world.store.reading(searched.queries, "u_rina") == ["status:proses", "overdue"])

    async def second(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash")
        history = app.screen.query_one(QueryBar)._history
        await until(lambda: history.queries)
        await pilot.press(*"got")
        lines = []
        for key in ("up", "up", "up", "down", "down"):
            await pilot.press(key)
            lines.append(line(app))
        assert lines == ["status:proses", "overdue", "overdue", "status:proses", "got"]
        await pilot.press("up")
        await until(lambda: shown(app) == 3)
        await pilot.press("down", "down")
        assert not app.screen.query_one(QueryBar).has_class("-open")
        assert app.screen.query_text == "got"  # type: ignore[attr-defined]

    play(world, first)
    play(world, second)


def test_a_history_is_ones_own_and_has_no_doubles(world: DeskWorld) -> None:
    for text in ("a", "b", " a ", " "):
        world.store.writing(searched.keep, "u_rina", text)
    assert world.store.reading(searched.queries, "u_rina") == ["a", "b"]
    assert world.store.reading(searched.queries, "u_asep") == []


def test_carets_stand_under_their_letters_behind_wide_ones(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        bar = app.screen.query_one(QueryBar)
        await pilot.press("slash")
        app.screen.query_one("#query-input", Input).value = "漏水 colour:赤"
        await until(lambda: bar.has_class("-wrong"))
        [caret, *_told] = str(app.screen.query_one("#query-error", Static).render()).split("\n")
        assert caret == " " * len("1122 colour:") + "^^"

    play(world, scene)


def test_a_mistake_says_what_there_is(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *"colour:x")
        await until(lambda: "Yang ada: merah, kuning, hijau, abu-abu." in "\n".join(screen_text(app)))
        text = screen_text(app)
        row = next(place for place, each in enumerate(text) if "colour:x" in each)
        assert text[row + 1].index("^") == text[row].index("colour:x") + len("colour:")
        await pilot.press("escape")
        assert app.screen.view == 0  # type: ignore[attr-defined]

    play(world, scene)


def test_a_wrong_line_says_that_the_list_does_not_answer_it(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = app.screen
        await pilot.press("slash")
        screen.query_one("#query-input", Input).value = "status:rusak"
        await until(lambda: "Mungkin: kategori:jalan-rusak" in "\n".join(screen_text(app)))
        title = str(screen.query_one("#queue-pane").border_title)
        assert title.startswith("Belum dicari; masih Perlu saya · ")
        await pilot.press("escape")
        assert str(screen.query_one("#queue-pane").border_title).startswith("Perlu saya · ")

    play(world, scene)


def test_a_wrong_line_stays_wrong_whatever_is_looked_at_again(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = app.screen
        bar = screen.query_one(QueryBar)
        pane = screen.query_one("#queue-pane")
        await pilot.press("slash")
        bar.input.value = "status:disposisi"
        await until(lambda: screen.view == -1 and shown(app) == 6)  # type: ignore[attr-defined]
        bar.input.value = "dinas:xyz"
        await until(lambda: bar.has_class("-wrong"))
        world.add(status=Status.DISPATCHED, title="Lubang baru")
        await until(lambda: shown(app) == 7)
        assert bar.has_class("-wrong")
        assert "“xyz” tidak dikenal" in "\n".join(screen_text(app))
        assert str(pane.border_title) == "Belum dicari; masih Cari: status:disposisi · 7"
        bar.input.value = "status:disposisi"
        await until(lambda: not bar.has_class("-wrong"))
        await until(lambda: str(pane.border_title) == "Cari: status:disposisi · 7")

    play(world, scene)


def test_esc_leads_neither_to_a_search_that_found_nothing_nor_to_one_that_was_wiped_out(
    world: DeskWorld,
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = app.screen
        pane = screen.query_one("#queue-pane")

        async def leave(kept: str, *typed: str) -> str:
            bar = screen.query_one(QueryBar)
            await pilot.press("slash")
            bar.input.value = kept
            await pilot.press("enter")
            await until(lambda: not bar.has_class("-open") and str(pane.border_title).startswith("Cari: "))
            await pilot.press("slash")
            for text in typed:
                bar.input.value = text
                await pilot.pause()
            await until(lambda: bar.has_class("-wrong"))
            await pilot.press("escape")
            await until(lambda: not bar.has_class("-open"))
            await until(lambda: not screen.lag.lags)  # type: ignore[attr-defined]
            return str(pane.border_title)

        assert (await leave("081234", "dinas:xyz")).startswith("Perlu saya · ")
        assert (await leave("status:disposisi", "", "dinas:xyz")).startswith("Perlu saya · ")
        assert await leave("status:disposisi", "dinas:xyz") == "Cari: status:disposisi · 6"

    play(world, scene)


def test_a_term_without_its_value_is_a_mistake_only_on_enter(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        bar = app.screen.query_one(QueryBar)
        await pilot.press("slash")
        bar.input.value = "lampu"
        await until(lambda: app.screen.query_text == "lampu")  # type: ignore[attr-defined]
        bar.input.value = "nomor:"
        app.screen.look_for("nomor:", True)  # type: ignore[attr-defined]
        await pilot.pause()
        assert not bar.has_class("-wrong")
        await pilot.press("enter")
        await until(lambda: "Nilai untuk nomor belum ditulis." in "\n".join(screen_text(app)))

    play(world, scene)


def test_searching_for_nothing_leads_back_to_the_view(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        screen = app.screen
        all_of_view = shown(app)
        await pilot.press("slash")
        screen.query_one("#query-input", Input).value = "status:disposisi"
        await until(lambda: screen.view == -1 and shown(app) == 6)  # type: ignore[attr-defined]
        screen.query_one("#query-input", Input).value = " "
        await until(lambda: screen.view == 0 and shown(app) == all_of_view)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: not screen.query_one(QueryBar).has_class("-open"))
        assert str(screen.query_one("#queue-pane").border_title).startswith("Perlu saya · ")

    play(world, scene)


def test_what_nobody_typed_is_spelled_in_the_readers_words(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.open_query("status:awaiting_verification overdue")
        await pilot.press("slash")
        assert line(app) == "status:menunggu-verifikasi adalah:lewat-tenggat"

    play(world, scene)


def test_offers_fit_a_narrow_screen(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash", *"status:", "shift+tab")
        await until(lambda: offered(app))
        assert line(app).startswith("status:")
        assert line(app).removeprefix("status:") in offered(app)
        assert len(offered(app)) <= 72

    play(world, scene, (80, 24))


def asked_of(app: QlueDesk, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int | None]]:
    """What the screen asks the store for from now on: query and limit."""
    backend = app.screen.backend  # type: ignore[attr-defined]
    asked: list[tuple[str, int | None]] = []
    find, first_page = backend.find, backend.first_page

    async def noted(query: Query, *, limit: int | None = None) -> array[int]:
        asked.append((str(query), limit))
        found: array[int] = await find(query, limit=limit)
        return found

    def noted_page(query: Query, limit: int) -> Future[FirstPage]:
        asked.append((str(query), limit))
        page: Future[FirstPage] = first_page(query, limit)
        return page

    monkeypatch.setattr(backend, "find", noted)
    monkeypatch.setattr(backend, "first_page", noted_page)
    return asked


def test_results_come_with_each_letter_and_nothing_is_asked_twice(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash")
        asked = asked_of(app, monkeypatch)
        monkeypatch.setattr(query_bar, "PAUSE", 60.0)  # nobody waits for it
        await pilot.press("t")
        seen = app.screen.query_one(QueueList).size.height + 1
        assert seen < PAGE
        await until(lambda: asked == [("t", seen)])
        monkeypatch.setattr(query_bar, "PAUSE", 0.01)
        await pilot.press("r")
        await until(lambda: len(asked) == 2)
        await pilot.pause(0.1)
        assert asked == [("t", seen), ("tr", seen)]

    play(world, scene)


def test_half_a_term_is_no_mistake_until_the_hand_rests(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("slash")
        bar = app.screen.query_one(QueryBar)
        monkeypatch.setattr(query_bar, "PAUSE", 60.0)
        await pilot.press(*"status:xy")
        await pilot.pause(0.1)
        assert not bar.has_class("-wrong")
        monkeypatch.setattr(query_bar, "PAUSE", 0.01)
        await pilot.press("z")
        await until(lambda: bar.has_class("-wrong"))

    play(world, scene)


def test_the_way_back_reads_no_more_than_a_page_before_it_is_there(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "LOOKED_AMONG", 8)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await until(lambda: shown(app) > 8)
        await pilot.press("j", "j", "j")
        queue = app.screen.queue  # type: ignore[attr-defined]
        before, whole = queue.current, shown(app)
        await pilot.press("slash", *"trotoar")
        await until(lambda: shown(app) < whole)
        asked = asked_of(app, monkeypatch)
        await pilot.press("escape")
        await until(lambda: len(asked) == 2 and shown(app) == whole)
        assert [limit for _query, limit in asked] == [8, None]
        assert queue.current == before

    play(world, scene)


def test_letters_that_follow_the_slash_at_once_are_meant_for_the_line(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        for key in ("slash", "u", "slash", "u"):  # as a terminal hands over what was typed in one go
            app.post_message(events.Key(key, "/" if key == "slash" else key))
        await until(lambda: line(app) == "u/u")

    play(world, scene)
