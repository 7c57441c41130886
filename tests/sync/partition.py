"""Two machines and a cable: `python -m tests.sync.partition --cuts 5 --seconds 8`.

Central and a desk run in network namespaces of their own (Linux, root), joined by a virtual cable over TLS.
The cable is pulled while the desk records and central changes, and put back; then both must agree. Nobody is
told of the cut: packets simply do not arrive, as on a real line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[2]
CENTRAL_ADDRESS, DESK_ADDRESS = "10.207.31.1", "10.207.31.2"
PORT = 8443
REST_SECONDS = 60.0


def run(*words: str) -> None:
    """A command of the system."""
    subprocess.run(words, check=True, capture_output=True)


def permitted() -> bool:
    """Whether namespaces can be made here."""
    name = f"qlue{os.getpid()}try"
    try:
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
        if made.returncode:
            return False
        run("ip", "netns", "del", name)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@contextlib.contextmanager
def two_machines() -> Iterator[tuple[str, str]]:
    """Two namespaces with a cable between them; their names."""
    mark = os.getpid() % 10_000
    names = (f"qluec{mark}", f"qlued{mark}")
    with ExitStack() as stack:
        for name in names:
            run("ip", "netns", "add", name)
            stack.callback(subprocess.run, ["ip", "netns", "del", name], check=False)
        run(
            "ip",
            "link",
            "add",
            f"qc{mark}",
            "netns",
            names[0],
            "type",
            "veth",
            "peer",
            "name",
            f"qd{mark}",
            "netns",
            names[1],
        )
        ends = ((names[0], f"qc{mark}", CENTRAL_ADDRESS), (names[1], f"qd{mark}", DESK_ADDRESS))
        for name, device, address in ends:
            run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", device)
            for each in (device, "lo"):
                run("ip", "-n", name, "link", "set", each, "up")
        yield names


def cable(name: str, state: str) -> None:
    """`down` pulls it on central's side, `up` puts it back."""
    run("ip", "-n", name, "link", "set", f"qc{name.removeprefix('qluec')}", state)


# --- the two machines ---------------------------------------------------------------------------------


def be_central(folder: Path) -> None:
    """Serve over TLS until told to stop; somebody changes the report four times a second."""
    import trustme

    from tests.sync.matrix.place import note
    from tests.sync.rig import Central
    from tests.sync.weather import Weather

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "kota.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(CENTRAL_ADDRESS).configure_cert(context)
    ended = False

    def end(*_signal: object) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    with Central.make(folder) as central:
        one = central.report()
        token = central.hub.desks.add("bogor", "dpupr", "jauh").token
        upstream = ("127.0.0.1", int(central.url.rpartition(":")[2]))
        with Weather(upstream, context).blowing(CENTRAL_ADDRESS, PORT):
            ready = {"token": token, "report": one.id, "user": central.people["rina_dpupr"].id}
            (folder / "ready.part").write_text(json.dumps(ready))
            (folder / "ready.part").rename(folder / "ready.json")
            while not ended:
                if not (folder / "quiet").exists():
                    central.move(one.id, *note("kabar pusat"))
                time.sleep(0.25)
            rows = {key: body.hex() for key, body in central.rows("dpupr").items()}
            (folder / "central.json").write_text(json.dumps({"texts": central.texts(one.id), "rows": rows}))


