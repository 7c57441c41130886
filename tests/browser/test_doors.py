"""The rules of who may come in, by a clock of their own."""

import pytest

from qlue_desk.browser.doors import TRIES, TRIES_SECONDS, VISIT_SECONDS, Addresses, Tries, Visits, is_loopback


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("[::1]", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_our_addresses() -> None:
    ours = Addresses(8722)
    assert ours.knows_host("127.0.0.1:8722")
    assert ours.knows_host("localhost:8722")
    assert not ours.knows_host("127.0.0.1:8000")
    assert not ours.knows_host("evil.example:8722")
    assert ours.is_ours("http://localhost:8722", "localhost:8722")
    assert not ours.is_ours("http://127.0.0.1:8722", "localhost:8722")
    assert not ours.is_ours("https://localhost:8722", "localhost:8722")
    assert not ours.is_ours(None, "localhost:8722")
    assert not ours.is_ours("null", "localhost:8722")


def test_port_80_is_left_out_by_browsers() -> None:
    ours = Addresses(80)
    assert [ours.knows_host(host) for host in ("127.0.0.1", "localhost", "[::1]", "127.0.0.1:80")] == [
        True
    ] * 4
    assert [ours.knows_host(host) for host in ("evil.example", "", "localhost:", "localhost:81")] == [
        False
    ] * 4
    assert not Addresses(8722).knows_host("127.0.0.1")
    assert ours.is_ours("http://127.0.0.1", "127.0.0.1")


def test_a_visit_ends_by_time_by_leaving_and_when_another_person_sits_down() -> None:
    clock = Clock()
    visits = Visits(clock)
    rina = visits.begin("u_rina")
    assert visits.find(rina.token, "u_rina") == rina
    assert visits.find(rina.token, "u_budi") is None
    assert visits.find(rina.token, None) is None
    assert visits.find("", "u_rina") is None
    clock.now += VISIT_SECONDS
    assert visits.find(rina.token, "u_rina") is None
    second = visits.begin("u_rina")
    visits.end(second.token)
    assert visits.find(second.token, "u_rina") is None
    third = visits.begin("u_rina")
    visits.begin("u_budi")
    assert visits.find(third.token, "u_rina") is None


def test_tries_are_counted_by_each_key_for_a_minute() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _try in range(TRIES):
        assert tries.wait_seconds("address a", "name x") == 0
        tries.failed("address a", "name x")
    assert tries.wait_seconds("address b", "name x") == TRIES_SECONDS + 1
    assert tries.wait_seconds("address a", "name y") == TRIES_SECONDS + 1
    assert tries.wait_seconds("address b", "name y") == 0
    clock.now += TRIES_SECONDS
    assert tries.wait_seconds("address a", "name x") == 0
