"""Each key of the registry does something where it says that it does."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from qlue_desk.desk import dialogs
from qlue_desk.desk.actions import ACTIONS, OF_APP, DeskAction, Place
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.map.screen import MapScreen
from qlue_desk.desk.outbox.screen import OutboxScreen
from qlue_desk.desk.place_screen import PlaceScreen
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.summary.screen import SummaryScreen

SCREENS: dict[Place, type[PlaceScreen]] = {
    Place.QUEUE: DeskScreen,
    Place.DETAIL: DeskScreen,
    Place.OUTBOX: OutboxScreen,
    Place.SUMMARY: SummaryScreen,
    Place.MAP: MapScreen,
}


def test_every_place_has_its_screen() -> None:
    assert set(SCREENS) == set(Place)
    assert {screen.place for screen in SCREENS.values()} == set(Place) - {Place.DETAIL}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_the_screen_or_the_app_has_the_method_of_the_action(action: DeskAction) -> None:
    name = f"action_{action.id.replace('-', '_')}"
    assert action.method == (f"app.{name[7:]}" if action.id in OF_APP else name[7:])
    owners: list[type] = [QlueDesk] if action.id in OF_APP else [SCREENS[place] for place in action.places]
    for owner in owners:
        method = getattr(owner, name, None)
        assert method is not None, f"{owner.__name__} has no {name} for the key of {action.id}"
        assert len(inspect.signature(method).parameters) == 1, f"a key gives {name} nothing"
        assert method.__module__.startswith("qlue_desk."), f"{name} of {owner.__name__} is Textual's own"


@pytest.mark.parametrize("screen", sorted(set(SCREENS.values()), key=lambda one: one.__name__))
def test_no_method_of_a_screen_waits_for_a_key_that_there_is_not(screen: type[PlaceScreen]) -> None:
    known = {action.id.replace("-", "_") for action in ACTIONS}
    ours = [base for base in screen.__mro__ if base.__module__.startswith("qlue_desk.")]
    actions = {name[7:] for base in ours for name in vars(base) if name.startswith("action_")}
    assert actions - known == ({"view"} if screen is DeskScreen else set()), (
        "1–9 are bound beside the registry"
    )


def test_the_app_claims_only_actions_that_exist() -> None:
    assert OF_APP - {action.id for action in ACTIONS} == set()


def test_mypy_knows_every_dialog_of_the_folder() -> None:
    file = Path(dialogs.__file__)
    listed = [
        name.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "qlue_desk.desk.dialogs"
        for name in node.names
    ]
    there = sorted(path.stem for path in file.parent.glob("*.py") if path != file)
    assert listed == there, "the list under TYPE_CHECKING in qlue_desk/desk/dialogs/__init__.py"


def test_what_is_no_dialog_is_no_attribute() -> None:
    assert not hasattr(dialogs, "nothing_of_the_kind")
    assert dialogs.note.NoteDialog.__module__ == "qlue_desk.desk.dialogs.note"
