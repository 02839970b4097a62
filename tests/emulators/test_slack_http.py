"""HTTP mode: signed and forged requests, retries with their headers, and slow apps."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from tests.emulators.slack import FORGERIES, World, signature, slack_world, slash_payload
from tests.emulators.slack.bolt import an_app, over_http
from tests.emulators.slack.http_mode import HttpMode

Heard = list[dict[str, Any]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        world.office.retries = (0, 0, 0)
        yield world


@pytest.fixture
async def heard(world: World) -> AsyncIterator[Heard]:
    """Every event that an app over HTTP took, with its headers."""
    app, heard = an_app(world), list[dict[str, Any]]()

    @app.event("message")
    async def hear(event: dict[str, Any], request: Any) -> None:
        heard.append(event | {"headers": dict(request.headers)})

    async with over_http(world, app):
        yield heard


def over(world: World) -> HttpMode:
    assert world.http is not None
    return world.http


def an_event(world: World) -> dict[str, Any]:
    return world.envelope({"type": "message", "channel": "C1", "user": "U1", "text": "hi"})


async def test_an_honest_request_is_taken(world: World, heard: Heard) -> None:
    reply = await over(world).request("events_api", an_event(world))

    assert reply.status == 200
    await world.until(lambda: heard)


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_request_is_not_taken(world: World, heard: Heard, forgery: Any) -> None:
    reply = await over(world).request("events_api", an_event(world), forgery)

    # A plain Bolt app answers 500 to a time that is no number; a good one says 401.
    assert reply.status in (401, 500)
    assert heard == []


async def test_the_signature_is_slacks_own_example() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id="
        b"G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-"
        b"collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F39770"
        b"0885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d"
        b"2c447fce8b6703c"
    )

    assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


async def test_the_same_request_twice_is_the_same_to_the_byte(world: World, heard: Heard) -> None:
    message = await world.team().channel("general").post(world.team().user("ann"), "hi")
    (first,) = (await message.acked()).attempts
    again = await over(world).raw(first.body, first.headers)

    assert again.status == 200
    await world.until(lambda: len(heard) == 2)


async def test_a_refused_event_comes_again_with_number_and_reason(world: World) -> None:
    app, headers = an_app(world), list[dict[str, Any]]()

    @app.middleware
    async def refuse(request: Any, next: Any) -> Any:  # noqa: A002 - Bolt's name
        headers.append(dict(request.headers))
        return await next() if len(headers) > 2 else BoltResponse(status=503)

    @app.event("message")
    async def hear() -> None:
        """Take it."""

    async with over_http(world, app):
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        delivery = await message.acked()

    assert [attempt.missed for attempt in delivery.attempts] == ["http_error", "http_error", ""]
    assert [one.get("x-slack-retry-num") for one in headers] == [None, ["1"], ["2"]]
    assert headers[1]["x-slack-retry-reason"] == ["http_error"]


async def test_an_app_can_ask_for_no_retry(world: World) -> None:
    app = an_app(world)

    @app.middleware
    async def refuse() -> BoltResponse:
        return BoltResponse(status=500, headers={"x-slack-no-retry": ["1"]})

    async with over_http(world, app):
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")

        assert len((await message.acked()).attempts) == 1


async def test_a_slow_app_counts_as_missed(world: World) -> None:
    app, goes_on = an_app(world, process_before_response=True), asyncio.Event()

    @app.event("message")
    async def dawdle() -> None:
        await goes_on.wait()

    async with over_http(world, app):
        world.office.ack_within, world.office.retries = 0.05, ()
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        delivery = await message.acked()
        goes_on.set()

    assert delivery.missed == "http_timeout"


async def test_an_app_that_is_down_counts_as_missed(world: World) -> None:
    async with over_http(world, an_app(world)):
        pass
    world.office.retries = (0,)
    message = await world.team().channel("general").post(world.team().user("ann"), "hi")
    delivery = await message.acked()

    assert [attempt.missed for attempt in delivery.attempts] == ["connection_failed"] * 2


async def test_a_url_with_another_secret_fails_the_handshake(world: World) -> None:
    app: AsyncApp = an_app(world, signing_secret="not-the-secret")

    with pytest.raises(AssertionError, match="answered 401"):
        async with over_http(world, app):
            pass


async def test_a_command_of_another_workspace_can_be_made_up(world: World) -> None:
    app, teams = an_app(world), list[str]()

    @app.command("/bifocal")
    async def take(ack: Any, command: dict[str, Any]) -> None:
        await ack()
        teams.append(command["team_id"])

    async with over_http(world, app):
        ann = world.team().user("ann")
        payload = slash_payload(ann, "/bifocal", "pause", world.team().channel("general"))
        reply = await over(world).request("slash_commands", payload | {"team_id": "T0ENEMY"})
        await world.until(lambda: teams)

    assert (reply.status, teams) == (200, ["T0ENEMY"])


async def test_an_app_that_moved_is_sent_to_where_it_is_now(world: World) -> None:
    async with over_http(world, an_app(world)):
        before = world.http
    async with over_http(world, an_app(world)):
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        (attempt, *_) = (await message.acked()).attempts

        assert world.http is not before
        # Plain Bolt has no listener and says so: it was reached.
        assert attempt.status == 404
