"""A real Chromium, driven over its own debugging protocol: open, type, press, look, photograph."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader",
    "--remote-debugging-port=0", "--window-size=1200,760",
)  # fmt: skip


def found() -> str:
    """The browser; absent in CI it fails, for a silent skip would prove nothing."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and os.environ.get("CI"):
        pytest.fail("chromium is missing in CI")
    if path is None:
        pytest.skip("no chromium here (Debian: apt-get install chromium)")
    return path


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.failures: list[str] = []
        """What the page's console complained about."""
        self.heard = ""
        """What the desk drew, as its terminal was told."""

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            answer = await self._socket.receive_json(timeout=30)
            if answer.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.failures.append(str(answer["params"]))
            if answer.get("method") == "Network.webSocketFrameReceived":
                frame = answer["params"]["response"]
                if frame["opcode"] == 2:
                    self.heard += base64.b64decode(frame["payloadData"]).decode("utf-8", "replace")
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def script(self, text: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def until(self, condition: str, seconds: float = 30.0) -> None:
        for _try in range(int(seconds * 20)):
            if await self.script(condition):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never true: {condition}\n{await self.script('document.body.innerText')}")

    async def until_drawn(self, words: str, seconds: float = 30.0) -> None:
        """Wait until the desk has drawn these words since the last time; they stand in a canvas."""
        for _try in range(int(seconds * 20)):
            await self.script("1")
            if words in self.heard:
                self.heard = ""
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never drawn: {words}")

    async def text(self, words: str) -> None:
        await self.call("Input.insertText", text=words)

    async def press(self, key: str) -> None:
        """One key by its name, or a letter."""
        letter = key if len(key) == 1 else {"Enter": "\r"}.get(key, "")
        code = {"Enter": 13, "Escape": 27}.get(key, ord(key.upper()) if len(key) == 1 else 0)
        params = {"key": key, "windowsVirtualKeyCode": code} | ({"text": letter} if letter else {})
        await self.call("Input.dispatchKeyEvent", type="keyDown", **params)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    async def photograph(self, path: Path) -> None:
        shot = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Page]:
    """A tab of a fresh profile."""
    process = subprocess.Popen(
        [found(), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        port = await _wait(lambda: _port(profile))
        async with aiohttp.ClientSession() as session:
            tabs = await (await session.get(f"http://127.0.0.1:{port}/json/list")).json()
            address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                page = Page(socket)
                for domain in ("Page", "Runtime", "Log", "Network"):
                    await page.call(f"{domain}.enable")
                yield page
    finally:
        process.terminate()
        process.wait(10)


def _port(profile: Path) -> str:
    file = profile / "DevToolsActivePort"
    return file.read_text().splitlines()[0] if file.exists() and file.read_text().strip() else ""


async def _wait(look: Callable[[], str], seconds: float = 30.0) -> str:
    for _try in range(int(seconds * 20)):
        if result := look():
            return result
        await asyncio.sleep(0.05)
    raise AssertionError("chromium did not start")
