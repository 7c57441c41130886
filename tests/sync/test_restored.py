"""Central put back to an earlier time, on real databases: all desks are told, and nothing is lost."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from qlue_desk.casework import tray
from qlue_desk.casework.acting import act
from qlue_desk.central import admin, restoring
from qlue_desk.central.errors import DatabaseBusy
from qlue_desk.central.jobs import run_due
from qlue_desk.domain.moves import Fields
from qlue_desk.store import outbox
from tests.central.postgres_cluster import Cluster
from tests.sync.rig import ONLY_DATABASE, Central, Desk, photo


def epochs(central: Central) -> dict[str, str]:
    with central.hub.database.connected():
        return dict(central.hub.database.all("SELECT key, epoch FROM stream"))  # type: ignore[arg-type]


class City:
    """Two desks of one dinas and one of another, with work before a copy and after it."""

    def __init__(self, central: Central) -> None:
        self.central = central
        self.one, self.two, self.third = central.report(), central.report(), central.report("dlh")
        self.desk, self.colleague, self.elsewhere = central.desk(), central.desk(), central.desk("dlh")
        self.sync()
        self.desk.act(self.one.id, "note", "sebelum salinan")
        self.sync()
        # A desk as plain HTTP, to see what the wire says.
        self._token = central.hub.desks.add("bogor", "dpupr", "curl").token

    def pull(self, cursor: str | None) -> dict[str, Any]:
        """The reply to a pull as it stands on the wire, with its status."""
        headers = {"Authorization": f"Bearer {self._token}", "X-Request-Id": "r"}
        with httpx.Client(trust_env=False, timeout=30) as client:
            reply = client.post(f"{self.central.url}/v1/pull", json={"cursor": cursor}, headers=headers)
        return {"http": reply.status_code} | reply.json()

    def sync(self) -> None:
        for each in (self.desk, self.colleague, self.elsewhere):
            each.sync()

    def go_on(self) -> list[tuple[Desk, str]]:
        """What happens after the copy: notes, a move, a transfer; all confirmed, and one not sent yet."""
        done = [
            (self.desk, self.desk.act(self.one.id, "note", "sesudah salinan")),
            (self.desk, self.desk.act(self.two.id, "acknowledge")),
            (self.elsewhere, self.elsewhere.act(self.third.id, "note", "dari DLH")),
        ]
        path, self.sha256 = photo(self.central.folder)
        [shown] = act(self.desk.workplace, [self.two.id], "attach", Fields(), evidence=[path])
        done.append((self.desk, shown.action_id))
        self.sync()
        self.sync()
        assert self.central.hub.blobs.known(self.sha256) is not None
        self.cursor = self.pull(None)["to"]
        assert [desk.state_of(action) for desk, action in done] == ["confirmed"] * 4
        done.append((self.colleague, self.colleague.act(self.one.id, "note", "belum terkirim")))
        return done

    def heal(self, done: list[tuple[Desk, str]]) -> None:
        """Every desk is told, copies its rows anew and offers its work again; nothing is lost or doubled."""
        assert "sesudah salinan" not in self.central.texts(self.one.id)
        assert self.central.hub.blobs.known(self.sha256) is None
        told = self.pull(self.cursor)
        assert (told["http"], told["type"], told["reason"]) == (410, "urn:qlue:resync_required", "epoch")
        assert [each.sync().resynced for each in (self.desk, self.colleague, self.elsewhere)] == [True] * 3
        self.sync()
        assert [desk.state_of(action) for desk, action in done] == ["confirmed"] * 5
        texts = self.central.texts(self.one.id)
        assert sorted(t for t in texts if t in WRITTEN) == sorted(WRITTEN)
        assert self.central.texts(self.third.id)[-1] == "dari DLH"
        assert self.central.hub.blobs.known(self.sha256) is not None
        assert self.desk.rows() == self.colleague.rows() == self.central.rows("dpupr")
        assert self.elsewhere.rows() == self.central.rows("dlh")
        for each in (self.desk, self.colleague, self.elsewhere):
            assert each.counts() == outbox.OutboxCounts()
            assert each.sync().resynced is False
        assert admin.check(self.central.hub).faults == ()


WRITTEN = ("sebelum salinan", "sesudah salinan", "belum terkirim")


def whys(central: Central) -> list[str]:
    return [str(restore.why) for restore in restoring.restores(central.hub.database)]


@pytest.mark.parametrize("dinas", ["dpupr", "diskominfo"])
def test_work_on_a_report_that_central_lost_says_so_and_offers_what_can_be_done(
    tmp_path: Path, dinas: str
) -> None:
    with Central.make(tmp_path) as central:
        central.report()
        desk = central.desk(dinas)
        desk.sync()
        central.backup()
        lost = central.report()
        desk.sync()
        action_id = desk.act(lost.id, "note", "Tiang roboh, warga menunggu.")
        desk.sync()
        assert desk.state_of(action_id) == "confirmed"
        central.restore()
        desk.sync()
        [line] = tray.tray_lines(desk.workplace)
        assert line.reason == (
            "Laporan ini hilang di pusat: pusat dipulihkan dari cadangan yang lebih lama daripada laporannya."
            " Bila laporannya masuk lagi, nomornya baru."
        )
        assert (line.number, line.note) == (lost.number, "Tiang roboh, warga menunggu.")
        away = f"Laporan {lost.number} hilang di pusat; salin atau ekspor tulisannya."
        hindered = dict.fromkeys(("retry", "note", "hand", "open"), away)
        only_operators = {"enter": "Mencatat laporan baru: hanya operator atau verifikator."}
        assert line.why_not == (hindered if dinas == "diskominfo" else hindered | only_operators)
        assert tray.export(desk.workplace, tmp_path / "keluar.json") == 1
        assert "Tiang roboh, warga menunggu." in (tmp_path / "keluar.json").read_text()
        tray.discard(desk.workplace, action_id)
        assert desk.counts() == outbox.OutboxCounts()


# --- PostgreSQL --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Any:
    with Cluster.make() as cluster:
        yield cluster


def test_a_promoted_base_backup_is_another_timeline_and_so_another_epoch(
    tmp_path: Path, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    with Central.make(tmp_path, database_url=cluster.create("timeline")) as central:
        city = City(central)
        base = cluster.base_backup()
        done, before = city.go_on(), epochs(central)
        with caplog.at_level(logging.WARNING, "qlue_desk.central"), central.closed():
            cluster.put_back(base)
        assert whys(central) == ["moved"]
        assert "the database was put back to an earlier time (moved): 3 streams" in caplog.text
        assert not set(epochs(central).values()) & set(before.values())
        city.heal(done)
        with central.closed():
            pass
        assert whys(central) == ["moved"]


def test_a_dump_in_another_cluster_or_in_the_same_is_another_epoch(tmp_path: Path, cluster: Cluster) -> None:
    with Central.make(tmp_path, database_url=cluster.create("dumped")) as central:
        city = City(central)
        dump = cluster.dump("dumped")
        done = city.go_on()
        with central.closed():
            (central.data / "heads.json").unlink()  # as on a new machine: only the database can tell
            cluster.sql("DROP DATABASE dumped")
            cluster.create("dumped")
            cluster.load(dump, "dumped")
        assert whys(central) == ["moved"]
        city.heal(done)
        # And once more, into a cluster that was made for it.
        dump = cluster.dump("dumped")
        with Cluster.make() as other:
            with central.closed():
                (central.data / "heads.json").unlink()
                central.database_url = other.create("dumped")
                other.load(dump, "dumped")
            assert whys(central) == ["moved", "moved"]
            assert city.desk.sync().resynced
            assert city.desk.rows() == central.rows("dpupr")
            central.stop()


def test_a_copy_of_the_data_put_back_in_the_same_timeline_is_seen_by_the_heads(
    tmp_path: Path, cluster: Cluster
) -> None:
    url = cluster.create("same")
    cluster.sql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC", "same")
    with Central.make(tmp_path, database_url=url) as central:
        with central.hub.database.connected():
            assert central.hub.database.identity() == ""  # this city tells nobody
        city = City(central)
        base = cluster.base_backup()
        done = city.go_on()
        with central.closed():
            cluster.put_back(base, promoted=False)
        assert whys(central) == ["behind"]
        city.heal(done)


def test_a_database_put_back_under_a_running_central_is_noticed_by_its_clock(
    tmp_path: Path, cluster: Cluster
) -> None:
    with Central.make(tmp_path, database_url=cluster.create("running")) as central:
        city = City(central)
        base = cluster.base_backup()
        done = city.go_on()
        cluster.put_back(base)  # nobody closes central; its connections end, and it opens new ones
        run_due(central.hub)
        assert whys(central) == ["moved"]
        city.heal(done)
        cluster.stand_by()
        with pytest.raises(DatabaseBusy, match="sedang dipulihkan"):  # nothing is concluded before its end
            run_due(central.hub)
        cluster.promote()
        run_due(central.hub)
        assert whys(central) == ["moved", "moved"]


# --- SQLite ------------------------------------------------------------------------------------------


def test_an_older_file_put_back_is_seen_by_the_heads_beside_it(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        city = City(central)
        central.backup()
        done = city.go_on()
        central.restore(ONLY_DATABASE)
        assert whys(central) == ["behind"]
        city.heal(done)


def test_an_older_file_that_has_grown_since_is_seen_by_its_chain(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        city = City(central)
        central.backup()
        done = city.go_on()
        central.hub.seen.flush()
        heads = (central.data / "heads.json").read_bytes()
        central.restore()
        for _ in range(8):
            for dinas in ("dpupr", "dlh"):
                central.report(dinas)
        with central.closed():
            (central.data / "heads.json").write_bytes(heads)
        assert whys(central) == ["diverged"]
        city.heal(done)


def test_a_copy_from_before_new_epochs_is_seen_too(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        city = City(central)
        central.backup()
        done = city.go_on()
        restoring.announce(central.hub)
        city.sync()
        central.restore(ONLY_DATABASE)
        assert whys(central) == ["behind"]
        city.heal(done)


def test_heads_of_another_worker_from_before_a_restore_are_no_second_one(tmp_path: Path) -> None:
    with Central.make(tmp_path, serve=False) as central:
        central.report()
        central.hub.seen.flush()
        old = (central.data / "heads.json").read_bytes()
        restoring.announce(central.hub)
        after = epochs(central)
        with central.closed():
            (central.data / "heads.json").write_bytes(old)
        assert (whys(central), epochs(central)) == (["told"], after)


def test_a_disk_that_takes_no_heads_stops_nobody(tmp_path: Path) -> None:
    with Central.make(tmp_path, serve=False) as central:
        central.report()
        central.hub.seen.flush()
        heads = central.data / "heads.json"
        heads.unlink()
        heads.mkdir()  # as good as a full disk
        central.report()
        central.hub.seen.flush()
        restoring.announce(central.hub)
        after = epochs(central)
        with central.closed():
            pass
        assert (whys(central), epochs(central)) == (["told"], after)


def test_heads_that_are_lost_or_damaged_harm_nobody(tmp_path: Path) -> None:
    with Central.make(tmp_path, serve=False) as central:
        central.report()
        before, heads = epochs(central), central.data / "heads.json"
        for damage in (
            b"",
            b"{",
            b'{"server_id":"s_other","streams":{"bogor":{"epoch":"x","seq":9,"chain":""}}}',
        ):
            with central.closed():
                heads.write_bytes(damage)
            assert (whys(central), epochs(central)) == ([], before)
        with central.closed():
            heads.unlink()
        central.hub.seen.flush()
        assert central.hub.seen.read()["bogor"].seq == 2
        assert whys(central) == []
