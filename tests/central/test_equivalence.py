"""Invariant 28 over the wire: one script of requests gets the same replies from SQLite and PostgreSQL.

Compared is every reply with its status and headers; ids become ordinals, hashes and secrets are left out.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from msgspec.structs import replace

from qlue_desk.central import restoring
from qlue_desk.central.compaction import compact
from qlue_desk.central.hub import Hub
from qlue_desk.central.jobs import run_due
from qlue_desk.central.postgres import PostgresCentral
from qlue_desk.central.serve import running_server
from qlue_desk.domain.complaint import Channel
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Action, NewReport, PushRequest

from .conftest import NOW, Clock, Office, add_bogor

ID = re.compile(r"\b([a-z])_[0-9a-z]{8,}\b")
HASHES = frozenset(
    ["chain", "digest", "epoch", "to", "from", "mark", "as_of", "cursor", "token", "server_id", "rules",
     "bundle_key"]
)  # fmt: skip
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
SHA = hashlib.sha256(PHOTO).hexdigest()


class Script:
    """Requests of three desks, and what came back, made comparable."""

    def __init__(self, office: Office, url: str) -> None:
        self.office, self.url = office, url
        self.told: list[Any] = []
        self._ordinals: dict[str, str] = {}
        self.tokens = {"dishub": office.enrolled.token, "diskominfo": office.city_enrolled.token}

    def ask(self, desk: str, method: str, path: str, **more: Any) -> Any:
        """Send, note the reply, and give it as it came."""
        headers = {
            "Authorization": f"Bearer {self.tokens.get(desk, desk)}",
            "X-Request-Id": "r",
            **more.pop("headers", {}),
        }
        reply = httpx.request(method, self.url + path, headers=headers, timeout=30, trust_env=False, **more)
        kept = {
            name: reply.headers.get(name)
            for name in ("content-type", "retry-after", "content-range", "qlue-blob-received", "qlue-request")
        }
        if "json" not in reply.headers.get("content-type", ""):
            self.told.append((path, reply.status_code, kept, hashlib.sha256(reply.content).hexdigest()))
            return reply.content
        found = reply.json() if reply.content else None
        self.told.append((path, reply.status_code, kept, self.plain(found)))
        return found

    def plain(self, found: Any) -> Any:
        """Without ids, hashes and secrets; rows of a snapshot in the order of their numbers."""
        if isinstance(found, dict):
            return {
                self.plain(key): "*" if key in HASHES and value else self._plain_rows(key, value)
                for key, value in found.items()
            }
        if isinstance(found, list):
            return [self.plain(each) for each in found]
        if isinstance(found, str):
            return ID.sub(self._ordinal, found)
        return found

    def _plain_rows(self, key: str, value: Any) -> Any:
        if key == "next":
            return value is not None
        if key == "rows":  # in the order of ids, which are random
            value = sorted(value, key=lambda row: row["complaint"]["number"])
        return self.plain(value)

    def _ordinal(self, match: re.Match[str]) -> str:
        known = self._ordinals
        return known.setdefault(match[0], f"{match[1]}_{len(known)}")

    def push(self, desk: str, *actions: Action, cursor: str | None = None) -> Any:
        return self.ask(desk, "POST", "/v1/push", content=msgspec.json.encode(PushRequest(cursor, actions)))

    def pull_all(self, desk: str, cursor: str | None = None, limit: int = 3) -> str:
        while True:
            page = self.ask(desk, "POST", "/v1/pull", json={"cursor": cursor, "limit": limit})
            if "to" not in page:
                return cursor or ""
            cursor = page["to"]
            if not page["more"]:
                return str(cursor)

    def snapshot(self, desk: str, limit: int) -> list[Any]:
        """All pages; noted as one, for where a page ends depends on ids."""
        rows: list[Any] = []
        after, token, pages = "", "", 0
        while True:
            headers = {"Authorization": f"Bearer {self.tokens[desk]}"}
            page = httpx.get(
                f"{self.url}/v1/snapshot", params={"after": after, "limit": limit, "token": token},
                headers=headers, timeout=30, trust_env=False,
            ).json()  # fmt: skip
            rows += page["rows"]
            token, pages = page["as_of"], pages + 1
            if page.get("next") is None:
                break
            after = page["next"]
        self.told.append(("snapshot", pages, page["count"], self._plain_rows("rows", rows)))
        return rows


def play(script: Script) -> list[Any]:
    office, hub = script.office, script.office.hub
    first, second, third = (office.take(str(n)).complaint for n in range(3))
    for desk in ("dishub", "diskominfo", "qd1_none"):
        script.ask(desk, "GET", "/v1/session")
    cursor = script.pull_all("dishub")
    head = script.ask("dishub", "HEAD", f"/v1/blobs/{SHA}")
    assert head is None or head == b""
    act = office.action
    evidence = (replace(hub.blobs.add(b"\x89PNG\r\n\x1a\nx", "b.png")),)
    missing = replace(evidence[0], sha256=SHA, size=len(PHOTO))
    accepted = act(first, "acknowledge")
    waits = act(second, "attach", evidence=(missing,))
    script.push(
        "dishub",
        accepted,
        accepted,
        replace(accepted, fields=Fields(note="lain")),
        act(first, "resolve"),
        act(first, "acknowledge"),
        replace(act(first, "start"), prev=accepted.id),
        replace(act(first, "note", note="x"), prev="a_unknown1"),
        waits,
        act(second, "note", note="menunggu"),
        act(third, "transfer", to="nobody", note="x"),
        act("c_none00000", "note", note="x"),
        act(third, "terbang"),
        cursor=cursor,
    )
    for offset, content in ((0, PHOTO[:100]), (0, PHOTO[:100]), (100, PHOTO[100:]), (5, b"x")):
        script.ask(
            "dishub",
            "PUT",
            f"/v1/blobs/{SHA}",
            params={"offset": offset, "size": len(PHOTO)},
            content=content,
        )
    script.push("dishub", replace(waits, prev=None))
    script.ask("dishub", "GET", f"/v1/blobs/{SHA}", headers={"Range": "bytes=4-9"})
    for sha in (SHA, "1" * 64):
        script.ask("diskominfo", "GET", f"/v1/blobs/{sha}")
    script.ask("dishub", "PUT", f"/v1/blobs/{'0' * 64}", params={"size": 3}, content=b"\xff\xd8\xff")
    script.push(
        "dishub",
        act(first, "propose", note="Lampu sudah diganti\x00", evidence=evidence),
        act(first, "propose", note="Lampu sudah diganti \x1b[31mmerah", evidence=evidence),
        act(second, "return", note="bukan milik kami"),
        act(second, "note", note="sudah pergi"),
    )
    verifier = office.verifier
    report = NewReport("Iseng", "halo", Channel.CALL_CENTRE_112, NOW, junk_kind="prank", phone="0812 1")
    entered = Action("a_entered1", "enter", "c_entered01", office.operator.id, office.clock(), report=report)
    script.push(
        "diskominfo",
        act(
            second,
            "dispatch",
            verifier,
            to="dlh",
            note="ternyata sampah milik DLH",
            category="pju",
            place_unknown=True,
        ),
        act(third, "restrict", verifier, note="diminta pelapornya"),
        entered,
        replace(entered, id="a_entered2"),
        act(first, "merge", verifier, to=second.number, note="laporan yang sama"),
    )
    script.ask("dishub", "POST", "/v1/reveal", json={
        "complaint_id": first.id, "actor_id": office.officer.id, "reason": "tanya",
    })  # fmt: skip
    for who, password in (("budi", "rahasia123"), ("budi", "salah"), ("vera", "verifikasi1")):
        script.ask("dishub", "POST", "/v1/sign-in", json={"user": who, "password": password})
    office.clock.forward(days=4)
    script.told.append(("jobs", run_due(hub)))
    mine, city = script.pull_all("dishub", cursor), script.pull_all("diskominfo")
    for desk, limit in (("dishub", 2), ("diskominfo", 2), ("diskominfo", 500)):
        script.snapshot(desk, limit)
    for wrong in ("sampah", mine[:-4] + "AAAA", city):
        script.ask("dishub", "POST", "/v1/pull", json={"cursor": wrong})
    for body in (b"{", b"{}", b'{"cursor":null,"actions":[{}]}'):
        script.ask("dishub", "POST", "/v1/push", content=body)
    script.push("diskominfo", act(first, "erase", office.admin, note="permintaan hukum"))
    script.pull_all("diskominfo", city)
    script.snapshot("diskominfo", 500)
    office.clock.forward(days=58)
    script.told.append(("compacted", compact(hub)))
    script.pull_all("dishub")
    script.pull_all("dishub", cursor)
    script.pull_all("dishub", mine)
    restoring.announce(hub)
    script.pull_all("dishub", mine)
    script.push("dishub", act(third, "note", note="x"), cursor=mine)
    script.push("dishub", accepted)
    hub.desks.move(office.dishub.id, "dlh")
    script.ask("dishub", "POST", "/v1/pull", json={"cursor": mine})
    script.tokens["new"] = script.ask("dishub", "POST", "/v1/token/rotate")["token"]
    script.ask("new", "GET", "/v1/session")
    script.ask("dishub", "GET", "/v1/session")
    hub.desks.revoke(office.dishub.id, wipe=True)
    script.ask("new", "GET", "/v1/session")
    return script.told


def told_by(folder: Path, database_url: str | None) -> list[Any]:
    hub = Hub.create(folder, database_url=database_url, now=(clock := Clock()))
    assert isinstance(hub.database, PostgresCentral) == (database_url is not None)
    try:
        add_bogor(hub)
        with running_server(hub) as url:
            return play(Script(Office(hub, clock), url))
    finally:
        hub.close()


def comparable(reply: Any) -> list[str]:
    """One line for each value, so that a difference shows itself."""
    return msgspec.json.format(msgspec.json.encode(reply)).decode().splitlines()


def test_one_script_gets_the_same_replies_from_both(tmp_path: Path, postgres: Callable[[], str]) -> None:
    on_sqlite, on_postgres = told_by(tmp_path / "s", None), told_by(tmp_path / "p", postgres())
    for one, other in zip(on_sqlite, on_postgres, strict=True):
        assert comparable(one) == comparable(other)
    # The script reaches what it is meant to reach.
    codes = {
        (reply[1], reply[3].get("type", "").removeprefix("urn:qlue:"), reply[3].get("reason", ""))
        for reply in on_sqlite
        if isinstance(reply[1], int) and len(reply) == 4 and isinstance(reply[3], dict)
    }
    assert {reason for _, _, reason in codes} >= {"diverged", "scope", "too_old", "epoch"}
    assert {status for status, _, _ in codes} >= {200, 400, 401, 403, 404, 409, 410, 422}
    # The script moves what it is meant to move: A applied, R refused, W waits.
    applied = [
        "".join(
            {"applied": "A", "rejected": "R", "retry": "W"}[result["status"]]
            for result in reply[3]["results"]
        )
        for reply in on_sqlite
        if reply[0] == "/v1/push" and "results" in reply[3]
    ]
    assert applied == ["AARRRAWWWRRR", "A", "RAAR", "AAARA", "A", "A"]
    verdicts = msgspec.json.encode(on_sqlite).decode()
    for code in (
        "predecessor_missing", "blob_missing", "action_id_reused", "too_old_kind", "not_found", "out_of_scope",
        "invalid_transition", "invalid_args", "moved_out",
    ):  # fmt: skip
        assert f'"{code}"' in verdicts, code
