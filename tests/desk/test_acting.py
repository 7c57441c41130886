"""What a person's act does to the list and what the desk says of it, on a real store."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from qlue_desk.casework.acting import act
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.base import ChooseDialog, ConfirmDialog
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.line_news import LineNews
from qlue_desk.desk.queue.telling import done_sentence, of_sending
from qlue_desk.desk.run import unsent_sentence
from qlue_desk.desk.widgets import key_bar
from qlue_desk.desk.widgets.key_bar import Countdown, KeyBar
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.settings import Settings, Sync
from qlue_desk.store import leaving, outbox, sending
from qlue_desk.store import queue as queue_of_store
from qlue_desk.sync.state import Phase, SyncState
from tests.desk.scene import desk, fill_for_verifier, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

Play = Callable[[QlueDesk, Pilot[int]], Awaitable[None]]
NOT_RECEIVED = "2"
"""Key of the view "Belum diterima"."""

NO_MORE = "Terima: di bawahnya tidak ada lagi laporan yang bisa."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    """Three reports that wait for their receipt."""
    made = DeskWorld.make(tmp_path)
    made.add_many([Status.DISPATCHED] * 3)
    yield made
    made.close()


def play(world: DeskWorld, scene: Play, *, phase: Phase = Phase.CONNECTED, **named: Any) -> None:
    """Run `scene` over the desk of `world`."""

    async def run() -> None:
        async with desk(world, size=(140, 40), phase=phase, **named) as (app, pilot):
            await scene(app, pilot)

    asyncio.run(run())


def queue(app: QlueDesk) -> Any:
    return app.screen_stack[1].queue  # type: ignore[attr-defined]


def current(app: QlueDesk) -> str:
    """Number of the report under the cursor."""
    cells = queue(app).row_at(queue(app).current)
    return str(cells.number) if cells is not None else ""


def said(app: QlueDesk) -> str:
    """The sentence in the key bar."""
    return app.screen_stack[1].query_one(KeyBar).sentence


def sent(world: DeskWorld) -> list[tuple[str, str]]:
    """Verb and number of what is in the outbox."""
    return [(line.action.verb, line.number) for line in world.store.reading(outbox.waiting)]


async def dialog(app: QlueDesk, pilot: Pilot[int], *keys: str) -> None:
    """Open the follow-up dialog and press keys in it."""
    await pilot.press("t")
    await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("#moves"))
    await pilot.press(*keys)


async def agree(app: QlueDesk, pilot: Pilot[int], question: str) -> None:
    """Answer yes to the question about many reports."""
    await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.query("#question"))
    assert app.screen.question == question  # type: ignore[attr-defined]
    await pilot.press("enter")


async def open_view(app: QlueDesk, pilot: Pilot[int], rows: int = 3) -> str:
    """The view of what was not received, cursor on its middle row; that report's number."""
    await pilot.press(NOT_RECEIVED)
    await until(lambda: app.screen.view == 1 and queue(app).count == rows)  # type: ignore[attr-defined]
    await pilot.press("j")
    await until(lambda: current(app))
    return current(app)


def title(app: QlueDesk) -> str:
    return str(app.screen_stack[1].query_one("#queue-pane").border_title)


