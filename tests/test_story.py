"""The whole story through the real parts: central, stores, sync, app, and the citizen's page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from PIL import Image
from textual.pilot import Pilot

from qlue_desk.casework.acting import act
from qlue_desk.casework.entering import enter
from qlue_desk.central.intake.qlue import poll
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.form import MoveForm
from qlue_desk.desk.dialogs.moves import KEYS
from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Channel, Complaint, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import NewReport
from qlue_desk.settings import Settings
from qlue_desk.store.database import Store
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.state import Phase
from tests.central.intake.test_qlue_feed import feed, item
from tests.sync.rig import START, Central, Desk
from tests.waiting import until_async as until

NUMBER = "BGR-26-000001"


@asynccontextmanager
async def at_work(central: Central, desk: Desk) -> AsyncIterator[tuple[QlueDesk, Pilot[int]]]:
    """The app of a desk with its real engine, closed at the end as `q` would."""
    app = QlueDesk(
        desk.workplace,
        lambda place, on_state: Engine(place.store, place.home, on_state, wait_seconds=1),
        Settings(),
        home=desk.home,
        now=lambda: central.clock.now,
    )
    app.animation_level = "none"
    try:
        async with app.run_test(size=(140, 40)) as pilot:
            await until(lambda: app.backend is not None and hasattr(app.screen, "queue"))
            yield app, pilot
    finally:
        app.close()


def reopened(desk: Desk) -> Desk:
    """The same installation after leaving and starting again."""
    return Desk(desk.home, Store.open(desk.home))


async def sees(app: QlueDesk, condition: Callable[[], object]) -> None:
    """Wait until the desk's queue shows reports and `condition` holds."""
    await until(lambda: len(app.screen.queue.numbers) and condition(), 8.0)  # type: ignore[attr-defined]


async def follow_up(app: QlueDesk, pilot: Pilot[int], verb: Verb, note: str = "", evidence: str = "") -> None:
    """`t`, the move's letter, its fields, enter."""
    await pilot.press("t")
    await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("#moves"))
    dialog = app.screen
    assert isinstance(dialog, FollowUpDialog)
    await pilot.press(KEYS[verb])
    await until(lambda: dialog.query(MoveForm) and dialog.query_one(MoveForm).edge.verb is verb)
    form = dialog.query_one(MoveForm)
    if note:
        form.fields["note"].load_text(note)  # type: ignore[attr-defined]
    if evidence:
        form.fields["evidence"].value = evidence  # type: ignore[attr-defined]
    await pilot.press("enter")
    await until(lambda: not isinstance(app.screen, FollowUpDialog))


def page(central: Central, number: str = NUMBER) -> str:
    """The citizen's page as text."""
    answer = httpx.get(f"{central.url}/lacak/{number}")
    assert answer.status_code == 200
    return answer.text


def status_at(desk: Desk, number: str = NUMBER) -> Status | None:
    """Where a desk sees a report."""
    found = desk.get(number)
    return found.status if found else None


def test_from_a_citizens_report_to_a_verified_follow_up(tmp_path: Path) -> None:
    asyncio.run(_story(tmp_path))


async def _story(tmp_path: Path) -> None:
    photo = tmp_path / "sesudah.jpg"
    Image.new("RGB", (64, 48), "#557755").save(photo)
    with Central.make(tmp_path) as central:
        await _held_until_the_city_joins(central)
        await _the_verifier_accepts(central, central.desk("diskominfo"))
        officer = central.desk("dpupr", "rina_dpupr")
        await _the_officer_works_without_a_network(central, officer, photo)
        officer = reopened(officer)
        await _everything_arrives(central, officer)
        await _a_second_person_verifies(central, officer, central.desk("dpupr", "budi_dpupr"))
        _the_citizen_answers(central)


async def _held_until_the_city_joins(central: Central) -> None:
    register = central.hub.register
    assert register.set_cooperation("bogor", Cooperation.NONE) == 0
    reports = [
        item(
            7001, post_title="Jalan berlubang", post_desc="Jalan berlubang besar di kelurahan Sempur, bahaya!"
        ),
        item(7000, post_title="Jalan berlubang", post_desc="Aspal jalan rusak di kelurahan Tegallega"),
    ]
    with feed(lambda _path: json.dumps(reports[:1]).encode()) as url:
        result = await asyncio.to_thread(poll, central.hub, "bogor", url)
    assert (result.taken, result.routed, result.reasons) == (1, 0, {"not_joined": 1})
    assert "Ditahan" in page(central)
    assert register.set_cooperation("bogor", Cooperation.TRIAL) == 1
    assert "Baru" in page(central)


async def _the_verifier_accepts(central: Central, desk: Desk) -> None:
    async with at_work(central, desk) as (app, pilot):
        await sees(app, lambda: status_at(desk) is Status.NEW)
        waiting = desk.get(NUMBER)
        assert waiting is not None
        assert waiting.suggestion is not None
        assert (waiting.suggestion.category, waiting.suggestion.dinas) == ("jalan_rusak", "dpupr")
        assert "kata: " in waiting.suggestion.why
        assert waiting.dispatch_by is not None
        assert [e.verb for e in desk.store.reading(_entries, waiting.id)][-1] == "release"
        await until(lambda: app.screen.queue.row_at(app.screen.queue.current) is not None)  # type: ignore[attr-defined]
        await pilot.press("A")
        await until(lambda: status_at(desk) is Status.DISPATCHED)
        await until(lambda: "Disposisi" in page(central), 8.0)


