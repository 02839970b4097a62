"""Adding the app to several workspaces, by the page people press Allow on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import httpx
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import World, slack_world
from tests.emulators.slack.bolt import an_app, over_http

# slack_sdk 3.47 signs oauth.v2.access with a class that aiohttp 3.14 wants gone.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

REDIRECT = "http://127.0.0.1:1/slack/oauth_redirect"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        world.team("one", installed=False)
        world.team("two", installed=False)
        yield world


def an_oauth_app(world: World, folder: Path) -> AsyncApp:
    settings = world.settings(world.team("one"))
    client = AsyncWebClient(base_url=settings.api_base)
    oauth = AsyncOAuthSettings(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=["chat:write", "channels:history", "commands"],
        user_scopes=["chat:write"],
        installation_store=FileInstallationStore(base_dir=str(folder)),
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(folder)),
        authorization_url=settings.authorize_url,
    )
    return an_app(world, oauth_flow=AsyncOAuthFlow(client=client, settings=oauth), client=client)


async def test_each_workspace_gets_tokens_of_its_own(world: World, tmp_path: Path) -> None:
    app, spoken = an_oauth_app(world, tmp_path), list[str]()

    @app.event("message")
    async def answer(client: AsyncWebClient, event: dict[str, Any], say: Any) -> None:
        await say("seen", thread_ts=event["ts"])
        spoken.append(str(client.token))

    async with over_http(world, app) as base:
        world.app.redirect_uri = f"{base}/slack/oauth_redirect"
        for name in ("one", "two"):
            team = world.team(name)
            landed = await team.user("boss", admin=True).install(f"{base}/slack/install")
            assert landed.status == 200, landed.text
            team.channel("general").members.append(team.bot_user)
            await team.channel("general").post(team.user("ann"), "hi")
        await world.until(lambda: len(spoken) == 2)

    assert set(spoken) == {world.team(name).app.token.value for name in ("one", "two")}
    assert world.team("one").app.token.scopes == {"chat:write", "channels:history", "commands"}
    for name in ("one", "two"):
        assert [one.text for one in world.team(name).channel("general").messages] == ["hi", "seen"]


async def test_the_installer_s_own_token_comes_with_it(world: World, tmp_path: Path) -> None:
    async with over_http(world, an_oauth_app(world, tmp_path)) as base:
        world.app.redirect_uri = f"{base}/slack/oauth_redirect"
        boss = world.team("one").user("boss", admin=True)
        await boss.install(f"{base}/slack/install")
    token = world.team("one").app.user_token

    assert token is not None
    assert (token.user, token.scopes) == (boss, {"chat:write"})


async def asked_for_code(world: World, **query: str) -> httpx.Response:
    settings = world.settings(world.team("one"))
    wanted = {"client_id": settings.client_id, "scope": "chat:write", "redirect_uri": REDIRECT}
    async with httpx.AsyncClient() as browser:
        return await browser.get(settings.authorize_url, params=wanted | query)


async def exchanged(world: World, **changes: str) -> Any:
    settings = world.settings(world.team("one"))
    client = AsyncWebClient(base_url=settings.api_base)
    given = {
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "redirect_uri": REDIRECT,
    }
    return await client.oauth_v2_access(**(given | changes))


async def a_code(world: World) -> str:
    world.consents = world.team("one").user("boss")
    reply = await asked_for_code(world, state="s1")
    query = parse_qs(urlsplit(reply.headers["location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


async def test_pressing_cancel_comes_back_with_access_denied(world: World) -> None:
    reply = await asked_for_code(world, state="s1")

    assert reply.headers["location"] == f"{REDIRECT}?error=access_denied&state=s1"


async def test_an_unknown_app_gets_no_page(world: World) -> None:
    assert (await asked_for_code(world, client_id="9.9")).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"redirect_uri": "http://elsewhere"}, "bad_redirect_uri"),
        ({"code": "made-up"}, "invalid_code"),
    ],
)
async def test_an_exchange_that_does_not_fit_is_refused(
    world: World, changes: dict[str, str], error: str
) -> None:
    code = await a_code(world)

    with pytest.raises(SlackApiError, match=error):
        await exchanged(world, **({"code": code} | changes))


async def test_a_code_works_once(world: World) -> None:
    code = await a_code(world)
    answer = await exchanged(world, code=code)

    assert answer["access_token"] == world.team("one").app.token.value
    assert answer["team"]["id"] == world.team("one").id
    with pytest.raises(SlackApiError, match="code_already_used"):
        await exchanged(world, code=code)


async def test_a_removed_app_s_token_is_dead(world: World) -> None:
    team = world.team()
    settings = world.settings()
    await team.uninstall()

    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(settings.bot_token, base_url=settings.api_base, session=session)
        with pytest.raises(SlackApiError, match="account_inactive"):
            await client.auth_test()
