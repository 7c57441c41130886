"""Handing over between shifts: the dialog of who goes, and what who comes sees first."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen

from qlue_desk.casework import handover
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.dialogs.base import TextDialog
from qlue_desk.desk.dialogs.handover import HandoverDialog
from qlue_desk.desk.later import say
from qlue_desk.desk.queue.telling import kept_sentence
from qlue_desk.desk.safe_text import safe
from qlue_desk.settings import Settings
from qlue_desk.store import drafts, handovers
from qlue_desk.words import _

DRAFT = "handover"
"""Whose draft the note is: no report's, but the desk's."""


async def hand_over(screen: Screen[None], backend: Backend, settings: Settings) -> None:
    """Show the lists, take a note, say that it stays, or that what was begun is kept."""
    place, shifts = backend.workplace, settings.shifts

    def read() -> str:
        return handover.handover_text(place, handover.shift_report(place, backend.now(), shifts))

    async def leave(note: str) -> None:
        await backend.write(handover.sign_off, place, note, backend.now(), shifts)

    text = await backend.read(read)
    dialog = HandoverDialog(
        text,
        await backend.read(drafts.load, DRAFT, backend.actor.id),
        leave,
        lambda typed: backend.keep(drafts.save, DRAFT, backend.actor.id, typed, backend.now()),
    )
    if await screen.app.push_screen_wait(dialog):
        say(screen, _("Catatan ditinggalkan; sif berikut melihatnya saat meja dibuka."))
    elif dialog.begun and await backend.was_kept():
        say(screen, kept_sentence(settings, "handover"))


async def show_left(screen: Screen[None], backend: Backend) -> None:
    """What other shifts left since yesterday and the person has not read; once."""
    now = backend.now()
    left = await backend.read(handover.unseen, backend.workplace, now)
    if not left:
        return
    lines: list[tuple[str, str]] = []
    for note in left:
        lines += [(safe(handover.note_line(backend.workplace, note), multiline=True), "bold"), ("\n\n", "")]
    lists = await backend.read(handover.left_text, backend.workplace, left[0])
    lines.append((safe(lists, multiline=True), ""))
    await screen.app.push_screen_wait(TextDialog(_("Serah terima"), Content.assemble(*lines)))
    if not backend.read_only:
        await backend.write(handovers.mark_seen, backend.actor.id, now)
