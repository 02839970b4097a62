"""Errors as RFC 9457 problem details for programs, and as a page for people. No tracebacks."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import EnvironmentFailed, QueueFull
from bot.web.pages import Pages
from bot.web.turnstile import TooBusy

MEDIA_TYPE = "application/problem+json"
BUSY_FOR = "5"
"""Seconds to wait when we are full. Chosen by eye: an analysis takes one to three."""


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **extra: object
) -> JSONResponse:
    """One problem document; ``extra`` are members beside the standard ones."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return JSONResponse(
        body | extra, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def described(*statuses: int) -> dict[int | str, dict[str, object]]:
    """How OpenAPI is told of the problems a route may answer."""
    members = {"type": "string", "title": "string", "status": "integer", "detail": "string"}
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in members.items()},
        "required": list(members),
    }
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }


def wants_page(request: Request) -> bool:
    """Whether a person's browser navigated here, rather than a script or a program."""
    accepts = "text/html" in request.headers.get("accept", "")
    return accepts and "hx-request" not in request.headers and "/api/" not in request.url.path


def answer_problems(app: FastAPI, pages: Pages) -> None:
    """Make every error of the application a problem document, or a page for a browser."""

    def answer(
        request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        if not wants_page(request):
            return problem(status, detail, headers)
        title = HTTPStatus(status).phrase
        page = pages.render(
            request, "problem.html", status=status, title=title, code=status, detail=detail
        )
        page.headers.update(headers or {})
        return page

    async def on_http(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, HTTPException)  # noqa: S101 - registered for nothing else
        detail = exc.detail or HTTPStatus(exc.status_code).phrase
        return answer(request, exc.status_code, detail, exc.headers)

    async def on_invalid(request: Request, exc: Exception) -> Response:
        assert isinstance(exc, RequestValidationError)  # noqa: S101 - registered for nothing else
        detail = "The request is not as described in /docs."
        if wants_page(request):
            return answer(request, 422, detail)
        errors = [
            {"where": ".".join(str(part) for part in error["loc"]), "what": error["msg"]}
            for error in exc.errors()
        ]
        return problem(422, detail, errors=errors)

    async def on_busy(request: Request, _: Exception) -> Response:
        detail = "Too many requests at once: wait a few seconds and send it again."
        return answer(request, 429, detail, {"Retry-After": BUSY_FOR})

    async def on_trouble(request: Request, _: Exception) -> Response:
        detail = "Bifocal cannot keep anything right now: send it again in a few seconds."
        return answer(request, 503, detail, {"Retry-After": BUSY_FOR})

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(TooBusy, on_busy)
    app.add_exception_handler(QueueFull, on_trouble)
    app.add_exception_handler(EnvironmentFailed, on_trouble)
