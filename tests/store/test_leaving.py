"""What a citizen wrote leaves the desk with the report, wherever it was kept, and all of it with a purge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from qlue_desk.casework.acting import act
from qlue_desk.casework.handover import left_text, sign_off
from qlue_desk.domain.complaint import Attachment, Complaint, Status
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Payload
from qlue_desk.store import (
    beside,
    blobs,
    bundles,
    drafts,
    handovers,
    leaving,
    meta,
    searched,
    snapshot,
    snoozes,
    twin,
)
from qlue_desk.store.bound import connection
from qlue_desk.store.models import TABLES
from qlue_desk.sync import rounds
from tests.desk_world import NOW, DeskWorld
from tests.feed_stream import history
from tests.store.test_replica import Replica

SAID = "Okapi"
"""A word that only the citizen used."""
PHOTO = "ab" * 32


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Replica]:
    made = Replica.make(tmp_path)
    yield made  # type: ignore[misc]
    made.close()


def okapi_report(world: Replica) -> Complaint:
    """A report whose words stand wherever a desk keeps any; own work on it waits."""
    one = world.complaint(
        title=f"{SAID} lepas di Sempur",
        text=f"{SAID} lari, telepon Siti",
        status=Status.ACKNOWLEDGED,
        holder="u_rina",
        attachments=(Attachment(PHOTO, "okapi.jpg", "image/jpeg", 3),),
    )
    world.follow(one)
    world.stream.put(replace(one, version=4), history(one, "note", text=f"pelapor: {SAID} di taman"))
    world.pull()
    blobs.keep_file(world.workplace.home, PHOTO, b"jpg")
    world.store.writing(lambda: blobs.record(PHOTO, f"{SAID}.jpg", "image/jpeg", 3, done=True))
    [outcome] = act(world.workplace, [one.id], "note", Fields(note="cek lokasi"), now=NOW)
    assert outcome.done
    sign_off(world.workplace, "lanjutkan", NOW)
    world.store.writing(drafts.save, one.id, "note", "sudah dicek", NOW)
    world.store.writing(snoozes.put, "u_rina", one.id, NOW, NOW, NOW - NOW)
    return one


def kept(world: DeskWorld) -> str:
    """Every value of every table but the index of words, and the twin."""

    def read() -> str:
        tables = connection().execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return str(
            [
                connection().execute(f"SELECT * FROM {name}").fetchall()
                for (name,) in tables
                if not name.startswith("complaint_words")
            ]
        )

    log = world.workplace.home / twin.FILE
    return world.store.reading(read) + (log.read_text() if log.exists() else "")


def tables_with_rows(world: DeskWorld) -> set[str]:
    def count(name: str) -> int:
        return int(connection().execute(f"SELECT count(*) FROM {name}").fetchone()[0])

    names = [table._meta.table_name for table in TABLES]
    return {name for name in names if world.store.reading(count, name)}


def test_a_purge_leaves_own_unsent_work_and_nothing_of_any_citizen(world: Replica) -> None:
    one = okapi_report(world)
    payload = Payload(complaint=one, entries=())
    world.store.writing(snapshot.begin)
    world.store.writing(snapshot.put_page, world.stream.snapshot(payload, after="more"))
    world.store.writing(searched.keep, "u_rina", SAID)
    world.store.writing(drafts.save, "handover", "u_rina", f"awasi {SAID}", NOW)
    world.store.writing(drafts.save, "new:u_rina", "enter", f"pelapor {SAID}", NOW)
    world.store.writing(meta.put, "of a module that comes one day", SAID)
    gone = world.add()
    world.store.writing(leaving.forget, gone.id, "dlh")
    assert tables_with_rows(world) == {table._meta.table_name for table in TABLES}
    world.store.writing(leaving.purge)
    left = kept(world)
    assert SAID.lower() not in left.lower()
    assert ("cek lokasi" in left, "sudah dicek" in left, "lanjutkan" in left) == (True, True, False)
    assert tables_with_rows(world) == {"action", "draft", "meta"}
    index = world.store.reading(
        lambda: str(connection().execute("SELECT * FROM complaint_words_data").fetchall())
    )
    assert SAID.lower() not in index.lower()
    assert world.store.reading(leaving.leaving_files) == [PHOTO]


def test_after_a_purge_the_answer_to_a_bundle_is_still_opened(world: Replica) -> None:
    sent = bundles.Sent("b_1", b"k" * 32, "cursor", NOW)
    world.store.writing(bundles.remember, sent)
    world.store.writing(leaving.purge)
    assert world.store.reading(bundles.recall, "b_1") == sent


def moved_out(world: Replica, one: Complaint) -> None:
    world.stream.append("moved_out", one.id, 5)
    world.pull()


def removed(world: Replica, one: Complaint) -> None:
    world.stream.append("removed", one.id, 5)
    world.pull()


def _blank(world: Replica, one: Complaint) -> None:
    lines = [
        replace(msgspec.json.decode(body, type=type(history(one, "note"))), text="")
        for (body,) in world.store.reading(
            lambda: connection().execute("SELECT body FROM entry WHERE pending = 0").fetchall()
        )
    ]
    blank = replace(one, version=5, title="(dihapus)", text="", attachments=())
    world.stream.put(blank, *lines, history(one, "erase"))


def erased(world: Replica, one: Complaint) -> None:
    _blank(world, one)
    world.pull()


def erased_while_away(world: Replica, one: Complaint) -> None:
    _blank(world, one)
    world.take_snapshot()


def missing_in_a_new_copy(world: Replica, _one: Complaint) -> None:
    other = world.complaint()
    world.take_snapshot(Payload(complaint=other, entries=()))


def in_a_large_copy(go: Callable[[Replica, Complaint], None]) -> Callable[[Replica, Complaint], None]:
    def made_beside(world: Replica, one: Complaint) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(beside, "worth", lambda _staged, _known: True)
            go(world, one)

    return made_beside


@pytest.mark.parametrize(
    "go",
    [
        *(moved_out, removed, erased, erased_while_away, missing_in_a_new_copy),
        *(in_a_large_copy(erased_while_away), in_a_large_copy(missing_in_a_new_copy)),
    ],
)
def test_a_report_that_left_or_was_erased_says_nothing_any_more(
    world: Replica, go: Callable[[Replica, Complaint], None]
) -> None:
    one = okapi_report(world)
    [left] = world.store.reading(handovers.latest)
    assert f"{one.number} ◇ Diterima · tenggat" in left_text(world.workplace, left)
    go(world, one)
    world.store.writing(rounds.take_over)
    assert SAID.lower() not in kept(world).lower()
    assert SAID not in left_text(world.workplace, left)
    assert "cek lokasi" in kept(world)
    assert world.store.reading(leaving.leaving_files) == [PHOTO]


def test_lists_that_an_older_program_kept_with_titles_go_with_the_next_round(world: DeskWorld) -> None:
    sign_off(world.workplace, "lanjutkan", NOW)
    [left] = world.store.reading(handovers.latest)
    older = msgspec.to_builtins(left) | {"text": f"- BGR-26-000001 {SAID}"}
    world.store.writing(meta.put, handovers.KEY, msgspec.json.encode([older]))
    world.store.writing(handovers.tidy)
    assert SAID not in kept(world)
    assert world.store.reading(handovers.latest) == [left]
