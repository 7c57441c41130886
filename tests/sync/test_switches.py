"""Rules of the protocol, switched off in the real code: a walk sees each of them go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.switches import switch_off
from tests.sync.walking import scripts
from tests.sync.walking.breaking import CHECKS
from tests.sync.walking.checks import Check, checks_of_the_walks
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


@pytest.mark.parametrize("rule", [pytest.param(r, id=r.name) for r in CHECKS])
def test_what_a_check_is_for_turns_it_red(walker: Walker, rule: Rule) -> None:
    found = switch_off(walker, rule)
    assert found.good, found.said


def test_every_check_of_the_walks_is_turned_red_by_something() -> None:
    rules = [rule for rule in (*RULES, *CHECKS) if rule.says]
    checks = checks_of_the_walks()
    assert len(checks) >= 28
    assert {check.number for check in checks} == {*range(1, 13), 15, 16, 17, 21}
    never_red = [check.words for check in checks if not any(check.is_meant_by(r.says) for r in rules)]
    assert never_red == []
    unheard = [rule.says for rule in rules if not any(check.is_meant_by(rule.says) for check in checks)]
    assert unheard == []
    assert not Check(2, "invariant 2: a file is …").is_meant_by("invariant 2: note is acked")


def test_every_rule_is_quick_slow_or_redundant_with_a_reason() -> None:
    assert len({rule.name for rule in (*RULES, *CHECKS)}) == len(RULES) + len(CHECKS) >= 40
    for rule in (*RULES, *CHECKS):
        assert bool(rule.walks) + bool(rule.script) + bool(rule.why_redundant) == 1, rule.name


def test_a_rule_that_nothing_shows_is_told(walker: Walker) -> None:
    harmless = Rule("harmless", lambda _patch: None, script=scripts.OLD_PAGE)
    found = switch_off(walker, harmless)
    assert not found.good
    assert "NOTHING FAILS" in found.said
