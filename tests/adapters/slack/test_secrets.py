"""No token and no post's words end in a log, whatever goes wrong, and whatever its level."""

import logging
from collections.abc import Iterator

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
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Everything that is logged, at the talkative level."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    log.configure("debug", "json")
    yield capsys
    logging.basicConfig(handlers=before, level=level, force=True)


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


async def test_no_secret_and_no_words_are_logged(
    world: World, said: pytest.CaptureFixture[str]
) -> None:
    async with a_slack(world, intake=Intake(fails=[QueueFull("full")])) as started:
        await much_trouble(started)

    logged = said.readouterr()
    assert "slack." in logged.err
    for secret in ("canary", WORDS):
        assert secret not in logged.out + logged.err


def test_what_holds_tokens_does_not_show_them(world: World) -> None:
    kept = Installation("slack", "T1", None, {"bot_token": "xoxb-canary"})  # type: ignore[arg-type]

    shown = repr([Tokens("xoxb-canary", "xoxp-canary"), settings_of(world), kept])

    assert "canary" not in shown
