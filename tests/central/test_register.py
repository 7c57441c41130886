"""The one door: each action once, in its lane, in scope, with verdicts that stay."""

import datetime as dt
import threading
from typing import Any

import pytest
from msgspec.structs import replace

from qlue_desk.domain.city import Cooperation
from qlue_desk.domain.complaint import Attachment, Channel, Complaint, Role, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Code, Fields, Refusal
from qlue_desk.protocol import ActionResult, NewReport, Reporter, Verdict

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)


def test_a_certain_report_goes_to_its_dinas_at_once(office: Any) -> None:
    taken = office.take()
    complaint = taken.complaint
    assert (taken.duplicate, taken.routed, taken.reason) == (False, True, "")
    assert complaint.number == "BGR-26-000001"
    assert (complaint.status, complaint.dinas, complaint.version) == (Status.DISPATCHED, "dishub", 2)
    assert (complaint.category, complaint.kelurahan) == ("pju", "32.71.03.1006")
    assert complaint.acknowledge_by == NOW + dt.timedelta(hours=24)
    assert [hop.dinas for hop in complaint.custody] == ["diskominfo", "dishub"]
    entries = office.hub.records.entries(complaint.id)
    assert [(e.verb, e.actor_name, e.to_status) for e in entries] == [
        ("enter", "Sistem", Status.NEW),
        ("dispatch", "Rute otomatis", Status.DISPATCHED),
    ]


def test_the_same_record_is_taken_once(office: Any) -> None:
    first, again = office.take("7"), office.take("7", text="Teks lain.")
    assert (again.duplicate, again.routed) == (True, False)
    assert again.complaint == first.complaint
    assert office.take("8").complaint.number == "BGR-26-000002"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"source_category": ""}, "no_category"),
        ({"kelurahan_text": "", "text": "Lampu mati."}, "no_place"),
        ({"source_category": "Listrik Padam", "text": "Gelap."}, "outside_authority"),
        ({"unreadable": "kolom tanggal kosong"}, "unreadable"),
        ({"source_dinas": "DLH"}, "ambiguous"),
    ],
)
def test_whatever_is_not_certain_waits_for_the_verifier(office: Any, fields: Any, reason: str) -> None:
    taken = office.take(**fields)
    assert (taken.routed, taken.reason) == (False, reason)
    complaint = taken.complaint
    assert (complaint.status, complaint.dinas, complaint.waiting_reason) == (Status.NEW, "diskominfo", reason)
    assert complaint.dispatch_by == NOW + dt.timedelta(minutes=7)
    assert complaint.suggestion is not None


def test_identity_stays_in_its_own_table(office: Any) -> None:
    complaint = office.take().complaint
    assert complaint.reporter == Reporter(name="Siti Aminah", phone="0812••••678")
    row = office.hub.database
    with row.connected():
        assert row.one("SELECT name, phone FROM identity WHERE complaint_id = ?", (complaint.id,)) == (
            "Siti Aminah",
            "+628121234678",
        )
        for payload in row.all("SELECT payload FROM feed_event"):
            assert b"8121234678" not in bytes(payload[0])


def test_an_anonymous_reporter_has_no_name_in_the_complaint(office: Any) -> None:
    assert office.take(anonymous=True).complaint.reporter == Reporter(phone="0812••••678", anonymous=True)


def test_a_second_push_of_an_action_is_a_duplicate_with_the_same_verdict(office: Any) -> None:
    complaint = office.take().complaint
    action = office.action(complaint, "acknowledge")
    first = office.hub.register.apply(action, office.dishub)
    again = office.hub.register.apply(action, office.dishub)
    assert (first.status, first.version, first.duplicate) == (Verdict.APPLIED, 3, False)
    assert again == replace(first, duplicate=True)
    assert office.now_is(complaint).version == 3
    refused = office.action(complaint, "acknowledge")
    no = office.hub.register.apply(refused, office.dishub)
    office.clock.forward(hours=5)
    assert office.hub.register.apply(refused, office.dishub) == replace(no, duplicate=True)


