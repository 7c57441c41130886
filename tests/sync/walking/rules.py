"""Each rule of the protocol as something that can be switched off in the real code, and a walk that shows it.

A rule that random walks do not catch in bounded time has a list of steps of its own (`scripts.py`). Where
the real code has two defences in the place of one, the pair is switched off, and the single one is named as
redundant: its walks must stay green.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tests.sync.walking import off_central, off_desk, scripts
from tests.sync.walking.steps import Step

Patch = pytest.MonkeyPatch
Off = Callable[[Patch], None]


class Rule(msgspec.Struct):
    """`walks`: within so many seeded walks one fails; `script`: these steps fail; neither: redundant."""

    name: str
    off: Off
    walks: int = 0
    script: tuple[Step, ...] = ()
    why_redundant: str = ""
    quick: bool = False
    """Found within seconds: in the ordinary test run too."""
    says: str = ""
    """How the check begins that must speak; '' takes any."""


def files_after_actions(patch: Patch) -> None:
    """Neither side minds whether a file has arrived before its action."""
    off_central.files_never_asked_for(patch)
    off_desk.no_wait_for_files(patch)


RULES: tuple[Rule, ...] = (
    Rule("dedup", off_central.no_dedup, walks=100, quick=True),
    Rule("lane (prev)", off_central.no_lane, walks=100, quick=True),
    Rule(
        "prev computed at sending",
        off_desk.prev_when_recorded,
        script=scripts.FORGOTTEN_REFUSAL,
        quick=True,
        says="invariant 21: did not come to rest",
    ),
    Rule(
        "prev names the journal too",
        off_desk.prev_only_of_the_outbox,
        script=scripts.LOST_PREDECESSOR,
        quick=True,
        says="invariant 6: decided before its predecessor",
    ),
    Rule(
        "confirm by feed",
        off_desk.no_confirm_by_feed,
        script=scripts.PASSED_OVER,
        quick=True,
        says="invariant 2: note was silently lost",
    ),
    Rule(
        "re-offer after a resync",
        off_desk.no_reoffer,
        script=scripts.PUT_BACK,
        quick=True,
        says="invariant 16: own work is not to be seen",
    ),
    Rule(
        "chain",
        off_central.no_chain,
        script=scripts.GROWN_PAST,
        quick=True,
        says="invariant 9: rows differ from central's",
    ),
    Rule("chain and ahead", off_central.no_chain_no_ahead, walks=100),
    Rule(
        "chain at central alone",
        off_central.no_chain_at_central,
        why_redundant="the desk verifies each page itself",
    ),
    Rule("ahead", off_central.no_ahead, walks=600),
    Rule("floor and counting", off_central.no_floor_no_counting, walks=100),
    # The desk notices these itself, by a missing number, the chain or the head; central must say it first.
    Rule("floor alone", off_central.no_floor, walks=100),
    Rule("files before their actions", files_after_actions, walks=100, quick=True),
    Rule(
        "central asks for missing files",
        off_central.files_never_asked_for,
        script=scripts.FORGOTTEN_FILE,
        quick=True,
        says="invariant 2: shown before its file had arrived",
    ),
    Rule(
        "lanes wait for their files",
        off_desk.no_wait_for_files,
        why_redundant="central asks for a missing file",
    ),
    Rule(
        "hash at the floor",
        off_central.no_hash_at_the_floor,
        walks=100,
        quick=True,
        says="invariant 12: a cursor at the floor of a compacted feed is not valid",
    ),
    Rule("compaction ends at the cut", off_central.compaction_past_the_cut, walks=100, quick=True),
    Rule("epoch", off_central.no_epoch, walks=100),
    Rule(
        "from must match",
        off_desk.no_from_match,
        script=scripts.OLD_PAGE,
        quick=True,
        says="invariant 15: an old page changed something",
    ),
    Rule("version guard", off_desk.no_version_guard, why_redundant="from must match, marks"),
    Rule("overlay until the feed shows it", off_desk.confirmed_with_the_verdict, walks=100, quick=True),
    Rule("moved_out", off_central.no_moved_out, walks=100, quick=True),
    Rule(
        "scope check",
        off_central.no_scope_check,
        why_redundant="the lifecycle lets only people of the holding dinas act",
    ),
    Rule(
        "stored verdicts",
        off_central.no_stored_rejections,
        script=scripts.CHANGED_MIND,
        quick=True,
        says="invariant 4: a verdict changed",
    ),
    Rule("atomic swap", off_desk.no_whole_swap, walks=100, quick=True),
    Rule("snapshot marks", off_desk.marks_of_any_timeline, script=scripts.PHANTOM_ROW, quick=True),
    Rule("replay to the marks", off_desk.no_marks, walks=100),
    Rule("random event id", off_central.predictable_event_ids, script=scripts.SAME_CHAIN, quick=True),
    Rule("duplicate above the head", off_desk.no_look_at_the_head, script=scripts.OTHER_STREAM, quick=True),
    Rule("fencing generation", off_desk.no_fence, script=scripts.DEAD_TIMELINE, quick=True),
)
