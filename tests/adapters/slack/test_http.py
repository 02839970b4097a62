"""Over HTTP nothing is believed that Slack did not sign, and nothing is done twice."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from adapters.slack.http import MOST_BYTES
from bot.config.tables import MediaLimits
from bot.errors import Misconfigured
from tests.adapters.slack.kit import Started, a_slack, served, settings_of
from tests.emulators.slack import FORGERIES, Forgery, HttpMode, World
from tests.emulators.slack.signing import signed


@pytest.fixture
async def over_http(world: World) -> AsyncIterator[Started]:
    async with a_slack(world, http=True) as made:
        yield made


def http_of(started: Started) -> HttpMode:
    assert started.world.http is not None
    return started.world.http


def an_event(started: Started, event_id: str = "Ev1") -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": started.team.id,
        "api_app_id": started.world.app.id,
        "event_id": event_id,
        "event": {
            "type": "message",
            "channel": started.general.id,
            "channel_type": "channel",
            "user": started.ann.id,
            "text": "hello",
            "ts": "1700000000.000100",
        },
    }


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
async def test_what_slack_did_not_sign_is_refused_without_work(
    over_http: Started, forgery: Forgery
) -> None:
    reply = await http_of(over_http).request("events_api", an_event(over_http), forgery)

    assert reply.status == 401
    assert "Traceback" not in reply.text
    assert over_http.intake.offered == 0


@pytest.mark.parametrize(
    "stamp", ["\uff11\uff17", "+1700000000", "1_000", "1.5", "\u0663", "1e9", "-1"]
)
async def test_no_odd_way_to_write_a_number_is_a_time(over_http: Started, stamp: str) -> None:
    forged = Forgery(timestamp=stamp)
    headers, body = forged.apply(over_http.world.app.signing_secret, time.time(), b"{}")

    reply = await _raw(over_http, body, headers)

    assert reply.status_code == 401


async def test_what_slack_signed_is_taken(over_http: Started) -> None:
    reply = await http_of(over_http).request("events_api", an_event(over_http))

    assert reply.status == 200
    assert over_http.intake.texts == ["hello"]


async def test_the_same_request_twice_is_refused_and_done_once(over_http: Started) -> None:
    secret = over_http.world.app.signing_secret
    body = json.dumps(an_event(over_http)).encode()
    headers = signed(secret, str(int(time.time())), body) | {"Content-Type": "application/json"}

    first = await http_of(over_http).raw(body, headers)
    again = await http_of(over_http).raw(body, headers)

    assert (first.status, again.status) == (200, 401)
    assert over_http.intake.offered == 1


async def test_the_same_event_signed_again_is_acknowledged_and_done_once(
    over_http: Started,
) -> None:
    for shift in (0.0, -1.0, -2.0):
        forged = Forgery(shift_s=shift)
        reply = await http_of(over_http).request("events_api", an_event(over_http), forged)
        assert reply.status == 200

    assert over_http.intake.offered == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'"x"', b"{", b"nonsense", b"\xff\xfe", b"payload=%7B", b"[" * 100_000],
    ids=["empty", "list", "text", "cut", "words", "bytes", "form", "deep"],
)
@pytest.mark.parametrize("media_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_signed_body_that_cannot_be_read_breaks_nothing(
    over_http: Started, body: bytes, media_type: str
) -> None:
    secret = over_http.world.app.signing_secret
    headers = signed(secret, str(int(time.time())), body) | {"Content-Type": media_type}

    reply = await http_of(over_http).raw(body, headers)

    assert reply.status in {200, 400}
    assert "Traceback" not in reply.text


async def test_a_body_without_end_is_not_read(over_http: Started) -> None:
    reply = await _raw(over_http, b"x" * (MOST_BYTES + 1), {})

    assert reply.status_code == 413


async def test_another_way_of_asking_is_not_served(over_http: Started) -> None:
    async with httpx.AsyncClient() as http:
        reply = await http.get(http_of(over_http).url)

    assert reply.status_code == 405


async def test_the_handshake_is_answered_only_where_it_is_signed(over_http: Started) -> None:
    asked = {"type": "url_verification", "challenge": "abc"}

    honest = await http_of(over_http).request("events_api", asked)
    forged = await http_of(over_http).request("events_api", asked, Forgery(unsigned=True))

    assert (honest.status, honest.text) == (200, '{"challenge":"abc"}')
    assert forged.status == 401


@pytest.mark.parametrize(
    "odd",
    [
        {"event": None},
        {"event": {"type": "message"}},
        {"event": {"type": 5}},
        {"event": {}},
        {"type": "block_actions", "actions": "x"},
        {"type": "block_actions", "user": [], "actions": [{}]},
        {"type": "view_submission", "view": {}},
        {"type": "message_action", "callback_id": "report", "message": None},
        {"type": "nonsense"},
        {"type": "app_rate_limited"},
        {"command": "/bifocal"},
        {"authorizations": "x"},
        {"authorizations": [None]},
    ],
    ids=str,
)
async def test_no_odd_payload_breaks_anything(over_http: Started, odd: dict[str, Any]) -> None:
    body = {**an_event(over_http), **odd, "trigger_id": "t"}

    odd_one = await http_of(over_http).request("events_api", body)
    after = await http_of(over_http).request("events_api", an_event(over_http, "Ev2"))

    assert odd_one.status in {200, 503}
    assert "Traceback" not in odd_one.text
    assert after.status == 200
    assert over_http.intake.texts[-1:] == ["hello"]


async def test_before_it_started_nothing_is_taken(world: World) -> None:
    async with a_slack(world, http=True) as made:
        slack = made.slack
        event = an_event(made)
    async with served(slack) as url:
        http = HttpMode(world, f"{url}/slack/events")
        reply = await http.request("events_api", event)
        await http.close()

    assert reply.status == 503


async def test_in_socket_mode_there_is_no_address(started: Started) -> None:
    assert started.slack.routes() is None


@pytest.mark.parametrize(
    ("lacks", "named"),
    [
        ({"app_token": None}, "BIFOCAL_SLACK__APP_TOKEN"),
        ({"bot_token": None}, "BIFOCAL_SLACK__BOT_TOKEN"),
        ({"client_id": "1.2"}, "BIFOCAL_SLACK__CLIENT_SECRET"),
    ],
)
async def test_settings_by_which_slack_cannot_work_are_refused_with_the_fix(
    started: Started, lacks: dict[str, Any], named: str
) -> None:
    settings = settings_of(started.world, **lacks)

    with pytest.raises(Misconfigured, match=named):
        type(started.slack)(
            settings,
            MediaLimits(),
            communities=started.communities,
            bookmarks=started.bookmarks,
            signer=started.slack._parts.front.signer,
            installations=started.installations,
        )


async def _raw(started: Started, body: bytes, headers: dict[str, str]) -> httpx.Response:
    raw = {name.encode(): value.encode() for name, value in headers.items()}
    async with httpx.AsyncClient() as http:
        return await http.post(http_of(started).url, content=body, headers=list(raw.items()))
