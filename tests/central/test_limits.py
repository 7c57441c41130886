"""A city sets how often it may be asked, and how old a desk may be; each room says no in its own form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import msgspec

from qlue_desk.central import admin
from qlue_desk.central.hub import Hub
from qlue_desk.central.limits import Rate, RateLimits
from qlue_desk.central.serve import running_server
from tests.central.conftest import Office, add_bogor


def test_a_city_s_numbers_become_rates() -> None:
    rates = RateLimits.of(1200, 600)
    assert rates == RateLimits()
    assert RateLimits.of(2, 1).desk == Rate(2, 1)
    assert RateLimits.of(2, 1).public == Rate(1, 1)


def test_one_address_asks_only_so_often(hub: Hub) -> None:
    hub.rates = RateLimits.of(1200, 4)
    with running_server(hub) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        assert client.get("/lacak/").status_code == 200
        page = client.get("/lacak/")
        assert page.status_code == 429
        assert page.headers["content-type"].startswith("text/html")
        seconds = int(page.headers["retry-after"])
        assert 1 <= seconds <= 15
        assert f"Terlalu banyak permintaan; coba lagi {seconds} detik lagi." in page.text

        assert client.get("/open311/v2/services.json").status_code == 200
        refused = client.get("/open311/v2/services.json")
        assert (refused.status_code, refused.json()[0]["code"]) == (429, 429)
        assert "retry-after" in refused.headers
        xml = client.get("/open311/v2/services.xml")
        assert ElementTree.fromstring(xml.content).findtext("error/code") == "429"
        assert client.get("/healthz").status_code == 200

        other = {"X-Forwarded-For": "203.0.113.9"}
        assert client.get("/lacak/", headers=other).status_code == 200
        assert client.get("/lacak/", headers=other).status_code == 429


def test_serving_honours_the_settings(tmp_path: Path) -> None:
    """As the command does it: a desk that is too old may push, not pull; a fourth request is too much."""
    admin.init(tmp_path / "central")
    hub = Hub.open(tmp_path / "central")
    add_bogor(hub)
    office = Office(hub, hub.now)  # type: ignore[arg-type]
    action = office.action(office.take().complaint, "note", note="x")
    hub.close()
    (tmp_path / "config.toml").write_text(
        '[central]\nport = 0\nmin_client = "2.0.0"\ndesk_per_minute = 14\npublic_per_minute = 4\n'
    )
    serving = subprocess.Popen(
        [sys.executable, "-m", "qlue_desk", "central", "serve", "--json"],
        stdout=subprocess.PIPE,
        env=os.environ | {"QLUE_DESK_HOME": str(tmp_path), "QLUE_DESK_CONFIG": str(tmp_path / "config.toml")},
    )
    try:
        assert serving.stdout is not None
        told = b""
        while not told.rstrip().endswith(b"}"):
            told += serving.stdout.readline()
        _ask(json.loads(told)["url"], office.enrolled.token, action)
    finally:
        serving.terminate()
        serving.wait(20)


def _ask(url: str, token: str, action: Any) -> None:
    headers = {"Authorization": f"Bearer {token}", "Qlue-Client": "desk/1.9.9 schema=7"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as desk:
        pulled = desk.post("/v1/pull", json={"cursor": None})
        assert (pulled.status_code, pulled.json()["type"]) == (426, "urn:qlue:client_too_old")
        assert "2.0.0" in pulled.json()["detail"]
        body = msgspec.json.encode({"cursor": None, "actions": [action]})
        pushed = [desk.post("/v1/push", content=body) for _ in range(4)]
        assert [reply.status_code for reply in pushed] == [200, 200, 200, 429]
        assert pushed[0].json()["results"][0]["status"] == "applied"
        assert pushed[3].json()["type"] == "urn:qlue:rate"
        assert int(pushed[3].headers["retry-after"]) >= 1
        assert [desk.get("/lacak/").status_code for _ in range(2)] == [200, 429]
