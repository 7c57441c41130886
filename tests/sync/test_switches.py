"""Rules of the protocol, switched off in the real code: a walk sees each of them go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.switches import switch_off
from tests.sync.walking import scripts
from tests.sync.walking.rules import RULES, Rule
from tests.sync.walking.running import Walker


@pytest.fixture(scope="module")
def walker() -> Iterator[Walker]:
    with Walker.ready() as ready:
        yield ready


@pytest.mark.parametrize("rule", [pytest.param(r, id=r.name) for r in RULES if r.quick])
def test_without_the_rule_an_invariant_breaks(walker: Walker, rule: Rule) -> None:
    found = switch_off(walker, rule)
    assert found.good, found.line()
    assert "invariant" in found.said, "something else broke than what the rule is for"


def test_every_rule_is_quick_slow_or_redundant_with_a_reason() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) >= 20
    for rule in RULES:
        assert bool(rule.walks) + bool(rule.script) + bool(rule.why_redundant) == 1, rule.name


def test_a_rule_that_nothing_shows_is_told(walker: Walker) -> None:
    harmless = Rule("harmless", lambda _patch: None, script=scripts.OLD_PAGE)
    found = switch_off(walker, harmless)
    assert not found.good
    assert "NOTHING FAILS" in found.said
