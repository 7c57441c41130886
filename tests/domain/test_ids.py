"""Identities."""

import time
import uuid

from qlue_desk.domain.ids import new_id, uuid7


def test_an_id_is_a_version_7_uuid_with_its_time() -> None:
    parsed = uuid.UUID(uuid7(now_ms=1_700_000_000_123))
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.int >> 80 == 1_700_000_000_123


def test_ids_of_one_millisecond_differ_and_later_ones_sort_later() -> None:
    ids = {new_id("c", now_ms=5) for _ in range(1000)}
    assert len(ids) == 1000
    assert max(ids) < new_id("c", now_ms=6)
    assert all(len(id_) == 34 and id_.startswith("c_") for id_ in ids)


def test_what_is_made_one_after_another_sorts_so_also_within_a_millisecond() -> None:
    made = []
    for _ in range(2000):
        made.append(new_id("a"))
        time.sleep(0)  # as far apart as two statements
    assert made == sorted(made)
    assert uuid.UUID(made[0][2:]).version == 7
