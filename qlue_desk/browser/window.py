"""One desk process behind one browser window, and its certain end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

END_SECONDS = 5.0
"""How long a desk may take to close before it is ended; what was recorded is on disk in any case."""
_NOT_FOR_CHILDREN = (
    "QLUE_DESK_PASSWORD",
    "NO_COLOR",
    "LC_ALL",
    "KITTY_WINDOW_ID",
    "WEZTERM_PANE",
    "STY",
    "TMUX",
)
"""Secrets, and what says of the server's own terminal what is not true of the browser's."""


def desk_command(config: Path | None) -> tuple[str, ...]:
    """The command of a desk; it says nothing that a list of processes should not show."""
    chosen = () if config is None else ("--config", str(config))
    return (sys.executable, "-P", "-m", "qlue_desk", *chosen)


class DeskWindow(AppService):
    """Runs a desk and carries its bytes; started without a shell, waited for when it ends."""

    def __init__(
        self,
        command: tuple[str, ...],
        home: Path,
        *,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            "", write_bytes=write_bytes, write_str=write_str, close=close, download_manager=DownloadManager()
        )
        self._arguments = command
        self._home = home

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        made = super()._build_environment(width, height)
        for name in _NOT_FOR_CHILDREN:
            made.pop(name, None)
        return made | {
            "QLUE_DESK_HOME": str(self._home),
            "QLUE_DESK_PARENT": str(os.getpid()),
            "LC_CTYPE": "C.UTF-8",
            "TERM": "xterm-256color",
        }

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=self._build_environment(width, height),
        )
        self._stdin = process.stdin
        return process

    async def ended(self) -> None:
        """Close the desk as `q` does and wait until its process is gone; one that hangs is ended."""
        with contextlib.suppress(TimeoutError, OSError):
            await asyncio.wait_for(self.stop(), END_SECONDS)
        process = self._process
        if process is None:
            return
        if await _gone(process, 1.0):
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        if await _gone(process, END_SECONDS):
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await _gone(process, END_SECONDS)


async def _gone(process: Process, seconds: float) -> bool:
    """Whether it ends within that time."""
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        return False
    return True
