"""Work that stands still although central answers: it is said, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.moves import Fields
from qlue_desk.store import sending
from qlue_desk.store.sending import Oldest
from qlue_desk.sync import blobs, watch
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.link import Link
from qlue_desk.sync.signing_in import transport_for
from qlue_desk.sync.watch import STILL_SECONDS, Watch
from tests.sync.rig import Central, next_moment, photo
from tests.waiting import until_async as until


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def oldest(action_id: str = "a1", *, error: str = "", needs_file: bool = False) -> Oldest:
    return Oldest(action_id, "BGR-26-000007", error, needs_file, 3)


def test_it_speaks_when_the_oldest_action_stays_the_same_for_two_minutes_online() -> None:
    now = [1000.0]
    dog = Watch(lambda: now[0])
    assert dog.look(oldest(), online=True) == ""
    now[0] += STILL_SECONDS - 1
    assert dog.look(oldest(), online=True) == ""
    now[0] += 1
    assert dog.look(oldest(), online=True) == (
        "3 tindakan tertahan: pusat tersambung, tetapi belum memutuskan BGR-26-000007."
    )
    assert dog.look(oldest("a2"), online=True) == ""


def test_time_without_a_line_does_not_count_and_neither_does_an_empty_outbox() -> None:
    now = [1000.0]
    dog = Watch(lambda: now[0])
    for gone in (lambda: dog.look(oldest(), online=False), lambda: dog.look(None, online=True)):
        dog.look(oldest(), online=True)
        now[0] += STILL_SECONDS + 1
        assert gone() == ""
        assert dog.look(oldest(), online=True) == ""


@pytest.mark.parametrize(
    ("stands", "why"),
    [
        (oldest(error="kuota penuh"), "BGR-26-000007 tidak diterima pusat (kuota penuh)."),
        (oldest(needs_file=True), "bukti untuk BGR-26-000007 belum terkirim."),
    ],
)
def test_it_says_why(stands: Oldest, why: str) -> None:
    now = [0.0]
    dog = Watch(lambda: now[0])
    dog.look(stands, online=True)
    now[0] = STILL_SECONDS
    assert dog.look(stands, online=True) == f"3 tindakan tertahan: {why}"


def test_the_store_knows_the_oldest_and_whether_its_file_is_missing(central: Central, tmp_path: Path) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    assert desk.store.reading(sending.oldest) is None
    path, _sha256 = photo(tmp_path)
    [outcome] = act(desk.workplace, [report.id], "attach", Fields(), evidence=[path], now=next_moment())
    assert outcome.done, outcome.refusal
    desk.act(report.id, "acknowledge")
    number = report.number
    assert desk.store.reading(sending.oldest) == Oldest(outcome.action_id, number, "", True, 2)


def test_a_full_quota_is_the_reason_that_is_told(
    central: Central, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    path, _sha256 = photo(tmp_path)
    act(desk.workplace, [report.id], "attach", Fields(), evidence=[path], now=next_moment())
    link = Link(desk.store, transport_for(desk.store))

    def full(*_given: object, **_named: object) -> int:
        from qlue_desk.protocol import Problem
        from qlue_desk.sync.errors import BlobProblem

        raise BlobProblem(Problem(type="urn:qlue:quota", status=507, title="Kuota berkas meja ini penuh."))

    monkeypatch.setattr(link.transport, "blob_received", full)
    assert blobs.upload_waiting(link) == 0
    found = desk.store.reading(sending.oldest)
    assert found is not None
    assert found.last_error == "Kuota berkas meja ini penuh."
    desk.sync()
    assert desk.store.reading(sending.oldest) is None


async def _stuck(central: Central) -> None:
    report = central.report()
    desk = central.desk()
    desk.sync()
    heard: list[str] = []
    engine = Engine(desk.store, desk.home, lambda state: heard.append(state.stuck), wait_seconds=1)
    central.hub.register.apply = _always_busy  # type: ignore[method-assign]
    engine.start()
    try:
        desk.act(report.id, "acknowledge")
        await until(lambda: any(heard), 20)
        assert next(words for words in heard if words) == (
            f"1 tindakan tertahan: pusat tersambung, tetapi belum memutuskan {report.number}."
        )
        del central.hub.register.apply  # type: ignore[attr-defined]
        await until(lambda: desk.counts().waiting == 0, 20)
        await until(lambda: heard[-1] == "")
    finally:
        engine.stop()


def _always_busy(action: object, _desk: object) -> object:
    from qlue_desk.central.verdicts import busy

    return busy(action)  # type: ignore[arg-type]


def test_the_engine_says_it_and_takes_it_back(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    monkeypatch.setattr(watch, "STILL_SECONDS", 0.5)
    asyncio.run(_stuck(central))
