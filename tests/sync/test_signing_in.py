"""Enrolling a desk, signing in with and without a network, and where the token lies."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Role
from qlue_desk.domain.moves import Fields
from qlue_desk.store import meta, position
from qlue_desk.store.database import Store
from qlue_desk.sync import signing_in, tokens
from qlue_desk.sync.errors import BadReply, Forbidden, NotEnrolled, NotSignedIn, Refused, SignInFailed
from qlue_desk.sync.transport import Transport
from tests.desk_world import DeskWorld
from tests.sync.rig import PASSWORD, Central


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        made.hub.accounts.set_password("rina_dpupr", PASSWORD)
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "meja")
    yield opened
    opened.close()


def test_a_code_makes_a_desk_once(central: Central, store: Store, tmp_path: Path) -> None:
    code = central.hub.desks.enrolment_code("bogor", "dpupr", "Meja depan")
    session = signing_in.enrol(central.url, code, "Meja depan", store)
    assert (session.desk.dinas, session.city.key) == ("dpupr", "bogor")
    token = store.folder / "token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert token.read_text().startswith("qd1_")
    assert token.read_text().strip().encode() not in (store.folder / "desk.db").read_bytes()
    with pytest.raises(Forbidden) as caught:
        signing_in.enrol(central.url, code, "Lagi", tmp_path / "lain")
    assert "Kode pendaftaran salah" in caught.value.sentence()


def test_a_code_whose_answer_was_lost_is_good_for_the_same_desk(
    central: Central, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = central.hub.desks.enrolment_code("bogor", "dpupr", "Meja depan")
    send = Transport.send

    def lost(transport: Transport, method: str, path: str, *rest: Any, **options: Any) -> Any:
        send(transport, method, path, *rest, **options)
        raise BadReply("cut")

    with monkeypatch.context() as patch:
        patch.setattr(Transport, "send", lost)
        with pytest.raises(BadReply):
            signing_in.enrol(central.url, code, "Meja depan", store)
    signing_in.enrol(central.url, code, "Meja depan", store)
    with central.hub.database.connected():
        assert central.hub.database.all("SELECT count(*) FROM desk WHERE name = 'Meja depan'") == [(1,)]


def test_signing_in_online_then_offline(central: Central, store: Store) -> None:
    code = central.hub.desks.enrolment_code("bogor", "dpupr", "Meja")
    signing_in.enrol(central.url, code, "Meja", store)
    actor = signing_in.sign_in(store, "rina_dpupr", PASSWORD)
    assert actor.roles == {Role.OFFICER}
    assert signing_in.signed_in(store) == actor
    signing_in.sign_out(store)
    assert signing_in.signed_in(store) is None
    with pytest.raises(SignInFailed, match="Nama atau kata sandi salah"):
        signing_in.sign_in(store, "rina_dpupr", "keliru")
    central.pause()
    with pytest.raises(SignInFailed, match="Nama atau kata sandi salah"):
        signing_in.sign_in(store, "rina_dpupr", "keliru")
    with pytest.raises(SignInFailed, match="belum pernah masuk"):
        signing_in.sign_in(store, "budi_dpupr", PASSWORD)
    assert signing_in.sign_in(store, "rina_dpupr", PASSWORD) == actor
    central.start()
    central.hub.accounts.set_password("rina_dpupr", "yang baru sekali")
    with pytest.raises(SignInFailed):
        signing_in.sign_in(store, "rina_dpupr", PASSWORD)
    central.pause()
    with pytest.raises(SignInFailed, match="belum pernah masuk"):
        signing_in.sign_in(store, "rina_dpupr", PASSWORD)


def test_a_desk_without_enrolment_says_so(store: Store) -> None:
    with pytest.raises(NotEnrolled):
        signing_in.transport_for(store)


def test_the_environment_may_carry_the_token(
    central: Central, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = central.hub.desks.add("bogor", "dlh", "Meja").token
    signing_in.adopt_token(central.url, token, store)
    (store.folder / "token").unlink()
    monkeypatch.setenv("QLUE_DESK_TOKEN", token)
    assert signing_in.transport_for(store).token == token


def test_unsent_work_does_not_follow_to_another_server(central: Central, tmp_path: Path) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    desk.act(one.id, "note", "untuk Bogor")
    with Central.make(tmp_path / "kota lain") as other:
        token = other.hub.desks.add("bogor", "dpupr", "Meja").token
        with pytest.raises(SignInFailed, match="1 tindakan masih menunggu"):
            signing_in.adopt_token(other.url, token, desk.store)
        desk.sync()
        signing_in.adopt_token(other.url, token, desk.store)
        desk.engine.contact.links.clear()
        desk.sync()
        assert desk.rows() == {}


def test_a_wrong_token_is_refused_with_centrals_sentence(central: Central, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        signing_in.adopt_token(central.url, "qd1_nonsense", tmp_path / "meja")
    assert caught.value.problem.status == 401
    assert not (tmp_path / "meja" / "token").exists()


@pytest.mark.parametrize("token", ["qd1_a b", "X-Extra: 1\n", "qd1_é", "qd1_\x00b", " \n"])
def test_what_cannot_stand_in_a_header_is_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """Sent, it would look like a dead network."""
    monkeypatch.delenv("QLUE_DESK_TOKEN", raising=False)
    (tmp_path / "token").write_text(token, "utf-8")
    assert tokens.read_token(tmp_path) == ""
    (tmp_path / "token").write_text("qd1_good\n")
    assert tokens.read_token(tmp_path) == "qd1_good"
    if "\x00" not in token:
        monkeypatch.setenv("QLUE_DESK_TOKEN", token)
        assert tokens.read_token(tmp_path) == ("qd1_good" if not token.strip() else "")


def test_a_desk_that_was_revoked_is_no_wrong_password_and_the_person_stays_known(
    central: Central, store: Store
) -> None:
    code = central.hub.desks.enrolment_code("bogor", "dpupr", "Meja")
    session = signing_in.enrol(central.url, code, "Meja", store)
    actor = signing_in.sign_in(store, "rina_dpupr", PASSWORD)
    signing_in.sign_out(store)
    central.hub.desks.revoke(session.desk.id)
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(store, "rina_dpupr", PASSWORD)
    central.pause()
    assert signing_in.sign_in(store, "rina_dpupr", PASSWORD) == actor


def test_the_place_in_the_feed_ends_with_another_server_not_with_another_address(store: Store) -> None:
    store.writing(signing_in._keep_enrolment, "https://a.example", "s_a", "i_1")
    store.writing(meta.put, position.CURSOR, "di sini")
    store.writing(signing_in._keep_enrolment, "https://b.example", "s_a", "i_1")
    assert store.reading(position.cursor) == "di sini"
    store.writing(signing_in._keep_enrolment, "https://b.example", "s_b", "i_1")
    assert store.reading(position.cursor) is None


def test_work_that_waits_may_follow_its_server_to_another_address(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "meja")
    world.add()
    act(world.workplace, ["1"], "note", Fields(note="belum terkirim"))
    world.store.writing(signing_in._keep_enrolment, "https://a.example", "s_a", "i_1")
    moved = Transport("https://b.example")
    signing_in._check_free(world.store, moved, "s_a")
    for other in ("s_b", ""):
        with pytest.raises(SignInFailed, match="1 tindakan masih menunggu https"):
            signing_in._check_free(world.store, moved, other)
    moved.close()
    world.close()