def _entries(complaint_id: str) -> list[object]:
    from qlue_desk.store import complaints

    return complaints.entries(complaint_id)  # type: ignore[return-value]


async def _the_officer_works_without_a_network(central: Central, desk: Desk, photo: Path) -> None:
    async with at_work(central, desk) as (app, pilot):
        await sees(app, lambda: status_at(desk) is Status.DISPATCHED)
        await until(lambda: app.screen.queue.row_at(app.screen.queue.current) is not None)  # type: ignore[attr-defined]
        await asyncio.to_thread(central.pause)
        await follow_up(app, pilot, Verb.ACKNOWLEDGE)
        await until(lambda: status_at(desk) is Status.ACKNOWLEDGED)
        await follow_up(app, pilot, Verb.START)
        await until(lambda: status_at(desk) is Status.IN_PROGRESS)
        await follow_up(app, pilot, Verb.PROPOSE, "Lubang ditambal dengan aspal panas.", str(photo))
        await until(lambda: status_at(desk) is Status.AWAITING_VERIFICATION)
        await until(lambda: app.line_state is not None and app.line_state.phase is Phase.OFFLINE, 8.0)
        await until(lambda: app.outbox_counts == (3, 0))
        cells = app.screen.queue.row_at(app.screen.queue.current)  # type: ignore[attr-defined]
        assert cells is None or cells.pending


async def _everything_arrives(central: Central, desk: Desk) -> None:
    assert status_at(desk) is Status.AWAITING_VERIFICATION
    assert desk.counts().waiting == 3
    await asyncio.to_thread(central.start)
    async with at_work(central, desk) as (app, _pilot):
        await until(lambda: app.outbox_counts == (0, 0) and desk_is_clean(desk), 15.0)
    told = page(central)
    assert "Menunggu verifikasi" in told
    assert "Lubang ditambal dengan aspal panas." in told
    assert f"/lacak/{NUMBER}/foto/" in told
    assert "Rina" not in told


def desk_is_clean(desk: Desk) -> bool:
    """Nothing waits and nothing was refused; False once the store is closed."""
    counts = desk.counts()
    return (counts.waiting, counts.refused) == (0, 0)


async def _a_second_person_verifies(central: Central, officer: Desk, supervisor: Desk) -> None:
    again = reopened(officer)
    [outcome] = act(again.workplace, [NUMBER], Verb.RESOLVE, Fields(), now=central.clock())
    again.close()
    assert outcome.refusal is not None
    assert outcome.refusal.sentence() == "Selesai: hanya kepala bidang atau verifikator."
    async with at_work(central, supervisor) as (app, pilot):
        await until(lambda: status_at(supervisor) is Status.AWAITING_VERIFICATION)
        await pilot.press("7")
        await sees(app, lambda: app.screen.queue.row_at(app.screen.queue.current) is not None)  # type: ignore[attr-defined]
        await follow_up(app, pilot, Verb.RESOLVE)
        await until(lambda: status_at(supervisor) is Status.RESOLVED)
        await until(lambda: "Selesai" in page(central) and "green" in page(central), 8.0)


def _the_citizen_answers(central: Central) -> None:
    answer = httpx.post(
        f"{central.url}/lacak/{NUMBER}/nilai",
        data={"nilai": "1", "teks": "Masih berlubang."},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    assert "Dibuka kembali" in page(central)


def test_two_officers_offline_one_is_told_plainly(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        complaint = central.report("dpupr")
        first, second = central.desk("dpupr", "rina_dpupr"), central.desk("dpupr", "budi_dpupr")
        first.sync()
        second.sync()
        central.move(complaint.id, Verb.TRANSFER, Fields(to="dlh", note="sampah, bukan jalan"))
        first.act(complaint.number, "acknowledge")
        assert first.sync().refused == 1
        [line] = first.tray()
        assert line.action.verb == "acknowledge"
        assert (line.result and line.result.code) == "out_of_scope"


def test_a_call_is_entered_offline_and_a_ghost_call_reaches_no_dinas(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = central.desk("diskominfo", "dewi")
        desk.sync()
        call = NewReport(
            title="Pohon tumbang menutup jalan",
            text="Pohon besar tumbang di Jl. Sempur, motor tidak bisa lewat.",
            channel=Channel.CALL_CENTRE_112,
            reported_at=START,
            phone="081234567678",
        )
        entered = enter(desk.workplace, call)
        ghost = enter(
            desk.workplace,
            NewReport(
                title="", text="", channel=Channel.CALL_CENTRE_112, reported_at=START, junk_kind="ghost"
            ),
        )
        assert (entered.number, ghost.status) == ("", Status.NOT_A_REPORT)
        assert desk.sync().applied == 2
        desk.sync()
        numbers = sorted(known.number for known in map(desk.get, (entered.id, ghost.id)) if known)
        assert numbers == ["BGR-26-000001", "BGR-26-000002"]
        stored = desk.get(entered.id)
        assert isinstance(stored, Complaint)
        assert stored.reporter.phone == "0812••••678"
        heads = central.hub.feed.heads()
        assert [stream for stream in heads if "/" in stream and heads[stream]] == []