def test_an_id_with_another_content_is_never_applied(office: Any) -> None:
    complaint = office.take().complaint
    action = office.action(complaint, "note", note="satu")
    office.hub.register.apply(action, office.dishub)
    other = replace(action, fields=Fields(note="dua"))
    result = office.hub.register.apply(other, office.dishub)
    assert (result.status, result.code) == (Verdict.REJECTED, "action_id_reused")
    assert result.detail == "Nomor tindakan ini sudah dipakai untuk hal lain."
    assert [e.text for e in office.hub.records.entries(complaint.id)][2:] == ["satu"]


def test_an_action_waits_for_its_predecessor(office: Any) -> None:
    complaint = office.take().complaint
    first = office.action(complaint, "acknowledge")
    second = replace(office.action(complaint, "start"), prev=first.id)
    early = office.hub.register.apply(second, office.dishub)
    assert (early.status, early.code, early.prev) == (Verdict.RETRY, "predecessor_missing", first.id)
    office.hub.register.apply(first, office.dishub)
    assert office.hub.register.apply(second, office.dishub).status is Verdict.APPLIED
    assert office.now_is(complaint).status is Status.IN_PROGRESS


def test_a_refusal_says_why_and_what_central_holds(office: Any) -> None:
    complaint = office.take().complaint
    office.act(complaint, "acknowledge")
    result = office.act(complaint, "propose", note="Selesai.", no_evidence="malam")
    assert result.code == "invalid_transition"
    assert result.detail == "Usulkan selesai tidak bisa dari Diterima; harus Proses dulu."
    assert result.template == "{move} tidak bisa dari {status}; harus {sources} dulu."
    assert result.values == {"move": "Usulkan selesai", "status": "Diterima", "sources": "Proses"}
    assert result.current is not None
    assert (result.current.status, result.current.dinas, result.current.version, result.current.by) == (
        "acknowledged",
        "dishub",
        3,
        "Budi",
    )


def test_another_dinas_learns_nothing(office: Any) -> None:
    complaint = office.take().complaint
    result = office.act(complaint, "acknowledge", office.other)
    assert (result.status, result.code) == (Verdict.REJECTED, "out_of_scope")
    assert result.detail == "Laporan ini tidak lagi di dinas Anda."
    assert (result.current, result.version, result.values) == (None, 0, {})
    unknown = office.act("c_0000", "acknowledge", office.other)
    assert (unknown.code, unknown.detail, unknown.current) == ("not_found", "Laporan ini tidak ada.", None)


def test_an_actor_must_be_of_the_desks_dinas(office: Any) -> None:
    complaint = office.take().complaint
    for actor, desk in ((office.verifier, office.dishub), (office.other, office.dishub)):
        result = office.act(complaint, "acknowledge", actor, desk)
        assert (result.code, result.detail) == (
            "forbidden_actor",
            "Pengguna ini tidak terdaftar, atau bukan dari Dishub.",
        )
    office.hub.accounts.set_active("budi", False)
    assert office.act(complaint, "acknowledge").code == "forbidden_actor"


def test_an_unknown_verb_and_a_time_without_zone_are_refused(office: Any) -> None:
    complaint = office.take().complaint
    assert office.act(complaint, "explode").detail == "Tindakan explode tidak dikenal."
    naive = replace(office.action(complaint, "acknowledge"), recorded_at=dt.datetime(2026, 11, 24))  # noqa: DTZ001 - naive on purpose
    result = office.hub.register.apply(naive, office.dishub)
    assert (result.code, result.detail) == ("invalid_args", "Waktu tindakan harus memakai zona waktu.")


def test_strict_actions_are_refused_when_the_report_has_changed(office: Any) -> None:
    complaint = office.take().complaint
    office.act(complaint, "note", note="sudah dilihat")
    action = replace(office.action(complaint, "acknowledge", only_if_unchanged=True), base_version=2)
    result = office.hub.register.apply(action, office.dishub)
    assert (result.code, result.detail) == (
        "unchanged_required",
        "Laporan ini sudah berubah sejak Anda melihatnya.",
    )
    fresh = replace(office.action(complaint, "acknowledge", only_if_unchanged=True), base_version=3)
    assert office.hub.register.apply(fresh, office.dishub).status is Verdict.APPLIED


