"""A desk with believable reports, a frozen clock and no network, for the tests of the screens."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.desk_app import DemoInfo
from qlue_desk.desk.terminal import Terminal
from qlue_desk.domain.complaint import Attachment, Channel, Entry, Hop, Reporter, Status, Suggestion
from qlue_desk.settings import Settings, Ui
from qlue_desk.sync.state import Phase, SyncState
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

_TITLES = (
    ("Lubang besar di depan Terminal Baranangsiang", "jalan_rusak", "Jl. Pajajaran", Status.DISPATCHED, 26),
    ("Got mampet, air meluap ke jalan", "drainase", "Jl. Suryakencana", Status.DISPATCHED, 30),
    ("Trotoar pecah, pejalan kaki jatuh", "trotoar", "Jl. Sempur", Status.REOPENED, 90),
    ("Aspal mengelupas sepanjang 20 meter", "jalan_rusak", "Jl. Ahmad Yani", Status.ACKNOWLEDGED, 50),
    ("Jembatan retak dekat sekolah", "jembatan", "Jl. Cipaku", Status.COORDINATING, 200),
    ("Tutup gorong-gorong hilang", "drainase", "Jl. Merdeka", Status.IN_PROGRESS, 70),
    ("Jalan amblas setelah hujan", "jalan_rusak", "Jl. Batutulis", Status.SCHEDULED, 400),
    ("Lubang di tikungan, gelap kalau malam", "jalan_rusak", "Jl. Bondongan", Status.AWAITING_REPORTER, 60),
    ("Trotoar sudah ditambal", "trotoar", "Jl. Juanda", Status.AWAITING_VERIFICATION, 120),
    ("Drainase tersumbat sampah", "drainase", "Jl. Empang", Status.RESOLVED, 300),
)


PLAIN = Ui(theme="dark", glyphs="unicode", start="queue")
"""Whatever terminal the tests run in, whoever sits there."""


def fill(world: DeskWorld, rounds: int = 3) -> None:
    """Thirty reports in all statuses a dinas meets, with histories."""
    city = world.workplace.city
    keys = [category.key for category in city.categories]
    made, entries = [], []
    for turn in range(rounds):
        for place, (title, category, street, status, hours) in enumerate(_TITLES):
            created = NOW - dt.timedelta(hours=hours + turn * 37, minutes=place * 7)
            changes: dict[str, object] = {
                "title": title,
                "street": street,
                "status": status,
                "created_at": created,
                "category": category if category in keys else keys[place % len(keys)],
                "kelurahan": city.kelurahan[(place * 7 + turn) % len(city.kelurahan)].code,
                "channel": (Channel.QLUE, Channel.CALL_CENTRE_112, Channel.SMS, Channel.WHATSAPP)[place % 4],
                "text": f"{title}. Mohon segera diperbaiki, sudah ada korban. Lokasi di {street}, sebelah minimarket.",
                "reporter": Reporter(
                    name="" if place % 3 else "Warga", phone="0812••••678", anonymous=place % 3 != 0
                ),
                "lat_e6": -6597147,
                "lon_e6": 106806039,
            }
            dispatched = created + dt.timedelta(minutes=5)
            if status is not Status.REOPENED:
                changes["custody"] = (Hop("diskominfo", created), Hop("dpupr", dispatched, "kategori jalan"))
            if place % 4 == 3:
                changes |= {"holder": "u_rina", "holder_name": "Rina"}
            elif place % 4 == 1 and turn:
                changes |= {"holder": "u_asep", "holder_name": "Asep"}
            if status is Status.COORDINATING:
                changes["coordinating_with"] = "BBPJN"
            if status is Status.SCHEDULED:
                changes |= {"scheduled_for": dt.date(2026, 12, 10), "reason": "menunggu anggaran perubahan"}
            if status is Status.AWAITING_REPORTER:
                changes |= {
                    "paused_at": created + dt.timedelta(hours=5),
                    "question": "Tikungan yang mana? Tolong patokannya.",
                }
            if status is Status.AWAITING_VERIFICATION:
                changes |= {
                    "follow_up": "Sudah ditambal dengan beton.",
                    "proposed_by": "u_asep",
                    "proposed_by_name": "Asep",
                }
                changes["attachments"] = (
                    Attachment("a" * 64, "sesudah.jpg", "image/jpeg", 240_000, evidence=True, by="Asep"),
                )
            if turn == 0 and place == 0:
                changes["priority"] = 2
                changes["attachments"] = (Attachment("b" * 64, "lubang.jpg", "image/jpeg", 180_000),)
            complaint = world.complaint(**changes)
            made.append(complaint)
            entries.append(
                Entry(
                    f"e_d{complaint.number}",
                    complaint.id,
                    "dispatch",
                    dispatched,
                    dispatched,
                    "u_dewi",
                    "Dewi",
                    "diskominfo",
                    Status.NEW,
                    Status.DISPATCHED,
                    "kategori jalan",
                    fields={"dinas": "dpupr"},
                )
            )
    world.put(made, entries)


def fill_for_verifier(world: DeskWorld) -> None:
    """New reports with suggestions."""
    city = world.workplace.city
    category = next((c for c in city.categories if "lampu" in c.key or "pju" in c.key), city.categories[0])
    place = city.kelurahan[8]
    for turn in range(6):
        created = NOW - dt.timedelta(minutes=3 + turn * 4)
        world.add(
            status=Status.NEW,
            title=f"Lampu jalan mati sudah {turn + 2} malam",
            category=None,
            kelurahan=None,
            created_at=created,
            text="Lampu jalan mati di Jl. Suryakencana dekat Gudang, gelap sekali.",
            channel=Channel.SMS,
            suggestion=Suggestion(
                category.key, place.code, "dishub", f"kata: lampu, mati; Jl. Suryakencana → {place.name}"
            ),
            waiting_reason="no_category",
        )


@asynccontextmanager
async def desk(
    world: DeskWorld,
    *,
    size: tuple[int, int] = (120, 36),
    settings: Settings | None = None,
    demo: DemoInfo | None = None,
    phase: Phase = Phase.CONNECTED,
    terminal: Terminal | None = None,
) -> AsyncIterator[tuple[QlueDesk, Pilot[int]]]:
    """The app over a world, with its first rows on screen."""
    app = QlueDesk(
        world.workplace,
        None,
        settings or Settings(ui=PLAIN),
        home=world.workplace.home,
        demo=demo,
        now=lambda: NOW,
        terminal=terminal,
    )
    app.animation_level = "none"
    app.line_state = SyncState(phase=phase, last_contact=NOW - dt.timedelta(seconds=12))
    async with app.run_test(size=size) as pilot:
        await until(lambda: hasattr(app.screen, "queue") and app.screen.is_mounted)
        await settled(app)
        yield app, pilot


async def settled(app: QlueDesk) -> None:
    """The queue has its rows, its detail and its counts."""
    screen = app.screen
    queue = screen.queue  # type: ignore[attr-defined]
    await until(lambda: screen.views and None not in screen._view_counts)  # type: ignore[attr-defined]
    await until(lambda: not len(queue.numbers) or queue.row_at(queue.current) is not None)
    if screen.is_wide and len(queue.numbers):  # type: ignore[attr-defined]
        await until(lambda: screen.detail.case is not None)  # type: ignore[attr-defined]


def screen_text(app: QlueDesk) -> list[str]:
    """The lines on screen, without colours."""
    return [strip.text for strip in app.screen._compositor.render_strips()]
