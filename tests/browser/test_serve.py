"""What the browser view refuses, asked without a browser; and that no desk outlives its server."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import httpx
import pytest

from qlue_desk.sync.lock import DeskLock
from tests.browser.serving import desks_of, enrolled, gone, serving
from tests.sync.rig import PASSWORD, Central


def sign_in(
    client: httpx.Client, url: str, user: str = "rina_dpupr", password: str = PASSWORD, **changed: str
) -> httpx.Response:
    page = client.get(url)
    form = re.search(r'name="form" value="([^"]+)"', page.text)
    assert form is not None
    typed = {"form": form[1], "user": user, "password": password} | changed
    return client.post(f"{url}/masuk", data=typed, headers={"Origin": url})


async def knock(url: str, **headers: str) -> int:
    """The status of an attempt to open the websocket: 101 when it opens."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(f"{url}/ws", headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


def test_nothing_without_signing_in(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        with serving(desk.home) as (url, process), httpx.Client() as client:
            home = client.get(url)
            assert 'type="password"' in home.text
            assert "textual.js" not in home.text
            assert "frame-ancestors 'none'" in home.headers["content-security-policy"]
            assert asyncio.run(knock(url, Origin=url)) == 401
            assert client.get(url, headers={"Host": "evil.example"}).status_code == 421
            assert client.get(f"{url}/static/").status_code == 403
            cookie = home.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert desks_of(process.pid) == []


def test_what_a_signed_in_browser_may_not(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        with serving(desk.home) as (url, process), httpx.Client() as client:
            assert sign_in(client, url, form="geraten").status_code == 403
            assert (
                client.post(f"{url}/masuk", data={}, headers={"Origin": "http://evil.example"}).status_code
                == 403
            )
            assert client.post(f"{url}/masuk", data={}).status_code == 403
            assert sign_in(client, url).status_code == 303
            assert "textual.js" in client.get(url).text
            cookie = f"qlue_desk_visit={client.cookies['qlue_desk_visit']}"
            assert asyncio.run(knock(url, Cookie=cookie)) == 403
            assert asyncio.run(knock(url, Cookie=cookie, Origin="http://evil.example")) == 403
            assert asyncio.run(knock(url, Cookie=cookie, Origin="null")) == 403
            assert asyncio.run(knock(url, Cookie="qlue_desk_visit=geraten", Origin=url)) == 401
            assert desks_of(process.pid) == []
            client.post(f"{url}/keluar", data={"form": "geraten"}, headers={"Origin": url})
            assert asyncio.run(knock(url, Cookie=cookie, Origin=url)) == 101


def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        with serving(desk.home) as (url, _process), httpx.Client() as client:
            codes = [sign_in(client, url, password=f"tebakan {n}").status_code for n in range(9)]
            assert codes == [403] * 8 + [429]
            late = sign_in(client, url)
            assert late.status_code == 429
            assert "Terlalu banyak percobaan" in late.text


def test_only_a_wrong_password_is_counted(tmp_path: Path) -> None:
    """Budi never signed in here, so that without central nobody can say whether his password is right."""
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        with serving(desk.home) as (url, _process), httpx.Client() as client:
            central.pause()
            asked = [sign_in(client, url, "budi_dpupr") for _try in range(9)]
            assert [answer.status_code for answer in asked] == [403] * 9
            assert "Pusat tidak terjangkau" in asked[-1].text
            central.start()
            assert sign_in(client, url, "budi_dpupr").status_code == 303


def test_a_desk_in_use_stays_with_its_person(tmp_path: Path) -> None:
    """Budi's password is right, but Rina works here: her moves must not be recorded in his name."""
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        in_use = DeskLock(desk.home)
        with serving(desk.home) as (url, _process), httpx.Client() as client:
            assert in_use.acquire()
            refused = sign_in(client, url, "budi_dpupr")
            assert refused.status_code == 403
            assert "Meja ini sedang dipakai Rina" in refused.text
            assert desk.workplace.actor.name == "Rina"
            in_use.release()
            assert sign_in(client, url, "budi_dpupr").status_code == 303
            desk.workplace.reload()
            assert desk.workplace.actor.name == "Budi"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_desk_outlives_the_server(tmp_path: Path, how: signal.Signals) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        with serving(desk.home) as (url, process), httpx.Client() as client:
            sign_in(client, url)
            cookie = f"qlue_desk_visit={client.cookies['qlue_desk_visit']}"
            children = asyncio.run(_open_and_end(url, cookie, process, how))
            assert len(children) == 1
            assert gone(children)


async def _open_and_end(
    url: str, cookie: str, process: subprocess.Popen[str], how: signal.Signals
) -> list[int]:
    headers = {"Cookie": cookie, "Origin": url}
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/ws", headers=headers) as socket:
        first = await socket.receive(timeout=30)
        assert first.type is aiohttp.WSMsgType.BINARY
        children = desks_of(process.pid)
        commands = [
            Path(f"/proc/{child}/cmdline").read_bytes() for child in children if os.path.exists("/proc")
        ]
        assert not any(PASSWORD.encode() in line or b"qd1_" in line for line in commands)
        process.send_signal(how)
        await asyncio.to_thread(process.wait, 20)
        return children


def test_bad_messages_end_the_window(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        with serving(desk.home) as (url, process), httpx.Client() as client:
            sign_in(client, url)
            cookie = f"qlue_desk_visit={client.cookies['qlue_desk_visit']}"
            for bad in ("{", '["resize",{"width":"x","height":2}]', '["quit"]'):
                asyncio.run(_ends_after(url, cookie, bad))
            assert gone(desks_of(process.pid))


async def _ends_after(url: str, cookie: str, message: str) -> None:
    headers = {"Cookie": cookie, "Origin": url}
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/ws", headers=headers) as socket:
        await socket.send_str(message)
        while True:
            answer = await socket.receive(timeout=20)
            if answer.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                return


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "0.0.0.0 bisa dicapai dari luar"),
        (["--host", "192.0.2.7"], "192.0.2.7 bisa dicapai dari luar"),
        (
            ["--host", "256.0.0.1"],
            "Alamat 256.0.0.1 tidak dikenal di jaringan ini; pilih yang lain dengan --host",
        ),
        (["--behind-proxy", "http://meja.kota.example"], "bukan alamat seperti https://"),
        (["--behind-proxy", "https://meja.kota.example/a?b"], "bukan alamat seperti https://"),
        ([], "Meja ini belum terhubung ke pusat"),
    ],
)
def test_refuses_to_start(tmp_path: Path, options: list[str], said: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "qlue_desk", "serve", "--port", "0", *options],
        env=os.environ | {"QLUE_DESK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.returncode != 0
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_behind_a_proxy_only_its_address_is_ours(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        with (
            serving(desk.home, "--behind-proxy", "https://meja.kota.example/") as (url, process),
            httpx.Client() as client,
        ):
            assert url == "https://meja.kota.example"
            listed = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True).stdout
            port = re.search(rf"127\.0\.0\.1:(\d+).*pid={process.pid}\b", listed)
            assert port is not None
            local = f"http://127.0.0.1:{port[1]}"
            page = client.get(local, headers={"Host": "meja.kota.example"})
            assert "Secure" in page.headers["set-cookie"]
            assert "wss://meja.kota.example/ws" in page.headers["content-security-policy"]
            assert asyncio.run(knock(local, Origin=local, Host="meja.kota.example")) == 403
            assert asyncio.run(knock(local, Origin=url, Host="meja.kota.example")) == 401
            guesses = [_guess(client, local, f"nama{n}", "198.51.100.7, 203.0.113.5") for n in range(9)] + [
                _guess(client, local, "lain", hop) for hop in ("203.0.113.5", "203.0.113.5, 203.0.113.6")
            ]
            assert guesses == [403] * 8 + [429, 429, 403]


def _guess(client: httpx.Client, url: str, user: str, hops: str) -> int:
    """The answer to a wrong password that a proxy brought."""
    headers = {
        "Host": "meja.kota.example",
        "Origin": "https://meja.kota.example",
        "X-Forwarded-For": hops,
        "Cookie": "qlue_desk_form=f",
    }
    typed = {"form": "f", "user": user, "password": "tebakan"}
    return client.post(f"{url}/masuk", data=typed, headers=headers).status_code


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=foo", b"user=rina"),
        ("application/x-www-form-urlencoded", b"user=%ff\xff"),
        ("multipart/form-data", b"user=rina"),
        ("multipart/form-data; boundary=x", b"user=rina"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data\r\n\r\nrina\r\n--x--\r\n",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="user"\r\nContent-Transfer-Encoding: x\r\n\r\na\r\n--x--\r\n',
        ),
    ],
)
@pytest.mark.parametrize("path", ["/masuk", "/keluar"])
def test_a_form_that_cannot_be_read(served: str, path: str, kind: str, body: bytes) -> None:
    answer = httpx.post(served + path, content=body, headers={"Origin": served, "Content-Type": kind})
    assert answer.status_code == 400
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk that is served, for what changes nothing."""
    with (
        Central.make(tmp_path_factory.mktemp("served")) as central,
        serving(enrolled(central).home) as (url, _process),
    ):
        yield url
