"""Serves one desk to browsers: sign-in first, then each window is a desk process on the same data folder."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import textual_serve
from aiohttp import WSMsgType, web
from multidict import MultiDictProxy

from qlue_desk.browser import pages
from qlue_desk.browser.doors import VISIT_SECONDS, Addresses, Tries, Visit, Visits
from qlue_desk.browser.incoming import BadMessage, size_of, take
from qlue_desk.browser.window import DeskWindow
from qlue_desk.domain.complaint import Actor
from qlue_desk.phrases import number
from qlue_desk.store.database import Store
from qlue_desk.store.errors import StoreError
from qlue_desk.sync import signing_in
from qlue_desk.sync.errors import SignInFailed, SyncError, WrongPassword
from qlue_desk.sync.lock import DeskLock
from qlue_desk.words import _, n_

WINDOWS = 6
"""Each is a process of its own; a person has few."""
LOOK_SECONDS = 1.0
"""How often an open window is asked whether its person is still signed in."""
VISIT_COOKIE, FORM_COOKIE = "qlue_desk_visit", "qlue_desk_form"
_LONGEST_FORM = 16 * 1024
_LONGEST_MESSAGE = 256 * 1024
_THEIRS = Path(textual_serve.__file__).parent / "static"
_log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BrowserDesk:
    """The desk of a data folder as a web application."""

    def __init__(
        self,
        store: Store,
        command: tuple[str, ...],
        addresses: Addresses,
        *,
        private_ca: Path | None = None,
    ) -> None:
        self._store = store
        self._command = command
        self._addresses = addresses
        self._private_ca = private_ca
        self._visits = Visits()
        self._tries = Tries()
        self._signing = asyncio.Lock()
        self.windows: dict[DeskWindow, Visit] = {}

    def application(self) -> web.Application:
        """Routes and rules."""
        app = web.Application(middlewares=[self._guard], client_max_size=_LONGEST_FORM)
        app.add_routes(
            [
                web.get("/", self._page),
                web.post("/masuk", self._sign_in),
                web.post("/keluar", self._sign_out),
                web.get("/ws", self._desk),
                web.static("/static", _THEIRS),
                web.static("/ours", pages.FOLDER / "static"),
            ]
        )
        app.on_shutdown.append(self._close_windows)
        return app

    # --- the doors -----------------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """No foreign name for us, no foreign page that acts, and the same headers on all that is answered."""
        if not self._addresses.knows_host(request.host):
            response: web.StreamResponse = web.Response(status=421, text=_("Alamat ini bukan alamat meja."))
        elif (request.method != "GET" or request.path == "/ws") and not self._addresses.is_ours(
            request.headers.get("Origin"), request.host
        ):
            response = web.Response(status=403, text=_("Permintaan dari halaman lain ditolak."))
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = web.Response(status=error.status, text=error.reason, headers=_location(error))
            except Exception:
                _log.exception("%s %s", request.method, request.path)
                response = web.Response(status=500, text=_("Permintaan ini gagal di meja; coba lagi."))
        if not response.prepared:
            socket = self._socket(request)
            response.headers.update(
                {name: value.replace("{socket}", socket) for name, value in pages.HEADERS.items()}
            )
        return response

    def _socket(self, request: web.Request) -> str:
        return "ws" + self._addresses.origin(request.host).removeprefix("http") + "/ws"

    async def _visit(self, request: web.Request) -> Visit | None:
        token = request.cookies.get(VISIT_COOKIE)
        return self._visits.find(token, await self._person()) if token else None

    async def _person(self) -> str | None:
        actor = await asyncio.to_thread(signing_in.signed_in, self._store)
        return actor.id if actor is not None else None

    # --- pages ---------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        visit = await self._visit(request)
        if visit is None:
            return self._ask(request)
        content = pages.render("desk.html", socket=self._socket(request), form=visit.form, font_size=16)
        return web.Response(text=content, content_type="text/html")

    def _ask(
        self, request: web.Request, problem: str = "", user: str = "", status: int = 200
    ) -> web.Response:
        form = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
        content = pages.render("sign_in.html", problem=problem, user=user, form=form)
        response = web.Response(text=content, content_type="text/html", status=status)
        self._set_cookie(response, FORM_COOKIE, form)
        return response

    def _set_cookie(self, response: web.Response, name: str, value: str, seconds: int | None = None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, samesite="Strict",
            secure=bool(self._addresses.public),
        )  # fmt: skip

    async def _sign_in(self, request: web.Request) -> web.Response:
        typed = await _form(request)
        user, password, form = (str(typed.get(name, "")) for name in ("user", "password", "form"))
        if not _same(form, request.cookies.get(FORM_COOKIE)):
            return self._ask(request, _("Halaman ini sudah lama terbuka; isi sekali lagi."), user, 403)
        keys = (f"address {self._address(request)}", f"name {user.strip().casefold()}")
        async with self._signing:
            if wait := self._tries.wait_seconds(*keys):
                sentence = n_("Terlalu banyak percobaan; coba lagi dalam {n} detik.", wait).format(
                    n=number(wait)
                )
                return self._ask(request, sentence, user, 429)
            try:
                person = await asyncio.to_thread(self._checked, user, password)
            except (SyncError, StoreError) as error:
                if isinstance(error, WrongPassword):
                    self._tries.failed(*keys)
                sentence = error.sentence() if isinstance(error, SyncError) else error.sentence(_)
                return self._ask(request, sentence, user, 403)
        visit = self._visits.begin(person)
        response = web.Response(status=303, headers={"Location": "/"})
        self._set_cookie(response, VISIT_COOKIE, visit.token, VISIT_SECONDS)
        return response

    def _address(self, request: web.Request) -> str:
        """Who asks. A proxy asks for everybody: then what it says itself, which is the last of the list."""
        hops = request.headers.getall("X-Forwarded-For", []) if self._addresses.public else []
        last = hops[-1].rpartition(",")[2].strip() if hops else ""
        return last or str(request.remote)

    def _checked(self, user: str, password: str) -> str:
        """The id of the person whose password this is.

        :raises SyncError: with one sentence.
        """
        return signing_in.sign_in(
            self._store, user, password, private_ca=self._private_ca, admit=self._admit
        ).id

    def _admit(self, person: Actor) -> None:
        """A desk at which somebody works stays theirs: what they do must not be recorded in another's name."""
        before = signing_in.signed_in(self._store)
        if before is not None and before.id != person.id and self._in_use():
            raise SignInFailed(
                _("Meja ini sedang dipakai {name}; tunggu sampai ia menutupnya.").format(name=before.name)
            )

    def _in_use(self) -> bool:
        """Whether a desk is open, in a browser or in a terminal: one of them holds the line to central."""
        lock = DeskLock(self._store.folder)
        if self.windows or not lock.acquire():
            return True
        lock.release()
        return False

    async def _sign_out(self, request: web.Request) -> web.Response:
        visit = await self._visit(request)
        typed = await _form(request)
        if visit is not None and _same(str(typed.get("form", "")), visit.form):
            self._visits.end(visit.token)
            await self._close_those(lambda each: each.token == visit.token)
        response = web.Response(status=303, headers={"Location": "/"})
        response.del_cookie(VISIT_COOKIE, path="/")
        return response

    # --- the desk itself -----------------------------------------------------------------------

    async def _desk(self, request: web.Request) -> web.StreamResponse:
        visit = await self._visit(request)
        if visit is None:
            return web.Response(status=401, text=_("Masuk dulu."))
        if len(self.windows) >= WINDOWS:
            return web.Response(status=503, text=_("Sudah {n} jendela terbuka.").format(n=WINDOWS))
        websocket = web.WebSocketResponse(heartbeat=15, max_msg_size=_LONGEST_MESSAGE)

        async def close() -> None:
            await websocket.close()

        window = DeskWindow(
            self._command,
            self._store.folder,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=close,
        )
        # Counted before anything is waited for: else many at once would all find room.
        self.windows[window] = visit
        watching: asyncio.Task[None] | None = None
        try:
            await websocket.prepare(request)
            watching = asyncio.create_task(self._watch(visit, close))
            await window.start(size_of(request.query, "width", 80), size_of(request.query, "height", 24))
            await self._carry(websocket, window)
        finally:
            if watching is not None:
                watching.cancel()
            # Also when this request is cancelled, as it is when the server ends.
            await asyncio.shield(self._forget(window))
            with contextlib.suppress(ConnectionError, RuntimeError):
                await websocket.close()
        return websocket

    async def _carry(self, websocket: web.WebSocketResponse, window: DeskWindow) -> None:
        async for message in websocket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                answer = await take(message.data, window)
            except BadMessage:
                return
            if answer is not None:
                await websocket.send_str(answer)

    async def _watch(self, visit: Visit, close: Callable[[], Awaitable[None]]) -> None:
        """Close the window when its person is no longer signed in, here or at the desk."""
        try:
            while self._visits.find(visit.token, await self._person()) is not None:
                await asyncio.sleep(LOOK_SECONDS)
        except Exception:  # a window whose person cannot be asked for does not stay open
            _log.exception("who is signed in")
        await close()

    async def _forget(self, window: DeskWindow) -> None:
        await window.ended()
        self.windows.pop(window, None)

    async def _close_those(self, which: Callable[[Visit], bool]) -> None:
        ending = [self._forget(window) for window, visit in list(self.windows.items()) if which(visit)]
        await asyncio.gather(*ending, return_exceptions=True)

    async def _close_windows(self, _app: web.Application) -> None:
        await self._close_those(lambda _visit: True)


async def _form(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | web.FileField]:
    """What was posted.

    :raises web.HTTPBadRequest: for a form that cannot be read.
    """
    try:
        return await request.post()
    except (LookupError, ValueError, RuntimeError):
        raise web.HTTPBadRequest(reason=_("Formulir ini tidak terbaca.")) from None


def _same(given: str, kept: str | None) -> bool:
    return bool(kept) and secrets.compare_digest(given.encode(), (kept or "").encode())


def _location(error: web.HTTPException) -> dict[str, str]:
    return {"Location": error.headers["Location"]} if "Location" in error.headers else {}


async def serve(
    make: Callable[[Addresses], BrowserDesk], host: str, port: int, public: str, ready: Callable[[str], None]
) -> None:
    """Serve until a signal comes; every desk process has ended when this returns.

    :raises OSError: when host and port cannot be listened on.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: ctrl+c cancels instead
            loop.add_signal_handler(each, ended.set)
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    number_used = int(listening.getsockname()[1])
    runner = web.AppRunner(
        make(Addresses(number_used, public)).application(), access_log=None, shutdown_timeout=3
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        shown = f"[{host}]" if ":" in host else host
        ready(public or f"http://{shown}:{number_used}")
        await ended.wait()
    finally:
        await runner.cleanup()
