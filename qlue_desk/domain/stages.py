"""Groups of statuses that views, lists and pages need, read off the table of moves.

A new status belongs to them by its edges, so nobody has to remember a list of his own.
"""

from __future__ import annotations

from collections.abc import Iterable

from qlue_desk.domain.complaint import OPEN_STATUSES, Role, Status
from qlue_desk.domain.edges import EDGE_BY_VERB, EDGES, Edge, Verb

_RELEASE = EDGE_BY_VERB[Verb.RELEASE]
_FOR_DISPATCH = EDGE_BY_VERB[Verb.DISPATCH].sources


def moved_by_officers(edges: Iterable[Edge] = EDGES) -> frozenset[Status]:
    """Where an officer of the dinas can lead the report on; what waits for the verifier is left out."""
    own = [edge for edge in edges if edge.target and any(w.role is Role.OFFICER and w.own for w in edge.who)]
    found = frozenset(status for edge in own for status in edge.sources)
    return (found & OPEN_STATUSES) - _FOR_DISPATCH


def interrupted(edges: Iterable[Edge] = EDGES) -> frozenset[Status]:
    """Where work stands still for somebody or something else: entered from work, left by starting again."""
    edges = tuple(edges)
    again = frozenset(status for edge in edges if edge.verb is Verb.START for status in edge.sources)
    entered = frozenset(edge.target for edge in edges if edge.target and Status.IN_PROGRESS in edge.sources)
    return again & entered


def told_by_reporters(edges: Iterable[Edge] = EDGES) -> frozenset[Status]:
    """Open, and the reporter has the next word: the report comes back with the answer, the clocks stand till then.

    That the clocks stand (`Edge.pauses`) is not enough to be let alone: where nobody else brings the report back, it would
    be forgotten. A pause that somebody else ends, the system on a day for instance, is to be added here.
    """
    theirs = [edge for edge in edges if any(who.role is Role.REPORTER for who in edge.who)]
    return frozenset(status for edge in theirs for status in edge.sources) & OPEN_STATUSES


MOVED_BY_OFFICERS = moved_by_officers()
NEEDS_OFFICER = MOVED_BY_OFFICERS - told_by_reporters()
"""What an officer has to do something about now; what the reporter was asked can wait, though it may be led on."""
INTERRUPTED = interrupted()
ONLY_WATCHED = OPEN_STATUSES - MOVED_BY_OFFICERS - _RELEASE.sources - {_RELEASE.target}
"""Open at a dinas whose officers wait for somebody else: a supervisor, or the verifier."""
FOLLOWED_UP = frozenset(EDGE_BY_VERB[verb].target for verb in (Verb.PROPOSE, Verb.RESOLVE, Verb.DISPUTE))
"""The dinas has said what it did, and whoever asked may see it; while it works, what it writes is a draft."""
