"""Identities and canonical bytes."""

import datetime as dt
import json
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlue_desk.domain.complaint import Actor, Role
from qlue_desk.domain.ids import canonical_json, fingerprint, new_id, uuid7

MOMENT = dt.datetime(2026, 11, 24, 1, 2, 3, tzinfo=dt.UTC)


def test_an_id_is_a_version_7_uuid_with_its_time() -> None:
    parsed = uuid.UUID(uuid7(now_ms=1_700_000_000_123))
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.int >> 80 == 1_700_000_000_123


def test_ids_of_one_millisecond_differ_and_later_ones_sort_later() -> None:
    ids = {new_id("c", now_ms=5) for _ in range(1000)}
    assert len(ids) == 1000
    assert max(ids) < new_id("c", now_ms=6)
    assert all(len(id_) == 34 and id_.startswith("c_") for id_ in ids)


def test_canonical_form_is_exact() -> None:
    value = {"b": [1, None, True], "a": "é\n", "at": MOMENT}
    assert canonical_json(value) == '{"a":"é\\n","at":"2026-11-24T01:02:03Z","b":[1,null,true]}'.encode()
    assert fingerprint(b"{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_sets_have_one_order() -> None:
    actor = Actor("u", "Rina", frozenset(Role), "bogor")
    assert json.loads(canonical_json(actor))["roles"] == sorted(Role)


@pytest.mark.parametrize("value", [1.5, {"a": [{"b": 1.0}]}, float("nan")])
def test_fractions_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="fraction"):
        canonical_json(value)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        canonical_json({"text": "\ud800"})


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None, database=None)
@given(plain)
def test_the_form_carries_all_and_depends_on_no_order(value: object) -> None:
    data = canonical_json(value)
    assert json.loads(data) == value
    assert canonical_json(json.loads(data)) == data
