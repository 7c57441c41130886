"""Invariant 12: a desk's rows do not depend on how the feed was cut into pages or compacted behind it.

PowerSync's law: for every cut c, what was applied up to c and then the compacted rest is the whole log applied.
"""

from __future__ import annotations

import shutil
from typing import Any

from qlue_desk.central import compaction
from qlue_desk.protocol import PullReply, PullRequest, decode_cursor
from qlue_desk.store import position, replica
from qlue_desk.sync.errors import Resync
from tests.sync.walking.world import DESKS, WalkDesk, World

WHOLE_LOG = 500
NEVER_TOO_YOUNG = 2**62


def paging_and_compaction(world: World) -> None:
    """Two copies of a desk as it was before the walk: one reads all at once, the other in small pages.

    Half way the feed behind the second is dropped by central's own compaction. Where the walk itself left
    the first no way to go on (compacted past it, another epoch), invariants 9 and 13 judge its snapshot.
    """
    number = len(world.server_lines()) % len(DESKS)
    desks: list[WalkDesk] = []
    try:
        whole = _as_before(world, number, desks)
        if whole.dinas != DESKS[number]:
            return
        try:
            while _page(whole, WHOLE_LOG):
                pass
        except Resync:
            return
        _in_pages(world, _as_before(world, number, desks), whole)
    finally:
        for desk in desks:
            desk.store.close()


def _in_pages(world: World, parts: WalkDesk, whole: WalkDesk) -> None:
    stream = parts.direct.asking.stream
    database = world.hub.database
    with database.connected():
        kept = database.all("SELECT seq FROM feed_event WHERE stream = ? ORDER BY seq", (stream,))
    for size in (1, 2, 3):
        if len(kept) > 2 * size:
            _page(parts, size)
    at = _seq(parts)
    behind = sum(1 for (seq,) in kept if seq <= at)
    if behind:
        compaction._drop_front(world.hub, stream, NEVER_TOO_YOUNG, behind)
    try:
        size = 1
        while _page(parts, size):
            size = size % 3 + 1
    except Resync as error:
        raise AssertionError(
            "invariant 12: a cursor at the floor of a compacted feed is not valid"
        ) from error
    assert _seen(parts) == _seen(whole), "invariant 12: rows depend on pages or compaction"
    assert parts.rows() == world.server_rows(parts.dinas), (
        "invariant 12: pages lead elsewhere than central's rows"
    )


def _as_before(world: World, number: int, desks: list[WalkDesk]) -> WalkDesk:
    home = world.folder / f"paging{len(desks)}"
    shutil.copytree(world.template.folder / "first" / f"desk{number}", home)
    template = world.template
    desks.append(WalkDesk(world, home, template.tokens[number], template.people[number], home.name))
    return desks[-1]


def _page(desk: WalkDesk, size: int) -> int:
    """One page of at most `size` events through the desk's own code; how many came."""
    cursor = desk.link.read(position.cursor)
    asked = PullRequest(cursor=cursor, limit=size)
    reply = desk.direct.send("POST", "/v1/pull", PullReply, body=asked)
    desk.link.write(replica.apply_page, reply)
    return len(reply.events)


def _seq(desk: WalkDesk) -> int:
    cursor = desk.link.read(position.cursor)
    assert cursor is not None, "a desk of the template has pulled"
    return decode_cursor(cursor).seq


def _seen(desk: WalkDesk) -> tuple[Any, ...]:
    history = dict(desk.ask("SELECT id, body FROM entry"))
    return desk.link.read(position.cursor), desk.rows(), history
