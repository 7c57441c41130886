"""Tokens, one-time codes, signing in, and access that ends."""

import datetime as dt
import threading
from typing import Any

import pytest

from qlue_desk.central.errors import CentralError, Invalid, NotAllowed, NotFound, TokenRefused
from qlue_desk.central.limits import Buckets, Rate
from qlue_desk.central.tokens import make_code, make_token, parse_token
from qlue_desk.cities import load_shipped
from qlue_desk.domain.complaint import Actor, Role


def refusal(office: Any, token: str) -> tuple[str, bool]:
    with pytest.raises(TokenRefused) as caught:
        office.hub.desks.of_token(token)
    return caught.value.code, caught.value.wipe


def test_a_token_has_prefix_key_secret_and_checksum() -> None:
    text = str(make_token("qd1"))
    prefix, key_id, secret, check = text.split("_")
    assert (prefix, len(key_id), len(secret), len(check)) == ("qd1", 12, 43, 6)
    parsed = parse_token(text)
    assert parsed is not None
    assert str(parsed) == text
    for broken in (text[:-1], text[:-1] + ("0" if text[-1] != "0" else "1"), "", "qd1___", "x" + text):
        assert parse_token(broken) is None
    swapped = f"{prefix}_{key_id}_{secret[::-1]}_{check}"
    assert parse_token(swapped) is None


def test_secrets_are_kept_as_hashes_only(office: Any) -> None:
    secret = office.enrolled.token.split("_")[2]
    with office.hub.database.connected():
        kept = str(office.hub.database.all("SELECT * FROM token"))
        passwords = [row[0] for row in office.hub.database.all("SELECT password_hash FROM account")]
    assert secret not in kept
    assert [p[:9] for p in passwords if p] == ["$argon2id"] * 2


def test_a_code_makes_one_desk_once(office: Any) -> None:
    desks = office.hub.desks
    code = desks.enrolment_code("bogor", "dishub", "Meja 2")
    assert len(code) == 11
    reply = desks.enrol(code.lower().replace("-", " "), "", "i_1")
    assert (reply.desk.city, reply.desk.dinas, reply.desk.name) == ("bogor", "dishub", "Meja 2")
    assert reply.server_id == office.hub.server_id
    assert desks.of_token(reply.token) == reply.desk
    with pytest.raises(NotAllowed, match="Kode pendaftaran salah, sudah dipakai, atau lewat 10 menit"):
        desks.enrol(code, "Meja 3", "i_2")


def test_an_installation_whose_answer_was_lost_is_the_same_desk_again(office: Any) -> None:
    desks = office.hub.desks
    code = desks.enrolment_code("bogor", "dishub", "Meja 2")
    lost = desks.enrol(code, "", "i_1")
    office.clock.forward(minutes=9)
    again = desks.enrol(code, "", "i_1")
    assert again.desk == lost.desk
    assert desks.of_token(again.token) == lost.desk
    with pytest.raises(TokenRefused):
        desks.of_token(lost.token)  # whoever has it, it is not the desk
    for install in ("i_2", ""):
        with pytest.raises(NotAllowed):
            desks.enrol(code, "", install)
    office.clock.forward(minutes=2)
    with pytest.raises(NotAllowed):
        desks.enrol(code, "", "i_1")


def test_a_code_ends_after_ten_minutes(office: Any) -> None:
    desks = office.hub.desks
    in_time, late = (desks.enrolment_code("bogor", "dlh", "") for _ in range(2))
    office.clock.forward(minutes=10)
    desks.enrol(in_time, "DLH 2", "i_1")
    office.clock.forward(seconds=1)
    with pytest.raises(NotAllowed):
        desks.enrol(late, "DLH 3", "i_2")
    with pytest.raises(NotAllowed):
        desks.enrol(make_code(), "DLH 3", "i_2")


def test_two_who_use_a_code_at_once_get_one_desk(office: Any) -> None:
    code, outcomes = office.hub.desks.enrolment_code("bogor", "dlh", ""), []

    def enrol(n: int) -> None:
        try:
            outcomes.append(office.hub.desks.enrol(code, "DLH", f"i_{n}").desk.dinas)
        except NotAllowed:
            outcomes.append("no")

    threads = [threading.Thread(target=enrol, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["dlh", "no", "no", "no"]


def test_signing_in(office: Any) -> None:
    sign_in = office.hub.accounts.sign_in
    assert sign_in(" Budi ", "rahasia123") == office.officer
    assert office.officer == Actor(office.officer.id, "Budi", frozenset({Role.OFFICER}), "bogor", "dishub")
    for user, password in (("budi", "salah"), ("nobody", "rahasia123"), ("sari", ""), ("bu\x00di", "x")):
        assert sign_in(user, password) is None
    office.hub.accounts.set_password("budi", "kata-baru-1")
    assert sign_in("budi", "rahasia123") is None
    assert sign_in("budi", "kata-baru-1") == office.officer
    office.hub.accounts.set_active("budi", False)
    assert sign_in("budi", "kata-baru-1") is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("budi", "B", "bogor", [Role.OFFICER], "dlh"), "Nama pengguna “budi” sudah dipakai."),
        (
            ("a b", "B", "bogor", [Role.OFFICER], "dlh"),
            "Nama pengguna “a b” tidak boleh kosong atau berspasi.",
        ),
        (
            ("c", "C", "bogor", [Role.VERIFIER], None, "pendek"),
            "Kata sandi terlalu pendek; paling sedikit 8 huruf.",
        ),
        (("d", "D", "solo", [Role.VERIFIER]), "Kota “solo” tidak dilayani di sini; yang ada: bogor."),
    ],
)
def test_a_wrong_user_is_one_sentence(office: Any, arguments: Any, sentence: str) -> None:
    with pytest.raises(CentralError) as caught:
        office.hub.accounts.add_user(*arguments)
    assert str(caught.value) == sentence


