"""What operators watch: health, readiness and Prometheus' numbers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from litestar import MediaType, Request, Response, Router, get
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from litestar.types import Message, Scope

    from qlue_desk.central.hub import Hub
    from qlue_desk.protocol import ActionResult

_STARTED = "qlue_started"
_ROOMS = frozenset({"v1", "open311", "lacak", "intake", "schema", "healthz", "readyz", "metrics"})


class Metrics:
    """Numbers of one application, in a registry of its own so that several can live in one process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "qlue_requests", "Requests answered", ["room", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "qlue_request_seconds", "Time to the first byte", ["room"], registry=self.registry
        )
        self._actions = Counter(
            "qlue_actions", "Verdicts on desks' actions", ["status", "code"], registry=self.registry
        )
        self._complaints = Gauge("qlue_complaints", "Complaints", ["city", "status"], registry=self.registry)
        self._heads = Gauge("qlue_stream_head", "Events in a stream", ["stream"], registry=self.registry)
        self._polls = Gauge("qlue_long_polls", "Long polls held now", registry=self.registry)

    def verdict(self, result: ActionResult) -> None:
        """Count one verdict."""
        self._actions.labels(str(result.status), result.code).inc()

    def on_send(self, message: Message, scope: Scope) -> None:
        """Count a reply as it starts."""
        if message["type"] != "http.response.start":
            return
        # Only our own words: a label must not grow with what strangers ask for.
        room = scope["path"].lstrip("/").partition("/")[0]
        room = room if room in _ROOMS else "other"
        self._requests.labels(room, str(message["status"])).inc()
        started = scope.get(_STARTED)
        if isinstance(started, float):
            self._seconds.labels(room).observe(time.perf_counter() - started)

    def text(self) -> bytes:
        """Prometheus' text format."""
        with self._hub.database.reading():
            counted = self._hub.database.all(
                "SELECT city, status, count(*) FROM complaint GROUP BY city, status"
            )
        self._complaints.clear()
        for city, status, count in counted:
            self._complaints.labels(city, status).set(count)
        for stream, head in self._hub.feed.heads().items():
            self._heads.labels(stream).set(head)
        self._polls.set(self._hub.wakeups.waiting)
        return generate_latest(self.registry)


def mark_start(request: Request[Any, Any, Any]) -> None:
    """Remember when a request began."""
    request.scope[_STARTED] = time.perf_counter()  # type: ignore[literal-required]


def operators_router() -> Router:
    """`/healthz`, `/readyz`, `/metrics`."""
    return Router("/", route_handlers=[healthz, readyz, metrics])


@get("/healthz", media_type=MediaType.TEXT, sync_to_thread=False)
def healthz() -> str:
    """The process answers."""
    return "ok\n"


@get("/readyz")
async def readyz(request: Request[Any, Any, Any]) -> Response[str]:
    """The database answers too."""
    wire = request.app.state.wire
    try:
        await wire.call(wire.hub.feed.heads)
    except Exception as error:
        return Response(f"database: {type(error).__name__}\n", status_code=503, media_type=MediaType.TEXT)
    return Response("ready\n", media_type=MediaType.TEXT)


@get("/metrics")
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Numbers for Prometheus; no names, no numbers of reports."""
    wire = request.app.state.wire
    content = await wire.call(wire.metrics.text)
    return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST})
