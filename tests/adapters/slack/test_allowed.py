"""What Slack allows in each workspace, and what is said of the rest."""

import pytest

from adapters.slack import Slack
from bot.actions.spec import parse
from bot.communities import Community
from tests.adapters.slack.kit import Started, a_slack
from tests.emulators.slack import World


@pytest.mark.parametrize("action", ["timeout 1h", "kick", "ban", "role add muted", "spoiler"])
async def test_what_slack_has_not_is_refused_in_plain_words(started: Started, action: str) -> None:
    _, taken = await started.posted("hello")

    why = started.slack.can(parse(action), taken)

    assert why is not None
    assert "Slack" in why


@pytest.mark.parametrize(
    "action", ["annotate 'x'", "notify author", "log", "react 👀", "delete", "strike", "flag"]
)
async def test_what_slack_has_is_allowed(started: Started, action: str) -> None:
    _, taken = await started.posted("hello")

    assert started.slack.can(parse(action), taken) is None


async def test_a_policy_that_asks_for_too_much_is_warned_of(started: Started) -> None:
    asked = [parse(one) for one in ("delete", "timeout 1h", "timeout 2h", "flag", "react 🦚")]

    found = started.slack.asks_too_much(asked)

    assert [one.split(",")[0] for one in found] == [
        "The policy asks for react 🦚",
        "The policy asks for timeout",
    ]


async def test_a_policy_that_deletes_is_warned_of_where_nothing_is_deleted(world: World) -> None:
    async with a_slack(world, user_token=None) as started:
        (found,) = started.slack.asks_too_much([parse("delete")])

    assert "BIFOCAL_SLACK__USER_TOKEN" in found


async def test_before_the_start_the_settings_tell_that_nothing_is_deleted(world: World) -> None:
    async with a_slack(world, user_token=None, bot_token="xoxb-wrong", http=True) as started:
        (found,) = started.slack.asks_too_much([parse("delete")])

    assert "BIFOCAL_SLACK__USER_TOKEN" in found


async def test_each_workspace_is_told_what_it_does_not_allow(started: Started) -> None:
    deletes = [parse("delete")]
    before = started.slack.asks_too_much(deletes, started.team.id)
    assert started.team.app.user_token is not None
    started.world.revoke(started.team, started.team.app.user_token)
    await started.world.until(lambda: started.slack.asks_too_much(deletes, started.team.id))

    assert before == ()


def live(slack: Slack, started: Started, *, chosen: bool | None) -> bool:
    key = ("slack", started.team.id)
    started.communities.known[key] = Community(*key, live=chosen)
    return not slack.simulates(started.team.id)


async def test_a_workspace_rehearses_until_it_is_switched_live(world: World) -> None:
    async with a_slack(world, simulate=True) as started:
        assert not live(started.slack, started, chosen=None)
        assert live(started.slack, started, chosen=True)


async def test_a_workspace_may_rehearse_although_the_settings_are_live(started: Started) -> None:
    assert live(started.slack, started, chosen=None)
    assert not live(started.slack, started, chosen=False)
