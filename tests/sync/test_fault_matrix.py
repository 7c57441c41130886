"""The fault matrix of the sync protocol, row by row: each of its 46 faults has a test that names it.

A proof is a function of `tests.sync.matrix`, or the name of a test elsewhere that proves it (checked to
exist). What does not hold yet stands in `OPEN`, with the reason, and must fail.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.central.conftest import postgres as postgres  # the fixture, for one row
from tests.sync.matrix import copies, crashes, databases, disks, lanes, replies, sessions
from tests.sync.matrix.place import Place
from tests.sync.walking.fast import memory_folder

Proof = Callable[[Place], None] | str
ROOT = Path(__file__).parents[2]
ROUNDS, TRANSPORT, ENGINE = (f"tests/sync/test_{name}.py::" for name in ("rounds", "transport", "engine"))
REPLICA, DATABASE = (f"tests/store/test_{name}.py::" for name in ("replica", "store_database"))
CENTRAL = "tests/central/test_"

ROWS: dict[int, tuple[str, tuple[Proof, ...]]] = {
    1: ("request-lost", (replies.row01_request_lost,)),
    2: ("reply-lost-after-commit", (replies.row02_reply_lost_after_commit,)),
    3: ("reply-duplicated-late-reordered", (replies.row03_reply_duplicated_late_reordered,)),
    4: (
        "reply-truncated",
        (replies.row04_reply_truncated, TRANSPORT + "test_a_reply_cut_short_changes_nothing"),
    ),
    5: (
        "bit-flip-in-body",
        (
            replies.row05_bit_flip_in_body,
            replies.row05_second_time_is_a_resync,
            replies.row05_damage_that_stays_json_in_what_no_chain_covers,
            "tests/sync/test_digests.py::test_a_restart_does_not_make_a_reply_without_its_digest_good",
            REPLICA + "test_any_altered_event_is_noticed_and_nothing_is_applied",
        ),
    ),
    6: ("request-duplicated-by-a-proxy", (replies.row06_request_doubled_by_a_proxy,)),
    7: (
        "captive-portal",
        (
            ENGINE + "test_a_portal_changes_nothing_but_the_state",
            TRANSPORT + "test_a_reply_without_our_marks_is_no_network_whatever_its_status",
            TRANSPORT + "test_a_redirect_is_not_followed_and_gets_no_token",
        ),
    ),
    8: ("tls-expired-wrong-host-self-signed-unknown", (replies.row08_tls,)),
    9: ("dns-refused-reset-blackhole", (replies.row09_dns_refused_reset_blackhole,)),
    10: (
        "slow-drip-hung-poll",
        (
            replies.row10_hung_poll_never_blocks_the_person,
            TRANSPORT + "test_a_drip_ends_at_the_deadline_in_the_body_and_in_the_headers",
        ),
    ),
    11: (
        "401-expired-revoked-wipe",
        (
            sessions.row11_401_keeps_everything,
            sessions.row11_revoked_with_wipe_leaves_sealed_work_and_nothing_else,
            ENGINE + "test_revoking_a_desk_that_knows_no_key_keeps_its_unsent_work_encrypted",
        ),
    ),
    12: ("scope-changed", (ROUNDS + "test_a_desk_that_was_moved_to_another_dinas_shows_only_that",)),
    13: ("resync-for-five-reasons", (sessions.row13_five_reasons_to_resync,)),
    14: (
        "413",
        (
            ROUNDS + "test_batches_are_halved_until_central_takes_them",
            ROUNDS + "test_an_action_that_is_too_large_alone_goes_to_the_tray",
        ),
    ),
    15: (
        "429-503-retry-after",
        (
            TRANSPORT + "test_retry_after_is_honoured_and_capped",
            ENGINE + "test_backoff_grows_with_jitter_and_honours_what_central_asks",
        ),
    ),
    16: ("500-on-one-action", (ENGINE + "test_a_poison_pill_goes_to_the_tray_and_the_others_pass",)),
    17: (
        "500-always",
        (replies.row17_500_always, ENGINE + "test_a_central_that_fails_always_blames_no_action"),
    ),
    18: (
        "kill-9-desk-at-each-commit",
        (
            crashes.row18_kill_9_of_a_desk_at_each_commit,
            ENGINE + "test_kill_9_after_recording_keeps_the_action",
            REPLICA + "test_a_killed_page_leaves_rows_and_cursor_of_the_one_before",
        ),
    ),
    19: ("kill-9-central-mid-push", (crashes.row19_kill_9_of_central_mid_push,)),
    20: (
        "power-cut",
        (
            crashes.row20_power_cut_loses_the_wal_tail,
            crashes.row20_normal_would_lose_acknowledged_work,
            DATABASE + "test_settings_are_those_of_the_table",
        ),
    ),
    21: (
        "disk-full",
        (
            disks.row21_disk_full,
            "tests/store/test_bad_days.py::test_on_a_full_disk_the_ballast_takes_the_last_actions",
            "tests/store/test_bad_days.py::test_what_central_sent_does_not_get_the_last_room",
            "tests/store/test_upgrade.py::test_a_copy_that_cannot_be_made_leaves_the_old_version",
            "tests/store/test_failed_write.py::test_what_the_person_was_told_has_failed_is_never_sent",
        ),
    ),
    22: ("read-only", (disks.row22_read_only, disks.row22_rows_can_still_be_read)),
    23: (
        "corrupted-database",
        (
            disks.row23_corrupted_database,
            disks.row23_damaged_wal,
            "tests/store/test_bad_days.py::test_damage_is_found_then_and_said",
            "tests/cli/test_outbox_left.py::test_a_damaged_database",
        ),
    ),
    24: (
        "old-copies-of-a-desk",
        (copies.row24_old_desk_backup_restored, copies.row24_database_copied_without_its_wal),
    ),
    25: ("cloned-desk", (copies.row25_cloned_desk, copies.row25_admin_sees_the_clone)),
    26: (
        "two-processes-one-database",
        (
            crashes.row26_two_processes_act_and_one_syncs,
            ENGINE + "test_only_one_process_of_a_folder_syncs",
            DATABASE + "test_two_processes_work_on_one_file",
        ),
    ),
    27: (
        "clocks",
        (lanes.row27_clocks, ROUNDS + "test_clocks_that_are_wrong_by_years_change_no_deadline"),
    ),
    28: ("central-restored-new-epoch", (copies.row28_restored_with_a_new_epoch,)),
    29: (
        "central-restored-twice-without-a-word",
        (
            copies.row29_restored_without_a_word_twice,
            ROUNDS + "test_a_restored_server_that_has_grown_past_the_cursor_is_noticed_by_its_chain",
        ),
    ),
    30: (
        "another-citys-server",
        (sessions.row30_another_citys_server, TRANSPORT + "test_another_server_is_refused"),
    ),
    31: ("failover-to-a-lagging-replica", (copies.row31_failover_to_a_lagging_replica,)),
    32: (
        "late-commits-eight-writers",
        (
            CENTRAL + "backends.py::test_eight_writers_on_postgresql_leave_dense_streams_and_numbers",
            CENTRAL + "feed.py::test_a_reader_never_misses_an_event_while_writers_are_busy",
        ),
    ),
    33: (
        "deadlock-lock-timeout",
        (
            databases.row33_deadlocks_are_tried_again_three_times,
            CENTRAL + "backends.py::test_a_lock_that_does_not_come_is_busy_and_changes_nothing",
        ),
    ),
    34: (
        "database-connection-lost",
        (
            databases.row34_database_lost_for_a_while,
            databases.row34_every_connection_of_postgresql_is_cut,
            CENTRAL + "api.py::test_a_busy_database_is_503_with_a_time",
        ),
    ),
    35: (
        "feed-compacted",
        (ROUNDS + "test_a_feed_compacted_past_the_cursor_needs_a_snapshot_and_keeps_the_work",),
    ),
    36: (
        "snapshot-interrupted-mutated-restored",
        (
            copies.row36_snapshot_interrupted_mutated_restored,
            REPLICA + "test_the_old_rows_are_served_until_the_swap_and_a_crash_resumes",
            REPLICA + "test_a_mark_of_another_timeline_spoils_the_snapshot",
        ),
    ),
    37: (
        "reassigned-away-with-pending-work",
        (ROUNDS + "test_a_report_that_moves_away_leaves_nothing_and_its_work_is_refused",),
    ),
    38: ("reassigned-away-and-back", (copies.row38_reassigned_away_and_back,)),
    39: (
        "two-officers-offline",
        (
            lanes.row39_two_officers_offline,
            "tests/test_story.py::test_two_officers_offline_one_is_told_plainly",
        ),
    ),
    40: (
        "blobs",
        (
            sessions.row40_upload_interrupted_damaged_refused,
            sessions.row40_machines_that_answer_in_turn,
            sessions.row40_wrong_digest_restarts_once_then_tray,
            sessions.row40_missing_at_push_is_sent_again,
            ROUNDS + "test_evidence_that_has_gone_from_the_disk_is_told_in_the_tray",
        ),
    ),
    41: (
        "versions",
        (
            sessions.row41_426_for_pull_takes_recorded_work,
            sessions.row41_unknown_action_kind_is_a_verdict,
            REPLICA + "test_an_unknown_kind_does_not_stop_the_feed",
            ENGINE + "test_a_program_too_old_for_the_feed_says_so_and_goes_on_sending",
        ),
    ),
    42: (
        "database-of-a-newer-program",
        (
            DATABASE + "test_a_newer_database_is_read_and_left_alone",
            "tests/cli/test_outbox_left.py::test_a_newer_database_is_read_and_its_work_given_out",
        ),
    ),
    43: (
        "hostile-text",
        (lanes.row43_hostile_text, "tests/desk/test_hostile.py::test_no_screen_obeys_a_citizens_text"),
    ),
    44: (
        "bombs",
        (
            replies.row44_a_page_of_100_000_events,
            TRANSPORT + "test_a_gzip_bomb_is_refused_before_it_grows",
            TRANSPORT + "test_a_damaged_body_is_a_bad_reply",
        ),
    ),
    45: ("queue-of-a-week", (lanes.row45_queue_of_a_week,)),
    46: ("sqlite-below-the-gate", (disks.row46_sqlite_below_the_gate,)),
}

OPEN: dict[tuple[int, int], str] = {}
"""(row, which of its proofs, from 0) and why it does not hold."""


def test_the_matrix_is_whole() -> None:
    assert list(ROWS) == list(range(1, 47))
    assert all(proofs for _name, proofs in ROWS.values())
    assert all(place < len(ROWS[row][1]) for row, place in OPEN)


def _cases() -> Iterator[object]:
    for number, (name, proofs) in ROWS.items():
        for place, proof in enumerate(proofs):
            label = f"row{number:02d}-{name}" + (f"-{place + 1}" if place else "")
            why = OPEN.get((number, place))
            marks = [pytest.mark.xfail(strict=True, reason=why)] if why else []
            yield pytest.param(proof, id=label, marks=marks)


@pytest.mark.parametrize("proof", _cases())
def test_fault(proof: Proof, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if isinstance(proof, str):
        assert_exists(proof)
        return
    fresh = lambda: request.getfixturevalue("postgres")()  # noqa: E731 - only where a row asks for it
    # In memory: what a flush protects from has rows of its own, and the machine's disk is slow and shared.
    with memory_folder() as folder, Place.make(folder, monkeypatch, fresh) as place:
        proof(place)


def assert_exists(reference: str) -> None:
    """`tests/….py::test_name` is a test that will be collected."""
    file, _, name = reference.partition("::")
    tree = ast.parse((ROOT / file).read_text())
    found = {
        node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert name.startswith("test_")
    assert name in found, f"{reference} is not there (any more): this row has lost its proof"


def test_a_proof_that_is_gone_is_noticed() -> None:
    with pytest.raises(AssertionError, match="lost its proof"):
        assert_exists("tests/sync/test_rounds.py::test_that_nobody_wrote")
