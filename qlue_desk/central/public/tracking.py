"""What the citizen's page shows of a complaint: a view made of public parts only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from qlue_desk.central.public.dates import LocalDates
from qlue_desk.central.public.sentences import Standing, standing, step_words
from qlue_desk.domain.city import City
from qlue_desk.domain.clocks import Clocks
from qlue_desk.domain.complaint import STATUS_LOOK, Attachment, Complaint, Entry, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.privacy import entry_for_public, for_public
from qlue_desk.domain.stages import FOLLOWED_UP
from qlue_desk.words import _

SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What every phone's browser shows and what can be freed of its metadata."""


class Photo(msgspec.Struct, frozen=True):
    """One picture: ours by digest, or a link to where it lives outside."""

    sha256: str = ""
    url: str = ""
    after: bool = False


class Step(msgspec.Struct, frozen=True):
    """One line of the history."""

    when: str
    iso: str
    words: str
    text: str = ""
    colour: str = ""


class GoesOn(msgspec.Struct, frozen=True):
    """The report that goes on when this one was found to be the same: number and status, nothing else of it."""

    number: str
    label: str
    glyph: str
    colour: str
    now: str


class Tracking(msgspec.Struct, frozen=True):
    """The page's content, ready for the template; every text is plain."""

    number: str
    city: str
    label: str
    glyph: str
    colour: str
    standing: Standing
    reported: str
    title: str = ""
    category: str = ""
    place: str = ""
    follow_up: str = ""
    reason: str = ""
    question: str = ""
    goes_on: GoesOn | None = None
    steps: tuple[Step, ...] = ()
    before: tuple[Photo, ...] = ()
    after: tuple[Photo, ...] = ()
    secret: bool = False
    can_rate: bool = False
    can_answer: bool = False
    rating: int = 0
    asks_digits: bool = False
    """Whoever acts must know the last three digits of the reporter's telephone number."""


def track(
    complaint: Complaint,
    entries: Sequence[Entry],
    city: City,
    clocks: Clocks,
    now: dt.datetime,
    original: Complaint | None = None,
) -> Tracking:
    """The page of one complaint. Of a secret one only number, status and what comes next.

    `original`: the report that goes on where this one is a duplicate.
    """
    dates = LocalDates(city.zone, now)
    if original is not None:
        complaint = msgspec.structs.replace(complaint, duplicate_of=original.number)
    until = dispute_until(complaint, clocks, now)
    bare = Tracking(
        number=complaint.number,
        city=city.name,
        label=_(complaint.look.label),
        glyph=complaint.look.glyph,
        colour=str(complaint.look.colour),
        standing=standing(complaint, city, dates, now, until),
        reported=dates.day(complaint.created_at),
        secret=complaint.reporter.secret,
        can_rate=complaint.status is Status.RESOLVED and until is not None,
        can_answer=complaint.status is Status.AWAITING_REPORTER,
        rating=complaint.rating or 0,
        asks_digits=bool(phone_tail(complaint)),
    )
    if complaint.reporter.secret:
        return bare
    public = for_public(complaint)
    photos = photos_of(complaint)
    return msgspec.structs.replace(
        bare,
        title=public.title,
        category=city.category_label(public.category),
        place=_place(public, city),
        follow_up=public.follow_up if public.status in FOLLOWED_UP else "",
        reason=public.reason,
        question=public.question if bare.can_answer else "",
        goes_on=_goes_on(original, city, dates, now) if original is not None else None,
        steps=tuple(_steps(complaint, entries, city, dates)),
        before=tuple(photo for photo in photos if not photo.after),
        after=tuple(photo for photo in photos if photo.after),
    )


def _goes_on(original: Complaint, city: City, dates: LocalDates, now: dt.datetime) -> GoesOn:
    look = original.look
    # What is asked there is asked of somebody else.
    asked = original.status is Status.AWAITING_REPORTER
    words = "" if asked else standing(original, city, dates, now, None).now
    return GoesOn(original.number, _(look.label), look.glyph, str(look.colour), words)


def dispute_until(complaint: Complaint, clocks: Clocks, now: dt.datetime) -> dt.datetime | None:
    """Until when the reporter may dispute; None when there is nothing to dispute or it is too late."""
    if complaint.status is not Status.RESOLVED or complaint.final or complaint.resolved_at is None:
        return None
    until = clocks.dispute_until(complaint.resolved_at)
    return until if until >= now else None


def _place(complaint: Complaint, city: City) -> str:
    kelurahan = city.kelurahan_name(complaint.kelurahan)
    return ", ".join(filter(None, (complaint.street, kelurahan)))


def _steps(complaint: Complaint, entries: Sequence[Entry], city: City, dates: LocalDates) -> list[Step]:
    """Newest first: every change of status, and every text meant for the citizen."""
    arrived = complaint.received_at or complaint.created_at
    steps = [Step(dates.short(arrived), dates.iso(arrived), _("Laporan masuk"), colour="grey")]
    for entry in sorted(entries, key=lambda entry: entry.received_at or entry.at):
        moved = entry.from_status is not entry.to_status and entry.to_status is not None
        if entry.verb == Verb.ENTER or not (moved or entry.public):
            continue
        words = step_words(entry, city)
        shown = entry_for_public(entry)
        text = shown.text if shown is not None else ""
        if not words and not text:
            continue
        look = complaint.look if entry.to_status is None else STATUS_LOOK[entry.to_status]
        steps.append(
            Step(
                dates.short(entry.at),
                dates.iso(entry.at),
                words or _("Kabar dari {dinas}").format(dinas=city.dinas_name(entry.actor_dinas)),
                text,
                str(look.colour) if moved else "",
            )
        )
    return steps[::-1]


def photos_of(complaint: Complaint) -> tuple[Photo, ...]:
    """Pictures that the page may show; none of a secret report."""
    if complaint.reporter.secret:
        return ()
    found = []
    for attachment in complaint.attachments:
        if attachment.evidence and complaint.status not in FOLLOWED_UP:
            continue
        photo = _photo(attachment)
        if photo is not None:
            found.append(photo)
    return tuple(found)


def _photo(attachment: Attachment) -> Photo | None:
    if attachment.sha256 and attachment.media_type in SHOWN_INLINE and not attachment.url:
        return Photo(sha256=attachment.sha256, after=attachment.evidence)
    if attachment.url.startswith(("https://", "http://")):
        return Photo(url=attachment.url, after=attachment.evidence)
    return None


def phone_tail(complaint: Complaint) -> str:
    """The last three digits of the reporter's number, '' when none is known; a mask keeps them."""
    tail = complaint.reporter.phone[-3:]
    return tail if len(tail) == 3 and tail.isascii() and tail.isdigit() else ""
