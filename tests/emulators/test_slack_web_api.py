"""The Web API: Slack's rules and Slack's words for what it refuses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import Channel, Fault, Message, World, slack_world
from tests.emulators.test_slack import CARD

Ask = Callable[[AsyncWebClient, World, Message], Awaitable[Any]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        yield world


def the_bot(world: World) -> AsyncWebClient:
    settings = world.settings()
    return AsyncWebClient(settings.bot_token, base_url=settings.api_base)


def the_admin(world: World) -> AsyncWebClient:
    settings = world.settings()
    return AsyncWebClient(settings.user_token, base_url=settings.api_base)


async def refusal(asked: Awaitable[Any]) -> Any:
    """What Slack answered to a call that it refused."""
    with pytest.raises(SlackApiError) as refused:
        await asked
    return refused.value.response


async def a_post(world: World, channel: Channel | None = None) -> Message:
    team = world.team()
    return await (channel or team.channel("general")).post(team.user("ann"), "spam")


def in_channel(name: str, **options: Any) -> Ask:
    """A post to a channel made on the spot."""
    return lambda bot, world, _: bot.chat_postMessage(
        channel=world.team().channel(name, **options).id, text="hi"
    )


REFUSALS: dict[str, tuple[str, Ask]] = {
    "a channel there is not": (
        "channel_not_found",
        lambda bot, _w, _m: bot.chat_postMessage(channel="C0NONE", text="hi"),
    ),
    "a private channel without the bot": (
        "channel_not_found",
        in_channel("secret", private=True, bot=False),
    ),
    "nothing to say": (
        "no_text",
        lambda bot, _w, m: bot.api_call("chat.postMessage", json={"channel": m.channel.id}),
    ),
    "too much to say": (
        "msg_too_long",
        lambda bot, _w, m: bot.chat_postMessage(channel=m.channel.id, text="x" * 40_001),
    ),
    "a message there is not": (
        "message_not_found",
        lambda bot, _w, m: bot.chat_delete(channel=m.channel.id, ts="1.000001"),
    ),
    "another's message changed": (
        "cant_update_message",
        lambda bot, _w, m: bot.chat_update(channel=m.channel.id, ts=m.ts, text="mine"),
    ),
    "another's message deleted": (
        "cant_delete_message",
        lambda bot, _w, m: bot.chat_delete(channel=m.channel.id, ts=m.ts),
    ),
    "an ephemeral for one who is not here": (
        "user_not_in_channel",
        lambda bot, world, m: bot.chat_postEphemeral(
            channel=m.channel.id, user=world.team().user("zoe").id, text="psst"
        ),
    ),
    "a reaction that is none": (
        "invalid_name",
        lambda bot, _w, m: bot.reactions_add(channel=m.channel.id, timestamp=m.ts, name="No!"),
    ),
    "a reaction to be taken back that was not given": (
        "no_reaction",
        lambda bot, _w, m: bot.reactions_remove(channel=m.channel.id, timestamp=m.ts, name="eyes"),
    ),
    "a reaction to nothing": (
        "message_not_found",
        lambda bot, _w, m: bot.reactions_add(channel=m.channel.id, timestamp="1.1", name="eyes"),
    ),
    "a file there is not": ("file_not_found", lambda bot, _w, _m: bot.files_info(file="F0NONE")),
    "a person there is not": ("user_not_found", lambda bot, _w, _m: bot.users_info(user="U0NONE")),
    "a bot there is not": ("bot_not_found", lambda bot, _w, _m: bot.bots_info(bot="B0NONE")),
    "a thread there is not": (
        "thread_not_found",
        lambda bot, _w, m: bot.conversations_replies(channel=m.channel.id, ts="1.1"),
    ),
    "joining a private channel": (
        "method_not_supported_for_channel_type",
        lambda bot, world, _m: bot.conversations_join(
            channel=world.team().channel("staff", private=True).id
        ),
    ),
    "a form without its trigger": (
        "invalid_trigger_id",
        lambda bot, _w, _m: bot.views_open(
            trigger_id="1.2.3",
            view={
                "type": "modal",
                "title": {"type": "plain_text", "text": "Hi"},
                "blocks": [{"type": "divider"}],
            },
        ),
    ),
    "a method there is not": ("unknown_method", lambda bot, _w, _m: bot.api_call("chat.whisper")),
    "a field left out": ("invalid_arguments", lambda bot, _w, _m: bot.api_call("files.info")),
}


@pytest.mark.parametrize(("error", "ask"), REFUSALS.values(), ids=REFUSALS)
async def test_slack_refuses_in_its_own_words(world: World, error: str, ask: Ask) -> None:
    message = await a_post(world)

    assert (await refusal(ask(the_bot(world), world, message)))["error"] == error


async def test_a_bot_outside_a_public_channel_needs_a_scope_to_post(world: World) -> None:
    channel = world.team().channel("random", bot=False)
    await the_bot(world).chat_postMessage(channel=channel.id, text="hi")
    world.team().app.token.scopes.discard("chat:write.public")
    answer = await refusal(the_bot(world).chat_postMessage(channel=channel.id, text="again"))

    assert answer["error"] == "not_in_channel"
    assert [message.text for message in channel.messages] == ["hi"]


async def test_an_archived_channel_takes_nothing(world: World) -> None:
    message = await a_post(world)
    await message.channel.archive()
    asked = the_bot(world).chat_postMessage(channel=message.channel.id, text="hi")

    assert (await refusal(asked))["error"] == "is_archived"


async def test_a_missing_scope_is_named_beside_the_given_ones(world: World) -> None:
    message = await a_post(world)
    world.team().app.token.scopes = {"chat:write", "channels:read"}
    asked = the_bot(world).reactions_add(channel=message.channel.id, timestamp=message.ts, name="x")
    answer = await refusal(asked)

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "reactions:write"
    assert answer["provided"] == "channels:read,chat:write"


async def test_the_scope_for_a_private_channel_is_its_own(world: World) -> None:
    channel = world.team().channel("staff", private=True)
    world.team().app.token.scopes.discard("groups:history")
    answer = await refusal(the_bot(world).conversations_history(channel=channel.id))

    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")


async def test_granted_scopes_come_in_a_header(world: World) -> None:
    world.team().app.token.scopes = {"chat:write", "files:read"}
    answer = await the_bot(world).auth_test()

    assert answer.headers["x-oauth-scopes"] == "chat:write,files:read"
    assert answer["bot_id"] == world.team().bot_user.bot_id


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-made-up", "invalid_auth"), ("xapp", "not_allowed_token_type")],
)
async def test_a_token_that_is_none_is_refused(world: World, token: str, error: str) -> None:
    settings = world.settings()
    value = settings.app_token if token == "xapp" else token
    asked = AsyncWebClient(value or None, base_url=settings.api_base).auth_test()

    assert (await refusal(asked))["error"] == error


async def test_a_revoked_token_is_refused_and_the_app_told(world: World) -> None:
    await the_bot(world).auth_revoke()

    assert (await refusal(the_bot(world).auth_test()))["error"] == "token_revoked"
    assert world.deliveries[-1].event["type"] == "tokens_revoked"


async def test_a_reaction_counts_once(world: World) -> None:
    message = await a_post(world)
    react = {"channel": message.channel.id, "timestamp": message.ts, "name": "eyes"}
    await the_bot(world).reactions_add(**react)

    assert (await refusal(the_bot(world).reactions_add(**react)))["error"] == "already_reacted"
    got = await the_bot(world).reactions_get(channel=message.channel.id, timestamp=message.ts)
    assert got["message"]["reactions"][0]["count"] == 1
    await the_bot(world).reactions_remove(**react)
    assert message.reactions == {}


async def test_an_admin_s_token_obeys_the_workspace(world: World) -> None:
    message = await a_post(world)
    world.team().admins_delete_messages = False
    asked = the_admin(world).chat_delete(channel=message.channel.id, ts=message.ts)

    assert (await refusal(asked))["error"] == "cant_delete_message"
    assert not message.deleted


async def test_an_admin_s_token_sees_no_private_channel_the_admin_is_not_in(world: World) -> None:
    message = await a_post(world, world.team().channel("staff", private=True))
    asked = the_admin(world).chat_delete(channel=message.channel.id, ts=message.ts)

    assert (await refusal(asked))["error"] == "channel_not_found"


async def test_a_member_s_token_deletes_only_their_own(world: World) -> None:
    team = world.team()
    team.install(team.user("ben"))
    theirs, own = await a_post(world), await team.channel("general").post(team.user("ben"), "me")
    ben = the_admin(world)
    await ben.chat_delete(channel=own.channel.id, ts=own.ts)

    asked = ben.chat_delete(channel=theirs.channel.id, ts=theirs.ts)
    assert (await refusal(asked))["error"] == "cant_delete_message"
    assert own.deleted


async def test_a_reply_to_a_deleted_message_lands_in_the_channel(world: World) -> None:
    message = await a_post(world)
    await message.delete()
    answer = await the_bot(world).chat_postMessage(
        channel=message.channel.id, thread_ts=message.ts, text="why it went"
    )

    assert "thread_ts" not in answer["message"]
    assert message.channel.messages[-1].thread_ts == ""


async def test_a_limit_is_answered_with_429_and_the_seconds_to_wait(world: World) -> None:
    message = await a_post(world)
    world.fail("chat.postMessage", Fault(retry_after=7))
    answer = await refusal(
        the_bot(world).chat_postMessage(channel=message.channel.id, text="hi", blocks=CARD)
    )

    assert (answer.status_code, answer["error"]) == (429, "ratelimited")
    assert answer.headers["Retry-After"] == "7"


async def test_a_client_that_waits_gets_through_the_limit(world: World) -> None:
    message, bot = await a_post(world), the_bot(world)
    bot.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    world.fail("chat.postMessage", Fault(retry_after=0))
    await bot.chat_postMessage(channel=message.channel.id, text="hi")

    assert [call.status for call in world.calls("chat.postMessage")] == [429, 200]


async def test_each_channel_takes_so_many_posts_a_second(world: World) -> None:
    world.posts_per_second = 0.001
    team, bot = world.team(), the_bot(world)
    await bot.chat_postMessage(channel=team.channel("general").id, text="one")
    await bot.chat_postMessage(channel=team.channel("random").id, text="two")
    asked = bot.chat_postMessage(channel=team.channel("general").id, text="three")

    assert (await refusal(asked)).headers["Retry-After"] == "1000"


async def test_history_is_newest_first_and_comes_in_pages(world: World) -> None:
    channel, ann = world.team().channel("general"), world.team().user("ann")
    posts = [await channel.post(ann, text) for text in "abc"]
    await posts[0].reply(ann, "in the thread")
    bot = the_bot(world)
    first = await bot.conversations_history(channel=channel.id, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = await bot.conversations_history(channel=channel.id, limit=2, cursor=cursor)

    assert [one["text"] for one in first["messages"]] == ["c", "b"]
    assert [one["text"] for one in second["messages"]] == ["a"]
    assert (first["has_more"], second["has_more"]) == (True, False)


async def test_history_can_be_asked_for_since_a_message(world: World) -> None:
    channel, ann = world.team().channel("general"), world.team().user("ann")
    posts = [await channel.post(ann, text) for text in "abc"]
    bot = the_bot(world)
    since = await bot.conversations_history(channel=channel.id, oldest=posts[1].ts)
    one = await bot.conversations_history(
        channel=channel.id, oldest=posts[1].ts, latest=posts[1].ts, inclusive=True
    )

    assert [message["text"] for message in since["messages"]] == ["c"]
    assert [message["text"] for message in one["messages"]] == ["b"]


async def test_a_thread_is_read_with_its_first_message(world: World) -> None:
    message = await a_post(world)
    await message.reply(world.team().user("ben"), "agreed")
    thread = await the_bot(world).conversations_replies(channel=message.channel.id, ts=message.ts)

    assert [one["text"] for one in thread["messages"]] == ["spam", "agreed"]
    assert thread["messages"][0]["reply_count"] == 1


async def test_conversations_are_opened_listed_and_joined(world: World) -> None:
    team, bot = world.team(), the_bot(world)
    random = team.channel("random", bot=False)
    opened = await bot.conversations_open(users=team.user("ann").id)
    listed = await bot.conversations_list(types="public_channel")
    await bot.conversations_join(channel=random.id)
    mine = await bot.users_conversations(types="public_channel,im")
    members = await bot.conversations_members(channel=random.id)

    assert opened["channel"]["id"] == team.user("ann").im.id
    assert {one["name"]: one["is_member"] for one in listed["channels"]} == {
        "general": True,
        "random": False,
    }
    assert {one["id"] for one in mine["channels"]} == {
        team.channel("general").id,
        random.id,
        opened["channel"]["id"],
    }
    assert members["members"] == [team.bot_user.id]


async def test_a_person_is_messaged_by_their_id(world: World) -> None:
    ann = world.team().user("ann")
    await the_bot(world).chat_postMessage(channel=ann.id, text="About your post")

    assert [message.text for message in ann.im.messages] == ["About your post"]


async def test_who_is_who_can_be_asked(world: World) -> None:
    team, bot = world.team(), the_bot(world)
    mod = team.user("mod", admin=True)
    team.usergroup("mods", mod)
    team.app.token.scopes |= {"users:read.email"}
    asked = await bot.users_info(user=mod.id)
    listed = await bot.users_list(limit=1)
    groups = await bot.usergroups_list(include_users=True)

    assert (asked["user"]["is_admin"], asked["user"]["is_owner"]) == (True, False)
    assert listed["response_metadata"]["next_cursor"]
    assert groups["usergroups"][0]["users"] == [mod.id]
    assert (await bot.team_info())["team"]["id"] == team.id
    assert (await bot.bots_info(bot=team.bot_user.bot_id))["bot"]["user_id"] == team.bot_user.id


async def test_a_permalink_leads_to_the_message(world: World) -> None:
    message = await a_post(world)
    asked = await the_bot(world).chat_getPermalink(
        channel=message.channel.id, message_ts=message.ts
    )

    assert asked["permalink"] == (
        f"https://acme.slack.com/archives/{message.channel.id}/p{message.ts.replace('.', '')}"
    )


async def test_a_page_of_a_gateway_in_trouble_is_no_json(world: World) -> None:
    world.fail("*", Fault(status=502, text="<h1>Bad gateway</h1>"))

    assert (await refusal(the_bot(world).auth_test())).status_code == 502
    assert (await the_bot(world).auth_test())["ok"]


async def test_a_call_can_hang_until_the_client_gives_up(world: World) -> None:
    settings = world.settings()
    world.fail("auth.test", Fault(hang=True))
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base, timeout=1)

    with pytest.raises(TimeoutError):
        await client.auth_test()


async def test_what_the_app_asked_is_remembered(world: World) -> None:
    message = await a_post(world)
    await the_bot(world).reactions_add(
        channel=message.channel.id, timestamp=message.ts, name="eyes"
    )
    (call,) = world.received

    assert (call.method, call.args["name"], call.ok) == ("reactions.add", "eyes", True)
    assert call.token == world.settings().bot_token
