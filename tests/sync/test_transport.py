"""What counts as a genuine reply, and what a hostile or broken one can do: nothing."""

import datetime as dt
import gzip
import json
import socket
import threading
import time
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from qlue_desk.protocol import content_digest
from qlue_desk.sync import errors
from qlue_desk.sync.errors import (
    BadReply,
    DigestGone,
    InsecureAddress,
    NotSignedIn,
    Offline,
    OtherServer,
    Portal,
    UnreadableAddress,
)
from qlue_desk.sync.reading import MAX_REPLY
from qlue_desk.sync.transport import Transport, checked_address
from tests.sync.faults import Handler, answer, raw_server


class Reply(msgspec.Struct):
    value: int


def ask(handle: Handler, *, server_id: str = "", deadline: float = 5.0) -> Reply:
    with raw_server(handle) as url:
        transport = Transport(url, token="qd1_secret", server_id=server_id)
        try:
            return transport.send("GET", "/v1/session", Reply, deadline=deadline)
        finally:
            transport.close()


def replying(
    status: str, body: bytes, headers: dict[str, str] | None = None, *, genuine: bool = True
) -> Handler:
    def handle(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer(status, body, headers or {}, request if genuine else None))

    return handle


class TwoTokens:
    """The token in hand, and another one."""

    def all(self) -> tuple[str, ...]:
        return ("qd1_secret", "qd1_other")

    def worked(self, token: str) -> None:
        assert token == "qd1_other"


@pytest.mark.parametrize(("code", "asked"), [("token_revoked", 1), ("token_expired", 2)])
def test_another_token_is_tried_where_this_one_ended_not_where_the_desk_was_revoked(
    code: str, asked: int
) -> None:
    seen: list[bytes] = []

    def handle(connection: socket.socket, request: bytes) -> None:
        seen.append(request)
        body = f'{{"type":"urn:qlue:{code}","status":401,"title":"x"}}'.encode()
        connection.sendall(answer("401 Unauthorized", body, {}, request))

    with raw_server(handle) as url:
        transport = Transport(url, token="qd1_secret", tokens=TwoTokens())
        with pytest.raises(NotSignedIn) as refused:
            transport.send("GET", "/v1/session", Reply)
        transport.close()
    assert refused.value.code == code
    assert len(seen) == asked


def test_a_file_is_never_taken_packed() -> None:
    packed = replying("200 OK", gzip.compress(b"foto"), {"Content-Encoding": "gzip"})
    with raw_server(packed) as url:
        transport = Transport(url)
        with pytest.raises(BadReply, match="compressed"):
            transport.send_bytes("GET", "/v1/blobs/x")
        transport.close()


def test_a_genuine_reply_is_read() -> None:
    assert ask(replying("200 OK", b'{"value": 7, "unknown": 1}')) == Reply(7)


def test_gzip_is_unpacked() -> None:
    assert ask(replying("200 OK", gzip.compress(b'{"value": 7}'), {"Content-Encoding": "gzip"})) == Reply(7)


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "403 Forbidden", "410 Gone", "511 Login"])
def test_a_reply_without_our_marks_is_no_network_whatever_its_status(status: str) -> None:
    with pytest.raises(Portal):
        ask(
            replying(
                status, b"<html>Selamat datang di WiFi</html>", {"Content-Type": "text/html"}, genuine=False
            )
        )


@pytest.mark.parametrize(
    "wrong", [{"Content-Type": "application/json"}, {"Qlue-Request": "another"}, {"Qlue-Server": ""}]
)
def test_each_mark_is_needed(wrong: dict[str, str]) -> None:
    with pytest.raises(Portal):
        ask(replying("200 OK", b'{"value": 7}', wrong))


def test_a_redirect_is_not_followed_and_gets_no_token() -> None:
    seen: list[bytes] = []

    def elsewhere(connection: socket.socket, request: bytes) -> None:
        seen.append(request)

    with raw_server(elsewhere) as other, pytest.raises(Portal):
        ask(replying("302 Found", b"", {"Location": f"{other}/login"}, genuine=False))
    assert seen == []


