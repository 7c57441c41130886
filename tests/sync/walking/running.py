"""Running walks by seed, and shortening the list of steps of one that fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sync.walking import invariants
from tests.sync.walking.attaching import files_before_actions, with_attachments
from tests.sync.walking.doing import do
from tests.sync.walking.fast import fast_files, memory_folder
from tests.sync.walking.paging import paging_and_compaction
from tests.sync.walking.steps import Step, drawn
from tests.sync.walking.world import Template, World, make_template


class Walker:
    """Walks from one template; use as a context."""

    def __init__(self, folder: Path, template: Template) -> None:
        self._folder, self._template = folder, template
        self._count = 0

    @classmethod
    @contextmanager
    def ready(cls) -> Iterator[Walker]:
        """With its template made and files in memory."""
        with memory_folder() as folder, fast_files():
            (folder / "template").mkdir()
            yield cls(folder, make_template(folder / "template"))

    def steps(self, steps: list[Step]) -> None:
        """Go these steps, heal, and check everything.

        :raises AssertionError: naming the invariant that does not hold.
        """
        self._count += 1
        place = self._folder / f"walk{self._count}"
        world = World(place, self._template)
        try:
            for step in steps:
                do(world, step)
            invariants.heal(world)
            invariants.at_rest(world)
            files_before_actions(world)
            paging_and_compaction(world)
        finally:
            world.close()
            shutil.rmtree(place)

    def seed(self, number: int) -> None:
        """The walk of a seed."""
        self.steps(with_attachments(number, drawn(number)))

    def failure(self, steps: list[Step]) -> str:
        """What is wrong after these steps; '' when nothing is."""
        try:
            self.steps(steps)
        except Exception as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return ""

    def shrunk(self, steps: list[Step], wrong: Callable[[str], bool] = bool) -> list[Step]:
        """The steps without those that are not needed to fail: halves first, then one by one."""
        size = max(1, len(steps) // 2)
        while True:
            shorter = False
            start = 0
            while start < len(steps):
                candidate = steps[:start] + steps[start + size :]
                if candidate != steps and wrong(self.failure(candidate)):
                    steps, shorter = candidate, True
                else:
                    start += size
            if size == 1 and not shorter:
                return steps
            size = max(1, size // 2) if not shorter or size > 1 else 1


def told(walker: Walker, seed: int, error: str) -> str:
    """A failure for people: seed, what broke, and the shortest list of steps that breaks it."""
    steps = walker.shrunk(with_attachments(seed, drawn(seed)))
    lines = "\n".join(f"    {step.shown()}" for step in steps)
    return f"seed {seed}: {error}\n  shrunk to {len(steps)} steps:\n{lines}"
