"""Addresses that outside systems post to, each with an API key for intake."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import to_thread
from litestar import Request, Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler

from qlue_desk.central.errors import CentralError, DatabaseBusy, TokenRefused
from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.gateways import reports_of
from qlue_desk.central.intake.mapping import SHIPPED, load_mapping
from qlue_desk.central.intake.qlue import parse_item
from qlue_desk.central.intake.result import IntakeResult, take_all
from qlue_desk.central.intake.table import RowReader
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub
    from qlue_desk.central.report import Report
    from qlue_desk.domain.city import City

LARGEST_BODY = 8 * 1024 * 1024
LARGEST_KEYED_FORM = 64 * 1024
"""Of a form without a key outside: it is read to find the key in it."""
KEY_HEADER = "X-Api-Key"
FORMS = (RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART)

T = TypeVar("T")
Reading = Callable[[Any, "City"], "list[Report]"]


class Gate:
    """Lets those with a key in, and hands what they bring to the register."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def admit(self, key: str) -> None:
        """Raise TokenRefused when the key is none for intake."""
        self._hub.api_keys.of_token(key, "intake")

    def take(self, key: str, city_key: str, body: Any, read: Reading) -> IntakeResult:
        """Take what `body` holds.

        :raises TokenRefused: when the key is none for intake.
        :raises IntakeError: when the body is not of the expected shape, or the city is not clear.
        """
        client = self._hub.api_keys.of_token(key, "intake")
        if client.city and city_key and client.city != city_key:
            raise IntakeError(_("Kunci ini hanya untuk kota {city}.").format(city=client.city))
        chosen = client.city or city_key
        if not chosen:
            cities = self._hub.cities()
            if len(cities) != 1:
                known = ", ".join(city.key for city in cities)
                raise IntakeError(_("Sebutkan kota: city={known}.").format(known=known))
            chosen = cities[0].key
        return take_all(self._hub, read(body, self._hub.city(chosen)))

    def read_qlue(self, body: Any, city: City) -> list[Report]:
        """A JSON array of Qlue's items, or one item."""
        items = body if isinstance(body, list) else [body]
        return [parse_item(item, city.key, now=self._hub.now()) for item in reversed(items)]

    def read_call_centre(self, body: Any, city: City) -> list[Report]:
        """Events of a call centre 112, with the fields of its export; one or a list."""
        mapping = load_mapping(SHIPPED / "cc112.toml")
        reports = []
        for number, item in enumerate(body if isinstance(body, list) else [body], start=1):
            if isinstance(item, dict):
                row = {str(key): "" if value is None else str(value) for key, value in item.items()}
                problem, cells = "", [f"{key}={row[key]}" for key in sorted(row)]
            else:
                row, cells = {}, [json.dumps(item, ensure_ascii=False)]
                problem = _("butir {row}: bukan objek JSON").format(row=number)
            reports.append(RowReader(row, mapping, city, number).report(self._hub.now(), problem, cells))
        return reports

    def read_message(self, channel: str) -> Reading:
        """Messages of a gateway, whichever names it uses."""

        def read(body: Any, city: City) -> list[Report]:
            if not isinstance(body, Mapping):
                raise IntakeError(_("Pesan harus berupa objek JSON atau formulir."))
            return reports_of(body, city, self._hub.now(), channel)

        return read


def intake_router(hub: Hub) -> Router:
    """`/intake/sms`, `/intake/qlue`, `/intake/cc112`; the answer is the intake's counts.

    The key comes as `X-Api-Key`, as `Authorization: Bearer …`, or (gateways that know no headers) as
    `api_key` in the address or the form.
    """
    gate = Gate(hub)
    return Router(
        "/intake",
        route_handlers=_handlers(gate),
        exception_handlers={HTTPException: _http_error},
        request_max_body_size=LARGEST_BODY,
        include_in_schema=False,
    )