def test_another_server_is_refused() -> None:
    assert ask(replying("200 OK", b'{"value": 7}'), server_id="s_raw") == Reply(7)
    with pytest.raises(OtherServer):
        ask(replying("200 OK", b'{"value": 7}'), server_id="s_ours")


@pytest.mark.parametrize(
    "body", [b'{"value": ', b"[" * 100_000, b'{"value": "x"}', b'{"value": 1e999}', b"\xff"]
)
def test_a_damaged_body_is_a_bad_reply(body: bytes) -> None:
    with pytest.raises(BadReply):
        ask(replying("200 OK", body))


def test_a_reply_cut_short_changes_nothing() -> None:
    def handle(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer("200 OK", b'{"value": 7}' + b" " * 100, {}, request)[:-50])

    with pytest.raises(Offline):
        ask(handle)


def test_a_gzip_bomb_is_refused_before_it_grows() -> None:
    import tracemalloc

    bomb = gzip.compress(b" " * (200 * 1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(BadReply):
            ask(replying("200 OK", bomb, {"Content-Encoding": "gzip"}), deadline=30)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_REPLY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.NotSignedIn),
        (403, errors.Forbidden),
        (410, errors.Resync),
        (413, errors.TooLarge),
        (422, errors.BlobProblem),
        (426, errors.ClientTooOld),
        (429, errors.Busy),
        (500, errors.ServerFailed),
        (503, errors.Busy),
        (504, errors.ServerFailed),
    ],
)
def test_problems_become_the_class_of_the_tree(status: int, kind: type[errors.Refused]) -> None:
    body = json.dumps({"type": "urn:qlue:x", "status": status, "title": "t", "detail": "Kalimat pusat."})
    with pytest.raises(errors.Refused) as caught:
        ask(replying(f"{status} X", body.encode()))
    assert type(caught.value) is kind
    assert caught.value.sentence() == "Kalimat pusat."


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        ("-5", 0, 0),
        ("315360000", 3600, 3600),
        ("nan", 0, 0),
        ("soon", 0, 0),
        ("in 100 s", 90, 101),
        (format_datetime(dt.datetime(2001, 1, 1, tzinfo=dt.UTC)), 0, 0),
    ],
)
def test_retry_after_is_honoured_and_capped(header: str, least: float, most: float) -> None:
    if header == "in 100 s":
        header = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=100))
    body = b'{"type": "urn:qlue:busy", "status": 503, "title": "t"}'
    with pytest.raises(errors.Busy) as caught:
        ask(replying("503 Busy", body, {"Retry-After": header}))
    assert least <= caught.value.retry_after <= most


def test_a_drip_ends_at_the_deadline_in_the_body_and_in_the_headers() -> None:
    def drip(connection: socket.socket, whole: bytes) -> None:
        for byte in whole:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    def body(connection: socket.socket, request: bytes) -> None:
        reply = answer("200 OK", b"x" * 1000, {}, request)
        connection.sendall(reply[:-1000])
        drip(connection, reply[-1000:])

    def head(connection: socket.socket, request: bytes) -> None:
        drip(connection, answer("200 OK", b"x" * 1000, {"X-Long": "y" * 1000}, request))

    for handle in (body, head):
        began = time.monotonic()
        with pytest.raises(Offline):
            ask(handle, deadline=0.4)
        assert time.monotonic() - began < 20  # of the 50 that the drip would take


def test_abort_ends_a_hanging_request_at_once() -> None:
    gone = threading.Event()
    with raw_server(lambda connection, request: gone.wait(30)) as url:
        transport = Transport(url)
        threading.Timer(0.2, transport.abort).start()
        began = time.monotonic()
        with pytest.raises(Offline):
            transport.send("GET", "/v1/session", Reply)
        assert time.monotonic() - began < 15
        gone.set()
        transport.close()


def test_nobody_there_is_offline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Offline):
        Transport(f"http://127.0.0.1:{port}").send("GET", "/v1/session", Reply)


