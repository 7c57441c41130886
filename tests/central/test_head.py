"""HEAD at every door where anybody may read: as a GET, without its body."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from qlue_desk.central.serve import running_server


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/lacak/", 200),
        ("/lacak/BGR-26-000001", 200),
        ("/lacak/BGR-26-000099", 404),
        ("/lacak/static/lacak.css", 200),
        ("/lacak/?nomor=BGR-26-000001", 303),
        ("/open311/v2/discovery.json", 200),
        ("/open311/v2/services.xml", 200),
        ("/open311/v2/requests/BGR-26-000001.json", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/schema/openapi.json", 200),
    ],
)
def test_a_head_is_a_get_without_the_body(office: Any, path: str, status: int) -> None:
    office.take()
    with running_server(office.hub) as url, httpx.Client(base_url=url, trust_env=False) as client:
        whole, head = client.get(path), client.head(path)
        assert (whole.status_code, head.status_code) == (status, status)
        assert head.content == b""
        of_both = [{**reply.headers, "date": ""} for reply in (whole, head)]
        if path == "/metrics":  # it counts the requests themselves
            of_both = [{**headers, "content-length": ""} for headers in of_both]
        assert of_both[0] == of_both[1]
        assert client.get("/healthz").text == "ok\n"  # the connection is still in step


@pytest.mark.parametrize("path", ["/intake/sms?text=Lampu+mati&from=0812", "/v1/session"])
def test_where_a_get_does_something_a_head_does_nothing(office: Any, path: str) -> None:
    with running_server(office.hub) as url:
        assert httpx.head(url + path, trust_env=False).status_code == 405
