"""A desk's data folder with as many reports as asked for, made once and copied for each use.

A million rows take minutes to write, so folders are kept under `QLUE_BENCH_CACHE` (else the system's temporary
folder); their names carry the schema's version.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from qlue_desk.domain.complaint import Channel, Complaint, Entry, Reporter, Status
from qlue_desk.store import complaints, meta, search
from qlue_desk.store.database import Store
from qlue_desk.store.models import SCHEMA_VERSION
from tests.desk_world import DeskWorld, make_session

_CHUNK = 5000
_SHARES = {
    Status.DISPATCHED: 8,
    Status.ACKNOWLEDGED: 7,
    Status.IN_PROGRESS: 10,
    Status.COORDINATING: 3,
    Status.SCHEDULED: 6,
    Status.AWAITING_REPORTER: 2,
    Status.AWAITING_VERIFICATION: 3,
    Status.REOPENED: 1,
    Status.RESOLVED: 60,
}
"""Per cent; four in ten open is far more than a city that works has, so it flatters nothing."""
_TITLES = (
    "Lubang besar di depan {street}",
    "Aspal mengelupas sepanjang {n} meter",
    "Trotoar pecah dekat {street}",
    "Got mampet, air meluap ke {street}",
    "Lampu jalan mati {n} malam",
    "Jembatan retak di {street}",
    "Sampah menumpuk {n} hari",
    "Pohon tumbang menutup {street}",
)
_STREETS = ("Jl. Pajajaran", "Jl. Suryakencana", "Jl. Batutulis", "Jl. Raya Tajur", "Gg. Aut", "Jl. Sudirman")
_TEXTS = (
    "Mohon segera diperbaiki, sudah ada korban. Lokasi di {street} sebelah minimarket nomor {n}.",
    "Sudah tiga kali saya laporkan tetapi belum ada tindakan. Warga RT {n} resah, terutama malam hari.",
    "Anak sekolah lewat sini setiap pagi. Tolong ditinjau, terima kasih. Patokan: warung bu Tini no {n}.",
)
NOW = dt.datetime(2026, 11, 24, 2, 12, tzinfo=dt.UTC)


def cache() -> Path:
    """Where folders are kept."""
    given = os.environ.get("QLUE_BENCH_CACHE")
    folder = Path(given) if given else Path(tempfile.gettempdir()) / f"qlue-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def kept_home(count: int) -> Path:
    """The kept folder with so many reports; make it if it is not there."""
    kept = cache() / f"desk-{SCHEMA_VERSION}-{count}"
    if not kept.exists():
        part = kept.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        fill(part, count)
        part.rename(kept)
    return kept


def copied_home(count: int, into: Path, *, as_: str = "u_rina") -> Path:
    """A copy that may be changed, with one of the people of `desk_world.staff` in front of it."""
    shutil.copytree(kept_home(count), into, dirs_exist_ok=True)
    with contextlib.closing(Store.open(into)) as store:
        who = next(person for person in make_session().people if person.id == as_)
        store.writing(meta.put, meta.ACTOR, msgspec.json.encode(who))
    return into


def fill(home: Path, count: int) -> None:
    """Make a desk of DPUPR, Kota Bogor, with so many reports."""
    world = DeskWorld.make(home, server_url="http://127.0.0.1:9")
    try:
        rows = reports(world, count)
        while chunk := list(islice(rows, _CHUNK)):
            world.store.write(complaints.put_confirmed, chunk).result()
        while world.store.writing(search.merge, 4096):  # as a desk has them that has rested
            pass
    finally:
        world.close()


def reports(
    world: DeskWorld, count: int, *, oldest_days: float = 700, seed: int = 4711
) -> Iterator[tuple[Complaint, list[Entry]]]:
    """So many reports with their history, the same ones each time."""
    chance = random.Random(seed)
    statuses = chance.choices(tuple(_SHARES), tuple(_SHARES.values()), k=count)
    city, people = world.workplace.city, world.workplace.people[:2]
    for number, status in enumerate(statuses):
        street = chance.choice(_STREETS)
        n = chance.randrange(1, 90)
        age = chance.uniform(0, 60) if status is not Status.RESOLVED else chance.uniform(2, oldest_days)
        created = NOW - dt.timedelta(days=age)
        holder = chance.choice((None, *people)) if status is not Status.DISPATCHED else None
        place = chance.choice(city.kelurahan)
        made = world.complaint(
            status=status,
            created_at=created,
            title=chance.choice(_TITLES).format(street=street, n=n),
            text=chance.choice(_TEXTS).format(street=street, n=n),
            street=f"{street} No. {n}",
            category=chance.choice(city.categories).key,
            kelurahan=place.code,
            channel=chance.choice((Channel.QLUE, Channel.QLUE, *Channel)),
            holder=holder.id if holder else None,
            holder_name=holder.name if holder else "",
            reporter=Reporter(name="Warga"),
            resolve_by=created + dt.timedelta(days=chance.uniform(1, 60))
            if status is not Status.RESOLVED
            else None,
            lat_e6=-6_600_000 + chance.randrange(-50_000, 50_000),
            lon_e6=106_800_000 + chance.randrange(-50_000, 50_000),
        )
        yield made, _history(made, number, holder.name if holder else "Dewi")


def _history(complaint: Complaint, number: int, who: str) -> list[Entry]:
    def line(place: int, verb: str, to: Status, text: str, hours: float) -> Entry:
        at = complaint.created_at + dt.timedelta(hours=hours)
        return Entry(
            id=f"e_{number:x}_{place}",
            complaint_id=complaint.id,
            verb=verb,
            at=at,
            received_at=at,
            actor_name=who,
            to_status=to,
            text=text,
            public=True,
        )

    return [
        line(0, "enter", Status.NEW, "", 0),
        line(1, "dispatch", Status.DISPATCHED, "kategori jalan", 0.1),
        line(2, "note", complaint.status, f"Sudah ditinjau, ukuran {number % 97} m.", 3),
    ]