def be_desk(folder: Path, seconds: float) -> None:
    """Record for so many seconds whatever the line does, then wait until all has arrived."""
    import msgspec

    from qlue_desk.protocol import Session
    from qlue_desk.store import meta
    from qlue_desk.store.database import Store
    from qlue_desk.sync import signing_in
    from qlue_desk.sync.backoff import Backoff
    from qlue_desk.sync.engine import Engine
    from tests.sync.matrix.place import NOTHING
    from tests.sync.rig import Desk

    ready = json.loads((folder / "ready.json").read_text())
    authority, home = folder / "kota.pem", folder / "meja"
    store = Store.open(home)
    session: Session = signing_in.adopt_token(
        f"https://{CENTRAL_ADDRESS}:{PORT}", ready["token"], store, private_ca=authority
    )
    who = next(person for person in session.people if person.id == ready["user"])
    store.writing(meta.put, meta.ACTOR, msgspec.json.encode(who))
    desk = Desk(home, store)
    phases: list[str] = []
    desk.engine = Engine(
        store, home, lambda state: phases.append(str(state.phase)), private_ca=authority, wait_seconds=5,
        backoff=lambda: Backoff(0.2, 1.0),
    )  # fmt: skip
    desk.engine.start()
    end = time.monotonic() + 20
    while desk.get(ready["report"]) is None and time.monotonic() < end:
        time.sleep(0.05)
    (folder / "at work").touch()
    recorded: list[str] = []
    slowest = 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = f"dari jauh {len(recorded)}"
        began = time.monotonic()
        desk.act(ready["report"], "note", text)
        slowest = max(slowest, time.monotonic() - began)
        recorded.append(text)
        time.sleep(0.1)
    (folder / "quiet").touch()
    began = time.monotonic()
    while desk.counts() != NOTHING and time.monotonic() - began < REST_SECONDS:
        time.sleep(0.1)
    rested = time.monotonic() - began
    desk.engine.stop()
    desk.engine = Engine(store, home, private_ca=authority)
    desk.sync()
    rows = {key: body.hex() for key, body in desk.rows().items()}
    counts = desk.counts()
    desk.close()
    told = {"recorded": recorded, "rows": rows, "rested": rested, "slowest": slowest, "left": counts != NOTHING,
            "phases": sorted(set(phases))}  # fmt: skip
    (folder / "desk.json").write_text(json.dumps(told))


# --- the experiment -----------------------------------------------------------------------------------


def experiment(folder: Path, cuts: int, seconds: float) -> str:
    """Cut the cable so many times within so many seconds; one line of numbers.

    :raises AssertionError: when the two do not agree afterwards, or something is lost or doubled.
    """
    with two_machines() as (central, desk), ExitStack() as stack:
        serving = _start(stack, central, "central", folder)
        _wait(folder / "ready.json")
        working = _start(stack, desk, "desk", folder, str(seconds))
        _wait(folder / "at work")
        for _ in range(cuts):
            time.sleep(seconds / cuts / 3)
            cable(central, "down")
            time.sleep(seconds / cuts * 0.75)  # the last cut lasts beyond the desk's work
            cable(central, "up")
        assert working.wait(seconds + REST_SECONDS + 30) == 0
        serving.terminate()
        assert serving.wait(30) == 0
    here, there = (json.loads((folder / f"{name}.json").read_text()) for name in ("desk", "central"))
    counted = [there["texts"].count(text) for text in here["recorded"]]
    assert counted == [1] * len(counted), f"lost {counted.count(0)}, doubled {sum(n > 1 for n in counted)}"
    assert not here["left"]
    assert here["rows"] == there["rows"]
    return (
        f"{cuts} cuts, {len(counted)} actions recorded, none lost, none doubled; at rest {here['rested']:.1f} s"
        f" after the last; slowest recording {1000 * here['slowest']:.0f} ms; states {', '.join(here['phases'])}"
    )


def _start(stack: ExitStack, machine: str, *words: str | Path) -> subprocess.Popen[bytes]:
    command = [
        "ip",
        "netns",
        "exec",
        machine,
        sys.executable,
        "-m",
        "tests.sync.partition",
        "--be",
        *map(str, words),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    stack.callback(process.wait, 10)
    stack.callback(process.kill)
    return process


def _wait(path: Path, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} did not come"
        time.sleep(0.05)


def main() -> int:
    """Run the experiment, or be one of its machines."""
    if sys.argv[1:2] == ["--be"]:
        role, folder, *rest = sys.argv[2:]
        if role == "central":
            be_central(Path(folder))
        else:
            be_desk(Path(folder), float(rest[0]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    if not permitted():
        print("network namespaces are not permitted here")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        print(experiment(Path(folder), asked.cuts, asked.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