def test_a_desks_wrong_clock_makes_no_deadline(office: Any) -> None:
    complaint = office.take().complaint
    office.clock.forward(hours=2)
    for years in (-3650, 3650):
        action = office.action(complaint, "note", note="jam salah")
        action = replace(action, recorded_at=office.clock() + dt.timedelta(days=years))
        assert office.hub.register.apply(action, office.dishub).status is Verdict.APPLIED
    early, late = office.hub.records.entries(complaint.id)[2:]
    assert (early.at, early.received_at) == (NOW, NOW + dt.timedelta(hours=2))
    assert late.at == NOW + dt.timedelta(hours=2)


def test_evidence_must_have_arrived(office: Any) -> None:
    complaint = office.take().complaint
    office.act(complaint, "acknowledge")
    office.act(complaint, "start")
    photo = b"\xff\xd8\xff\xe0 lampu menyala"
    missing = Attachment("ab" * 32, "foto.jpg", "image/jpeg", 3)
    waits = office.act(complaint, "propose", note="Beres.", evidence=(missing,))
    assert (waits.status, waits.code, waits.blobs) == (Verdict.RETRY, "blob_missing", ("ab" * 32,))
    kept = office.hub.blobs.add(photo, "x")
    lied = replace(kept, name="../../jahat.exe", media_type="text/html")
    wrong = office.act(complaint, "propose", note="Beres.", evidence=(replace(lied, size=1),))
    assert wrong.code == "blob_invalid"
    assert office.act(complaint, "propose", note="Beres.", evidence=(lied,)).status is Verdict.APPLIED
    shown = office.now_is(complaint).attachments[-1]
    assert (shown.name, shown.media_type, shown.evidence, shown.by) == (
        "_.._jahat.exe",
        "image/jpeg",
        True,
        "Budi",
    )


def test_an_operators_report_gets_its_number_here(office: Any) -> None:
    report = NewReport(
        title="Lampu mati", text="Gelap", channel=Channel.CALL_CENTRE_112, reported_at=NOW,
        category="pju", kelurahan="32.71.03.1006", phone="08121234678", name="Siti",
    )  # fmt: skip
    result = office.enter("c_desk1", report)
    complaint = office.hub.records.get("c_desk1")
    assert (result.status, complaint.number, complaint.status, complaint.dinas) == (
        Verdict.APPLIED,
        "BGR-26-000001",
        Status.DISPATCHED,
        "dishub",
    )
    assert complaint.reporter == Reporter(name="Siti", phone="0812••••678")
    again = office.enter("c_desk1", report)
    assert (again.code, again.detail) == (
        "invalid_args",
        "Catat laporan: tanda pengenal laporan tidak sah atau sudah dipakai.",
    )
    nowhere = replace(report, kelurahan=None, place_unknown=True, text="Entah di mana")
    office.enter("c_desk2", nowhere)
    assert office.hub.records.get("c_desk2").status is Status.DISPATCHED
    assert office.enter("c_desk3", report, office.verifier).status is Verdict.APPLIED
    denied = office.enter("c_desk4", report, office.admin)
    assert denied.detail == "Catat laporan: hanya operator atau verifikator."


def test_an_operators_long_text_is_cut_with_a_word_and_kept_whole(office: Any) -> None:
    text = "Gelap sekali. " * 3_000 + "UJUNG"
    report = NewReport(title="Gelap", text=text, channel=Channel.CALL_CENTRE_112, reported_at=NOW)
    assert office.enter("c_desk1", report).status is Verdict.APPLIED
    shown = office.hub.records.get("c_desk1").text
    assert (len(shown), shown[-16:]) == (20_000, "di catatan asli)")
    with office.hub.database.connected():
        rows = office.hub.database.all("SELECT record FROM source WHERE complaint_id = 'c_desk1'")
    assert rows == [(text,)]


