"""No token and no post's words end in a log, whatever goes wrong, and whatever its level."""

import json
import logging
from io import StringIO

import pytest

from adapters.slack.workspace import Tokens
from analysis.errors import UnreadableMedia
from bot import log
from bot.errors import BotError, QueueFull
from bot.storage.installations import Installation
from tests.adapters.playground.kit import a_card, a_png
from tests.adapters.slack.kit import Intake, Started, a_slack, settings_of
from tests.emulators.slack import Fault, Trouble, Upload, World

WORDS = "words of a post that nobody else may read"


@pytest.fixture
def said() -> StringIO:
    """Everything that is logged, at the talkative level."""
    log.configure("debug", "json")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    lines = StringIO()
    handler.setStream(lines)
    return lines


async def much_trouble(started: Started) -> None:
    """Nearly everything that can go wrong."""
    world = started.world
    page = Upload("a.png", a_png(), trouble=Trouble(html=True))
    message, taken = await started.posted(WORDS, files=[page])
    with pytest.raises(UnreadableMedia):
        await started.slack.fetch(taken.attachments[0], taken, 1_000_000)
    for fault in (
        Fault("internal_error"),
        Fault("invalid_auth"),
        Fault("missing_scope"),
        Fault(status=503, text=WORDS),
        Fault("ratelimited", retry_after=30),
    ):
        world.fail("chat.postMessage", fault)
        with pytest.raises(BotError):
            await started.slack.client.post_card(a_card(), nonce="c")
    started.chat.breaks = True
    await started.ann.slash("/analyze", WORDS)
    await message.edit(f"{WORDS} again")
    await world.drop()
    await started.general.post(started.ann, WORDS)
    await world.connected()
    await (await started.team.uninstall()).settled()


async def test_no_secret_and_no_words_are_logged(world: World, said: StringIO) -> None:
    async with a_slack(world, intake=Intake(fails=[QueueFull("full")])) as started:
        await much_trouble(started)

    logged = said.getvalue()
    assert {"slack.not_taken", "slack.lost"} <= {
        json.loads(line)["event"] for line in logged.splitlines()
    }
    for secret in ("canary", WORDS):
        assert secret not in logged


async def test_no_strangers_words_break_a_line_of_the_log(world: World, said: StringIO) -> None:
    odd = 'T\n{"event": "slack.fine"}\x1b[31m\u2028\u202e'
    event = {"type": odd, "channel": odd, "user": odd, "ts": "1.0", "text": odd}
    async with a_slack(world):
        payload = world.envelope(event) | {"authorizations": [], "team_id": odd}
        await world.interact(payload, "events_api")

    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["slack.not_installed"]


def test_what_holds_tokens_does_not_show_them(world: World) -> None:
    kept = Installation("slack", "T1", None, {"bot_token": "xoxb-canary"})  # type: ignore[arg-type]

    shown = repr([Tokens("xoxb-canary", "xoxp-canary"), settings_of(world), kept])

    assert "canary" not in shown
