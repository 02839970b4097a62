"""One application over fakes, and clients that are signed in or carry a token."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import HTTPConnection

from bot.web.access import csrf_token
from bot.web.app import create_app
from tests.bot.web.fakes import World, a_platform

BASE = "http://127.0.0.1:8080"


@pytest.fixture
def world() -> World:
    """Fakes, with one platform mounted."""
    return World(platforms=(a_platform(),))


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody yet, talking to the application in this process."""
    transport = httpx.ASGITransport(create_app(world.services()))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as made:
        yield made


@pytest.fixture
async def moderator(world: World, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Signed in by link, sending what our own pages send."""
    await client.get("/signin", params={"code": world.code()})
    cookie = client.cookies["bifocal_session"]
    request = httpx.Request("GET", BASE, headers={"cookie": f"bifocal_session={cookie}"})
    client.headers["X-CSRF-Token"] = token_for(request)
    client.headers["Origin"] = BASE
    return client


def token_for(request: httpx.Request) -> str:
    """The CSRF token our pages carry for this request's cookie."""

    headers = [(key.lower(), value) for key, value in request.headers.raw]
    return csrf_token(HTTPConnection({"type": "http", "headers": headers}))
