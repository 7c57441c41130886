"""What the citizen's page does: find a report, take a rating, a dispute or an answer."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qlue_desk.central.errors import CentralError
from qlue_desk.central.limits import Buckets, Rate
from qlue_desk.central.public.numbers import EXAMPLE, normalise_number
from qlue_desk.central.public.pages import render
from qlue_desk.central.public.photos import PhotoProblem, public_copy
from qlue_desk.central.public.tracking import Tracking, phone_tail, photos_of, track
from qlue_desk.domain.complaint import Complaint, Status
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import N_, Fields, Refusal
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

TRIES = Rate(per_minute=0.5, burst=6)
"""Acts on one report: three digits must not be found out by trying."""
SATISFIED_FROM = 3
"""A lower rating disputes the resolution."""
LONGEST_TEXT = 4000
CACHE_FOLDER = "cache/lacak"


class Reply(msgspec.Struct, frozen=True):
    """A page, or (when `location` is given) the address to go on to."""

    html: str = ""
    status: int = 200
    location: str = ""


class Reception:
    """The citizen's page of one central."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tries = Buckets()

    def search(self, typed: str) -> Reply:
        """The search form; a number that is one leads on to its page."""
        typed = typed.strip()
        if not typed:
            return self._search_page()
        number = normalise_number(typed)
        if not number:
            return self._search_page(
                typed,
                _("“{typed}” bukan nomor laporan; bentuknya seperti {example}.").format(
                    typed=typed[:40], example=self._example()
                ),
                status=404,
            )
        if self._hub.records.by_number(number) is None:
            return self._unknown(typed, number)
        return Reply(status=303, location=f"/lacak/{number}")

    def show(self, typed: str, message: str = "") -> Reply:
        """The page of one report."""
        number = normalise_number(typed)
        complaint = self._hub.records.by_number(number) if number else None
        if complaint is None:
            return self._unknown(typed, number)
        if typed != number:
            return Reply(status=303, location=f"/lacak/{number}")
        return Reply(self._page(complaint, message=_MESSAGES.get(message, "")))

    def rate(self, number: str, rating: str, text: str, digits: str) -> Reply:
        """Take a rating: 1 or 2 re-opens the report, 3 to 5 confirm it."""
        score = int(rating) if rating in ("1", "2", "3", "4", "5") else 0
        if not score:
            return self._act(number, None, Fields(note=text), digits)
        verb = Verb.RATE if score >= SATISFIED_FROM else Verb.DISPUTE
        return self._act(number, verb, Fields(note=text, rating=score), digits)

    def answer(self, number: str, text: str, digits: str) -> Reply:
        """Take the answer to a question of the dinas."""
        return self._act(number, Verb.ANSWER, Fields(note=text), digits)

    def photo(self, typed: str, sha256: str) -> Path | None:
        """A picture that the page of this report shows, as everybody may see it; None otherwise."""
        complaint = self._hub.records.by_number(normalise_number(typed))
        if complaint is None or sha256 not in {photo.sha256 for photo in photos_of(complaint)} - {""}:
            return None
        try:
            if self._hub.blobs.known(sha256) is None:
                return None
            return public_copy(lambda: self._hub.blobs.read(sha256), self._hub.data / CACHE_FOLDER, sha256)
        except (PhotoProblem, CentralError):
            return None

    def _act(self, typed: str, verb: Verb | None, fields: Fields, digits: str) -> Reply:
        number = normalise_number(typed)
        complaint = self._hub.records.by_number(number) if number else None
        if complaint is None:
            return self._unknown(typed, number)
        problem, status = self._why_not(complaint, verb, fields, digits)
        if not problem and verb is not None:
            outcome = self._hub.register.reporter(number, verb, fields)
            if not isinstance(outcome, Refusal):
                return Reply(status=303, location=f"/lacak/{number}?pesan={verb}")
            problem, status = outcome.sentence(_), 409
            complaint = self._hub.records.by_number(number) or complaint
        return Reply(self._page(complaint, problem=problem, typed=fields.note), status)

    def _why_not(
        self, complaint: Complaint, verb: Verb | None, fields: Fields, digits: str
    ) -> tuple[str, int]:
        """Why this sender may not act, with the HTTP status; ('', 0) when they may."""
        wait = self._tries.take(complaint.number, TRIES)
        if wait:
            return _("Terlalu banyak percobaan untuk nomor ini; coba lagi beberapa menit lagi."), 429
        expected = phone_tail(complaint)
        if expected and not hmac.compare_digest(expected.encode(), digits.strip().encode()):
            return _("Tiga angka terakhir nomor telepon tidak cocok dengan nomor pelapor."), 403
        if verb is None:
            return _("Pilih nilai 1 sampai 5."), 422
        if len(fields.note) > LONGEST_TEXT:
            return _("Tulisan terlalu panjang: {length} huruf, paling banyak {limit}.").format(
                length=len(fields.note), limit=LONGEST_TEXT
            ), 422
        return "", 0

    def _page(self, complaint: Complaint, *, message: str = "", problem: str = "", typed: str = "") -> str:
        room = self._hub.room(complaint.city)
        entries = self._hub.records.entries(complaint.id)
        original = self._original(complaint)
        page: Tracking = track(complaint, entries, room.city, room.clocks, self._hub.now(), original)
        return render(
            "complaint.html",
            page=page,
            city=page.city,
            message=_(message) if message else "",
            problem=problem,
            typed=typed,
        )

    def _original(self, complaint: Complaint) -> Complaint | None:
        """The report that goes on for a duplicate; the original may have become a duplicate since."""
        found: Complaint | None = complaint
        seen: set[str] = set()
        while found is not None and found.status is Status.DUPLICATE:
            if found.id in seen:
                return None
            seen.add(found.id)
            found = self._hub.records.find(found.city, found.duplicate_of)
        return found if seen else None

    def _unknown(self, typed: str, number: str) -> Reply:
        if not number:
            sentence = _("“{typed}” bukan nomor laporan; bentuknya seperti {example}.").format(
                typed=typed[:40], example=self._example()
            )
        else:
            sentence = _("Laporan {number} tidak ada; periksa lagi nomornya.").format(number=number)
        return self._search_page(typed[:60], sentence, status=404)

    def _search_page(self, typed: str = "", problem: str = "", status: int = 200) -> Reply:
        html = render("search.html", city="", typed=typed, problem=problem, example=self._example())
        return Reply(html, status)

    def _example(self) -> str:
        """A number in the form of a city that is served here."""
        cities = self._hub.cities()
        year = self._hub.now().year % 100
        return f"{cities[0].prefix}-{year:02d}-004211" if len(cities) == 1 else EXAMPLE


_MESSAGES = {
    "rate": N_("Terima kasih, nilai Anda sudah dicatat."),
    "dispute": N_("Terima kasih. Laporan dibuka kembali dan akan diperiksa lagi."),
    "answer": N_("Terima kasih, jawaban Anda sudah diteruskan ke dinas."),
}
