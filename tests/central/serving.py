"""A real server on loopback with chosen routers, for tests of one part."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from litestar import Litestar, Router


@contextmanager
def served(routers: Sequence[Router]) -> Iterator[str]:
    """The base address, without a slash at its end, while the routers are served."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Litestar(list(routers), openapi_config=None, debug=False), log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
