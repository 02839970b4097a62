"""The playground's page and the scripts and styles of its own."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from starlette.responses import Response

from adapters.playground.problems import Problem, route
from adapters.playground.routes import Guard

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
"""The folder to be put before the web application's own templates."""
TEMPLATE = "playground.html"
_STATIC = HERE / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css"}


class Render(Protocol):
    """Renders a template of ``TEMPLATES`` on the frame of the web application."""

    def __call__(self, request: Request, template: str, /, *, active: str, desk: str) -> Response:
        """The page for whoever asks. ``active`` is its key in the navigation."""
        ...


def page_router(render: Render, guard: Guard, now: Callable[[], datetime], desk: str) -> APIRouter:
    """``/playground`` behind the scope ``playground``, and ``/playground/static`` for everyone."""
    router = APIRouter(route_class=route(now), include_in_schema=False)

    def page(request: Request) -> Response:
        return render(request, TEMPLATE, active="playground", desk=desk)

    def static(name: str) -> FileResponse:
        path = _STATIC / name
        if path.name != name or path.suffix not in _TYPES or not path.is_file():
            raise Problem(404, "There is no such file.")
        kind = _TYPES[path.suffix]
        return FileResponse(path, media_type=kind, headers={"X-Content-Type-Options": "nosniff"})

    router.add_api_route("/playground", page, dependencies=[Depends(guard("playground"))])
    router.add_api_route("/playground/static/{name}", static)
    return router