def test_a_prank_call_is_counted_and_goes_nowhere(office: Any) -> None:
    report = NewReport(
        title="Telepon", text="(diam)", channel=Channel.CALL_CENTRE_112, reported_at=NOW, junk_kind="ghost"
    )
    assert office.enter("c_ghost", report).status is Verdict.APPLIED
    complaint = office.hub.records.get("c_ghost")
    assert (complaint.status, complaint.not_a_report, complaint.dinas) == (
        Status.NOT_A_REPORT,
        "ghost",
        "diskominfo",
    )
    wrong = office.enter("c_ghost2", replace(report, junk_kind="alien"))
    assert wrong.detail == "“alien” tidak dikenal; pilih ghost, prank, information."


def test_joining_releases_every_held_report_in_one_transaction(office: Any) -> None:
    hub, register = office.hub, office.hub.register
    register.set_cooperation("bogor", Cooperation.NONE)
    held = [office.take(str(n)) for n in range(3)]
    assert {t.reason for t in held} == {"not_joined"}
    assert {t.complaint.status for t in held} == {Status.HELD}
    assert held[0].complaint.dispatch_by is None
    refused = office.act(held[0].complaint, "dispatch", office.verifier, to="dishub")
    assert refused.code == "invalid_transition"
    office.clock.forward(days=400)
    seen: list[int] = []
    hub.wakeups.ring = lambda streams: seen.append(
        sum(office.now_is(t.complaint).status is Status.HELD for t in held)
    )
    assert register.set_cooperation("bogor", Cooperation.PARTNER) == 3
    assert set(seen) == {0}
    complaint = office.now_is(held[0].complaint)
    assert (complaint.status, complaint.number) == (Status.NEW, "BGR-26-000001")
    assert complaint.dispatch_by == office.clock() + dt.timedelta(minutes=7)
    assert [e.verb for e in hub.records.entries(complaint.id)] == ["enter", "release"]
    assert hub.city("bogor").cooperation is Cooperation.PARTNER
    assert register.set_cooperation("bogor", Cooperation.PARTNER) == 0


