"""Where this desk stands with central: its place in the stream, its timeline, the rules it has seen, the last contact."""

from __future__ import annotations

import datetime as dt

from qlue_desk.store import meta

CURSOR = "cursor"
GENERATION = "generation"
LAST_CONTACT = "last_contact"
SERVER_TIME = "server_time"
"""Largest time that central ever stated; a desk's own clock may go back, this never does."""
RULES = "rules_seen"
"""What `keep_rules` wrote last; another one than the session's: fetch the session."""
SUSPICION = "suspicion"
"""How many pages in a row did not verify."""


def cursor() -> str | None:
    """Where this desk stands in its stream; None before the first snapshot."""
    stored = meta.get(CURSOR)
    return None if stored is None else stored.decode()


def forget_cursor() -> None:
    """What comes next has nothing in common with what is here: the next round takes a snapshot."""
    meta.put(CURSOR, None)


def generation() -> int:
    """Number of the desk's timeline; a reply that was asked for in an older one is dropped."""
    stored = meta.get(GENERATION)
    return 0 if stored is None else int(stored)


def next_generation() -> int:
    """Fence off every reply that is still on its way."""
    number = generation() + 1
    meta.put(GENERATION, str(number))
    return number


def rules_of(scope_version: int, rules: str) -> str:
    """Rules and scope in one word, to compare."""
    return f"{scope_version}:{rules}"


def keep_rules(scope_version: int, rules: str) -> str:
    """A reply or a session named these; returns them in one word."""
    named = rules_of(scope_version, rules)
    meta.put(RULES, named)
    return named


def note_contact(server_time: dt.datetime | None = None) -> None:
    """Central has just answered."""
    meta.put(LAST_CONTACT, dt.datetime.now(dt.UTC).isoformat())
    if server_time is None:
        return
    known = meta.get(SERVER_TIME)
    if known is None or dt.datetime.fromisoformat(known.decode()) < server_time:
        meta.put(SERVER_TIME, server_time.isoformat())


def suspect() -> int:
    """A page did not verify; returns how many in a row."""
    count = int(meta.get(SUSPICION) or b"0") + 1
    meta.put(SUSPICION, str(count))
    return count


def trust() -> None:
    """A page verified."""
    meta.put(SUSPICION, None)