def test_the_next_key_hits_the_report_that_was_acted_on(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        mine = await open_view(app, pilot)
        below = queue(app).numbers[2]
        await dialog(app, pilot, "enter")
        await until(lambda: queue(app).guest is not None)
        assert sent(world) == [("acknowledge", mine)]
        assert (current(app), queue(app).count, len(queue(app).numbers)) == (mine, 2, 3)
        assert "· 2" in title(app)
        await until(lambda: any(mine[4:] in line and "Diterima" in line for line in screen_text(app)))

        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        await pilot.press(*"tadi", "enter")
        await until(lambda: len(sent(world)) == 2)
        assert sent(world)[1] == ("note", mine)
        await until(lambda: not isinstance(app.screen, NoteDialog))
        await pilot.pause(0.3)
        assert current(app) == mine

        await pilot.press("j")
        assert (queue(app).current, queue(app).guest, len(queue(app).numbers)) == (below, None, 2)

    play(world, scene)


def test_an_enter_that_was_typed_ahead_changes_no_priority(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_view(app, pilot)
        await pilot.press("p", "enter")
        await until(lambda: isinstance(app.screen, ChooseDialog))
        assert sent(world) == []
        await pilot.press("j", "j", "enter")
        await until(lambda: [verb for verb, _number in sent(world)] == ["prioritise"])
        assert sorted(world.get(each).priority for each in ("1", "2", "3")) == [0, 0, 1]

    play(world, scene)


def test_run_and_next_goes_on_to_the_row_below(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        mine = await open_view(app, pilot)
        await dialog(app, pilot, "ctrl+n")
        await until(lambda: queue(app).count == 2 and isinstance(app.screen, FollowUpDialog))
        following = current(app)
        assert following != mine
        await until(lambda: app.screen.query("MoveForm"))
        await pilot.press("ctrl+n")
        await until(lambda: said(app) == NO_MORE)
        assert [number for _verb, number in sent(world)] == [mine, following]
        assert not isinstance(app.screen, FollowUpDialog)

    play(world, scene)


def test_run_and_next_passes_what_was_led_on_and_stands_further_down(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        met = []
        await pilot.press("t")
        for done in (1, 2, 3):
            await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
            met.append(current(app))
            await pilot.press("ctrl+n")
            await until(lambda done=done: len(sent(world)) == done and queue(app).count == 3)  # type: ignore[misc]
        await until(lambda: said(app) == NO_MORE)
        assert sent(world) == [("acknowledge", number) for number in met]
        assert len(set(met)) == 3
        # Another walk through the same list meets them.
        await pilot.press("g", "t")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        first = current(app)
        await pilot.press("m", "ctrl+n")
        await until(lambda: len(sent(world)) == 4)
        await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
        assert current(app) != first

    play(world, scene)


def test_run_and_next_keeps_its_move_and_passes_what_cannot_take_it(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    world.add_many([Status.DISPATCHED, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.DISPATCHED])

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app.screen.show_own_query("sort:number")  # type: ignore[attr-defined]
        await until(lambda: queue(app).count == 4 and current(app) == "BGR-26-000001")
        await dialog(app, pilot, "ctrl+n")
        await until(lambda: isinstance(app.screen, FollowUpDialog) and current(app) == "BGR-26-000004")
        await until(lambda: app.screen.query("MoveForm"))
        assert app.screen.query_one("MoveForm").edge.verb is Verb.ACKNOWLEDGE  # type: ignore[attr-defined]
        await pilot.press("ctrl+n")
        await until(lambda: said(app) == NO_MORE and len(app.screen_stack) == 2)
        assert sent(world) == [("acknowledge", "BGR-26-000001"), ("acknowledge", "BGR-26-000004")]

    play(world, scene)
    world.close()


def test_a_report_that_left_the_desk_stays_as_a_line_and_no_key_hits_another(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        mine = await open_view(app, pilot)
        world.store.write(leaving.forget, world.get(mine).id).result()
        await until(lambda: queue(app).guest is not None)
        await pilot.pause(0.2)
        assert any(mine[4:] in line for line in screen_text(app))
        title = app.screen_stack[1].query_one("#queue-pane")
        assert str(title.border_title) == "Belum diterima · 2 · 1 sudah keluar"
        for key in ("c", "t", "a", "p", "full_stop"):
            app.screen_stack[1].query_one(KeyBar).hush()
            await pilot.press(key)
            if key != "full_stop":
                await until(lambda: said(app) == f"{mine} tidak lagi di meja ini.")
        assert (sent(world), app.screen) == ([], app.screen_stack[1])
        await pilot.press("k")
        assert not any(mine[4:] in line for line in screen_text(app))
        assert str(title.border_title) == "Belum diterima · 2"

    play(world, scene)


def test_a_report_that_comes_when_one_leaves_does_not_come_under_the_cursor(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press(NOT_RECEIVED)
        await until(lambda: queue(app).count == 3)
        await pilot.press("G")
        await until(lambda: current(app))
        last = max(range(3), key=lambda place: queue(app).numbers[place])
        queue(app).move_to(last)
        await until(lambda: current(app))
        mine, row = current(app), queue(app).current
        world.store.write(leaving.forget, world.get(mine).id).result()
        await until(lambda: queue(app).guest is not None)
        other = world.add(status=Status.ACKNOWLEDGED)
        await until(lambda: world.store.reading(queue_of_store.row_of, other.id) is not None)
        assert world.store.reading(queue_of_store.row_of, other.id) != row  # no number is given twice
        await pilot.pause(0.4)
        assert current(app) == mine
        await pilot.press("c")
        await until(lambda: said(app) == f"{mine} tidak lagi di meja ini.")

    play(world, scene)


def test_marked_reports_that_all_left_do_not_turn_a_key_on_the_row_under_the_cursor(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        marked = await open_view(app, pilot)
        await pilot.press("space")
        assert queue(app).marks
        other = current(app)
        world.store.write(leaving.forget, world.get(marked).id).result()
        await until(lambda: queue(app).count == 2 and not queue(app).marks)
        await pilot.press("c")
        await until(lambda: said(app) == "Laporan yang ditandai sudah tidak ada di daftar ini.")
        assert app.screen is app.screen_stack[1]
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        assert other in app.screen.title_text

    play(world, scene)


def test_a_dialog_over_a_report_that_leaves_says_so_and_keeps_the_text(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        mine = await open_view(app, pilot)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        await pilot.press(*"halo")
        world.store.write(leaving.forget, world.get(mine).id).result()
        await pilot.press("enter")
        await until(lambda: app.screen.has_class("-wrong"))
        assert str(app.screen.query_one("#wrong").render()) == f"{mine} tidak lagi di meja ini."
        assert app.screen.query_one("#note").text == "halo"  # type: ignore[attr-defined]
        assert sent(world) == []

    play(world, scene)


# --- what is said of it ------------------------------------------------------------------------------

_SAID = [
    ("u_rina", Status.DISPATCHED, "acknowledge", Fields(), "Terima: {} → Diterima."),
    ("u_rina", Status.DISPATCHED, "transfer", Fields(to="dishub", note="lampu jalan"), "Teruskan ke dinas lain: {} → Dishub."),
    ("u_rina", Status.DISPATCHED, "return", Fields(note="bukan jalan kota"), "Bukan tugas kami: {} → Diskominfo."),
    ("u_dewi", Status.NEW, "dispatch", Fields(to="dishub"), "Disposisi: {} → Dishub."),
    ("u_rina", Status.DISPATCHED, "take", Fields(), "Ambil: {} → Rina."),
    ("u_rina", Status.DISPATCHED, "give", Fields(to="u_asep"), "Serahkan: {} → Asep."),
    ("u_rina", Status.DISPATCHED, "give", Fields(), "Serahkan: {} → dilepas."),
    ("u_rina", Status.DISPATCHED, "prioritise", Fields(to="2"), "Prioritas: {} → darurat."),
    ("u_rina", Status.ACKNOWLEDGED, "schedule", Fields(note="menunggu alat", until=dt.date(2026, 12, 10)), "Jadwalkan: {} → 10 Des 2026."),
    ("u_rina", Status.ACKNOWLEDGED, "coordinate", Fields(to="PLN", note="tiang listrik"), "Koordinasi: {} → PLN."),
    ("u_dewi", Status.NEW, "refer", Fields(to="BBPJN", note="jalan nasional"), "Bukan kewenangan kota: {} → BBPJN."),
    ("u_dewi", Status.NEW, "recategorise", Fields(to="trotoar"), "Ganti kategori: {} → Trotoar."),
]  # fmt: skip


@pytest.mark.parametrize(("who", "status", "verb", "fields", "sentence"), _SAID)
def test_the_sentence_names_the_report_and_where_it_went(
    tmp_path: Path, who: str, status: Status, verb: str, fields: Fields, sentence: str
) -> None:
    dinas = "diskominfo" if who == "u_dewi" else "dpupr"
    made = DeskWorld.make(tmp_path, as_=who, dinas=dinas)
    one = made.add(status=status)
    outcomes = act(made.workplace, [one.id], verb, fields, now=NOW)
    assert [outcome.refusal for outcome in outcomes] == [None]
    assert done_sentence(Verb(verb), outcomes, made.workplace.city) == sentence.format(one.number)
    made.close()


def test_a_transfer_that_goes_to_the_referee_says_so(world: DeskWorld) -> None:
    often = world.add(status=Status.DISPATCHED, bounces=9)
    outcomes = act(world.workplace, [often.id], "transfer", Fields(to="dishub", note="lampu jalan"), now=NOW)
    said_ = done_sentence(Verb.TRANSFER, outcomes, world.workplace.city)
    assert said_ == f"Teruskan ke dinas lain: {often.number} → Diskominfo."


def test_many_are_counted_and_named_by_where_they_all_went(world: DeskWorld) -> None:
    refs = [f"BGR-26-{n:06d}" for n in (1, 2, 3)]
    outcomes = act(world.workplace, refs, "acknowledge", now=NOW)
    assert done_sentence(Verb.ACKNOWLEDGE, outcomes, world.workplace.city) == "Terima: 3 laporan → Diterima."


@pytest.mark.parametrize(
    ("phase", "seconds", "sentence"),
    [
        (Phase.CONNECTED, 5, "u batalkan (5 dtk)"),
        (Phase.SYNCING, 20, "u batalkan (20 dtk)"),
        (Phase.CONNECTED, 0, ""),
        (Phase.OFFLINE, 5, "Tersimpan, dikirim begitu tersambung."),
        (Phase.REFUSED, 5, "Tersimpan, dikirim begitu tersambung."),
    ],
)
def test_what_is_said_of_sending_is_true(phase: Phase, seconds: int, sentence: str) -> None:
    settings = Settings(sync=Sync(undo_seconds=seconds))
    found = of_sending(SyncState(phase=phase), settings)
    many, weighty = (of_sending(SyncState(phase=phase), settings, n, weighty=n == 1) for n in (2, 1))
    if not isinstance(found, str):
        assert not isinstance(many, str)
        assert not isinstance(weighty, str)
        assert many.seconds == weighty.seconds == 3 * found.seconds
    assert (found if isinstance(found, str) else found.words(found.seconds)) == sentence


def test_the_key_bar_says_it_after_an_act(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        mine = await open_view(app, pilot)
        await dialog(app, pilot, "enter")
        await until(lambda: said(app) == f"Terima: {mine} → Diterima. u batalkan (5 dtk)")

    play(world, scene)


def test_the_seconds_to_take_back_count_down_and_the_keys_come_back(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 100.0
    monkeypatch.setattr(
        key_bar, "SAID_SECONDS", 0.1
    )  # what can be taken back is offered for as long as it can
    monkeypatch.setattr(key_bar, "COUNTED_SECONDS", 600.0)
    monkeypatch.setattr(key_bar, "time", SimpleNamespace(monotonic=lambda: moment))

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        nonlocal moment
        bar = app.screen.query_one(KeyBar)
        bar.say("Terima.", countdown=Countdown(300, lambda left: f"u batalkan ({left} dtk)"))
        await until(lambda: "Terima. u batalkan (300 dtk)" in "\n".join(screen_text(app)))
        moment += 2.5
        await until(lambda: "Terima. u batalkan (298 dtk)" in "\n".join(screen_text(app)))
        moment += 298
        await until(lambda: said(app) == "" and "u batalkan" not in "\n".join(screen_text(app)))

    play(world, scene)


def test_the_line_that_comes_back_tells_once_what_it_sent() -> None:
    news = LineNews()
    states = [
        SyncState(phase=Phase.CONNECTED, waiting=1),
        SyncState(phase=Phase.CONNECTED, waiting=0),
        SyncState(phase=Phase.OFFLINE, waiting=2, refused=1),
        SyncState(phase=Phase.OFFLINE, waiting=3, refused=1),
        SyncState(phase=Phase.CONNECTING, waiting=3, refused=1),
        SyncState(phase=Phase.SYNCING, waiting=0, refused=1),
    ]
    assert [news.heard(state) for state in states] == [None] * 6
    assert news.heard(SyncState(phase=Phase.CONNECTED, refused=1)) == ("3 tindakan terkirim.", False)
    assert news.heard(SyncState(phase=Phase.CONNECTED, refused=1)) is None
    news.heard(SyncState(phase=Phase.OFFLINE, waiting=5, refused=1))
    assert news.heard(SyncState(phase=Phase.CONNECTED, refused=3)) == (
        "3 tindakan terkirim, 2 ditolak pusat; lihat O.",
        True,
    )


def test_the_desk_says_it_when_the_line_comes_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        app._line_changed(SyncState(phase=Phase.OFFLINE, waiting=2))
        await until(lambda: app.line_state is not None and app.line_state.phase == "offline")
        app._line_changed(SyncState(phase=Phase.CONNECTED))
        await until(lambda: said(app) == "2 tindakan terkirim.")

    play(world, scene)


def test_the_terminal_is_told_what_had_not_left(world: DeskWorld) -> None:
    act(world.workplace, ["BGR-26-000001", "BGR-26-000002"], "acknowledge", now=NOW)
    app = QlueDesk(world.workplace, None, Settings(), home=world.workplace.home, now=lambda: NOW)
    app.close()
    assert app.unsent == 2
    assert unsent_sentence(app.unsent) == (
        "2 tindakan belum terkirim; tersimpan di sini, dikirim saat meja dibuka lagi atau dengan qlue-desk sync."
    )


# --- taking back -------------------------------------------------------------------------------------


def test_undo_of_a_bulk_names_move_and_count_and_brings_the_marks_back(world: DeskWorld) -> None:
    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await open_view(app, pilot)
        rows = set(queue(app).numbers)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, NoteDialog))
        await pilot.press("x", "enter")
        await until(lambda: not isinstance(app.screen, NoteDialog))
        await pilot.press("V")
        await dialog(app, pilot, "t", "enter")
        await agree(app, pilot, "Terima untuk 3 laporan?")
        await until(lambda: len(sent(world)) == 4)
        await until(lambda: said(app) == "Terima: 3 laporan → Diterima. u batalkan (15 dtk)")
        await until(lambda: queue(app).count == 0 and not queue(app).marks)

        await pilot.press("u")
        await until(lambda: said(app) == "Dibatalkan: Terima untuk 3 laporan.")
        await until(lambda: queue(app).marks == rows)
        await until(lambda: title(app).endswith("3 ditandai"))
        await pilot.press("escape", "u")
        await until(lambda: said(app).startswith("Dibatalkan: Catatan BGR-26-"))
        assert sent(world) == []
        await pilot.press("u")
        await until(lambda: said(app) == "Tidak ada tindakan yang bisa dibatalkan.")

    play(world, scene)


def test_undo_says_what_has_left_already(world: DeskWorld) -> None:
    [outcome] = act(world.workplace, ["BGR-26-000002"], "acknowledge", now=NOW)
    world.store.writing(sending.mark_sent, [outcome.action_id])

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("u")
        await until(
            lambda: said(app) == "Tidak ada lagi yang bisa dibatalkan: Terima BGR-26-000002 sudah terkirim."
        )

    play(world, scene)


def test_accepted_suggestions_of_one_stroke_are_taken_back_together(tmp_path: Path) -> None:
    made = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_dewi")
    fill_for_verifier(made)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        await pilot.press("V", "A")
        await agree(app, pilot, "Disposisi untuk 6 laporan?")
        await until(lambda: len(sent(made)) == 6)
        await until(lambda: said(app) == "Disposisi: 6 laporan → Dishub. u batalkan (15 dtk)")
        await pilot.press("u")
        await until(lambda: said(app) == "Dibatalkan: Disposisi untuk 6 laporan.")
        assert sent(made) == []

    play(made, scene)
    made.close()


# --- the key bar -------------------------------------------------------------------------------------


def test_the_key_bar_names_the_dinas_that_accepting_would_send_to(tmp_path: Path) -> None:
    made = DeskWorld.make(tmp_path, dinas="diskominfo", as_="u_dewi")
    fill_for_verifier(made)
    made.add(status=Status.NEW, category=None, kelurahan=None, suggestion=None)

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        assert current(app) == "BGR-26-000007"
        await until(lambda: ("A", "disposisi") in app.screen.query_one(KeyBar).shown)
        app.open_report("BGR-26-000002")
        await until(lambda: ("A", "terima → Dishub") in app.screen.query_one(KeyBar).shown)
        await pilot.press("A")
        await until(lambda: said(app) == "Disposisi: BGR-26-000002 → Dishub. u batalkan (5 dtk)")

    play(made, scene)
    made.close()


def test_a_long_sentence_is_wrapped_not_cut(world: DeskWorld) -> None:
    sentence = (
        "Kata “jlan” tidak dikenal. " + "Mungkin: jalan_rusak, jalan_berlubang, jembatan, trotoar. " * 3
    )

    async def scene(app: QlueDesk, pilot: Pilot[int]) -> None:
        bar = app.screen.query_one(KeyBar)
        assert bar.size.height == 1
        bar.say(sentence.strip(), wrong=True)
        await until(lambda: bar.size.height == 2)
        shown = " ".join(line.strip() for line in screen_text(app)[-2:])
        assert shown.strip() == sentence.strip()
        bar.hush()
        await until(lambda: bar.size.height == 1)

    play(world, scene)
