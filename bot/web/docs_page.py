"""The API's description at ``/docs``: our own page, since the usual ones need inline scripts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from bot.web.pages import Pages

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of the page."""

    method: str
    path: str
    summary: str
    description: str
    fields: tuple[tuple[str, str, str], ...]
    """Name, kind and description of parameters and body fields."""
    answers: tuple[tuple[str, str], ...]
    guarded: bool


def routes(pages: Pages) -> APIRouter:
    """``/docs`` for people and ``/openapi.json`` for programs."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    async def schema(request: Request) -> JSONResponse:
        return JSONResponse(request.app.openapi())

    @router.get("/docs")
    async def page(request: Request) -> HTMLResponse:
        described = request.app.openapi()
        return pages.render(
            request,
            "docs.html",
            active="docs",
            about=described["info"],
            operations=list(operations(described)),
        )

    return router


def operations(described: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Iterator[Operation]:
    """The operations of an OpenAPI document, in its order."""
    for path, methods in described["paths"].items():
        for method in METHODS:
            operation = methods.get(method)
            if isinstance(operation, Mapping):
                yield _operation(method, path, operation)


def _operation(method: str, path: str, described: Mapping[str, object]) -> Operation:
    answers = described.get("responses")
    answers = answers if isinstance(answers, Mapping) else {}
    return Operation(
        method=method.upper(),
        path=path,
        summary=str(described.get("summary", "")),
        description=str(described.get("description", "")),
        fields=tuple(_fields(described)),
        answers=tuple((str(code), str(reply["description"])) for code, reply in answers.items()),
        guarded=bool(described.get("security")),
    )


def _fields(described: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    parameters = described.get("parameters", [])
    for parameter in parameters if isinstance(parameters, list) else []:
        yield parameter["name"], parameter["in"], parameter.get("description", "")
    body = described.get("requestBody")
    content = body.get("content", {}) if isinstance(body, Mapping) else {}
    for media_type, stated in content.items():
        for name, field in stated.get("schema", {}).get("properties", {}).items():
            yield name, media_type, field.get("description", "")
