"""A person's keys (`[keys]` of the settings, by an action's id): how they are written, checked and bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding

from qlue_desk.desk.actions import ACTION_BY_ID, ACTIONS, DeskAction, Place
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

FIXED_KEYS = frozenset("123456789")
"""Keys of the saved views; never remapped."""
RESERVED_KEYS = frozenset({"ctrl+c", "ctrl+q", "ctrl+z"})
"""What a terminal or Textual does on every screen and in every dialog. Other keys of dialogs cannot clash:
while one is open, no key of the screen below it works."""

_SHOWN_KEYS = {
    "slash": "/",
    "question_mark": "?",
    "full_stop": ".",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "space": N_("spasi"),
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "down": "↓",
    "left": "←",
    "right": "→",
    "up": "↑",
}


class KeyClash(ValueError):
    """Two actions of one screen want the same key, or an id in `[keys]` is unknown."""

    def __init__(self, sentence: str, *ids: str) -> None:
        super().__init__(sentence)
        self.ids = ids
        """Those that `[keys]` may name; the file's line is looked for by them."""


_ARROWS = frozenset({"up", "down", "left", "right"})


class _Keyboard:
    """How keys are written; set once when the desk opens."""

    ascii_only: ClassVar[bool] = False


def write_keys(*, ascii_only: bool) -> None:
    """Whether arrows are words: as `v` and `<` they would be other keys."""
    _Keyboard.ascii_only = ascii_only


def shown_key(key: str) -> str:
    """A Textual key name as people know it."""
    if _Keyboard.ascii_only and key in _ARROWS:
        return key
    return _(_SHOWN_KEYS.get(key, key))


def keys_of(action: DeskAction, remapped: Mapping[str, str]) -> list[str]:
    """The keys of an action after remapping."""
    return [key.strip() for key in remapped.get(action.id, action.keys).split(",") if key.strip()]


def check_keys(remapped: Mapping[str, str]) -> None:
    """Look for unknown ids and clashes.

    :raises KeyClash: with one sentence that names both.
    """
    for action_id in remapped:
        if action_id not in ACTION_BY_ID:
            raise KeyClash(_("[keys]: “{id}” tidak dikenal.").format(id=action_id), action_id)
    for place in Place:
        taken: dict[str, DeskAction] = {}
        for action in ACTIONS:
            if place not in action.places:
                continue
            for key in keys_of(action, remapped):
                if key in RESERVED_KEYS:
                    raise KeyClash(
                        _("[keys]: tombol “{key}” milik terminal; pilih yang lain untuk {first}.").format(
                            key=key, first=action.id
                        ),
                        action.id,
                    )
                other = taken.get(key)
                if key in FIXED_KEYS or other is not None:
                    raise KeyClash(
                        _("[keys]: tombol “{key}” dipakai dua kali: {first} dan {second}.").format(
                            key=key, first=action.id, second=other.id if other else "1–9"
                        ),
                        action.id,
                        *([other.id] if other else []),
                    )
                taken[key] = action


def bindings(place: Place, remapped: Mapping[str, str]) -> list[Binding]:
    """Textual bindings of a screen, hidden: the key bar shows them instead of Textual's footer."""
    made = [
        Binding(
            ",".join(keys_of(action, remapped)),
            action.method,
            _(action.label),
            show=False,
            id=f"{place}.{action.id}",
            tooltip=_(action.says(place)),
        )
        for action in ACTIONS
        if place in action.places
    ]
    if place is Place.QUEUE:
        made += [
            Binding(digit, f"view({digit})", _("tampilan {n}").format(n=digit), show=False)
            for digit in sorted(FIXED_KEYS)
        ]
    return made
