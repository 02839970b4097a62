"""Events: what the app is told of, in Slack's shapes, and what it is not told of."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import World, slack_world, typed
from tests.emulators.slack.bolt import an_app, over_sockets

Heard = list[dict[str, Any]]
IMAGE_BLOCK = {"type": "image", "image_url": "https://cats.example/cat.png", "alt_text": "A cat"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        world.office.retries = ()
        yield world


@pytest.fixture
async def heard(world: World) -> AsyncIterator[Heard]:
    """Every event the app took, in order."""
    app, heard = an_app(world), list[dict[str, Any]]()

    @app.event(re.compile(".*"))
    async def hear(event: dict[str, Any], body: dict[str, Any]) -> None:
        heard.append(event | {"body": body})

    @app.middleware
    async def warning(body: dict[str, Any], next: Any) -> Any:  # noqa: A002 - Bolt's name
        if body["type"] != "app_rate_limited":
            return await next()
        heard.append(body)
        return BoltResponse(status=200)

    async with over_sockets(world, app):
        yield heard


async def told(world: World, heard: Heard, least: int = 1) -> Heard:
    await world.quiet()
    return await world.until(lambda: heard if len(heard) >= least else [])


async def test_a_plain_message(world: World, heard: Heard) -> None:
    ann = world.team().user("ann")
    message = await world.team().channel("general").post(ann, "hi")
    (event,) = await told(world, heard)

    assert (event["user"], event["text"], event["ts"]) == (ann.id, "hi", message.ts)
    assert (event["channel_type"], "subtype" in event) == ("channel", False)
    assert event["blocks"][0]["type"] == "rich_text"
    assert event["body"]["authorizations"][0]["user_id"] == world.team().bot_user.id


async def test_what_a_person_types_is_escaped_and_linked() -> None:
    assert typed("<b> & https://a.example/x?y=1") == "&lt;b&gt; &amp; <https://a.example/x?y=1>"


async def test_a_file_without_words(world: World, heard: Heard) -> None:
    ann = world.team().user("ann")
    await world.team().channel("general").post(ann, files=[("a.png", b"x"), ("b.png", b"y")])
    (event,) = await told(world, heard)

    assert (event["subtype"], event["text"]) == ("file_share", "")
    assert [file["name"] for file in event["files"]] == ["a.png", "b.png"]


async def test_an_edit(world: World, heard: Heard) -> None:
    message = await world.team().channel("general").post(world.team().user("ann"), "hi")
    await message.acked()
    await message.edit("ho")
    event = (await told(world, heard, 2))[-1]

    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert (event["message"]["text"], event["previous_message"]["text"]) == ("ho", "hi")
    assert event["message"]["ts"] == message.ts
    assert event["message"]["edited"]["user"] == message.author.id


async def test_an_unfurled_link(world: World, heard: Heard) -> None:
    message = (
        await world.team().channel("general").post(world.team().user("ann"), "<https://x.example>")
    )
    await message.acked()
    await message.unfurl(image_url="https://x.example/a.png", from_url="https://x.example")
    event = (await told(world, heard, 2))[-1]

    assert event["subtype"] == "message_changed"
    assert event["message"]["attachments"][0]["image_url"] == "https://x.example/a.png"
    assert "edited" not in event["message"]


async def test_a_deletion(world: World, heard: Heard) -> None:
    message = await world.team().channel("general").post(world.team().user("ann"), "hi")
    await message.acked()
    await message.delete()
    event = (await told(world, heard, 2))[-1]

    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", message.ts)
    assert event["previous_message"]["text"] == "hi"


async def test_a_deletion_under_a_thread_leaves_a_tombstone(world: World, heard: Heard) -> None:
    ann = world.team().user("ann")
    message = await world.team().channel("general").post(ann, "hi")
    await (await message.reply(ann, "more")).acked()
    await message.delete()
    event = (await told(world, heard, 3))[-1]

    assert (event["subtype"], event["message"]["subtype"]) == ("message_changed", "tombstone")


async def test_a_thread_broadcast_carries_its_root(world: World, heard: Heard) -> None:
    ann = world.team().user("ann")
    message = await world.team().channel("general").post(ann, "hi")
    await message.acked()
    await message.reply(ann, "all of you", broadcast=True)
    event = (await told(world, heard, 2))[-1]

    assert (event["subtype"], event["thread_ts"]) == ("thread_broadcast", message.ts)
    assert event["root"]["text"] == "hi"


@pytest.mark.parametrize(("classic", "subtype"), [(True, "bot_message"), (False, None)])
async def test_another_bot(world: World, heard: Heard, *, classic: bool, subtype: Any) -> None:
    bot = world.team().bot("deploys", classic=classic)
    await world.team().channel("general").post(bot, "done", blocks=[IMAGE_BLOCK])
    (event,) = await told(world, heard)

    assert (event.get("subtype"), event["bot_id"]) == (subtype, bot.bot_id)
    assert ("user" in event) is not classic
    assert event["blocks"] == [IMAGE_BLOCK]


async def test_me(world: World, heard: Heard) -> None:
    await world.team().channel("general").post(world.team().user("ann"), "waves", me=True)

    assert (await told(world, heard))[0]["subtype"] == "me_message"


async def test_someone_comes_in(world: World, heard: Heard) -> None:
    ann = world.team().user("ann")
    await world.team().channel("general").join(ann)
    events = await told(world, heard, 2)

    kinds = {event.get("subtype", event["type"]) for event in events}
    assert kinds == {"channel_join", "member_joined_channel"}


@pytest.mark.parametrize(
    ("kind", "channel_type"), [("private", "group"), ("im", "im"), ("group", "mpim")]
)
async def test_conversations_of_other_kinds(
    world: World, heard: Heard, kind: str, channel_type: str
) -> None:
    team = world.team()
    ann = team.user("ann")
    channels = {
        "private": team.channel("staff", private=True),
        "im": ann.im,
        "group": team.group(ann, team.user("ben")),
    }
    await channels[kind].post(ann, "hi")

    assert (await told(world, heard))[0]["channel_type"] == channel_type


async def test_a_shared_channel_tells_where_its_author_is_from(world: World, heard: Heard) -> None:
    other = world.team("partner", installed=False)
    channel = world.team().channel("shared", shared_with=(other,))
    bob = other.user("bob")
    await channel.post(bob, "hello")
    (event,) = await told(world, heard)

    assert event["user_team"] == other.id != event["body"]["team_id"]
    assert event["body"]["is_ext_shared_channel"]
    settings = world.settings()
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    assert (await client.users_info(user=bob.id))["user"]["is_stranger"]


async def test_a_channel_shared_by_two_installations_is_told_of_once(
    world: World, heard: Heard
) -> None:
    other = world.team("partner")
    channel = world.team().channel("shared", shared_with=(other,))
    channel.members.append(other.bot_user)
    await channel.post(other.user("bob"), "hello")

    assert len(await told(world, heard)) == len(world.deliveries) == 1


async def test_a_file_of_another_workspace_must_be_asked_for(world: World, heard: Heard) -> None:
    other = world.team("partner", installed=False)
    channel = world.team().channel("shared", shared_with=(other,))
    await channel.post(other.user("bob"), files=[("a.png", b"x")])
    await channel.post(world.team().user("ann"), files=[("b.png", b"x")])
    events = await told(world, heard, 2)

    access = [event["files"][0]["file_access"] for event in events]
    assert access == ["check_file_info", "visible"]


async def test_a_mention_is_told_twice(world: World, heard: Heard) -> None:
    bot = world.team().bot_user
    await world.team().channel("general").post(world.team().user("ann"), f"<@{bot.id}> hi")
    events = await told(world, heard, 2)

    assert {event["type"] for event in events} == {"message", "app_mention"}


async def test_a_reaction(world: World, heard: Heard) -> None:
    team = world.team()
    message = await team.channel("general").post(team.user("ann"), "hi")
    await message.acked()
    await message.react(team.user("ben"), "eyes")
    event = (await told(world, heard, 2))[-1]

    assert (event["type"], event["reaction"]) == ("reaction_added", "eyes")
    assert event["item"]["ts"] == message.ts


async def test_the_app_s_removal(world: World, heard: Heard) -> None:
    team = world.team()
    await team.uninstall()
    events = await told(world, heard, 2)

    assert {event["type"] for event in events} == {"tokens_revoked", "app_uninstalled"}
    assert team.installation is None


async def test_a_warning_of_too_many_events(world: World, heard: Heard) -> None:
    await world.team().too_many_events()

    assert (await told(world, heard))[0]["type"] == "app_rate_limited"


async def test_the_bot_s_removal_from_a_channel(world: World, heard: Heard) -> None:
    channel = world.team().channel("general")
    await channel.leave(world.team().bot_user)
    message = await channel.post(world.team().user("ann"), "among us")

    assert (await told(world, heard))[0]["type"] == "channel_left"
    assert message.delivery is None


@pytest.mark.usefixtures("heard")
async def test_an_unheard_channel(world: World) -> None:
    channel = world.team().channel("random", bot=False)
    message = await channel.post(world.team().user("ann"), "hi")

    with pytest.raises(LookupError, match="told nothing"):
        await message.acked()


@pytest.mark.usefixtures("heard")
async def test_a_missing_scope(world: World) -> None:
    world.team().app.token.scopes.discard("channels:history")
    message = await world.team().channel("general").post(world.team().user("ann"), "hi")

    assert message.delivery is None


async def test_the_app_s_own_posts_are_told_and_bolt_drops_them(world: World, heard: Heard) -> None:
    settings, channel = world.settings(), world.team().channel("general")
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    await client.chat_postMessage(channel=channel.id, text="mine")
    delivery = await channel.messages[0].acked()

    assert (delivery.acked, delivery.event["bot_id"]) == (True, world.team().bot_user.bot_id)
    assert heard == []


async def test_any_event_can_be_made_up(world: World, heard: Heard) -> None:
    await (await world.emit({"type": "message", "channel": "C0", "text": 7})).settled()

    assert (await told(world, heard))[0]["text"] == 7


async def test_events_can_come_in_another_order(world: World, heard: Heard) -> None:
    with world.office.holding() as held:
        message = await world.team().channel("general").post(world.team().user("ann"), "hi")
        await message.edit("ho")
        held.reverse()
    events = await told(world, heard, 2)

    assert [event.get("subtype") for event in events] == ["message_changed", None]
