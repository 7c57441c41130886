"""Addresses of the citizen's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from litestar import Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler

from qlue_desk.central.api.visitors import retry_headers
from qlue_desk.central.errors import CentralError, DatabaseBusy
from qlue_desk.central.public.pages import FOLDER, HEADERS, render
from qlue_desk.central.public.reception import Reception, Reply
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

STATIC = {"lacak.css": "text/css", "lacak.svg": "image/svg+xml"}
STATIC_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=3600"}
PHOTO_HEADERS = HEADERS | {"Cache-Control": "private, max-age=300"}
LARGEST_FORM = 64 * 1024


def public_router(hub: Hub) -> Router:
    """`/lacak/…`; every answer is HTML, an error too."""
    reception = Reception(hub)
    return Router(
        "/lacak",
        route_handlers=[*_readers(reception), *_writers(reception), static_file],
        exception_handlers={HTTPException: _error_page, CentralError: _central_error_page},
        include_in_schema=False,
        request_max_body_size=LARGEST_FORM,
    )


def _readers(reception: Reception) -> list[BaseRouteHandler]:
    @get("/", sync_to_thread=True)
    def search(request: Request) -> Response[str]:  # type: ignore[type-arg]
        return _response(reception.search(request.query_params.get("nomor", "")))

    @get("/{number:str}", sync_to_thread=True)
    def show(request: Request) -> Response[str]:  # type: ignore[type-arg]
        return _response(reception.show(_number(request), request.query_params.get("pesan", "")))

    @get("/{number:str}/foto/{sha256:str}", sync_to_thread=True)
    def photo(request: Request) -> Response[bytes] | Response[str]:  # type: ignore[type-arg]
        number = _number(request)
        found = reception.photo(number, request.path_params["sha256"])
        if found is None:
            return _problem(_("Foto ini tidak ada pada laporan {number}.").format(number=number[:40]), 404)
        return Response(found.read_bytes(), media_type="image/jpeg", headers=PHOTO_HEADERS)

    return [search, show, photo]


def _writers(reception: Reception) -> list[BaseRouteHandler]:
    @post("/{number:str}/nilai", status_code=200)
    async def rate(request: Request) -> Response[str]:  # type: ignore[type-arg]
        form = await _form(request)
        given = (form.get("nilai", ""), form.get("teks", ""), form.get("telepon", ""))
        return _response(await to_thread.run_sync(reception.rate, _number(request), *given))

    @post("/{number:str}/jawab", status_code=200)
    async def answer(request: Request) -> Response[str]:  # type: ignore[type-arg]
        form = await _form(request)
        given = (form.get("teks", ""), form.get("telepon", ""))
        return _response(await to_thread.run_sync(reception.answer, _number(request), *given))

    return [rate, answer]


@get("/static/{name:str}", sync_to_thread=True)
def static_file(request: Request) -> Response[bytes] | Response[str]:  # type: ignore[type-arg]
    """The style sheet and the icon; nothing else lies there."""
    name = request.path_params["name"]
    if name not in STATIC:
        return _problem(_("Berkas ini tidak ada."), 404)
    content = (FOLDER / "static" / name).read_bytes()
    return Response(content, media_type=STATIC[name], headers=STATIC_HEADERS)


def _number(request: Request) -> str:  # type: ignore[type-arg]
    number: str = request.path_params["number"]
    return number


async def _form(request: Request) -> dict[str, str]:  # type: ignore[type-arg]
    """The fields of a form; a file or a repeated field counts by its last text."""
    form = await request.form()
    return {key: value for key, value in form.multi_items() if isinstance(value, str)}


def _response(reply: Reply) -> Response[str]:
    headers = HEADERS | ({"Location": reply.location} if reply.location else {})
    return Response(reply.html, status_code=reply.status, media_type="text/html", headers=headers)


def _problem(sentence: str, status: int, more: dict[str, str] | None = None) -> Response[str]:
    html = render("search.html", city="", typed="", problem=sentence, example="BGR-26-004211")
    return Response(html, status_code=status, media_type="text/html", headers=HEADERS | (more or {}))


def _error_page(_request: Request, error: HTTPException) -> Response[str]:  # type: ignore[type-arg]
    """What litestar itself refuses (a wrong method, a broken form) in the page's own words."""
    if error.status_code == 429:
        return _problem(error.detail, 429, retry_headers(error))
    return _problem(_("Permintaan ini tidak dapat dibaca; mulai lagi dari sini."), error.status_code)


def _central_error_page(_request: Request, error: CentralError) -> Response[str]:  # type: ignore[type-arg]
    return _problem(error.sentence(_), 503 if isinstance(error, DatabaseBusy) else 400)
