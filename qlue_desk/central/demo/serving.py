"""The demonstration's central as a process of its own: seed, serve, live, end with its parent.

    python -m qlue_desk.central.demo.serving OPTIONS_AS_JSON

It writes JSON lines: `Seeding` while the city is made, then one `Served`. It ends when its standard input
closes, so that a killed parent leaves no server behind.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sys
import threading
from pathlib import Path

import msgspec

from qlue_desk.central.demo.life import Life
from qlue_desk.central.demo.people import PASSWORD, user_for
from qlue_desk.central.demo.seeding import Playback, Seeder
from qlue_desk.central.errors import CentralError, DatabaseProblem
from qlue_desk.central.hub import DATABASE_FILE, Hub
from qlue_desk.central.serve import ServerThread
from qlue_desk.cities import boundaries_path, load_shipped
from qlue_desk.domain.city import City
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

ROLES = ("officer", "supervisor", "verifier", "operator", "city_supervisor")
AT_THE_COORDINATOR = frozenset({"verifier", "operator", "city_supervisor"})
SEEDING, SEEDED = "seeding", "seeded"
"""Marker files: this folder's city is being made, is complete."""


class Options(msgspec.Struct, frozen=True):
    """What the demonstration shows."""

    data: str
    city: str
    dinas: str
    complaints: int
    seed: int
    pause: float
    """Seconds between two new reports, about."""
    throw_away: bool = False
    """Whether `data` goes when the demonstration ends, also when its parent was killed."""


class Seeding(msgspec.Struct, frozen=True, tag="seeding"):
    """How far the city is made."""

    done: int
    total: int


class Seat(msgspec.Struct, frozen=True):
    """How somebody signs in at the demonstration."""

    user: str
    password: str
    dinas: str


class Served(msgspec.Struct, frozen=True, tag="served"):
    """The city is up."""

    url: str
    city: str
    tokens: dict[str, str]
    """A desk token for each role."""
    users: dict[str, Seat]
    data: str


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It cannot be shown; one sentence."""

    message: str


Line = Seeding | Served | Failed
_encode = msgspec.json.Encoder().encode


def say(line: Line) -> None:
    """One JSON line to the parent."""
    sys.stdout.buffer.write(_encode(line) + b"\n")
    sys.stdout.buffer.flush()


def main() -> int:
    """Entry point of the child process."""
    options = msgspec.json.decode(sys.argv[1], type=Options)
    try:
        return _show(options)
    except BrokenPipeError:
        return 1  # the parent went while the city was being made: nobody listens any more
    finally:
        if options.throw_away:
            shutil.rmtree(options.data, ignore_errors=True)


def _show(options: Options) -> int:
    try:
        city = load_shipped(options.city)
        hub = open_hub(options, city)
    except BrokenPipeError:
        raise
    except Exception as error:
        say(Failed(error.sentence(_) if isinstance(error, CentralError) else str(error)))
        return 1
    server = ServerThread(hub, jobs=True)
    life = Life(hub, city.key, options.dinas, options.pause, options.seed)
    url = server.start()
    life.start()
    say(served(hub, city, options, url))
    parent_gone = threading.Event()
    threading.Thread(target=_watch_parent, args=(parent_gone,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        parent_gone.wait()
    life.ended.set()
    server.stop()
    hub.close()
    return 0


def _watch_parent(gone: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    gone.set()


def open_hub(options: Options, city: City) -> Hub:
    """The city's central; seeded first where the folder is new, anew where seeding was cut off.

    :raises DatabaseProblem: when a central lies there that no demonstration made.
    """
    folder = Path(options.data) / "central"
    marker = folder / SEEDED
    if not marker.exists():
        _begin(folder)
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        clock = Playback(now)
        hub = Hub.create(folder, now=clock)
        hub.put_city(city, boundaries_path(city.key))
        seeder = Seeder(hub, clock, city.key, options.seed, now, frozenset({options.dinas, city.coordinator}))
        seeder.seed(options.complaints, lambda done, total: say(Seeding(done, total)))
        hub.close()
        marker.write_text("", encoding="utf-8")
        return Hub.open(folder)
    hub = Hub.open(folder)
    # Only the people of the dinas that was looked at first have a password (hashing is slow).
    for role in ROLES:
        hub.accounts.set_password(user_for(role, options.dinas, city), PASSWORD)
    return hub


def _begin(folder: Path) -> None:
    """An empty folder with the mark that whatever comes into it may be thrown away."""
    if (folder / SEEDING).exists():
        shutil.rmtree(folder)
    elif (folder / DATABASE_FILE).exists():
        raise DatabaseProblem(
            N_("Di {path} ada pusat yang bukan peragaan; pilih folder lain dengan --data."), path=str(folder)
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / SEEDING).write_text("", encoding="utf-8")


def served(hub: Hub, city: City, options: Options, url: str) -> Served:
    """Address, and a seat for each role."""
    seats, tokens = {}, {}
    for role in ROLES:
        dinas = city.coordinator if role in AT_THE_COORDINATOR else options.dinas
        seats[role] = Seat(user_for(role, options.dinas, city), PASSWORD, dinas)
        tokens[role] = hub.desks.add(city.key, dinas, f"demo {role}").token
    return Served(url, city.key, tokens, seats, options.data)


if __name__ == "__main__":
    sys.exit(main())
