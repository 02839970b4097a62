"""Slack's limits are kept to, its refusals told apart, and nobody is told a token."""

from datetime import timedelta

import pytest

from bot.errors import NotPermitted, PlatformUnavailable
from tests.adapters.playground.kit import a_png
from tests.adapters.slack.kit import Started, a_slack
from tests.emulators.slack import Fault, World


async def test_two_posts_in_one_channel_are_a_while_apart(world: World) -> None:
    world.posts_per_second = 5.0
    async with a_slack(world, gap=timedelta(seconds=0.25)) as started:
        _, taken = await started.posted("hello")

        await started.slack.client.annotate(taken.ref, "one", nonce="1")
        await started.slack.client.annotate(taken.ref, "two", nonce="2")

    assert [call.status for call in world.calls("chat.postMessage")] == [200, 200]


async def test_what_slack_refuses_for_a_moment_is_sent_again(started: Started) -> None:
    _, taken = await started.posted("hello")
    started.world.fail("chat.postMessage", Fault("ratelimited", retry_after=1))

    await started.slack.client.annotate(taken.ref, "one", nonce="1")

    assert [call.status for call in started.world.calls("chat.postMessage")] == [429, 200]


async def test_what_slack_refuses_for_long_is_left_to_the_queue(started: Started) -> None:
    _, taken = await started.posted("hello")
    started.world.fail("chat.postMessage", Fault("ratelimited", retry_after=30))

    with pytest.raises(PlatformUnavailable) as refused:
        await started.slack.client.annotate(taken.ref, "one", nonce="1")

    assert refused.value.retry_after == 30


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("internal_error"), id="internal"),
        pytest.param(Fault(status=503, text="<html>busy</html>"), id="a-page"),
    ],
)
async def test_slack_in_trouble_is_tried_later(started: Started, fault: Fault) -> None:
    _, taken = await started.posted("hello")
    started.world.fail("*", fault)

    with pytest.raises(PlatformUnavailable):
        await started.slack.client.revision(taken.ref)


async def test_a_missing_scope_is_told_to_the_operator_once(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    _, taken = await started.posted("hello")
    started.team.app.token.scopes.discard("reactions:write")

    for _ in range(3):
        with pytest.raises(NotPermitted, match="reactions:write"):
            await started.slack.client.react(taken.ref, "👀")

    assert "".join(capsys.readouterr()).count("slack.missing_scope") == 1


async def test_no_token_is_in_any_url(started: Started) -> None:
    await started.posted("hello", files=[("a.png", a_png())])

    visits = started.world.api_site.visits
    assert visits
    assert all("canary" not in str(visit.query) + visit.path for visit in visits)
