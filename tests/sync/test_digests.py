"""What a desk remembers of a central that states the digest of its replies, and when it forgets it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from qlue_desk.protocol import Problem, Session
from qlue_desk.store import meta
from qlue_desk.sync import signing_in
from qlue_desk.sync.digests import Kept, given_up
from qlue_desk.sync.errors import BadReply, DigestGone
from qlue_desk.sync.signing_in import transport_for
from tests.sync.faults import answer
from tests.sync.matrix.place import Place, texts_once
from tests.sync.rig import Desk
from tests.sync.weather import Exchange


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with Place.make(tmp_path, monkeypatch) as made:
        yield made


def without_digest(exchange: Exchange) -> bytes:
    """The header is gone; the body is as it was."""
    return re.sub(rb"(?im)^qlue-digest:[^\r\n]*\r\n", b"", exchange.forward(plain=True))


def of_an_older_central(exchange: Exchange) -> bytes:
    """It knows no digests, so its session does not speak of them."""
    return without_digest(exchange).replace(b'"digests"', b'"digestz"')


def damaged(exchange: Exchange) -> bytes:
    """The header is gone, and a name is another."""
    reply = without_digest(exchange)
    altered = reply.replace(b"Rina", b"Rima").replace(b'"applied"', b'"applieD"')
    assert altered != reply
    return altered


def remembered(desk: Desk) -> bytes | None:
    return desk.store.reading(meta.get, meta.DIGESTS)


def test_a_restart_does_not_make_a_reply_without_its_digest_good(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    assert remembered(desk) == place.weather.url.encode()
    before = desk.store.reading(meta.get, meta.SESSION)
    action_id = desk.act(one.id, "note", "sampai")
    for path in ("/v1/session", "/v1/push"):
        place.weather.next(damaged, path)
        with pytest.raises(BadReply):
            desk.sync()  # each round is a conversation of its own, as after a start
    place.weather.next(without_digest, "/v1/session")
    with pytest.raises(DigestGone):
        desk.sync()
    kept = msgspec.json.decode(desk.store.reading(meta.get, meta.SESSION) or b"", type=Session)
    assert kept.people == msgspec.json.decode(before or b"", type=Session).people
    assert desk.state_of(action_id) == "waiting"
    place.heal(desk)
    texts_once(place.central, one, "sampai")


def test_a_refusal_without_its_digest_wipes_nothing(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()

    def wiping(exchange: Exchange) -> bytes:
        problem = Problem("urn:qlue:token_revoked", 401, "", wipe=True)
        marks = {"Qlue-Server": place.central.hub.server_id}
        return answer("401 Unauthorized", msgspec.json.encode(problem), marks, exchange.request)

    place.weather.always(wiping)
    with pytest.raises(DigestGone):
        desk.sync()
    assert set(desk.rows()) == {one.id}
    place.heal(desk)


def test_a_central_put_back_to_a_version_without_digests_stays_reachable(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    with closing(transport_for(desk.store)) as running:
        running.send("GET", "/v1/session", Session)
        place.weather.always(of_an_older_central)
        # In the middle of a conversation: one look at the session, then the request again.
        assert running.send("GET", "/v1/session", Session).digests is False
        assert remembered(desk) is None
    desk.act(one.id, "note", "lewat yang lama")
    desk.sync()
    assert remembered(desk) is None
    texts_once(place.central, one, "lewat yang lama")
    place.weather.clear()
    desk.sync()
    assert remembered(desk) == place.weather.url.encode()


def test_a_request_of_another_kind_finds_it_out_as_well(place: Place) -> None:
    one = place.central.report()
    desk = place.desk()
    place.weather.always(of_an_older_central)
    desk.act(one.id, "note", "langsung")
    with closing(transport_for(desk.store)) as transport:
        transport.send("POST", "/v1/push", dict, body={"cursor": None, "actions": []})
    paths = [path for _at, path, _body in place.weather.passed][-3:]
    assert paths == ["/v1/push", "/v1/session", "/v1/push"]


def test_the_memory_is_of_one_address_and_ends_with_a_new_enrolment(place: Place) -> None:
    desk = place.desk()
    assert Kept(desk.store, place.weather.url).expected()
    assert not Kept(desk.store, "https://pusat.lain").expected()
    desk.store.writing(signing_in._keep_enrolment, place.weather.url, place.central.hub.server_id, "i_1")
    assert remembered(desk) is None


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        (b'{"server_id": "s_1"}', True),
        (b'{"server_id": "s_1", "digests": false}', True),
        (b'{"server_id": "s_1", "digests": true}', False),
        (b'{"server_id": "s_2"}', False),
        (b'{"value": 7}', False),
        (b"[]", False),
        (b'{"server_id": "s_1"', False),
    ],
)
def test_only_a_whole_session_of_this_central_says_that_it_states_none(body: bytes, gone: bool) -> None:
    assert given_up(body, "s_1") is gone
