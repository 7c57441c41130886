"""The browser view as a person uses it: sign in, see the queue, act, leave; and what a foreign page may not."""

from __future__ import annotations

import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from qlue_desk.domain.complaint import Complaint, Status
from tests.browser.chromium import Page, browser
from tests.browser.serving import desks_of, enrolled, gone, serving
from tests.sync.rig import PASSWORD, Central

pytestmark = pytest.mark.browser

SHOWN = "document.body.classList.contains('-first-byte')"


def test_a_shift_in_a_browser(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        desk.close()
        with serving(desk.home) as (url, process):
            asyncio.run(_shift(central, tmp_path, url, process.pid))
            assert desks_of(process.pid) == []


async def _shift(central: Central, folder: Path, url: str, server: int) -> None:
    async with browser(folder / "profile") as page:
        await page.open(url)
        await _sign_in(page, "bukan itu")
        await page.until("document.body.innerText.includes('Nama atau kata sandi salah.')")
        assert desks_of(server) == []
        await _sign_in(page, PASSWORD)
        await page.until_drawn("Laporan 1")
        children = desks_of(server)
        assert len(children) == 1
        await page.press("t")
        await page.until_drawn("jam respon berhenti")
        await page.press("t")
        await page.press("Enter")
        # What the desk says of it may be written over at once by what it says of the line.
        await _until_acknowledged(central)
        await page.press("q")
        await page.until("document.body.classList.contains('-closed')")
        assert gone(children)
        await page.script("document.querySelector('.quiet').click()")
        await page.until("document.querySelector('#password') !== null")
        complaints = [line for line in page.failures if "CLOSING or CLOSED" not in line]
        assert all("403" in line for line in complaints), complaints


async def _sign_in(page: Page, password: str) -> None:
    await page.script("document.querySelector('#user').value = 'rina_dpupr'")
    await page.script("document.querySelector('#password').focus()")
    await page.text(password)
    await page.press("Enter")


async def _until_acknowledged(central: Central) -> None:
    for _try in range(300):
        [row] = central.rows("dpupr").values()
        if central_status(row) is Status.ACKNOWLEDGED:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the move did not reach central")


def central_status(row: bytes) -> Status:
    import msgspec

    return msgspec.json.decode(row, type=Complaint).status


def test_a_foreign_page_cannot_drive_the_desk(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        desk = enrolled(central)
        desk.close()
        with serving(desk.home) as (url, process), foreign_page(url) as foreign:
            asyncio.run(_attack(tmp_path, url, foreign, process.pid))


async def _attack(folder: Path, url: str, foreign: str, server: int) -> None:
    async with browser(folder / "profile") as page:
        await page.open(url)
        await _sign_in(page, PASSWORD)
        await page.until(SHOWN)
        [own] = desks_of(server)
        await page.open(foreign)  # the visit's cookie is in this browser
        await page.until("document.title !== ''")
        assert await page.script("document.title") == "refused"
        assert gone([own]), "leaving the page closes its desk"
        assert desks_of(server) == []


class foreign_page:
    """A page of another origin that tries to open the desk's websocket."""

    def __init__(self, target: str) -> None:
        socket = target.replace("http", "ws") + "/ws?width=80&height=24"
        body = (
            f"<script>const s = new WebSocket('{socket}');"
            "s.onopen = () => { document.title = 'open'; }; s.onerror = () => { document.title = 'refused'; };"
            "</script>"
        ).encode()

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)

    def __enter__(self) -> str:
        Thread(target=self._server.serve_forever, daemon=True).start()
        # The same site for cookies (a port does not matter to them), so that only our own check can refuse.
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
