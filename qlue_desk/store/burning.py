"""Words that left the desk leave its index, too: a merge in small steps, once a day at most, while nobody waits.

FTS5 only marks deleted words and keeps them until segments are merged. Its option `secure-delete` takes them out at
once, but for each word of a report that gets one more note: 160 pages a commit instead of 30, 6.5 ms instead of 1.8.
The database is encrypted, so that the fragments of a day are safe from whoever finds the disk (UU 27/2022).
"""

from __future__ import annotations

from qlue_desk.store import meta, search

PAGES = 250
"""Pages of one step: a person's act may have to wait for it."""
DAY = 86_400.0

GONE, MERGING = "words_gone", "words_merging"
"""Values of `meta` that are there while words have to go, and while that is under way."""
_LAST = "words_burned_at"
_MARK = f"INSERT INTO meta(key, value) VALUES ('{GONE}', x'') ON CONFLICT(key) DO NOTHING;"
STATEMENTS = (
    f"CREATE TRIGGER words_gone_delete AFTER DELETE ON complaint BEGIN {_MARK} END",
    "CREATE TRIGGER words_gone_update AFTER UPDATE OF title, text, street, note_text ON complaint"
    " WHEN old.title IS NOT new.title OR old.text IS NOT new.text OR old.street IS NOT new.street"
    f" OR length(new.note_text) < length(old.note_text) BEGIN {_MARK} END",
)
"""Triggers that remember that words went; one more note takes none away."""


def wanted() -> bool:
    """Whether there may be something to do."""
    return meta.get(MERGING) is not None or meta.get(GONE) is not None


def burn(now: float) -> bool:
    """One step, where it is due at this time (seconds since 1970); False when there is nothing to do.

    Inside `Store.write` or the writer's idle time.
    """
    if meta.get(MERGING) is None:
        if meta.get(GONE) is None or now - float(meta.get(_LAST) or 0) < DAY:
            return False
        # What goes from now on is for the next time.
        meta.put(GONE, None)
        meta.put(MERGING, b"")
        meta.put(_LAST, repr(now))
        search.merge(-PAGES)  # all segments on one level
        return True
    if search.merge(PAGES):
        return True
    meta.put(MERGING, None)
    return False
