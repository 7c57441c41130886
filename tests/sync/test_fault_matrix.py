"""The fault matrix of the sync protocol, row by row: each of its 46 faults has a test that names it.

A proof is a function of `tests.sync.matrix`, or the name of a test elsewhere that proves it (checked to
exist). What does not hold yet stands in `OPEN`, with the reason, and must fail.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sync.matrix import copies, crashes, replies, sessions
from tests.sync.matrix.place import Place

Proof = Callable[[Place], None] | str
ROOT = Path(__file__).parents[2]
LAST = 46

ROWS: dict[int, tuple[str, tuple[Proof, ...]]] = {
    1: ("request-lost", (replies.row01_request_lost,)),
    2: ("reply-lost-after-commit", (replies.row02_reply_lost_after_commit,)),
    3: ("reply-duplicated-late-reordered", (replies.row03_reply_duplicated_late_reordered,)),
    4: ("reply-truncated", (replies.row04_reply_truncated,)),
    5: ("bit-flip-in-body", (replies.row05_bit_flip_in_body, replies.row05_second_time_is_a_resync)),
    6: ("request-duplicated-by-proxy", (replies.row06_request_doubled_by_a_proxy,)),
    8: ("tls-expired-wrong-host-self-signed", (replies.row08_tls,)),
    9: ("dns-refused-reset-blackhole", (replies.row09_dns_refused_reset_blackhole,)),
    10: ("slow-drip-and-hung-poll", (replies.row10_hung_poll_never_blocks_the_person,)),
    11: ("401", (sessions.row11_401_keeps_everything, sessions.row11_revoked_with_wipe_leaves_only_own_unsent_work)),
    13: ("resync", (sessions.row13_five_reasons_to_resync,)),
    17: ("500-always", (replies.row17_500_always,)),
    18: ("kill-desk", (crashes.row18_kill_9_of_a_desk_at_each_commit,)),
    19: ("kill-central", (crashes.row19_kill_9_of_central_mid_push,)),
    20: ("power", (crashes.row20_power_cut_loses_the_wal_tail, crashes.row20_normal_would_lose_acknowledged_work)),
    26: ("two-processes", (crashes.row26_two_processes_act_and_one_syncs,)),
    31: ("failover", (copies.row31_failover_to_a_lagging_replica,)),
}
OPEN: dict[tuple[int, int], str] = {}


def _cases() -> Iterator[object]:
    for number, (name, proofs) in ROWS.items():
        for place, proof in enumerate(proofs):
            label = f"row{number:02d}-{name}" + (f"-{place + 1}" if place else "")
            why = OPEN.get((number, place))
            marks = [pytest.mark.xfail(strict=True, reason=why)] if why else []
            yield pytest.param(proof, id=label, marks=marks)


@pytest.mark.parametrize("proof", _cases())
def test_fault(proof: Proof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(proof, str):
        assert_exists(proof)
        return
    with Place.make(tmp_path, monkeypatch) as place:
        proof(place)


def assert_exists(reference: str) -> None:
    """`tests/….py::test_name` is a test that will be collected."""
    file, _, name = reference.partition("::")
    tree = ast.parse((ROOT / file).read_text())
    found = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    assert name.startswith("test_")
    assert name in found, f"{reference} is not there (any more): this row has lost its proof"
