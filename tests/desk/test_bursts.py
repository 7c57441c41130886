"""When the queue looks at the store again after commits."""

import pytest

from qlue_desk.desk.queue.bursts import FEW, FLOOD_PAUSE, HAND_REST, LONGEST, SOON, Bursts

ONE = frozenset({"c1"})
MANY = frozenset(f"c{n}" for n in range(FEW + 1))


def test_a_change_is_looked_at_soon_and_one_that_comes_meanwhile_with_it() -> None:
    bursts = Bursts()
    assert bursts.add(ONE, 0.0, own=True) == SOON
    assert bursts.add(frozenset({"c2"}), 0.1, own=True) is None
    assert bursts.look(0.15) == {"c1", "c2"}


def test_a_flood_is_looked_at_once_a_second_but_what_a_person_does_in_it_soon() -> None:
    bursts = Bursts()
    assert bursts.add(MANY, 0.0, own=True) == SOON
    assert bursts.look(0.5) == MANY
    assert bursts.add(MANY, 0.75, own=True) == FLOOD_PAUSE - 0.25
    assert bursts.add(MANY, 1.0, own=True) is None
    assert bursts.add(ONE, 1.0, own=True) == pytest.approx(SOON)
    assert bursts.look(1.25) == MANY | ONE


def test_a_change_of_anything_is_not_forgotten_among_others() -> None:
    bursts = Bursts()
    assert bursts.add(None, 0.0, own=True) == SOON
    assert bursts.add(ONE, 0.1, own=True) is None
    assert bursts.look(0.2) is None
    bursts.add(ONE, 5.0, own=True)
    assert bursts.look(5.2) == ONE


def test_many_changes_wait_while_a_hand_moves_but_not_for_ever() -> None:
    bursts = Bursts()
    bursts.add(MANY, 10.0, own=True)
    assert bursts.put_off(10.15, resting=0.05)
    assert bursts.add(ONE, 10.2, own=True) is None  # the next try is planned already
    assert bursts.put_off(10.0 + LONGEST - 0.1, resting=0.05)
    assert not bursts.put_off(10.0 + LONGEST, resting=0.05)
    assert bursts.look(10.0 + LONGEST) == MANY | ONE
    bursts.add(MANY, 20.0, own=True)
    assert bursts.put_off(20.15, resting=0.05)  # counted anew after each look
    assert not bursts.put_off(20.25, resting=HAND_REST)  # the hand is at rest


def test_few_changes_never_wait_for_a_hand() -> None:
    bursts = Bursts()
    bursts.add(ONE, 10.0, own=True)
    assert not bursts.put_off(10.15, resting=0.0)


def test_what_others_change_is_looked_at_once_a_second_and_never_under_a_moving_hand() -> None:
    bursts = Bursts()
    assert bursts.add(ONE, 0.0, own=False) == SOON
    assert bursts.look(0.15) == ONE
    assert bursts.add(ONE, 0.25, own=False) == pytest.approx(FLOOD_PAUSE - 0.1)
    assert bursts.put_off(1.15, resting=0.05)
    assert bursts.add(frozenset({"c2"}), 1.2, own=True) is None  # the next try is sooner than its turn
    assert not bursts.put_off(1.25, resting=0.05)  # now something of the person's own waits
    assert bursts.look(1.25) == {"c1", "c2"}


def test_an_own_change_that_was_looked_at_does_not_hurry_those_of_others() -> None:
    bursts = Bursts()
    bursts.add(ONE, 0.0, own=True)
    bursts.look(0.15)
    bursts.add(ONE, 5.0, own=False)
    assert bursts.put_off(5.15, resting=0.05)
