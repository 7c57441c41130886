"""GeoReport's resources, answered from the register's records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qlue_desk.central.errors import NotFound, TokenRefused
from qlue_desk.central.instants import from_ms
from qlue_desk.central.open311 import documents
from qlue_desk.central.open311.asking import LISTED, MOST_REQUESTS, Query, before, moment, numbers, search_of
from qlue_desk.central.open311.errors import GeoReportError, bad, unknown
from qlue_desk.central.open311.posting import report_of
from qlue_desk.central.open311.rendering import Document
from qlue_desk.central.open311.updating import add_update
from qlue_desk.central.records import Search
from qlue_desk.domain.city import City, Cooperation
from qlue_desk.domain.complaint import Complaint
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

CHANGESET = "2026-11-24T00:00:00+07:00"
"""When the resources last changed their shape."""
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
REQUESTS = "service_requests"
RECENT = dt.timedelta(days=1)
"""Updates that are listed when no date is asked for."""


class GeoReport:
    """The resources; `base_url` of the calls ends with a slash and makes links absolute."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def discovery(self, base_url: str) -> Document:
        """Where the endpoint is and how a key is had."""
        endpoint = {
            "specification": SPECIFICATION,
            "url": f"{base_url}open311/v2",
            "changeset": CHANGESET,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }
        names = ", ".join(city.name for city in self._hub.cities())
        return Document(
            "discovery",
            {
                "changeset": CHANGESET,
                "contact": _("Dinas Komunikasi dan Informatika {cities}").format(cities=names),
                "key_service": _("Minta api_key kepada Dinas Komunikasi dan Informatika kota."),
                "endpoints": [endpoint],
            },
        )

    def services(self, query: Query) -> Document:
        """What can be reported: the city's categories, and one for what has none."""
        city = self._city(query)
        today = self._hub.now().astimezone(ZoneInfo(city.zone)).date()
        kinds = [*city.categories, None]
        return Document("services", [documents.service(kind, city, today) for kind in kinds])

    def definition(self, code: str, query: Query) -> Document:
        """Always 404: no service asks for more than the common fields (metadata is false)."""
        city = self._city(query)
        if code not in city.category_by_key and code != documents.UNCATEGORISED:
            raise unknown("service_code", code)
        raise GeoReportError(404, f"service_code {code[:60]!r} has no definition: its metadata is false.")

    def requests(self, query: Query, base_url: str) -> Document:
        """`service_request_id` overrides every other filter."""
        if ids := numbers(query):
            found = [self._hub.records.by_number(number) for number in ids]
            listed = [each for each in found if each is not None and documents.is_listed(each)]
        else:
            city = self._city(query)
            listed = self._hub.records.search(search_of(query, city, self._hub.now()))
        return Document(REQUESTS, self._items(listed, query, base_url))

    def request(self, number: str, query: Query, base_url: str) -> Document:
        """A list with the one request."""
        found = self._hub.records.by_number(number)
        if found is None or not documents.is_listed(found):
            raise unknown("service_request_id", number)
        return Document(REQUESTS, self._items([found], query, base_url))

    def token(self, token: str) -> Document:
        """We answer at once with the number, so no token is ever given; a complaint's id is taken as one."""
        found = self._hub.records.get(token)
        if found is None or not documents.is_listed(found):
            raise unknown("token", token)
        return Document(REQUESTS, [{"service_request_id": found.number, "token": token}])

    def post(self, form: Mapping[str, str]) -> Document:
        """Take a report; answers its number."""
        client, of_key = self._client(form)
        city = of_key or self._city(form)
        taken = self._hub.register.take(report_of(form, city, client, self._hub.now()))
        number = taken.complaint.number
        notice = _("Nomor laporan {number}; lihat perkembangannya di /lacak/{number}.").format(number=number)
        return Document(
            REQUESTS,
            [{"service_request_id": number, "service_notice": notice, "account_id": None}],
            201,
        )

    def post_update(self, form: Mapping[str, str]) -> Document:
        """Add a note of the system that posted a report; answers the update's own id."""
        client, of_key = self._client(form)
        return Document("service_request_updates", [add_update(self._hub, form, client, of_key)], 201)

    def updates(self, query: Query) -> Document:
        """Public steps of all reports between two times (default: the last day), oldest first."""
        city = self._city(query)
        end = moment(query, "end_date", city) or self._hub.now()
        start = moment(query, "start_date", city) or before(end, RECENT)
        if end < start:
            raise bad("end_date lies before start_date.")
        wanted = Search(city.key, statuses=LISTED, updated_from=start, by_update=True, limit=MOST_REQUESTS)
        items = []
        for complaint in self._hub.records.search(wanted):
            for entry in self._hub.records.entries(complaint.id):
                if start <= (entry.received_at or entry.at) <= end and documents.is_public_step(entry):
                    items.append(((entry.received_at or entry.at), documents.update(entry, complaint, city)))
        items.sort(key=lambda pair: pair[0])
        return Document("service_requests_updates", [item for _at, item in items[:MOST_REQUESTS]])

    def _items(self, complaints: Sequence[Complaint], query: Query, base_url: str) -> list[documents.Item]:
        updated = self._hub.records.updated_at([complaint.id for complaint in complaints])
        extended = query.get("extensions", "").lower() == "true"
        items = []
        for complaint in complaints:
            room = self._hub.room(complaint.city)
            at = from_ms(updated[complaint.id])
            item = documents.request(complaint, room.city, room.clocks, self._hub.now(), at, base_url)
            if extended:
                entries = self._hub.records.entries(complaint.id)
                item |= documents.extension(complaint, entries, room.city)
            items.append(item)
        return items

    def _client(self, form: Mapping[str, str]) -> tuple[str, City | None]:
        """Name of the client and the only city it writes for (None: any).

        A `jurisdiction_id` that is another city is refused: its report would land where nobody looks for it.
        """
        key = form.get("api_key", "").strip()
        if not key:
            raise GeoReportError(403, "api_key was not provided.")
        try:
            found = self._hub.api_keys.of_token(key, "open311")
        except TokenRefused:
            raise GeoReportError(403, "Invalid api_key received: it may not create requests.") from None
        if not found.city:
            return found.name, None
        wanted = form.get("jurisdiction_id", "").strip()
        if wanted and self._city(form).key != found.city:
            raise GeoReportError(
                403,
                f"This api_key creates requests in jurisdiction_id {found.city!r} only, not in {wanted[:60]!r}.",
            )
        return found.name, self._hub.city(found.city)

    def _city(self, query: Mapping[str, str]) -> City:
        """The city that is meant: by `jurisdiction_id`, or the only one that takes part."""
        wanted = query.get("jurisdiction_id", "").strip()
        if wanted:
            try:
                return self._hub.city(wanted)
            except NotFound:
                raise unknown("jurisdiction_id", wanted) from None
        cities = self._hub.cities()
        taking_part = [city for city in cities if city.cooperation is not Cooperation.NONE]
        for chosen in (cities, taking_part):
            if len(chosen) == 1:
                return chosen[0]
        known = ", ".join(city.key for city in cities)
        raise bad(f"jurisdiction_id was not provided; one of {known}.")
