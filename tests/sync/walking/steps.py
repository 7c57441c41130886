"""The steps of a walk as plain data, drawn before anything happens: a list that fails can be shortened."""

from __future__ import annotations

import random

import msgspec

VERBS = ("note", "note", "note", "acknowledge", "start", "transfer", "take", "ask")


class Step(msgspec.Struct, frozen=True):
    """One step; `numbers` choose desk, report, size … modulo what there is, `flags` say what goes wrong."""

    name: str
    numbers: tuple[int, int, int] = (0, 0, 0)
    flags: tuple[bool, ...] = ()
    word: str = ""

    def shown(self) -> str:
        """One line of a list of steps."""
        marks = "".join("x" if flag else "." for flag in self.flags)
        return f"{self.name} {self.numbers} {marks} {self.word}".rstrip()


class Profile(msgspec.Struct, frozen=True):
    """Which faults a walk knows; not every walk has all, else no long healthy stretch would ever occur."""

    stale: bool = True
    compact: bool = True
    restore: bool = True
    desk_restore: bool = True
    clone: bool = True
    coordinator: bool = True
    move_desk: bool = True


def profile_of(chance: random.Random) -> Profile:
    """By lot."""
    stale, compact, restore, desk_restore, clone, coordinator, move_desk = (chance.random() for _ in range(7))
    return Profile(
        stale < 0.6,
        compact < 0.4,
        restore < 0.5,
        desk_restore < 0.3,
        clone < 0.15,
        coordinator < 0.3,
        move_desk < 0.2,
    )


def drawn(seed: int, only: Profile | None = None) -> list[Step]:
    """The steps of a walk."""
    chance = random.Random(seed)
    profile = only or profile_of(chance)
    weights = {
        "citizen": 1, "local": 12, "pull": 11, "push": 13, "snapshot": 4, "central": 2, "reassign": 3,
        "take_over": 1, "reuse": 0.4, "undo": 1, "tray": 2, "coordinator": 1.2 * profile.coordinator,
        "move_desk": 0.8 * profile.move_desk,
        "stale": 4 * profile.stale, "compact": 1.5 * profile.compact,
        "backup": 2 * profile.restore, "restore": 2 * profile.restore,
        "desk_backup": 1.5 * profile.desk_restore, "desk_restore": 1.2 * profile.desk_restore,
        "clone": 1.2 * profile.clone,
    }  # fmt: skip
    names = chance.choices(list(weights), list(weights.values()), k=chance.choice((15, 40, 70)))
    steps = []
    for number, name in enumerate(names):
        word = chance.choice(VERBS) if name == "local" else f"{seed}.{number}"
        flags = tuple(chance.random() < 0.25 for _ in range(5))
        numbers = (chance.randrange(1000), chance.randrange(1000), chance.randrange(1000))
        steps.append(Step(name, numbers, flags, word))
    return steps