def test_a_release_that_fails_releases_nothing(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    register = office.hub.register
    register.set_cooperation("bogor", Cooperation.NONE)
    held = [office.take(str(n)).complaint for n in range(3)]
    write, calls = register._ledger.write, []

    def failing(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise OSError("disk full")
        return write(*arguments, **named)

    monkeypatch.setattr(register._ledger, "write", failing)
    with pytest.raises(OSError, match="disk full"):
        register.set_cooperation("bogor", Cooperation.PARTNER)
    assert [office.now_is(c).status for c in held] == [Status.HELD] * 3
    assert office.hub.city("bogor").cooperation is Cooperation.NONE


def test_the_reporter_acts_only_where_a_reporter_may(office: Any) -> None:
    complaint = office.take().complaint
    register = office.hub.register
    early = register.reporter(complaint.number, Verb.DISPUTE, Fields(rating=1))
    assert isinstance(early, Refusal)
    assert early.code is Code.INVALID_TRANSITION
    office.resolved(complaint)
    disputed = register.reporter(complaint.number.lower(), Verb.DISPUTE, Fields(rating=1, note="Masih mati"))
    assert isinstance(disputed, Complaint)
    assert (disputed.status, disputed.reopened) == (Status.REOPENED, 1)
    nobody = register.reporter("BGR-26-999999", Verb.RATE, Fields(rating=5))
    assert isinstance(nobody, Refusal)
    assert nobody.sentence() == "Laporan ini tidak ada."
    pushed = office.act(complaint, "release")
    assert pushed.detail == "Lepaskan: hanya sistem."


def test_a_merge_stands_in_both_histories(office: Any) -> None:
    first, second = office.take("1").complaint, office.take("2").complaint
    result = office.act(second, "merge", office.verifier, to=first.number, note="lampu yang sama")
    assert result.status is Verdict.APPLIED
    entry = office.hub.records.entries(first.id)[-1]
    assert (entry.verb, entry.fields, entry.text) == (
        "merge",
        {"merged": second.number},
        "lampu yang sama",
    )
    assert office.now_is(first).version == first.version + 1


def test_a_duplicate_stands_in_the_history_of_the_one_that_goes_on(office: Any) -> None:
    first, second = office.take("1").complaint, office.take("2").complaint
    result = office.act(second, "duplicate", office.verifier, to=first.number)
    assert result.status is Verdict.APPLIED
    assert office.now_is(second).duplicate_of == first.number
    entry = office.hub.records.entries(first.id)[-1]
    assert (entry.verb, entry.fields, entry.public) == ("merge", {"merged": second.number}, False)
    assert office.now_is(first).status is first.status


def test_revealing_a_number_needs_a_reason_and_is_logged(office: Any) -> None:
    complaint = office.take().complaint
    register = office.hub.register
    without = register.reveal(complaint.id, office.officer.id, " ", office.dishub)
    assert isinstance(without, Refusal)
    assert without.sentence() == "Lihat nomor telepon: alasan wajib diisi."
    short = register.reveal(complaint.id, office.officer.id, "x", office.dishub)
    assert isinstance(short, Refusal)
    assert short.sentence() == "Lihat nomor telepon: alasannya terlalu pendek; tulis paling sedikit 10 huruf."
    found = register.reveal(complaint.id, office.officer.id, "Tanya letak tiang", office.dishub)
    assert found == ("+628121234678", "Siti Aminah")
    other = register.reveal(complaint.id, office.other.id, "ingin tahu", office.dlh)
    assert isinstance(other, Refusal)
    with office.hub.database.connected():
        rows = office.hub.database.all("SELECT actor_name, number, what, reason FROM access_log")
    assert rows == [("Budi", complaint.number, "reveal", "Tanya letak tiang")]
    assert office.hub.records.entries(complaint.id)[-1].verb == "reveal"


def test_an_anonymous_reporter_is_never_revealed(office: Any) -> None:
    complaint = office.take(anonymous=True).complaint
    found = office.hub.register.reveal(complaint.id, office.officer.id, "menanyakan letak", office.dishub)
    assert isinstance(found, Refusal)
    assert found.sentence() == "Pelapor ini anonim; identitasnya tidak dibuka."


def test_numbers_stay_dense_and_verdicts_single_under_threads(office: Any) -> None:
    wanted, faults = 40, []
    shared = office.action(office.take("first").complaint, "acknowledge")
    verdicts: list[ActionResult] = []

    def work(worker: int) -> None:
        try:
            verdicts.append(office.hub.register.apply(shared, office.dishub))
            for n in range(wanted // 8):
                office.take(f"{worker}-{n}")
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(v.duplicate for v in verdicts) == [False] + [True] * 7
    with office.hub.database.connected():
        numbers = [row[0] for row in office.hub.database.all("SELECT number FROM complaint ORDER BY number")]
    assert numbers == [f"BGR-26-{n:06d}" for n in range(1, wanted + 2)]


def test_a_failed_report_gives_its_number_back(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(office.hub.feed, "append", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.take("lost")
    assert office.take("next").complaint.number == "BGR-26-000001"
    assert office.hub.records.of_source("bogor", "qlue", "lost") is None


def test_numbers_follow_the_citys_own_new_year(office: Any) -> None:
    office.clock.now = dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC)  # midnight in Bogor
    assert office.take("1").complaint.number == "BGR-27-000001"
    office.clock.now -= dt.timedelta(seconds=1)
    assert office.take("2").complaint.number == "BGR-26-000001"


def test_bulk_is_all_or_nothing(office: Any) -> None:
    def fill() -> None:
        with office.hub.register.bulk():
            for n in range(5):
                office.take(str(n))
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fill()
    assert office.hub.records.of_source("bogor", "qlue", "0") is None
    with office.hub.register.bulk():
        office.take("5")
    assert office.hub.records.of_source("bogor", "qlue", "5").number == "BGR-26-000001"


def test_people_of_a_dinas_need_a_dinas(office: Any) -> None:
    from qlue_desk.central.errors import Invalid

    with pytest.raises(Invalid, match="Petugas dan kepala bidang harus punya dinas"):
        office.hub.accounts.add_user("x", "X", "bogor", [Role.OFFICER])
    assert office.verifier.dinas == "diskominfo"
