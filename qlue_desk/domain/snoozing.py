"""Until when a report is put aside: the usual choices, and times as people write them.

All moments are aware; `now` is in the city's zone, and so is what comes back.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from qlue_desk.domain.calendar import LONGEST_CLOSURE, WorkCalendar
from qlue_desk.domain.days import MONTH_WORDS, read_day
from qlue_desk.domain.moves import N_, Code, Refusal
from qlue_desk.domain.query import parse_duration

LONGEST = dt.timedelta(days=366)
AFTERNOON = dt.time(15)
_NOON, _EVENING = dt.time(12), dt.time(19)
_DAY = dt.timedelta(days=1)
_MONDAY = 0
_PARTS = {"pagi": None, "morning": None, "siang": _NOON, "noon": _NOON, "sore": AFTERNOON, "malam": _EVENING}
"""Times of day by name; None is when the office opens."""
_YEAR = re.compile(r"\d{4}")
_CLOCK = re.compile(r"(?:jam |pukul )?(\d{1,2})(?:[.:](\d{2}))?")

UNREADABLE = N_("“{found}” bukan waktu; tulis misalnya {examples}.")
PAST = N_("{found} sudah lewat.")
PAST_DAY = N_("{found} sudah lewat; untuk yang berikutnya tulis juga tahunnya.")
TOO_FAR = N_("{found} terlalu jauh; paling lama setahun.")


def examples(now: dt.datetime) -> str:
    """Times to type, for a hint; the dates among them are still to come."""
    near, far = now.date() + _DAY * 6, now.date() + _DAY * 18
    month = MONTH_WORDS[far.month - 1].split()[0].title()
    return f"3 jam, besok 9, senin, sore, {far.day} {month}, {near.day}/{near.month} 13.30"


def choices(now: dt.datetime, calendar: WorkCalendar) -> list[tuple[str, dt.datetime]]:
    """The usual ones, each with its words (a msgid): in an hour, this afternoon, tomorrow, next Monday."""
    today = now.date()
    found = [(N_("1 jam lagi"), now + dt.timedelta(hours=1))]
    afternoon = dt.datetime.combine(today, AFTERNOON, now.tzinfo)
    if afternoon > now + dt.timedelta(hours=1):
        found.append((N_("sore ini"), afternoon))
    found.append((N_("besok pagi"), _morning(today + _DAY, now, calendar)))
    monday = today + _DAY * ((_MONDAY - today.weekday() - 1) % 7 + 1)
    found.append((N_("Senin pagi (hari kerja)"), _morning(working_day_from(monday, calendar), now, calendar)))
    return found


def working_day_from(day: dt.date, calendar: WorkCalendar) -> dt.date:
    """That day, or the first working day after it."""
    for later in range(LONGEST_CLOSURE):
        if calendar.is_working_day(day + _DAY * later):
            return day + _DAY * later
    return day


def read(text: str, now: dt.datetime, calendar: WorkCalendar) -> dt.datetime | Refusal:
    """The moment that was written: a length (`3h`), a day, a time, or both (`besok 9`).

    A day alone is its morning, when the office opens; a time alone is the next such time.
    """
    written = " ".join(text.casefold().split())
    found = _moment(written, now, calendar)
    if found is None:
        return Refusal(
            Code.INVALID_ARGS, UNREADABLE, {"found": text.strip(), "examples": examples(now)}, "until"
        )
    if found <= now:
        template = PAST if found.date() == now.date() or _YEAR.search(written) else PAST_DAY
        return Refusal(Code.INVALID_ARGS, template, {"found": text.strip()}, "until")
    if found > now + LONGEST:
        return Refusal(Code.INVALID_ARGS, TOO_FAR, {"found": text.strip()}, "until")
    return found


def _moment(written: str, now: dt.datetime, calendar: WorkCalendar) -> dt.datetime | None:
    if not written:
        return None
    length = parse_duration(written.removeprefix("+").removesuffix(" lagi"))
    if length is not None:
        return now + length
    for day_words, time_words in _splits(written):
        day = read_day(day_words, now.date()) if day_words else now.date()
        time = _time(time_words, calendar) if time_words else calendar.working_day.start
        if day is None or time is None:
            continue
        found = dt.datetime.combine(day, time, now.tzinfo)
        if not day_words and found <= now:
            found += _DAY
        return found
    return None


def _splits(written: str) -> Iterator[tuple[str, str]]:
    """All of it a day, all of it a time, or a day with its time behind it."""
    yield written, ""
    yield "", written
    words = written.split()
    for place in range(len(words) - 1, 0, -1):
        yield " ".join(words[:place]), " ".join(words[place:])


def _time(words: str, calendar: WorkCalendar) -> dt.time | None:
    if words in _PARTS:
        return _PARTS[words] or calendar.working_day.start
    found = _CLOCK.fullmatch(words)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return dt.time(int(found[1]), int(found[2] or 0))


def _morning(day: dt.date, now: dt.datetime, calendar: WorkCalendar) -> dt.datetime:
    hours = calendar.hours(day)
    return hours[0] if hours else dt.datetime.combine(day, calendar.working_day.start, now.tzinfo)
