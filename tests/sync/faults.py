"""Servers that misbehave, on loopback, and a proxy that loses, delays and doubles replies of a real one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Handler = Callable[[socket.socket, bytes], None]
"""Gets the connection and the bytes of the request; may write, wait or leave."""


@contextmanager
def raw_server(handle: Handler) -> Iterator[str]:
    """Answer every connection with `handle`; gives the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                handle(connection, _request(connection))
            except OSError:
                return

    def accept() -> None:
        while not ended.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        ended.set()
        listening.close()


def _request(connection: socket.socket) -> bytes:
    content = b""
    while b"\r\n\r\n" not in content:
        part = connection.recv(65536)
        if not part:
            return content
        content += part
    head, _, body = content.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def header_of(request: bytes, name: str) -> str:
    for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.decode().lower() == name.lower():
            return value.decode().strip()
    return ""


def answer(status: str, body: bytes, headers: dict[str, str], request: bytes | None = None) -> bytes:
    """A reply; with `request`, one that carries central's marks."""
    lines = {"Content-Length": str(len(body)), "Connection": "close", **headers}
    if request is not None:
        lines = {
            "Content-Type": "application/vnd.qlue.v1+json",
            "Qlue-Server": "s_raw",
            "Qlue-Request": header_of(request, "X-Request-Id"),
            **lines,
        }
    head = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
