"""What a move has no use for is neither recorded nor told: the history would say what nobody did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.complaint import Status
from qlue_desk.domain.edges import EDGES, To, Verb
from qlue_desk.domain.lifecycle import decide
from qlue_desk.domain.moves import Decision, Fields
from qlue_desk.domain.requirements import LONGEST_STREET, foreign_field
from qlue_desk.store import outbox
from tests.desk_world import NOW, DeskWorld

SOON = dt.date(2026, 12, 12)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("verb", "status", "fields", "sentence"),
    [
        ("acknowledge", "dispatched", Fields(to="dlh"), "Terima: tindakan ini tidak punya tujuan; hapus isian itu."),
        ("acknowledge", "dispatched", Fields(until=SOON), "Terima: tindakan ini tidak punya tanggal; hapus isian itu."),
        ("take", "dispatched", Fields(street="Jl. X"), "Ambil: tindakan ini tidak punya jalan; hapus isian itu."),
        ("take", "dispatched", Fields(rating=3), "Ambil: tindakan ini tidak punya nilai; hapus isian itu."),
        (
            "start", "acknowledged", Fields(no_evidence="gelap"),
            "Mulai dikerjakan: tindakan ini tidak punya alasan tanpa bukti; hapus isian itu.",
        ),
        ("schedule", "acknowledged", Fields(note="aspal"), "Jadwalkan: tanggalnya belum diisi."),
        (
            "schedule", "acknowledged", Fields(note="aspal", until=dt.date(9999, 12, 31)),
            "Jadwalkan: tanggalnya terlalu jauh, paling lambat tahun 2100.",
        ),
        (
            "duplicate", "dispatched", Fields(to="zzz"),
            "“zzz” bukan nomor laporan; tulis misalnya BGR-26-004211 atau 4211.",
        ),
        (
            "correct_place", "dispatched", Fields(street="x" * (LONGEST_STREET + 1)),
            "Tulisan terlalu panjang: 1001 huruf, paling banyak 1000.",
        ),
    ],
)  # fmt: skip
def test_what_central_would_refuse_or_misread_is_refused_here(
    world: DeskWorld, verb: str, status: str, fields: Fields, sentence: str
) -> None:
    report = world.add(status=Status(status))
    [outcome] = act(world.workplace, [report.id], verb, fields, now=NOW)
    assert outcome.refusal is not None
    assert outcome.refusal.sentence() == sentence
    assert world.store.reading(outbox.waiting) == []


def test_a_category_may_be_given_by_its_own_name(world: DeskWorld) -> None:
    report = world.add()
    other = next(c.key for c in world.workplace.city.categories if c.key != report.category)
    [outcome] = act(world.workplace, [report.id], "recategorise", Fields(category=other), now=NOW)
    assert outcome.done, outcome.refusal
    [recorded] = world.store.reading(outbox.waiting)
    assert (recorded.action.fields.to, recorded.action.fields.category) == (other, None)


def test_the_history_tells_of_no_field_that_the_move_has_no_use_for(world: DeskWorld) -> None:
    """Central decides so, too, whoever sends it."""
    report = world.add()
    city = world.workplace.city
    fields = Fields(
        to="dlh",
        until=SOON,
        category=city.categories[0].key,
        kelurahan=city.kelurahan[0].code,
        no_evidence="x",
        rating=5,
    )
    found = decide(
        report, Verb.ACKNOWLEDGE, fields, world.workplace.actor, world.workplace.context(NOW), entry_id="e_1"
    )
    assert isinstance(found, Decision)
    assert found.entry.fields == {}


def test_every_move_takes_what_its_form_asks_for() -> None:
    for edge in EDGES:
        asked = Fields(
            to="x" if edge.to is not To.NOTHING else "",
            until=SOON if edge.until else None,
            category="x" if edge.category else None,
            kelurahan="x" if edge.kelurahan else None,
            street="x" if edge.street else None,
            no_evidence="x" if edge.or_why_none else "",
        )
        assert foreign_field(edge, asked) == "", edge.verb
