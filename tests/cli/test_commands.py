"""The commands as a shell sees them: JSON, exit codes, sentences, and what is loaded."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qlue_desk import extras
from qlue_desk.casework import monthly
from qlue_desk.cli.running import run as run_command
from qlue_desk.domain.complaint import Attachment, Channel, Entry, Status, Suggestion
from qlue_desk.store import meta, position
from tests.central.made_cities import samarinda, sumenep
from tests.desk_world import DeskWorld
from tests.sync.rig import Central

QUEUE_KEYS = {
    "number", "status", "label", "colour", "city", "dinas", "category", "kelurahan", "title", "channel",
    "holder", "created_at", "acknowledge_by", "resolve_by", "due", "pending",
}  # fmt: skip


class Ran:
    """What a command gave back."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Standard output as one document."""
        return json.loads(self.out)


@pytest.fixture
def qlue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in this process."""
    monkeypatch.setenv("QLUE_DESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QLUE_DESK_PASSWORD", "rahasia sekali 12")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ran:
        code = run_command([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run


def test_without_a_desk_everything_says_so(qlue: Any) -> None:
    ran = qlue("queue", "--json")
    assert ran.code == 5
    assert ran.json == {
        "error": {
            "code": "not_logged_in",
            "message": "Meja ini belum terhubung ke pusat; jalankan: qlue-desk login URL --code KODE.",
        }
    }
    assert (
        qlue("act", "1", "--do", "acknowledge").err == qlue("sync").err == f"{ran.json['error']['message']}\n"
    )
    assert qlue("act").code == 2
    assert "mungkin queue" in qlue("queu").err


def test_a_demonstrations_desk_says_how_it_learns_the_new_address(
    qlue: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "peragaan" / "desk-dpupr-officer"
    monkeypatch.setenv("QLUE_DESK_HOME", str(home))
    with Central.make(tmp_path) as central:
        central.hub.accounts.add_user("asep", "Asep", "bogor", [_officer()], "dpupr", "rahasia sekali 12")
        code = central.hub.desks.enrolment_code("bogor", "dpupr", "Loket 2")
        assert qlue("login", central.url, "--code", code, "--user", "asep").code == 0
        central.pause()
        plain = "Pusat tidak terjangkau; pekerjaan Anda tersimpan di sini."
        assert qlue("sync", "--json").json["error"]["message"] == plain
        (home.parent / "central.log").touch()
        ran = qlue("sync", "--json")
        assert ran.code == 4
        command = f"qlue-desk demo --data {home.parent} --as officer --dinas dpupr"
        assert ran.json["error"]["message"].endswith(command)


def test_a_shift_by_commands(qlue: Any, tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        central.report("dpupr")
        central.hub.accounts.add_user("asep", "Asep", "bogor", [_officer()], "dpupr", "rahasia sekali 12")
        code = central.hub.desks.enrolment_code("bogor", "dpupr", "Loket 2")
        assert qlue("login", central.url, "--code", code, "--user", "asep").code == 0
        assert qlue("whoami", "--json").json["name"] == "Asep"
        qlue("sync")
        [row] = qlue("queue", "--json").json
        assert set(row) == QUEUE_KEYS
        assert (row["number"], row["status"], row["pending"]) == ("BGR-26-000001", "dispatched", False)
        assert qlue("act", "1", "--do", "propose", "--note", "x").code == 3
        assert qlue("act", "1", "--do", "acknowledge", "--dry-run").code == 0
        assert qlue("outbox", "--json").json["waiting"] == []
        assert qlue("act", "1", "--do", "acknowledge").code == 0
        assert qlue("act", "1", "--do", "resolve").code == 5
        assert qlue("act", "1", "--do", "strt").code == 2
        [row] = qlue("queue", "--json").json
        assert (row["status"], row["pending"]) == ("acknowledged", True)
        central.pause()
        ran = qlue("sync", "--json")
        assert (ran.code, ran.json["error"]["code"]) == (4, "offline")
        central.start()
        assert qlue("sync", "--json").json["applied"] == 1
        [found] = qlue("queue", "is:open", "--json").json
        assert found["pending"] is False
        assert qlue("show", "1", "--json").json["number"] == "BGR-26-000001"
        assert qlue("summary", "--json").code == 0
        assert qlue("export", "is:open", "--format", "csv", "--output", "x.csv").code == 0
        assert len((tmp_path / "x.csv").read_text("utf-8-sig").splitlines()) == 2
        ran = qlue("doctor", "--json")
        wrong = [check["what"] for check in ran.json["checks"] if check["ok"] is False]
        assert (ran.code, wrong) == (1, ["Jam"])  # the clock of this central stands still
        assert (tmp_path / "home" / "ballast").exists()


def _officer() -> Any:
    from qlue_desk.domain.complaint import Role

    return Role.OFFICER


def test_a_city_by_commands_with_real_material(qlue: Any, tmp_path: Path, shared_data: Path) -> None:
    data = tmp_path / "central"
    made = tmp_path / "made"
    made.mkdir()
    samarinda(made, shared_data)
    sumenep(made, shared_data)
    assert qlue("central", "init", "--data", data).code == 0
    for name in (made / "samarinda.toml", made / "sumenep.toml", "bogor"):
        assert qlue("central", "city", "add", name, "--data", data).code == 0

    def intake(*arguments: object) -> Any:
        counts = qlue("central", "intake", *arguments, "--data", data, "--json").json
        assert counts["read"] == counts["taken"] + counts["duplicates"]
        assert counts["taken"] == counts["routed"] + counts["waiting"]
        assert sum(counts["reasons"].values()) == counts["waiting"]
        return counts["read"], counts["taken"], counts["duplicates"]

    sp4n = shared_data / "complaints_id" / "samarinda_sp4n_2024.csv"
    assert intake("table", sp4n, "--city", "samarinda", "--dry-run") == (120, 120, 0)
    assert intake("table", sp4n, "--city", "samarinda") == (120, 120, 0)
    assert intake("table", sp4n, "--city", "samarinda") == (120, 0, 120)
    calls = shared_data / "complaints_id" / "sumenep_cc112.csv"
    assert intake("table", calls, "--city", "sumenep") == (65, 65, 0)
    messages = shared_data / "sms" / "gammu_smsd.sqlite"
    assert intake("gammu", messages, "--city", "bogor") == (18, 18, 0)
    assert intake("gammu", messages, "--city", "bogor") == (18, 0, 18)
    assert qlue("central", "check", "--data", data).code == 0
    wrong = qlue("central", "intake", "table", "tiada.csv", "--city", "bogor", "--data", data)
    assert wrong.code == 1
    assert wrong.err.strip().count("\n") == 0


def test_a_listing_loads_nothing_heavy(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "home")
    world.add(status=Status.DISPATCHED)
    world.close()
    heavy = (
        "textual",
        "litestar",
        "uvicorn",
        "httpx",
        "holidays",
        "shapely",
        "PIL",
        "jinja2",
        "babel",
    )
    script = (
        "import sys; from qlue_desk.cli.running import run; run({args!r}); "
        "print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    for args in (["--help"], ["queue", "--json"]):
        ran = subprocess.run(
            [sys.executable, "-c", script.format(args=args, heavy=heavy)],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"QLUE_DESK_HOME": str(tmp_path / "home")},
        )
        assert ran.stderr.strip().splitlines()[-1] == "[]", args


def test_show_prints_what_the_pane_shows(tmp_path: Path, qlue: Any) -> None:
    world = DeskWorld.make(tmp_path / "home")
    now = dt.datetime.now(dt.UTC)
    late = world.complaint(
        status=Status.DISPATCHED,
        created_at=now - dt.timedelta(days=4, hours=1),
        channel=Channel.EMAIL,
        holder="u_rina",
        holder_name="Rina",
        reason="Tidak cukup jelas",
        attachments=(
            Attachment("a" * 64, "lubang.jpg", "image/jpeg", 20480),
            Attachment("b" * 64, "tambalan.jpg", "image/jpeg", 4096, evidence=True),
        ),
    )
    fresh = world.complaint(
        status=Status.NEW,
        created_at=now - dt.timedelta(hours=3),
        suggestion=Suggestion("jalan_rusak", "32.71.03.1006", "dpupr", why="kata “lubang”"),
        waiting_reason="no_place",
    )
    escalated = Entry(
        "e_1", late.id, "escalate", now, now, "system", "Sistem", fields={"party": "Kepala Dinas"}
    )
    world.put([late, fresh], [escalated])
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    category = world.workplace.city.category_label("jalan_rusak")
    world.close()
    lines = qlue("show", "000001").out.splitlines()
    assert lines[0] == "BGR-26-000001  ■ Disposisi"
    assert lines[3].startswith("Surel · ")
    assert lines[3].endswith(" · anonim")
    assert lines[4] == "DPUPR · Pegangan: Rina"
    assert lines[5].startswith("Terima: lewat 3 hari · ")
    assert lines[6].startswith("Selesaikan: sisa 9 hari · ")
    assert "Alasan: Tidak cukup jelas" in lines
    place = lines.index("Foto dan berkas 2")
    assert lines[place + 1 : place + 3] == [
        "    pelapor  lubang.jpg  20 kB",
        "    bukti  tambalan.jpg  4 kB",
    ]
    assert lines[-1].endswith("  eskalasi → Kepala Dinas")
    lines = qlue("show", "000002").out.splitlines()
    assert lines[4].endswith(" · Pegangan: belum ada yang memegang")
    assert lines[5].startswith("Disposisi: lewat 2 jam · ")
    assert lines[6:9] == [
        f"Usulan: {category} → Sempur → DPUPR",
        "    karena kata “lubang”",
        "Menunggu: lokasi belum jelas",
    ]


def test_the_moves_stand_in_the_help_by_both_names_and_both_work(tmp_path: Path, qlue: Any) -> None:
    lines = [line.split() for line in qlue("act", "--help").out.splitlines()]
    assert ["acknowledge", "Terima"] in lines
    assert ["return", "Bukan", "tugas", "kami"] in lines
    assert not any(line[:1] == ["escalate"] for line in lines)  # the clock's
    world = DeskWorld.make(tmp_path / "home")
    world.add_many([Status.DISPATCHED] * 2)
    world.close()
    for number, word in (("000001", "terima"), ("000002", "acknowledge")):
        assert qlue("act", number, "--do", word, "--json").json["done"] == 1


def test_a_revoked_desk_goes_on_recording_and_says_that_nothing_leaves(tmp_path: Path, qlue: Any) -> None:
    with Central.make(tmp_path) as central:
        central.report("dpupr")
        central.hub.accounts.add_user("asep", "Asep", "bogor", [_officer()], "dpupr", "rahasia sekali 12")

        def enrol() -> str:
            code = central.hub.desks.enrolment_code("bogor", "dpupr", "Loket 2")
            assert qlue("login", central.url, "--code", code, "--user", "asep").code == 0
            assert qlue("sync").code == 0
            return str(qlue("whoami", "--json").json["desk"])

        central.hub.desks.revoke(enrol())
        assert qlue("sync").code == 5
        ran = qlue("act", "1", "--do", "note", "--note", "masih mencatat")
        assert ran.err.startswith("Meja ini dicabut oleh pengelola kota: yang dicatat tersimpan di sini")
        assert "dikirim pada sinkron berikutnya" not in ran.out
        ran = qlue("act", "1", "--do", "note", "--note", "uji", "--dry-run")
        assert ("dicabut" in ran.err, "Uji coba: tidak ada yang dicatat." in ran.out) == (False, True)
        assert qlue("act", "77", "--do", "note", "--note", "uji", "--dry-run").out == ""
        enrol()
        ran = qlue("act", "1", "--do", "note", "--note", "lagi")
        assert "dicabut" not in ran.err
        assert "1 tindakan tercatat; dikirim pada sinkron berikutnya." in ran.out


def test_the_list_shows_the_deadline_that_runs(tmp_path: Path, qlue: Any) -> None:
    world = DeskWorld.make(tmp_path / "home", dinas="diskominfo", as_="u_dewi")
    now = dt.datetime.now(dt.UTC)
    hours, days = dt.timedelta(hours=1), dt.timedelta(days=1)
    world.add(status=Status.NEW, dispatch_by=now + 5.5 * hours)
    world.add(status=Status.REOPENED, dispatch_by=now - 3.5 * hours, resolve_by=now + 9 * days)
    world.add(status=Status.IN_PROGRESS, resolve_by=now + 4.5 * days)
    world.add(status=Status.AWAITING_REPORTER, resolve_by=now + 2 * days, paused_at=now)
    world.add(status=Status.RESOLVED, resolve_by=now + 2 * days)
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    world.close()
    lines = qlue("queue", "sort:number").out.splitlines()[-5:]
    said = [line.partition("BGR-26-00000")[2].split("  ")[:2] for line in lines]
    assert sorted(said)[:3] == [["1", "5 jam"], ["2", "lewat 3 jam"], ["3", "4 hari"]]
    assert {row["number"][-1]: row["due"] is None for row in qlue("queue", "--json").json} == {
        "1": False, "2": False, "3": False, "4": True, "5": True,
    }  # fmt: skip


def test_a_list_that_ends_early_says_so_beside_the_list(tmp_path: Path, qlue: Any) -> None:
    world = DeskWorld.make(tmp_path / "home")
    world.add_many([Status.DISPATCHED] * 51)
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    world.close()
    cut = "50 dari 51 laporan; --limit 51 untuk semua."
    ran = qlue("queue", "--json")
    assert (len(ran.json), ran.err.splitlines()) == (50, [cut])
    ran = qlue("queue", "is:open")
    assert (cut in ran.out, ran.err.splitlines()) == (False, [cut])
    for limit, shown in ((51, 51), (60, 51)):
        ran = qlue("queue", "--limit", limit, "--json")
        assert (len(ran.json), ran.err) == (shown, "")


def test_a_report_of_last_month_and_a_reply_by_command(
    tmp_path: Path, qlue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = DeskWorld.make(tmp_path / "home")
    world.add()
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    world.close()
    month = f"{monthly.last_month(world.workplace):%Y-%m}"
    ran = qlue("report", "--json")
    assert (ran.json["month"], ran.err) == (month, f"--month tidak disebut: bulan lalu, {month}.\n")
    assert month < f"{dt.datetime.now(world.workplace.zone):%Y-%m}"
    assert qlue("act", "BGR-26-1", "--do", "acknowledge", "--reply", "Besok.", "--note", "Cek.").code == 0
    waiting = qlue("outbox", "--json").json["waiting"]
    assert [(line["verb"], line["note"]) for line in waiting] == [("note", "Cek."), ("acknowledge", "Besok.")]


def test_what_is_missing_is_installed_from_where_the_program_came(
    qlue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "qlue_desk.browser.server", None)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.delitem(sys.modules, "qlue_desk.browser.server")
    checkout = extras._told_to_pip() or Path(extras.__file__).parents[1]
    ran = qlue("serve")
    assert ran.err == f"Untuk ini perlu paket textual_serve: pasang pip install '{checkout}[serve]'.\n"
    monkeypatch.setattr(extras, "_told_to_pip", lambda: Path("/nowhere"))
    assert qlue("serve").err.endswith("pip install 'qlue-desk[serve]'.\n")
