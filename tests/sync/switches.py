"""Is each rule of the protocol needed, and would a test see it go? `python -m tests.sync.switches`.

Switches off one rule after the other in the real code and walks until an invariant breaks; fails when the
walks stay green for a rule that must show. Rules that a second defence makes redundant are walked too and
must stay green, so that the day on which they become needed is noticed. `--quick`: those of the test run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time

import msgspec
import pytest

from tests.sync.walking.attaching import with_attachments
from tests.sync.walking.breaking import CHECKS
from tests.sync.walking.rules import RULES, Rule
from tests.sync.walking.running import Walker
from tests.sync.walking.steps import drawn

ALL = (*RULES, *CHECKS)
GREEN_WALKS = 60
"""So many walks a redundant rule must survive."""


class Found(msgspec.Struct, frozen=True):
    """What switching off a rule did."""

    rule: str
    where: str
    said: str
    good: bool
    seconds: float

    def line(self) -> str:
        """One row of the table."""
        mark = "✓" if self.good else "✗"
        return f"{mark} {self.rule:32} {self.where:16} {self.said[:96]} ({self.seconds:.1f} s)"


def switch_off(walker: Walker, rule: Rule, green_walks: int = GREEN_WALKS) -> Found:
    """Walk without the rule."""
    began = time.monotonic()
    if rule.script and (wrong := walker.failure(list(rule.script))):
        return Found(
            rule.name, "its steps", f"fail with the rule on: {wrong}", False, time.monotonic() - began
        )
    with pytest.MonkeyPatch.context() as patch:
        rule.off(patch)
        where, said = _first_failure(walker, rule, green_walks)
    seconds = time.monotonic() - began
    if rule.why_redundant:
        return Found(rule.name, where, said or f"redundant: {rule.why_redundant}", not said, seconds)
    if said and not said.removeprefix("AssertionError: ").startswith(rule.says):
        return Found(rule.name, where, f"{said}, not: {rule.says}", False, seconds)
    return Found(rule.name, where, said or "NOTHING FAILS WITHOUT IT", bool(said), seconds)


def _first_failure(walker: Walker, rule: Rule, green_walks: int) -> tuple[str, str]:
    if rule.script:
        return "its steps", walker.failure(list(rule.script))
    walks = green_walks if rule.why_redundant else rule.walks
    for seed in range(walks):
        if said := walker.failure(with_attachments(seed, drawn(seed))):
            return f"walk {seed}", said
    return f"{walks} walks", ""


def one(name: str) -> Found:
    """Switch off one rule, in a process of its own."""
    rule = next(rule for rule in ALL if rule.name == name)
    with Walker.ready() as walker:
        return switch_off(walker, rule)


def main() -> int:
    """The table; 1 when a row is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", help="rules; all when none is given")
    asked = parser.parse_args()
    names = [
        r.name for r in ALL if (r.quick or not asked.quick) and (not asked.names or r.name in asked.names)
    ]
    bad = 0
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for found in pool.imap(one, names):
            print(found.line(), flush=True)
            bad += not found.good
    print(f"{len(names)} rules switched off, {bad} not as they should be")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
