"""The doctor says what of Slack works, and how to mend what does not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.actions.spec import parse
from bot.communities import Community
from bot.config.tables import MediaLimits
from bot.model import Ref
from bot.ports import LinksPosts
from tests.adapters.slack.kit import Started, a_slack, settings_of
from tests.emulators.slack import Fault, World


async def ill(started: Started) -> list[str]:
    """What is not well."""
    return [one.sentence for one in await started.slack.examine() if not one.well]


async def test_where_all_is_well_nothing_is_to_be_mended(started: Started) -> None:
    assert await ill(started) == []


async def test_every_part_is_spoken_of(started: Started) -> None:
    said = " ".join(one.sentence for one in await started.slack.examine())

    for part in ("Socket Mode opens", "token is good", "every scope", "#mods", "deleted as"):
        assert part in said


async def test_it_can_be_asked_before_the_start(world: World) -> None:
    async with a_slack(world) as started:
        settings = settings_of(world, log_channel=started.mods.id)
        fresh = type(started.slack)(
            settings,
            MediaLimits(),
            communities=started.communities,
            bookmarks=started.bookmarks,
            signer=started.slack._parts.front.signer,
            installations=started.installations,
        )

        found = await fresh.examine()

    assert all(one.well for one in found)


def without_scope(started: Started) -> None:
    started.team.app.token.scopes.discard("reactions:write")


def public_channel(started: Started) -> None:
    started.mods.kind = "public"


def not_invited(started: Started) -> None:
    started.mods.members.remove(started.team.bot_user)


def archived(started: Started) -> None:
    started.mods.archived = True


def no_such_channel(started: Started) -> None:
    key = ("slack", started.team.id)
    started.communities.known[key] = Community(*key, log_channel="C0NOPE")


def channel_not_shown(started: Started) -> None:
    started.world.fail("conversations.info", Fault("missing_scope"))


def no_socket(started: Started) -> None:
    started.world.app_token.error = "invalid_auth"


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (without_scope, "reactions:write (to mark posts"),
        (public_channel, "use a private one"),
        (not_invited, "invite it there"),
        (archived, "archived"),
        (no_socket, "connections:write"),
        (no_such_channel, "an id, such as C0123ABCD"),
        (channel_not_shown, "cannot be looked up: Slack wants the scope"),
    ],
)
async def test_what_is_wrong_is_said_with_the_fix(
    started: Started, trouble: Callable[[Started], None], said: str
) -> None:
    trouble(started)

    (sentence,) = await ill(started)

    assert said in sentence


async def test_a_token_that_was_revoked_since_the_start_is_said(started: Started) -> None:
    started.team.app.token.error = "token_revoked"

    (sentence,) = await ill(started)

    assert "token_revoked" in sentence


async def test_swapped_tokens_are_said_each_by_its_name(world: World) -> None:
    given = world.settings()
    async with a_slack(
        world, connects=False, bot_token=given.app_token, app_token=given.bot_token
    ) as started:
        said = await ill(started)

    assert ["BIFOCAL_SLACK__APP_TOKEN" in said[0], "BIFOCAL_SLACK__BOT_TOKEN" in said[1]] == [
        True,
        True,
    ]


async def test_over_http_it_is_said_where_slack_brings_events(world: World) -> None:
    async with a_slack(world, http=True, public_url="https://mod.example/") as started:
        said = [one.sentence for one in await started.slack.examine()]

    assert any("https://mod.example/slack/events" in one for one in said)


async def test_slack_that_is_not_reached_is_no_fault_of_a_token(started: Started) -> None:
    started.world.fail("apps.connections.open", Fault("internal_error"))

    (sentence,) = await ill(started)

    assert "api_base" in sentence
    assert "APP_TOKEN" not in sentence


async def test_a_clock_that_is_far_off_is_said(world: World) -> None:
    async with a_slack(world, now=lambda: datetime.now(UTC) + timedelta(minutes=4)) as started:
        (sentence,) = await ill(started)

    assert re.search(r"2[34]\d s ahead of Slack's", sentence)


async def test_no_channel_for_cards_is_said(world: World) -> None:
    async with a_slack(world, log_channel="") as started:
        (sentence,) = await ill(started)

    assert "/bifocal setup" in sentence


async def test_a_token_that_is_no_good_is_said(world: World) -> None:
    async with a_slack(world, http=True, bot_token="xoxb-wrong") as started:
        (sentence,) = await ill(started)

    assert "BIFOCAL_SLACK__BOT_TOKEN" in sentence
    assert "xoxb-wrong" not in sentence


@pytest.mark.parametrize("scope", ["chat:write", "files:write"])
async def test_what_the_administrators_token_lacks_is_said(world: World, scope: str) -> None:
    world.team().app.user_token.scopes.discard(scope)  # type: ignore[union-attr]

    async with a_slack(world) as started:
        (sentence,) = await ill(started)

    assert scope in sentence


async def test_an_administrators_token_that_is_no_good_is_said(world: World) -> None:
    async with a_slack(world, user_token="xoxp-wrong") as started:
        (sentence,) = await ill(started)

    assert "refuses the user token" in sentence


async def test_no_administrators_token_is_no_fault(world: World) -> None:
    async with a_slack(world, user_token=None) as started:
        assert await ill(started) == []


async def test_what_a_policy_asks_for_in_vain_is_said(world: World) -> None:
    async with a_slack(world, asked=lambda _community: [parse("ban")]) as started:
        found = await started.slack.examine()

    assert any("asks for ban" in one.sentence for one in found)
    assert all(one.well for one in found)


async def test_slack_being_away_is_said(started: Started) -> None:
    started.world.fail("apps.connections.open", Fault("internal_error"))

    (sentence,) = await ill(started)

    assert "Socket Mode does not open" in sentence


async def test_one_workspace_alone_can_be_asked_about(started: Started) -> None:
    found = await started.slack.examine(started.team.id)
    other = await started.slack.examine("T0OTHER")

    assert found
    assert other == ()


async def test_a_post_has_an_address_in_its_workspace_and_in_no_other(started: Started) -> None:
    here = Ref("slack", started.team.id, "C1", "1700000000.000100")

    assert isinstance(started.slack, LinksPosts)
    assert started.slack.link(here).endswith("/archives/C1/p1700000000000100")
    assert started.slack.link(here._replace(community_id="TOTHER")) == ""
