"""Whether the process lives, whether it can work, and its figures. Open to all who get in."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.web.services import Services


def routes(services: Services) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``: counts and states, never content."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def alive() -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "alive"})

    @router.get("/readyz", responses={503: {"description": "Not ready"}})
    async def ready() -> JSONResponse:
        """Whether every part can work; 503 with what each lacks when one cannot."""
        missing = dict(await services.health.missing())
        body = {"status": "not ready" if missing else "ready", "missing": missing}
        return JSONResponse(body, status_code=503 if missing else 200)

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(generate_latest(services.metrics), media_type=CONTENT_TYPE_LATEST)

    return router
