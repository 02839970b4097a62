"""Many workspaces install the app themselves, and each is served with its own token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.errors import Gone
from tests.adapters.slack.kit import MemoryInstallations, Started, a_slack, served
from tests.emulators.slack import Team, World


@asynccontextmanager
async def an_app_for_many(
    world: World, installations: MemoryInstallations | None = None
) -> AsyncIterator[tuple[Started, httpx.AsyncClient]]:
    """The adapter without a workspace of its own, and a browser."""
    async with (
        a_slack(
            world,
            installations=installations,
            bot_token=None,
            user_token=None,
            client_id=world.app.client_id,
            client_secret=world.app.client_secret,
            log_channel="",
        ) as started,
        served(started.slack) as url,
        httpx.AsyncClient(base_url=url) as browser,
    ):
        world.app.redirect_uri = f"{url}/slack/oauth_redirect"
        yield started, browser


async def installs(world: World, browser: httpx.AsyncClient, team: Team, how: str = "") -> str:
    """Press Allow as an owner of the workspace; what they read at the end."""
    world.consents = team.user("owner", owner=True)
    begun = await browser.get(f"/slack/install{how}")
    asked = await browser.get(begun.headers["location"])
    return (await browser.get(asked.headers["location"])).text


async def test_a_workspace_that_installs_the_app_is_served(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        team = world.team("newcomers", installed=False)

        told = await installs(world, browser, team)
        team.channel("general").members.append(team.bot_user)
        taken = await started.taken(await team.channel("general").post(team.user("bob"), "hello"))

    assert "installed in newcomers" in told
    assert taken.ref.community_id == team.id


async def test_its_tokens_are_kept_and_it_is_served_after_a_restart(world: World) -> None:
    kept = MemoryInstallations()
    async with an_app_for_many(world, kept) as (_, browser):
        team = world.team("newcomers", installed=False)
        await installs(world, browser, team)

    async with an_app_for_many(world, kept) as (started, _):
        await world.until(lambda: started.slack._parts.workspaces.known)
        team.channel("general").members.append(team.bot_user)
        taken = await started.taken(await team.channel("general").post(team.user("bob"), "hello"))

    assert kept.kept[team.id].given["bot_token"] == team.app.token.value
    assert taken.ref.community_id == team.id


async def test_only_who_is_asked_as_administrator_gives_a_token_of_their_own(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        plain = world.team("plain", installed=False)
        full = world.team("full", installed=False)

        await installs(world, browser, plain)
        await installs(world, browser, full, "?as=admin")

        given = {team: one.given["user_token"] for team, one in started.installations.kept.items()}

    assert (bool(given[plain.id]), bool(given[full.id])) == (False, True)


async def test_each_workspace_acts_with_its_own_token(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        teams = [world.team(name, installed=False) for name in ("one", "two")]
        for team in teams:
            await installs(world, browser, team)
            team.channel("general").members.append(team.bot_user)
            message = await team.channel("general").post(team.user("bob"), "hello")
            taken = await started.taken(message)
            await started.slack.client.annotate(taken.ref, "careful", nonce=team.name)

    used = [call.token for call in world.calls("chat.postMessage")]
    assert used == [team.app.token.value for team in teams]


async def test_whoever_says_no_installs_nothing(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        begun = await browser.get("/slack/install")
        world.consents = None
        asked = await browser.get(begun.headers["location"])
        told = await browser.get(asked.headers["location"])

    assert "Nothing was installed" in told.text
    assert started.installations.kept == {}


async def test_a_link_is_good_once(world: World) -> None:
    async with an_app_for_many(world) as (_, browser):
        team = world.team("newcomers", installed=False)
        world.consents = team.user("owner", owner=True)
        begun = await browser.get("/slack/install")
        asked = await browser.get(begun.headers["location"])
        cookies = dict(browser.cookies)
        await browser.get(asked.headers["location"])

        browser.cookies.update(cookies)
        again = await browser.get(asked.headers["location"])

    assert again.status_code == 400


async def test_anothers_link_installs_nothing(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        team = world.team("newcomers", installed=False)
        world.consents = team.user("owner", owner=True)
        begun = await browser.get("/slack/install")
        asked = await browser.get(begun.headers["location"])
        browser.cookies.clear()

        reply = await browser.get(asked.headers["location"])

    assert reply.status_code == 400
    assert started.installations.kept == {}


@pytest.mark.parametrize("state", ["", "made-up", "install|x|99999999999|AAAAAAAAAAAA"])
async def test_a_state_that_is_not_ours_installs_nothing(world: World, state: str) -> None:
    async with an_app_for_many(world) as (started, browser):
        reply = await browser.get("/slack/oauth_redirect", params={"state": state, "code": "c"})

    assert reply.status_code == 400
    assert started.installations.kept == {}


async def test_a_code_that_slack_does_not_take_is_told(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        begun = await browser.get("/slack/install")
        state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]

        reply = await browser.get("/slack/oauth_redirect", params={"state": state, "code": "bad"})

    assert reply.status_code == 502
    assert "Nothing was installed" in reply.text
    assert started.installations.kept == {}


async def test_a_workspace_that_removes_the_app_is_forgotten(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        team = world.team("newcomers", installed=False)
        await installs(world, browser, team)

        await (await team.uninstall()).settled()
        await world.until(lambda: not started.installations.kept)

        community = started.communities.of("slack", team.id)
        with pytest.raises(Gone):
            await started.slack._parts.workspaces.of(team.id)

    assert community.left_at is not None
    assert started.slack.name == "slack"


async def test_a_workspace_that_comes_back_is_served_again(world: World) -> None:
    async with an_app_for_many(world) as (started, browser):
        team = world.team("newcomers", installed=False)
        await installs(world, browser, team)
        await (await team.uninstall()).settled()
        await world.until(lambda: not started.installations.kept)

        await installs(world, browser, team)

        community = started.communities.of("slack", team.id)

    assert community.left_at is None


async def test_without_a_client_there_is_no_page_to_install(started: Started) -> None:
    assert started.slack.routes() is None
