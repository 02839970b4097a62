"""What is no text is refused at the edge: PostgreSQL would take it for a fault of ours."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from bot.web.app import create_app
from bot.web.plain import is_plain
from tests.bot.web.conftest import BASE
from tests.bot.web.fakes import World, a_platform
from tests.bot.web.test_access import PATHS

ADMIN = {"Authorization": "Bearer token-admin"}


def routes() -> Iterator[tuple[str, str, APIRoute]]:
    """Method, path and route of all there is."""
    app = create_app(World(platforms=(a_platform(),)).services())
    for found in iter_route_contexts(app.routes):
        route = found.original_route
        if isinstance(route, APIRoute):
            for method in sorted(found.methods or ()):
                yield method, found.path or "", route


WITH_PATHS = [(method, path) for method, path, _ in routes() if "{" in path]
WITH_WORDS = [
    (method, path.format(**PATHS), field.alias)
    for method, path, route in routes()
    for field in route.dependant.body_params
    if field.field_info.annotation is str
]
"""Fields of forms that hold any words."""


def test_the_tables_hold_the_desk() -> None:
    assert ("GET", "/desk/cases/{case_id}") in WITH_PATHS
    assert ("POST", "/desk/cases/c1/do", "action") in WITH_WORDS


@pytest.mark.parametrize(("method", "path"), WITH_PATHS)
@pytest.mark.parametrize("bad", ["%00", "a%00b"])
async def test_a_nul_in_a_path_is_nowhere(
    client: httpx.AsyncClient, method: str, path: str, bad: str
) -> None:
    answer = await client.request(method, path.format(**dict.fromkeys(PATHS, bad)), headers=ADMIN)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["waiting=%00", "last=a%00b", "%00=1", "community=%00"])
async def test_a_nul_in_a_query_is_refused(moderator: httpx.AsyncClient, query: str) -> None:
    assert (await moderator.get(f"/desk?{query}")).status_code == 422


@pytest.mark.parametrize("files", [None, [("other", b"")]], ids=["urlencoded", "multipart"])
@pytest.mark.parametrize(("method", "path", "field"), WITH_WORDS)
async def test_a_nul_in_a_form_is_refused(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    field: str,
    files: list[tuple[str, bytes]] | None,
) -> None:
    form = {"version": "1", "days": "7", field: "a\0b"}
    answer = await client.request(method, path, data=form, files=files, headers=ADMIN)

    assert answer.status_code == 422


@pytest.mark.parametrize("key", [r"a\u0000b", r"\ud800"])
async def test_a_key_that_is_no_text_is_refused(client: httpx.AsyncClient, key: str) -> None:
    body = f'{{"key": "{key}"}}'
    headers = ADMIN | {"Content-Type": "application/json"}
    answer = await client.post("/api/v1/parked/redrive", content=body, headers=headers)

    assert answer.status_code == 422


async def test_words_to_be_analysed_may_hold_anything(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/analyze", data={"text": "a\0b"}, files=[("other", b"")], headers=ADMIN
    )

    assert answer.status_code == 200


async def test_half_a_surrogate_in_a_path_is_nowhere(world: World) -> None:
    app = create_app(world.services())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=ADMIN) as client:
        answer = await client.get("/desk/cases/%ED%A0%80")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("text", "plain"),
    [("", True), ("é\n\t😀", True), ("\0", False), ("a\ud800", False), ("\udfffa", False)],
)
def test_which_texts_can_be_kept(text: str, plain: bool) -> None:  # noqa: FBT001 - a table
    assert is_plain(text) is plain
