"""The server of the browser view within this process: what goes wrong inside, and many windows at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from qlue_desk.browser.doors import Addresses
from qlue_desk.browser.server import VISIT_COOKIE, WINDOWS, BrowserDesk
from qlue_desk.store import meta
from qlue_desk.store.database import Store
from tests.sync.rig import Central

_IDLE = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(1)")
"""A desk that shows nothing and ends when it is told to."""


@asynccontextmanager
async def _served(store: Store) -> AsyncIterator[tuple[str, BrowserDesk]]:
    desk = BrowserDesk(store, _IDLE, Addresses(0, "https://meja.kota.example"))
    runner = web.AppRunner(desk.application(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}", desk
    finally:
        await runner.cleanup()


def _headers(token: str) -> dict[str, str]:
    return {
        "Host": "meja.kota.example",
        "Origin": "https://meja.kota.example",
        "Cookie": f"{VISIT_COOKIE}={token}",
    }


def test_a_failure_of_ours_is_answered_with_our_headers(tmp_path: Path) -> None:
    async def ask() -> tuple[int, str, str]:
        store = Store.open(tmp_path)
        async with _served(store) as (url, desk):
            token = desk._visits.begin("u_rina").token
            store.close()
            async with aiohttp.ClientSession() as session, session.get(url, headers=_headers(token)) as found:
                return found.status, await found.text(), found.headers["X-Frame-Options"]

    assert asyncio.run(ask()) == (500, "Permintaan ini gagal di meja; coba lagi.", "DENY")


def test_a_window_closes_when_its_person_cannot_be_asked_for(tmp_path: Path) -> None:
    async def watch() -> list[str]:
        store = Store.open(tmp_path)
        desk = BrowserDesk(store, _IDLE, Addresses(8722))
        visit = desk._visits.begin("u_rina")
        store.close()
        closed: list[str] = []

        async def close() -> None:
            closed.append(visit.person)

        await desk._watch(visit, close)
        return closed

    assert asyncio.run(watch()) == ["u_rina"]


def test_many_windows_at_once_are_no_more_than_may_be(tmp_path: Path) -> None:
    async def storm(store: Store, person: str) -> list[int]:
        async with _served(store) as (url, desk), aiohttp.ClientSession() as session:
            headers = _headers(desk._visits.begin(person).token)

            async def knock() -> int:
                try:
                    window = await session.ws_connect(f"{url}/ws", headers=headers)
                except aiohttp.WSServerHandshakeError as error:
                    return error.status
                await asyncio.sleep(0.5)
                await window.close()
                return 101

            return sorted(await asyncio.gather(*(knock() for _window in range(WINDOWS + 4))))

    with Central.make(tmp_path) as central:
        desk = central.desk()
        store = desk.workplace.store
        assert store.reading(meta.get, meta.ACTOR) is not None
        assert asyncio.run(storm(store, desk.workplace.actor.id)) == [101] * WINDOWS + [503] * 4
