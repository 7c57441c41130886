"""Walks for rules that chance would need thousands of walks to hit, each step with its reason."""

from __future__ import annotations

from tests.sync.walking.steps import Step

_ = False
LATE = (_, _, _, _, True)
"""Of a push: the reply stays on its way."""
FORCED = (_, _, True, _, True)
"""Of a snapshot: begin one although none is needed; somebody writes between its pages."""
BROKEN = (_, True, True, _, True)
"""The same, and the line breaks."""

SAME_CHAIN = (
    Step("backup"),
    Step("local", (0, 0, 0), word="transfer"),
    Step("push", (0, 3, 11)),
    Step("pull", (0, 2, 0)),  # the desk has seen its own transfer: confirmed
    Step("restore", (0, 0, 0)),  # nobody is told
    Step(
        "local", (1, 0, 0), word="transfer"
    ),  # a colleague moves the same report: number and version are equal
    Step("push", (1, 3, 11)),
)
"""Two timelines whose events look alike: only a random event id tells the desk that its own is lost."""

DEAD_TIMELINE = (
    Step("backup"),
    Step("local", (0, 0, 0), word="transfer"),
    Step("push", (0, 3, 11)),
    Step("pull", (0, 2, 0)),
    Step("snapshot", (0, 0, 0), FORCED),  # the report is gone, so nothing proves the transfer: offered again
    Step("push", (0, 3, 11), LATE),  # "known, and your cursor has passed it", but slowly
    Step("restore", (0, 0, 0)),
    Step("pull", (0, 2, 0)),  # the cursor is ahead
    Step("snapshot", (0, 0, 0)),
    Step("stale"),  # now it arrives, from a timeline that is no more
)
"""A verdict that was true in a timeline that has ended: only the generation tells."""

PHANTOM_ROW = (
    *(Step("citizen", (0, 0, 0)) for _number in range(4)),
    Step("backup"),
    Step(
        "snapshot", (0, 2, 3), BROKEN
    ),  # between its pages a remark is written; page two has it, then the line breaks
    Step("restore", (0, 0, 0)),  # the remark never was
    Step("central", (0, 0, 3)),  # another one, of the same version
)
"""A snapshot that spans a restore: only the marks tell that a page is of another timeline."""

FORGOTTEN_REFUSAL = (
    Step("backup"),
    Step("local", (0, 0, 0), word="note"),
    Step("local", (0, 0, 1), word="note"),
    Step("reassign", (0, 0, 0)),
    Step("push", (0, 0, 11)),  # the first alone: refused, for the report has left
    Step("restore", (0, 0, 0)),  # it never left, and nobody was refused
)
"""Had the second been recorded as "after the first", it would wait for ever for what was refused."""

LOST_PREDECESSOR = (
    Step("backup"),
    Step("local", (0, 0, 0), word="acknowledge"),
    Step("push", (0, 3, 11)),
    Step("restore", (0, 0, 0)),
    Step("local", (0, 0, 1), word="start"),
    Step("push", (0, 3, 11)),  # before the desk has noticed anything
)
"""Central has forgotten the first of two; the second must not be judged without it."""

PASSED_OVER = (
    Step("backup"),
    Step("local", (0, 0, 0), word="note"),
    Step("push", (0, 3, 11)),
    Step("restore", (0, 0, 0)),
    Step("central", (0, 0, 1)),  # takes the number that the remark had
    Step("pull", (0, 2, 0)),
)
"""The feed passes the number of an accepted action without showing it: central has lost it."""

GROWN_PAST = (
    Step("backup"),
    Step("central", (0, 0, 0)),
    Step("pull", (0, 2, 0)),
    Step("restore", (0, 0, 0)),
    Step("central", (0, 0, 1)),
    Step("central", (0, 0, 1)),
)
"""A restored central has grown past the desk's cursor; only the hash there is another."""

CHANGED_MIND = (
    Step("reassign", (0, 0, 0)),
    Step("local", (0, 0, 0), word="note"),
    Step("push", (0, 3, 11), LATE),  # refused: the report has left; the reply does not arrive
    Step("reassign", (0, 0, 0)),  # it comes back
    Step("push", (0, 3, 11)),
)
"""The same action sent twice gets the same verdict, although by now it would be accepted."""

OLD_PAGE = (
    Step("central", (0, 0, 0)),
    Step("pull", (0, 0, 0), (_, _, True)),  # kept: it will arrive once more
    Step("central", (0, 0, 0)),
    Step("pull", (0, 2, 0)),
    Step("stale"),
)
"""A page that arrives a second time, after a newer one."""

OTHER_STREAM = (
    Step("local", (0, 0, 0), word="note"),
    Step("push", (0, 3, 11)),
    Step("pull", (0, 2, 0)),
    Step("move_desk", (0, 0, 0)),  # its journal is offered again, to a stream that never had these numbers
)
"""A desk that now belongs to another dinas must not wait for a number that its new feed will never reach."""

FORGOTTEN_FILE = (
    Step("backup"),
    Step("attach", (0, 0, 0)),
    Step("upload", (0, 0, 0)),
    Step("restore", (0, 0, 0)),  # the file's row is lost; the desk knows that it has arrived
    Step("push", (0, 3, 11)),
)
"""A photo that central had and forgot: the act must wait until it has come once more."""

PUT_BACK = (
    Step("backup"),
    Step("local", (0, 0, 0), word="note"),
    Step("push", (0, 3, 11)),
    Step("pull", (0, 2, 0)),
    Step("restore", (0, 0, 0)),
)
"""What the feed had confirmed is lost with the timeline in which it was; the journal still has it."""
