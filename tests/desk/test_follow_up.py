"""The follow-up dialog: fixed letters, what is chosen beforehand, what it says of mistakes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from qlue_desk.casework.acting import offers
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.dialogs.follow_up import FollowUpDialog
from qlue_desk.desk.dialogs.form import MoveForm
from qlue_desk.desk.dialogs.listening import TYPING_PAUSE
from qlue_desk.desk.dialogs.moves import FOR_ONE, FORWARD, KEYS, ORDER, OWN_KEYS, move_option, shown_offers
from qlue_desk.desk.dialogs.note import NoteDialog
from qlue_desk.desk.widgets.fields import DateInput, NoteArea
from qlue_desk.domain.complaint import Attachment, Role, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, EDGES, Verb
from qlue_desk.domain.lifecycle import Offer
from qlue_desk.store import drafts, outbox
from tests.desk.scene import desk
from tests.desk.test_acting import sent
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

Play = Callable[[FollowUpDialog, Pilot[int]], Awaitable[None]]
ENDS = {Status.RESOLVED, Status.REJECTED, Status.OUTSIDE_AUTHORITY, Status.DUPLICATE, Status.NOT_A_REPORT}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    made = DeskWorld.make(tmp_path)
    yield made
    made.close()


def in_dialog(world: DeskWorld, scene: Play, *, keys: tuple[str, ...] = ("1", "t")) -> None:
    """Open the dialog over the first report and run `scene` in it."""

    async def run() -> None:
        async with desk(world, size=(140, 40)) as (app, pilot):
            app.screen.show_own_query("")  # type: ignore[attr-defined]
            await until(lambda: app.screen.queue.row_at(app.screen.queue.current))  # type: ignore[attr-defined]
            await pilot.press(*keys[1:])
            await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("#moves"))
            await pilot.pause(0.1)
            assert isinstance(app.screen, FollowUpDialog)
            await scene(app.screen, pilot)

    asyncio.run(run())


def wrong(dialog: FollowUpDialog | NoteDialog) -> str:
    return str(dialog.query_one("#wrong").render()) if dialog.has_class("-wrong") else ""


def chosen(dialog: FollowUpDialog) -> str:
    """Verb of the highlighted move, '' for none."""
    place = dialog.query_one("#moves", OptionList).highlighted
    return "" if place is None else str(dialog.offers[place].edge.verb)


def test_every_move_of_the_dialog_has_a_letter_of_its_own() -> None:
    people = {edge.verb for edge in EDGES if edge.who[0].role not in (Role.SYSTEM, Role.REPORTER)}
    assert set(KEYS) == people - OWN_KEYS
    assert len(set(KEYS.values())) == len(KEYS)
    assert not set(KEYS.values()) & set("jkhl")
    assert all(len(key) == 1 and key.isalpha() for key in KEYS.values())
    assert set(ORDER) <= set(KEYS)


def test_nothing_that_ends_a_report_is_chosen_beforehand() -> None:
    assert not {verb for verb in FORWARD if EDGE_BY_VERB[verb].target in ENDS | {None}}
    assert {edge.verb for edge in EDGES if edge.target in ENDS} & set(KEYS) == {
        Verb.RESOLVE,
        Verb.DUPLICATE,
        Verb.REJECT,
        Verb.JUNK,
        Verb.REFER,
    }


@pytest.mark.parametrize(
    ("who", "status", "expected"),
    [
        ("u_rina", Status.DISPATCHED, "acknowledge"),
        ("u_rina", Status.ACKNOWLEDGED, "start"),
        ("u_rina", Status.IN_PROGRESS, "propose"),
        ("u_budi", Status.AWAITING_VERIFICATION, ""),
        ("u_dewi", Status.NEW, "dispatch"),
        ("u_oki", Status.NEW, ""),
        ("u_dewi", Status.REJECTED, ""),
    ],
)
def test_the_most_ordinary_move_is_chosen_beforehand_or_none(
    tmp_path: Path, who: str, status: Status, expected: str
) -> None:
    made = DeskWorld.make(tmp_path, as_=who, dinas="diskominfo" if who in ("u_dewi", "u_oki") else "dpupr")
    made.add(status=status)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        assert chosen(dialog) == expected
        if not expected:
            await pilot.press("enter")
            assert (sent(made), dialog.app.screen) == ([], dialog)
            await pilot.press("ctrl+n")
            assert wrong(dialog) == "Pilih dulu tindakannya."

    in_dialog(made, scene)
    made.close()


def test_a_letter_means_the_same_in_every_status(world: DeskWorld) -> None:
    world.add(status=Status.IN_PROGRESS)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        moves = dialog.query_one("#moves", OptionList).options
        prompts = {Verb(str(option.id)): str(option.prompt) for option in moves}
        assert prompts[Verb.PROPOSE].startswith("u Usulkan selesai…")
        assert prompts[Verb.ACKNOWLEDGE].startswith("t Terima")
        await pilot.press("t")
        assert wrong(dialog) == "Terima tidak bisa dari Proses; harus Disposisi dulu."
        assert chosen(dialog) == ""  # the enter that a fast hand types behind it runs nothing else
        await pilot.pause(TYPING_PAUSE + 0.1)
        await pilot.press("r")
        await until(lambda: chosen(dialog) == "transfer")
        assert wrong(dialog) == ""
        assert dialog.query_one("MoveForm").edge.verb is Verb.TRANSFER  # type: ignore[attr-defined]

    in_dialog(world, scene)


def test_several_reports_are_not_offered_what_makes_sense_for_one(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)
    found = world.store.reading(offers, world.workplace, one, NOW)
    alone = {offer.edge.verb for offer in shown_offers(found)}
    together = {offer.edge.verb for offer in shown_offers(found, several=True)}
    assert alone - together == {Verb.DUPLICATE, Verb.CORRECT_PLACE}
    assert not together & FOR_ONE

    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("p")
        assert wrong(dialog) == "Duplikat dari: hanya untuk satu laporan."

    in_dialog(world, scene, keys=("1", "V", "t"))


def test_a_name_that_is_cut_keeps_its_distance_from_what_stands_behind_it() -> None:
    line = str(move_option(Offer(EDGE_BY_VERB[Verb.ERASE]), 40, "data pelapor dihapus").prompt)
    assert line == "H Hapus menurut undang-un… data pelapor dihapus"


def test_moves_without_a_form_of_their_own_say_what_they_bring_about() -> None:
    assert all(EDGE_BY_VERB[verb].hint for verb in KEYS)


def test_the_sentence_goes_when_its_field_is_mended(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("r")
        form = dialog.query_one("MoveForm")
        form.fields["to"].set_value("dishub")  # type: ignore[attr-defined]
        form.fields["note"].focus()  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: wrong(dialog) == "Teruskan ke dinas lain: alasan wajib diisi.")
        form.fields["to"].input.value = "dishu"  # type: ignore[attr-defined]
        await pilot.pause()
        assert wrong(dialog) == "Teruskan ke dinas lain: alasan wajib diisi."
        await pilot.press("l")
        await until(lambda: wrong(dialog) == "")
        assert form.fields["note"].text == "l"  # type: ignore[attr-defined]

    in_dialog(world, scene)


def test_an_empty_note_says_so_until_something_is_typed(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def run() -> None:
        async with desk(world, size=(140, 40)) as (app, pilot):
            await pilot.press("c")
            await until(lambda: isinstance(app.screen, NoteDialog))
            dialog = app.screen
            assert isinstance(dialog, NoteDialog)
            await pilot.press("enter")
            await until(lambda: wrong(dialog) == "Catatan: tulisannya masih kosong.")
            await pilot.press("a")
            await until(lambda: wrong(dialog) == "")
            await pilot.press("enter")
            await until(lambda: [verb for verb, _number in sent(world)] == ["note"])

    asyncio.run(run())


def focus_is_in(dialog: FollowUpDialog, name: str) -> bool:
    field = dialog.query_one(MoveForm).fields.get(name)
    return dialog.focused is not None and field in dialog.focused.ancestors_with_self


def test_tab_goes_round_in_the_fields_and_not_past_what_enter_led_to(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("r")
        assert focus_is_in(dialog, "to")
        await pilot.press(*"perhu", "enter", "tab")
        assert focus_is_in(dialog, "note")
        await pilot.press(*"tamr", "tab")
        assert focus_is_in(dialog, "to")
        await pilot.press("tab")
        assert dialog.query_one(MoveForm).fields["note"].text == "tamr"  # type: ignore[attr-defined]
        await pilot.press("tab", "shift+tab", "shift+tab")
        assert focus_is_in(dialog, "note")
        assert chosen(dialog) == "transfer"
        assert sent(world) == []

    in_dialog(world, scene)


def keys(dialog: FollowUpDialog) -> str:
    return str(dialog.query_one("#keys").render())


def test_the_keys_below_are_those_of_where_the_cursor_is(world: DeskWorld) -> None:
    world.add(status=Status.IN_PROGRESS)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        assert keys(dialog).startswith("huruf pilih   enter jalankan")
        await pilot.press("u")
        await until(lambda: keys(dialog).startswith("Tindak lanjut: enter jalankan   tab isian berikut"))
        await pilot.press("tab")
        await until(lambda: keys(dialog).startswith("Bukti: "))
        await pilot.press("tab", *"hilang", "enter")
        await until(lambda: wrong(dialog) == "Usulkan selesai: tindak lanjut wajib diceritakan.")
        assert focus_is_in(dialog, "note")
        await until(lambda: keys(dialog).startswith("Tindak lanjut: "))
        await pilot.press("shift+tab")
        await until(lambda: keys(dialog).startswith("huruf pilih"))

    in_dialog(world, scene)


def test_letters_choose_no_move_once_somebody_types(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("r", *"perhu", "shift+tab")
        assert dialog.focused is dialog.query_one("#moves")
        await pilot.press(*"imjk")
        assert chosen(dialog) == "transfer"
        assert wrong(dialog).startswith("Isian sudah dimulai")
        await pilot.press("up")
        assert chosen(dialog) != "transfer"

    in_dialog(world, scene)


def test_a_text_after_a_move_that_is_not_allowed_runs_nothing(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("m", *"tikungan mana".replace(" ", ""), "enter")
        await pilot.pause(0.1)
        assert wrong(dialog).startswith("Mulai dikerjakan")
        assert (chosen(dialog), sent(world)) == ("", [])
        assert not dialog.query(MoveForm)

    in_dialog(world, scene)


def test_an_enter_behind_signs_that_mean_nothing_here_runs_no_move_until_one_is_chosen(
    world: DeskWorld,
) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        assert chosen(dialog) == "acknowledge"
        await pilot.press("colon", *"000066", "enter")
        await until(lambda: wrong(dialog).startswith("“6” tidak berarti apa-apa di sini."))
        assert (chosen(dialog), sent(world)) == ("", [])
        await pilot.press("ctrl+n")
        await until(lambda: wrong(dialog) == "Pilih dulu tindakannya.")
        await pilot.press("x", "down", "enter")
        await until(lambda: len(sent(world)) == 1)

    in_dialog(world, scene)


def test_a_letter_leads_into_the_text_of_its_move(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("t", *"siap", "enter")
        await until(lambda: len(sent(world)) == 1)

    in_dialog(world, scene)
    [item] = world.store.reading(outbox.waiting)
    assert (item.action.verb, item.action.fields.note) == ("acknowledge", "siap")


def test_a_transfer_without_anything_asks_for_the_dinas_first(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("r", "ctrl+n")
        await until(lambda: wrong(dialog) == "Teruskan ke dinas lain: pilih dinas tujuan.")
        assert focus_is_in(dialog, "to")

    in_dialog(world, scene)


def test_a_dinas_that_nobody_knows_is_said_so_with_those_that_are_known(world: DeskWorld) -> None:
    world.add(status=Status.DISPATCHED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("r", *"dishbu")
        options = dialog.query_one(MoveForm).fields["to"].query_one(OptionList)

        def line() -> str:
            return str(options.get_option_at_index(0).prompt) if options.option_count == 1 else ""

        await until(lambda: line().startswith("Tidak ada “dishbu”; yang ada: Dishub, "))
        await pilot.press("enter", "enter")
        await until(lambda: wrong(dialog) == "“dishbu” tidak ada di daftar; pilih satu.")
        assert sent(world) == []

    in_dialog(world, scene)


def test_a_place_that_was_not_changed_is_not_corrected(world: DeskWorld) -> None:
    one = world.add(status=Status.DISPATCHED)
    assert one.kelurahan

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("i", "ctrl+n")
        await until(lambda: wrong(dialog).startswith("Lokasi masih sama"))
        assert sent(world) == []
        dialog.query_one(MoveForm).fields["street"].value = "Jl. Lain"  # type: ignore[attr-defined]
        await pilot.press("ctrl+n")
        await until(lambda: [verb for verb, _number in sent(world)] == ["correct_place"])

    in_dialog(world, scene)


def test_a_reason_that_was_begun_never_becomes_a_reply(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    [one] = world.add_many([Status.DISPATCHED])

    def shown(app: QlueDesk) -> str:
        return app.screen.query_one("MoveForm").query_one(NoteArea).text

    async def scene() -> None:
        async with desk(world) as (app, pilot):
            await pilot.press("t", "g")
            await until(lambda: isinstance(app.screen.focused, NoteArea) or app.screen.query(NoteArea))
            app.screen.query_one(NoteArea).focus()
            await pilot.press(*"cerewet")
            await pilot.press("escape")
            await until(lambda: not isinstance(app.screen, FollowUpDialog))
            await pilot.press("t")
            await until(lambda: isinstance(app.screen, FollowUpDialog) and app.screen.query("MoveForm"))
            assert shown(app) == ""  # the move at which it opens asks for a reply that the citizen reads
            await pilot.press("g")
            await until(lambda: shown(app) == "cerewet")
            await pilot.press("escape")

    asyncio.run(scene())
    kept = world.store.reading(drafts.of_complaint, one.id)
    assert list(kept.values()) == ["cerewet"]
    assert all(not what.endswith("public") for what in kept)
    world.close()


def test_who_confirms_a_proposal_sees_what_they_vouch_for(tmp_path: Path) -> None:
    proposed = {
        "status": Status.AWAITING_VERIFICATION,
        "proposed_by": "u_rina",
        "proposed_by_name": "Rina",
        "follow_up": "Lubang ditambal [b]",
        "no_evidence_reason": "kamera rusak",
    }

    def said(photos: tuple[Attachment, ...], how_many: int) -> str:
        world = DeskWorld.make(tmp_path / f"{len(photos)}-{how_many}", as_="u_budi")
        for _ in range(2):
            world.add(**proposed, attachments=photos)
        found: list[str] = []

        async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
            await pilot.press("s")
            await until(
                lambda: dialog.query(MoveForm) and dialog.query_one(MoveForm).edge.verb is Verb.RESOLVE
            )
            found.extend(str(each.render()) for each in dialog.query("#proposal").results(Static))

        in_dialog(world, scene, keys=("", "V", "t") if how_many > 1 else ("", "t"))
        world.close()
        return "".join(found)

    photo = Attachment(sha256="a" * 64, name="x.jpg", media_type="image/jpeg", size=9, evidence=True)
    assert said((), 1) == "“Lubang ditambal [b]” menurut Rina; tanpa bukti: kamera rusak"
    assert said((photo,), 1) == "“Lubang ditambal [b]” menurut Rina; 1 bukti"
    assert said((photo,), 2) == ""


def test_a_schedule_with_an_hour_says_that_it_is_a_day(world: DeskWorld) -> None:
    world.add(status=Status.ACKNOWLEDGED)

    async def scene(dialog: FollowUpDialog, pilot: Pilot[int]) -> None:
        await pilot.press("w")
        await until(lambda: dialog.query(DateInput))
        dialog.query_one(NoteArea).insert("menunggu aspal")
        dialog.query_one(DateInput).value = "besok jam 8"
        await pilot.press("enter", "enter", "enter")
        await until(lambda: wrong(dialog).startswith("Jadwal adalah satu hari, tanpa jam: tulis besok;"))
        assert sent(world) == []
        dialog.query_one(DateInput).value = "besok"
        await pilot.press("enter", "enter")
        await until(lambda: sent(world) == [("schedule", "BGR-26-000001")])

    in_dialog(world, scene)