def test_nobody_belongs_to_an_outside_party(office: Any) -> None:
    own = [dinas.key for dinas in load_shipped("bogor").dinas if not dinas.outside]
    assert "dishub" in own
    for foreign in ("pln", "dpu"):
        with pytest.raises(Invalid) as caught:
            office.hub.accounts.add_user("e", "E", "bogor", [Role.OFFICER], foreign)
        wanted = f"Dinas “{foreign}” tidak dikenal di Kota Bogor; pilih {', '.join(own)}."
        assert str(caught.value) == wanted


def test_a_revoked_desk_is_told_whether_to_wipe(office: Any) -> None:
    office.hub.desks.revoke(office.dishub.id, wipe=True)
    assert refusal(office, office.enrolled.token) == ("token_revoked", True)
    office.hub.desks.revoke(office.diskominfo.id)
    assert refusal(office, office.city_enrolled.token) == ("token_revoked", False)
    assert refusal(office, str(make_token("qd1"))) == ("token_expired", False)
    assert refusal(office, "bukan token") == ("token_expired", False)
    with pytest.raises(NotFound):
        office.hub.desks.revoke("d_none")


def test_the_old_secret_lives_until_the_new_one_is_used(office: Any) -> None:
    desks, old = office.hub.desks, office.enrolled.token
    fresh = desks.rotate(old)
    assert desks.of_token(old) == office.dishub
    assert desks.of_token(fresh) == office.dishub
    assert refusal(office, old) == ("token_expired", False)
    lost = desks.rotate(fresh)
    office.clock.forward(days=7, seconds=1)
    assert refusal(office, fresh) == ("token_expired", False)
    assert desks.of_token(lost) == office.dishub


def test_a_replaced_secret_cannot_prolong_itself(office: Any) -> None:
    desks, old = office.hub.desks, office.enrolled.token
    desks.rotate(old)
    office.clock.forward(days=6)
    assert desks.of_token(old) == office.dishub
    last = desks.rotate(old)
    office.clock.forward(days=1, seconds=1)
    assert refusal(office, old) == ("token_expired", False)
    assert desks.of_token(last) == office.dishub


def test_a_key_of_an_outside_system_does_one_thing(office: Any) -> None:
    desks, keys = office.hub.desks, office.hub.api_keys
    key = keys.add("gammu", "intake", "bogor")
    found = keys.of_token(key, "intake")
    assert (found.name, found.purpose, found.city) == ("gammu", "intake", "bogor")
    with pytest.raises(TokenRefused):
        keys.of_token(key, "open311")
    with pytest.raises(TokenRefused):
        desks.of_token(key)
    with pytest.raises(TokenRefused):
        keys.of_token(office.enrolled.token, "intake")
    assert keys.revoke("gammu") == 1
    with pytest.raises(TokenRefused):
        keys.of_token(key, "intake")


def test_a_change_by_another_process_is_seen(office: Any) -> None:
    from qlue_desk.central.hub import Hub

    complaint = office.take().complaint
    office.act(complaint, "note", note="orang dan kota sudah dibaca")
    other = Hub.open(office.hub.data, now=office.clock)
    newcomer = other.accounts.add_user("nina", "Nina", "bogor", [Role.OFFICER], "dishub")
    other.close()
    assert office.act(complaint, "acknowledge", newcomer).status == "applied"


def test_a_bucket_empties_and_fills_again() -> None:
    now = [0.0]
    buckets, rate = Buckets(lambda: now[0]), Rate(per_minute=60, burst=2)
    assert [buckets.take("a", rate) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert buckets.take("b", rate) == 0.0
    now[0] = 1.5
    assert buckets.take("a", rate) == 0.0
    assert buckets.take("a", rate) == pytest.approx(0.5)


def test_desks_are_listed_and_moved(office: Any) -> None:
    desks = office.hub.desks
    # Made within one millisecond of the frozen clock: their order is any.
    assert {(d.name, d.dinas, d.revoked, d.scope_version) for d in desks.of_city("bogor")} == {
        ("Dishub 1", "dishub", False, 1),
        ("DLH 1", "dlh", False, 1),
        ("Diskominfo 1", "diskominfo", False, 1),
    }
    desks.move(office.dishub.id, "dlh")
    assert desks.of_token(office.enrolled.token).dinas == "dlh"
    assert desks.scope_version(office.dishub.id) == 2
    assert dt.timedelta(0) == office.clock() - desks.of_city("bogor")[0].created_at
