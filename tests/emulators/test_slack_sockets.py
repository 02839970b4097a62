"""Socket Mode: envelopes come again, connections break, and the app finds its way back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import Fault, World, slack_world
from tests.emulators.slack.bolt import an_app, over_sockets


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        world.office.retries = (0, 0, 0)
        yield world


class Silent:
    """An app that hears everything and acknowledges only what it is told to."""

    def __init__(self, world: World, *, acks_from: int, ping_s: float = 5.0) -> None:
        settings = world.settings()
        web = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
        self.client = SocketModeClient(settings.app_token, web_client=web, ping_interval=ping_s)
        self.heard: list[SocketModeRequest] = []
        self.acks_from = acks_from
        self.client.socket_mode_request_listeners.append(self.hear)  # type: ignore[arg-type]

    async def hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if len(self.heard) > self.acks_from:
            await client.send_socket_mode_response({"envelope_id": request.envelope_id})

    async def __aenter__(self) -> Self:
        await self.client.connect()  # type: ignore[no-untyped-call]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()  # type: ignore[no-untyped-call]


async def test_an_event_nobody_acknowledged_comes_again_with_its_number(world: World) -> None:
    world.office.ack_within = 0.4
    async with Silent(world, acks_from=2) as app:
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        delivery = await message.acked()

    assert [one.retry_attempt for one in app.heard] == [0, 1, 2]
    assert [one.retry_reason for one in app.heard] == ["", "timeout", "timeout"]
    assert len({one.payload["event_id"] for one in app.heard}) == 1
    assert len({one.envelope_id for one in app.heard}) == 3
    assert (delivery.acked, len(delivery.attempts)) == (True, 3)


async def test_an_event_is_given_up_after_three_retries(world: World) -> None:
    world.office.ack_within = 0.02
    async with Silent(world, acks_from=9) as app:
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        delivery = await message.acked()

    assert (delivery.acked, delivery.missed, len(app.heard)) == (False, "timeout", 4)


async def test_acknowledgements_are_timed(world: World) -> None:
    async with Silent(world, acks_from=0):
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        delivery = await message.acked()

    assert 0 < delivery.latency_s < 1


async def test_a_person_s_command_is_tried_once(world: World) -> None:
    world.office.ack_within = 0.05
    async with Silent(world, acks_from=9) as app:
        ann = world.team().user("ann")
        with pytest.raises(Exception, match="not acknowledged: timeout"):
            await ann.slash("/analyze")

    assert len(app.heard) == 1


async def test_an_event_of_a_broken_connection_comes_on_the_next_one(world: World) -> None:
    async with Silent(world, acks_from=1, ping_s=0.5) as app:
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        await world.until(lambda: app.heard)
        await world.drop()
        delivery = await message.acked()

    assert delivery.attempts[0].missed == "connection_failed"
    assert delivery.acked
    assert world.sockets.opened >= 2


async def test_the_app_makes_a_new_connection_when_asked_to(world: World) -> None:
    async with Silent(world, acks_from=0):
        await world.sockets.ask_to_reconnect()
        await world.until(lambda: world.sockets.opened == 2 and len(world.sockets.lines) == 1)
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        delivery = await message.acked()

    assert delivery.acked


async def test_two_connections_take_envelopes_by_turns(world: World) -> None:
    async with Silent(world, acks_from=0) as one, Silent(world, acks_from=0) as two:
        await world.connected(lines=2)
        channel, ann = world.team().channel("general"), world.team().user("ann")
        for text in "abcd":
            await (await channel.post(ann, text)).acked()

    assert (len(one.heard), len(two.heard)) == (2, 2)


async def test_the_same_event_can_be_sent_many_times_at_once(world: World) -> None:
    async with Silent(world, acks_from=0) as app:
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        delivery = await message.acked()
        office = world.office
        again = await asyncio.gather(*(office.redeliver(delivery, n) for n in (1, 2, 3)))

    assert [attempt.missed for attempt in again] == ["", "", ""]
    assert sorted(str(one.retry_attempt) for one in app.heard) == ["0", "1", "2", "3"]


async def test_the_app_s_pings_are_answered(world: World) -> None:
    async with Silent(world, acks_from=0) as app:
        await world.until(lambda: app.client.last_ping_pong_time)

    assert app.client.last_ping_pong_time is not None


async def test_a_connection_that_answers_no_pings_is_given_up_by_the_app(world: World) -> None:
    world.answers_pings = False
    async with Silent(world, acks_from=0, ping_s=0.2):
        await world.until(lambda: world.sockets.opened >= 2)


async def test_an_acknowledgement_of_nothing_is_noticed(world: World) -> None:
    async with Silent(world, acks_from=0) as app:
        await app.client.send_socket_mode_response({"envelope_id": "made-up"})
        await world.until(lambda: world.sockets.oddities)

    assert "made-up" in world.sockets.oddities[0]


async def test_a_ticket_opens_one_connection(world: World) -> None:
    url = world.sockets.ticket()
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello: dict[str, Any] = await socket.receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(url)

    assert hello["type"] == "hello"


async def test_a_bot_token_opens_no_connection(world: World) -> None:
    settings = world.settings()
    client = AsyncWebClient(base_url=settings.api_base)

    answer = await client.apps_connections_open(app_token=settings.app_token)
    with pytest.raises(Exception, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=settings.bot_token)
    assert str(answer["url"]).startswith("ws://127.0.0.1:")


async def test_an_app_that_cannot_connect_at_first_tries_again(world: World) -> None:
    world.fail("apps.connections.open", Fault("internal_error"))
    async with over_sockets(world, an_app(world), ping_s=0.05):
        assert [call.ok for call in world.calls("apps.connections.open")][:2] == [False, True]
