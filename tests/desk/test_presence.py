"""Two desks at a real central: each sees what the other has open; photos and borders come on demand."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from qlue_desk.central.demo.pictures import picture
from qlue_desk.central.report import Report
from qlue_desk.cities import boundaries_path, load_shipped
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.others import named
from qlue_desk.desk.photos.dialog import PhotoDialog
from qlue_desk.desk.photos.picture import BlockPicture
from qlue_desk.domain.complaint import Channel
from qlue_desk.protocol import Looker
from qlue_desk.store import blobs
from qlue_desk.sync import borders, looking, photos
from qlue_desk.sync.errors import SyncError
from qlue_desk.sync.state import Phase
from tests.desk.scene import screen_text
from tests.sync.rig import START, Central, Desk
from tests.test_story import at_work
from tests.waiting import until_async as until


def _text(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "REST_SECONDS", 0.05)
    monkeypatch.setattr("qlue_desk.central.looking.AGAIN", 5)


def test_two_desks_see_each_other_at_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fast(monkeypatch)

    async def scene() -> None:
        with Central.make(tmp_path) as central:
            central.report()
            here, there = central.desk("dpupr", "rina_dpupr"), central.desk("dpupr", "budi_dpupr")
            async with (
                at_work(central, here) as (app, _pilot),
                at_work(central, there) as (other, _other_pilot),
            ):
                await _has_report(app)
                await _has_report(other)
                await until(lambda: "juga dibuka oleh Budi" in _text(app))
                await until(lambda: "juga dibuka oleh Rina" in _text(other))
                row = next(line for line in _text(app).splitlines() if " 26-1 " in line and "◉" in line)
                assert row.index("◉") < row.index(" 26-1 ")
                await _leaves(app)
                await until(lambda: "juga dibuka" not in _text(other))

    asyncio.run(scene())


async def _has_report(app: QlueDesk) -> None:
    app.screen.show_own_query("is:open")  # type: ignore[attr-defined]
    await until(lambda: getattr(app.screen, "current_cells", None) is not None)
    await until(lambda: app.line_state is not None and app.line_state.phase is Phase.CONNECTED)


async def _leaves(app: QlueDesk) -> None:
    """A query without reports: nothing is open."""
    app.screen.show_own_query("number:999999")  # type: ignore[attr-defined]
    await until(lambda: not app.screen.queue.numbers)  # type: ignore[attr-defined]


def test_names_are_clean_few_and_with_a_foreign_dinas() -> None:
    city = load_shipped("bogor")
    lookers = [
        Looker("c_1", "Budi\x1b[31m", "dpupr"),
        Looker("c_1", "Dewi", "diskominfo"),
        Looker("c_1", "Budi\x1b[31m", "dpupr"),
        Looker("c_2", "Rina", "dpupr"),
    ]
    found = named(lookers, city, "dpupr")
    assert found["c_2"] == ("Rina",)
    assert found["c_1"][1] == f"Dewi ({city.dinas_name('diskominfo')})"
    assert "\x1b" not in found["c_1"][0]
    assert len(named([Looker("c", str(n)) for n in range(9)], city, "dpupr")["c"]) == 3


def test_a_central_that_does_not_know_the_question_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fast(monkeypatch)
    asked: list[str] = []
    with Central.make(tmp_path) as central:
        desk = central.desk("dpupr", "rina_dpupr")
        engine = desk.engine
        teller = looking.LookTeller(lambda: engine.contact.link("look"), lambda: True, lambda others: None)
        teller.look("c_1", desk.workplace.actor.id)
        real = engine.contact.link("look").transport.send

        def send(method: str, path: str, *args: object, **named: object) -> object:
            asked.append(path)
            return real(method, "/v1/nothing", *args, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(engine.contact.link("look").transport, "send", send)
        teller.run()  # returns by itself
        engine.stop()
    assert asked == ["/v1/looking"]


def _with_photo(central: Central) -> tuple[Desk, str, bytes]:
    content = picture("jalan_rusak", after=False, stamp="satu")
    attachment = central.hub.blobs.add(content, "lubang.jpg")
    taken = central.hub.register.take(
        Report(
            source="qlue",
            source_id="9",
            city="bogor",
            channel=Channel.QLUE,
            text="Jalan berlubang.",
            title="Jalan berlubang",
            reported_at=START,
            photos=(f"sha256:{attachment.sha256}",),
        )
    )
    central.dispatch(taken.complaint.id, "dpupr")
    return central.desk("dpupr", "rina_dpupr"), attachment.sha256, content


def test_a_photo_comes_from_central_once_and_offline_is_one_sentence(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk, sha256, content = _with_photo(central)
        desk.sync()
        path = photos.fetch(desk.store, sha256)
        assert hashlib.sha256(blobs.read_file(desk.home, sha256)).hexdigest() == sha256
        assert path == blobs.path_of(desk.store.folder, sha256)
        central.pause()
        assert photos.fetch(desk.store, sha256) == path
        assert content not in path.read_bytes()
        path.unlink()
        with pytest.raises(SyncError) as told:
            photos.fetch(desk.store, sha256)
        assert told.value.sentence()


def test_o_fetches_and_shows_a_photo(tmp_path: Path) -> None:
    async def scene() -> None:
        with Central.make(tmp_path) as central:
            desk, _sha256, _content = _with_photo(central)
            async with at_work(central, desk) as (app, pilot):
                await _has_report(app)
                await pilot.press("o")
                await until(lambda: isinstance(app.screen, PhotoDialog) and app.screen.query(BlockPicture))
                assert "SEBELUM · foto pelapor" in _text(app)

    asyncio.run(scene())


def test_borders_come_from_central_where_the_city_was_added_with_them(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = central.desk("dpupr", "rina_dpupr")
        assert not borders.fetch(desk.store, desk.home, "bogor")
        assert not borders.path_of(desk.home, "bogor").exists()
        central.hub.put_city(load_shipped("bogor"), boundaries_path("bogor"))
        assert borders.fetch(desk.store, desk.home, "bogor")
        shipped = boundaries_path("bogor")
        assert shipped is not None
        assert borders.path_of(desk.home, "bogor").read_bytes() == shipped.read_bytes()