@pytest.mark.parametrize(
    "url",
    [
        "http://pusat.bogor.go.id",
        "ftp://127.0.0.1",
        "pusat",
        "",
        "https://user:pw@pusat.id",
        "http://127.0.0.1.evil.id",
    ],
)
def test_addresses_over_which_no_token_may_travel(url: str) -> None:
    with pytest.raises(InsecureAddress):
        checked_address(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://host:99999",
            "https://host:0",
            "https://host:abc",
            "https://host:80:90",
            "https://host:65536",
        ),
        *("http://[::1", "https://[zz]:1", "https://", "http://", "https://:8443", "https:///lapor"),
        *(
            "https://lapor kota.example",
            "https://a\tb",
            "https://a\nb",
            "https://pusat/a b",
            "https://pusat\\x",
        ),
        *("https://☃.example", "https://*", "https://a\x1b[31mb"),
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UnreadableAddress) as refused:
        checked_address(url)
    assert refused.value.sentence() == (
        f"Alamat pusat “{url}” salah tulis: tulis seperti https://lapor.kota.example, bila perlu dengan porta"
        " 1–65535 di belakangnya (:8443)."
    )


def test_good_addresses() -> None:
    assert checked_address("https://kota_bogor.local:8443/lapor/") == "https://kota_bogor.local:8443/lapor"
    assert checked_address("https://xn--bcher-kva.example") == "https://xn--bcher-kva.example"
    assert checked_address("https://bücher.example") == "https://bücher.example"
    assert checked_address("https://pusat.bogor.go.id/") == "https://pusat.bogor.go.id"
    assert checked_address(" http://localhost:8000 ") == "http://localhost:8000"
    assert checked_address("http://[::1]:8000") == "http://[::1]:8000"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate authority of our own and a certificate for 127.0.0.1, made by openssl."""
    import shutil
    import subprocess

    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1")

    def run(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Kota", "-days", "2")
    run("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=pusat")
    run(
        "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-out", "server.pem", "-days", "2", "-extfile", "san",
    )  # fmt: skip
    return folder


def test_tls_is_verified_and_a_private_authority_can_be_named(certificates: Path) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    seen: list[bytes] = []

    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            connection, _address = listening.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    request = secure.recv(65536)
                    seen.append(request)
                    secure.sendall(answer("200 OK", b'{"value": 7}', {}, request))
            except (ssl.SSLError, OSError):
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    url = f"https://127.0.0.1:{listening.getsockname()[1]}"
    with pytest.raises(errors.TlsFailed) as caught:
        Transport(url, token="qd1_secret").send("GET", "/v1/session", Reply)
    assert seen == []
    assert "Sertifikat pusat ditolak" in caught.value.sentence()
    trusting = Transport(url, private_ca=certificates / "ca.pem")
    assert trusting.send("GET", "/v1/session", Reply) == Reply(7)
    trusting.close()
    listening.close()


def test_without_tls_no_authorities_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    class Asked(Exception):
        pass

    def refuse(**_named: object) -> ssl.SSLContext:
        raise Asked

    monkeypatch.setattr(ssl, "create_default_context", refuse)
    Transport("http://127.0.0.1:9").close()
    with pytest.raises(Asked):
        Transport("https://pusat.bogor.go.id")


@pytest.mark.parametrize(("told", "bytes_there"), [("12", 12), ("9" * 5000, 0), ("x", 0), ("-1", 0)])
def test_an_absurd_number_of_bytes_is_none(told: str, bytes_there: int) -> None:
    with raw_server(replying("200 OK", b"", {"Qlue-Blob-Received": told})) as url:
        transport = Transport(url, token="qd1_secret")
        assert transport.blob_received("/v1/blobs/x") == bytes_there
        transport.close()


def test_a_digest_that_was_seen_once_must_not_go_missing_in_this_conversation() -> None:
    body, turns = b'{"value": 7}', iter([True, False])

    def handle(connection: socket.socket, request: bytes) -> None:
        with_it = {"Qlue-Digest": content_digest(body)} if next(turns) else {}
        connection.sendall(answer("200 OK", body, with_it, request))

    with raw_server(handle) as url:
        transport = Transport(url, token="qd1_secret")
        assert transport.send("GET", "/v1/session", Reply) == Reply(7)
        with pytest.raises(DigestGone):
            transport.send("GET", "/v1/session", Reply)
        transport.close()
