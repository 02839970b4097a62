"""Errors as RFC 9457 problem details, for every route of the playground."""

import math
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from adapters.playground.posts import TimedOut
from bot.errors import BotError, Gone, NotPermitted, PlatformUnavailable, QueueFull

_RETRY = 2
"""Seconds after which a full queue is worth another try (chosen by eye)."""


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": {"type": "object"}}},
    }
    for status in (401, 403, 404, 413, 415, 422, 503)
}
"""What any route may answer instead, for the OpenAPI page."""


class Problem(Exception):
    """A request that cannot be served, with what its sender should know."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.more = more

    def response(self) -> Response:
        """The problem as it is sent."""
        title = HTTPStatus(self.status).phrase
        return JSONResponse(
            {"title": title, "status": self.status, "detail": self.detail, **self.more},
            self.status,
            self.headers,
            "application/problem+json",
        )


def route(now: Callable[[], datetime]) -> type[APIRoute]:
    """A route class that answers with problem details whatever goes wrong as documented."""

    class ProblemRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    return await handle(request)
                except Problem as problem:
                    return problem.response()
                except RequestValidationError as exc:
                    return _invalid(exc).response()
                except BotError as exc:
                    return _problem(exc, now()).response()

            return handler

    return ProblemRoute


def _invalid(exc: RequestValidationError) -> Problem:
    # Never what was sent: only where and what is wrong with it.
    faults = [f"{error['loc'][-1]}: {error['msg']}" for error in exc.errors()]
    return Problem(422, "; ".join(faults))


def _problem(exc: BotError, now: datetime) -> Problem:
    match exc:
        case TimedOut():
            seconds = max(1, math.ceil((exc.until - now).total_seconds()))
            return Problem(
                403,
                f"You are {exc}." + (f" Why: {exc.reason}" if exc.reason else ""),
                headers={"Retry-After": str(seconds)},
                until=exc.until.isoformat(),
                reason=exc.reason,
            )
        case Gone():
            return Problem(404, f"{exc}.")
        case NotPermitted():
            return Problem(403, f"{exc}.")
        case QueueFull() | PlatformUnavailable():
            wait = getattr(exc, "retry_after", None) or _RETRY
            return Problem(503, f"{exc}. Try again.", headers={"Retry-After": f"{wait:.0f}"})
        case _:
            raise exc