def _handlers(gate: Gate) -> list[BaseRouteHandler]:
    @post("/sms", status_code=200)
    async def sms(request: Request) -> Response[dict[str, Any]]:  # type: ignore[type-arg]
        return await _taken(gate, request, gate.read_message(request.query_params.get("channel", "")))

    @get("/sms", status_code=200)
    async def sms_by_address(request: Request) -> Response[dict[str, Any]]:  # type: ignore[type-arg]
        # Kannel and its kind only know GET.
        fields = {key: value for key, value in request.query_params.multi_items() if key != "api_key"}
        return await to_thread.run_sync(_answer, gate, request, _key(request), fields, gate.read_message(""))

    @post("/qlue", status_code=200)
    async def qlue(request: Request) -> Response[dict[str, Any]]:  # type: ignore[type-arg]
        return await _taken(gate, request, gate.read_qlue)

    @post("/cc112", status_code=200)
    async def call_centre(request: Request) -> Response[dict[str, Any]]:  # type: ignore[type-arg]
        return await _taken(gate, request, gate.read_call_centre)

    return [sms, sms_by_address, qlue, call_centre]


async def _taken(gate: Gate, request: Request, read: Reading) -> Response[dict[str, Any]]:  # type: ignore[type-arg]
    """First the key, then the body: a stranger makes central read nothing but a small form."""
    key = _key(request)
    if key or not _is_small_form(request):
        refused = await to_thread.run_sync(_answered, lambda: gate.admit(key))
        if isinstance(refused, Response):
            return refused
    body = await _body(request)
    in_form = body.pop("api_key", "") if isinstance(body, dict) else ""
    return await to_thread.run_sync(_answer, gate, request, key or str(in_form), body, read)


def _key(request: Request) -> str:  # type: ignore[type-arg]
    """The key that stands outside the body; '' when there is none."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return str(request.headers.get(KEY_HEADER) or bearer or request.query_params.get("api_key") or "")


def _is_small_form(request: Request) -> bool:  # type: ignore[type-arg]
    """Whether the body may carry the key itself, as gateways send it that know no headers."""
    length = request.headers.get("Content-Length", "")
    return request.content_type[0] in FORMS and length.isdecimal() and int(length) <= LARGEST_KEYED_FORM


async def _body(request: Request) -> Any:  # type: ignore[type-arg]
    """JSON or a form, told by the content type; JSON with another type is taken too."""
    if request.content_type[0] in FORMS:
        form = await request.form()
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}
    try:
        return json.loads((await request.body()).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _Unreadable(_("Isi permintaan bukan UTF-8: bita ke-{n}.").format(n=error.start + 1))
    except json.JSONDecodeError as error:
        return _Unreadable(
            _("Isi permintaan bukan JSON yang utuh: baris {line}, kolom {column}.").format(
                line=error.lineno, column=error.colno
            )
        )
    except RecursionError:
        return _Unreadable(_("Isi permintaan bukan JSON yang bisa dibaca: terlalu dalam bersarang."))
    except ValueError:  # Python reads no longer one
        return _Unreadable(
            _("Isi permintaan bukan JSON yang bisa dibaca: ada bilangan dengan lebih dari {n} angka.").format(
                n=sys.get_int_max_str_digits()
            )
        )


class _Unreadable(str):
    """A body that is none; the sentence says why and where."""


def _answer(
    gate: Gate,
    request: Request,  # type: ignore[type-arg]
    key: str,
    body: Any,
    read: Reading,
) -> Response[dict[str, Any]]:
    def take() -> dict[str, Any]:
        if isinstance(body, _Unreadable):
            raise IntakeError(body)
        return dict(gate.take(key, request.query_params.get("city", ""), body, read).to_json())

    found = _answered(take)
    return found if isinstance(found, Response) else Response(found)


def _answered(work: Callable[[], T]) -> T | Response[dict[str, Any]]:
    """What `work` gives, or what is wrong as an answer of one sentence."""
    try:
        return work()
    except TokenRefused:
        return _refused(401, _("Kunci intake tidak dikenal; minta kepada pengelola kota."))
    except DatabaseBusy as error:
        return _refused(503, error.sentence(_))
    except CentralError as error:
        return _refused(400, error.sentence(_))
    except IntakeError as error:
        return _refused(400, str(error))


def _refused(status: int, sentence: str) -> Response[dict[str, Any]]:
    return Response({"status": status, "detail": sentence}, status_code=status)


def _http_error(_request: Request, error: HTTPException) -> Response[dict[str, Any]]:  # type: ignore[type-arg]
    if error.status_code == 413:
        sentence = _("Isi permintaan terlalu besar; paling banyak {limit} bita.").format(limit=LARGEST_BODY)
        return _refused(413, sentence)
    return _refused(error.status_code, error.detail)
