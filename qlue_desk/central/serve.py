"""Serving a central: as the command does, and in a thread for the demonstration and the tests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from qlue_desk.central.api.reading import answering_head
from qlue_desk.central.app import create_app
from qlue_desk.central.jobs import run_due

if TYPE_CHECKING:
    import uvicorn

    from qlue_desk.central.hub import Hub

JOB_SECONDS = 60.0
GRACE_SECONDS = 3
BACKLOG = 256
log = logging.getLogger("qlue_desk.central")


def serve(hub: Hub, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Serve until a signal comes; `ready` gets the address once connections are taken. Port 0 is any free."""
    listening = _listen(host, port)
    server = _server(hub)
    with _clock(hub):
        asyncio.run(_run(server, listening, host, ready))


class ServerThread:
    """A served central in a thread of this process."""

    def __init__(self, hub: Hub, host: str = "127.0.0.1", port: int = 0, *, jobs: bool = False) -> None:
        self._hub = hub
        self._listening = _listen(host, port)
        self.url = _url(self._listening, host)
        self._server = _server(hub, signals=False)
        self._jobs = jobs
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(host,), name="central", daemon=True)

    def start(self) -> str:
        """Serve; returns the address once connections are taken."""
        self._thread.start()
        if not self._started.wait(30):
            raise TimeoutError("central did not start within 30 s")
        return self.url

    def stop(self) -> None:
        """Answer what is held and end; the hub stays open."""
        self._server.should_exit = True
        self._hub.wakeups.close()
        self._thread.join(GRACE_SECONDS + 5)
        self._hub.wakeups.open()

    def _serve(self, host: str) -> None:
        with _clock(self._hub) if self._jobs else contextlib.nullcontext():
            asyncio.run(_run(self._server, self._listening, host, lambda url: self._started.set()))


@contextlib.contextmanager
def running_server(hub: Hub) -> Iterator[str]:
    """A served central for the time of a block; gives its address."""
    thread = ServerThread(hub)
    try:
        yield thread.start()
    finally:
        thread.stop()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


def _url(listening: socket.socket, host: str) -> str:
    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def _server(hub: Hub, *, signals: bool = True) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        """Lets long polls answer before it waits for them to end."""

        def handle_exit(self, sig: int, frame: Any) -> None:
            hub.wakeups.close()
            super().handle_exit(sig, frame)

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            if not signals:
                yield
                return
            with super().capture_signals():
                yield

    config = uvicorn.Config(
        answering_head(create_app(hub)),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws="none",
    )
    return Server(config)


async def _run(
    server: uvicorn.Server, listening: socket.socket, host: str, ready: Callable[[str], None] | None
) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started and ready is not None:
        ready(_url(listening, host))
    await serving


@contextlib.contextmanager
def _clock(hub: Hub) -> Iterator[None]:
    """The jobs of the clock, each minute, as long as the block lasts."""
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(JOB_SECONDS):
            try:
                run_due(hub)
            except Exception:
                log.exception("the clock's jobs failed; they are tried again in a minute")

    thread = threading.Thread(target=tick, name="central-clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(5)
