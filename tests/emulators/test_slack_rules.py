"""Slack's finer rules: whose file, whose trigger, how old a link, how many emoji."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import AppMisbehaved, NotPossible, Team, World, slack_world
from tests.emulators.slack.bolt import an_app, over_sockets

FORM: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Why?"},
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "Because"}}],
}


@dataclass
class Clock:
    """Real time, and what a test adds to it."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(clock: Clock) -> AsyncIterator[World]:
    async with slack_world(now=clock) as world:
        world.office.retries = ()
        yield world


def the_bot(world: World, team: Team | None = None) -> AsyncWebClient:
    settings = world.settings(team)
    return AsyncWebClient(settings.bot_token, base_url=settings.api_base)


def the_admin(world: World) -> AsyncWebClient:
    settings = world.settings()
    return AsyncWebClient(settings.user_token, base_url=settings.api_base)


async def test_an_admin_deletes_no_message_from_another_workspace(world: World) -> None:
    other = world.team("partner", installed=False)
    channel = world.team().channel("shared", shared_with=(other,))
    message = await channel.post(other.user("bob"), "spam")

    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await the_admin(world).chat_delete(channel=channel.id, ts=message.ts)


async def test_an_admin_deletes_no_file_from_another_workspace(world: World) -> None:
    other = world.team("partner", installed=False)
    channel = world.team().channel("shared", shared_with=(other,))
    message = await channel.post(other.user("bob"), files=[("a.png", b"x")])

    with pytest.raises(SlackApiError, match="cant_delete_file"):
        await the_admin(world).files_delete(file=message.files[0].id)


async def test_a_workspace_can_forbid_deleting_even_one_s_own(world: World) -> None:
    team = world.team()
    team.authors_delete = False
    message = await team.channel("general").post(team.app.installer, "mine")

    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await the_admin(world).chat_delete(channel=message.channel.id, ts=message.ts)


async def test_a_bot_uses_another_name_only_with_the_scope(world: World) -> None:
    channel, bot = world.team().channel("general"), the_bot(world)
    await bot.chat_postMessage(channel=channel.id, text="hi", username="Judge")
    world.team().app.token.scopes.add("chat:write.customize")
    await bot.chat_postMessage(channel=channel.id, text="hi", username="Judge")

    assert [message.username for message in channel.messages] == ["", "Judge"]


async def test_an_upload_is_completed_by_the_one_who_began_it(world: World) -> None:
    step = await the_bot(world).files_getUploadURLExternal(filename="c.png", length=3)
    async with httpx.AsyncClient() as client:
        await client.post(step["upload_url"], content=b"123")

    with pytest.raises(SlackApiError, match="file_not_found"):
        await the_admin(world).files_completeUploadExternal(
            files=[{"id": step["file_id"], "title": "c"}]
        )


async def test_a_bot_reads_no_public_channel_it_is_not_in(world: World) -> None:
    channel = world.team().channel("random", bot=False)

    with pytest.raises(SlackApiError, match="not_in_channel"):
        await the_bot(world).conversations_history(channel=channel.id)


async def test_a_message_takes_23_emoji(world: World) -> None:
    message = await world.team().channel("general").post(world.team().user("ann"), "hi")
    for number in range(23):
        await message.react(message.author, f"emoji{number}")

    with pytest.raises(SlackApiError, match="too_many_emoji"):
        await the_bot(world).reactions_add(
            channel=message.channel.id, timestamp=message.ts, name="eyes"
        )


async def test_an_external_id_names_one_open_form(world: World) -> None:
    bot, ann = the_bot(world), world.team().user("ann")
    view = FORM | {"external_id": "wizard"}
    await bot.views_open(trigger_id=world.trigger(ann), view=view)

    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await bot.views_open(trigger_id=world.trigger(ann), view=view)


async def test_nothing_is_pushed_upon_no_form(world: World) -> None:
    ann = world.team().user("ann")

    with pytest.raises(SlackApiError, match="not_found"):
        await the_bot(world).views_push(trigger_id=world.trigger(ann), view=FORM)


async def test_a_form_that_is_closed_cannot_be_submitted(world: World) -> None:
    ann = world.team().user("ann")
    await the_bot(world).views_open(trigger_id=world.trigger(ann), view=FORM)
    form = ann.modal
    await form.close()

    with pytest.raises(NotPossible, match="no longer open"):
        await form.submit()


async def test_what_was_written_goes_with_its_field(world: World) -> None:
    ann, bot = world.team().user("ann"), the_bot(world)
    element = {"type": "plain_text_input", "action_id": "t"}
    label = {"type": "plain_text", "text": "Why"}
    asking = {"type": "input", "block_id": "why", "label": label, "element": element}
    asks = FORM | {"submit": {"type": "plain_text", "text": "Send"}, "blocks": [asking]}
    await bot.views_open(trigger_id=world.trigger(ann), view=asks)
    form = ann.modal
    form.fill({"why": "so"})
    for view in (FORM, asks):
        await bot.views_update(view_id=form.id, view=view)

    assert form.shape()["state"]["values"]["why"]["t"]["value"] is None


async def test_a_trigger_of_another_workspace_opens_nothing(world: World) -> None:
    other = world.team("other")
    ann = world.team().user("ann")

    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await the_bot(world, other).views_open(trigger_id=world.trigger(ann), view=FORM)


async def test_a_mention_needs_its_scope(world: World) -> None:
    world.team().app.token.scopes.discard("app_mentions:read")
    bot = world.team().bot_user
    await world.team().channel("general").post(world.team().user("ann"), f"<@{bot.id}> hi")

    assert [one.event["type"] for one in world.deliveries] == ["message"]


async def test_a_response_url_dies_after_half_an_hour(world: World, clock: Clock) -> None:
    channel, ann = world.team().channel("general"), world.team().user("ann")
    url = world.response_urls.mint(ann, channel, None, "commands")
    clock.ahead_s = 30 * 60 + 1
    async with httpx.AsyncClient() as client:
        reply = await client.post(url, json={"text": "late"})

    assert (reply.status_code, reply.json()["error"]) == (404, "expired_url")


async def test_a_response_url_replaces_no_message_of_another(world: World) -> None:
    channel, ann = world.team().channel("general"), world.team().user("ann")
    message = await channel.post(ann, "hi")
    url = world.response_urls.mint(ann, channel, message, "app")
    async with httpx.AsyncClient() as client:
        reply = await client.post(url, json={"text": "mine", "replace_original": True})

    assert (reply.json()["error"], message.text) == ("message_not_found", "hi")


async def test_an_app_token_needs_its_scope_too(world: World) -> None:
    settings = world.settings()
    world.app_token.scopes.clear()
    client = AsyncWebClient(base_url=settings.api_base)

    with pytest.raises(SlackApiError, match="connections:write"):
        await client.apps_connections_open(app_token=settings.app_token)


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_an_oauth_code_dies_after_ten_minutes(world: World, clock: Clock) -> None:
    settings, back = world.settings(), "http://127.0.0.1:1/back"
    world.consents = world.team().user("boss")
    asked = {"client_id": settings.client_id, "scope": "chat:write", "redirect_uri": back}
    async with httpx.AsyncClient() as browser:
        reply = await browser.get(settings.authorize_url, params=asked)
    code = httpx.URL(reply.headers["location"]).params["code"]
    clock.ahead_s = 601

    with pytest.raises(SlackApiError, match="invalid_code"):
        await AsyncWebClient(base_url=settings.api_base).oauth_v2_access(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            code=code,
            redirect_uri=back,
        )


async def test_a_shortcut_is_chosen_only_on_a_message_one_sees(world: World) -> None:
    team = world.team()
    message = await team.channel("staff", private=True).post(team.user("ben"), "secret")

    with pytest.raises(NotPossible, match="cannot see"):
        await team.user("ann").shortcut("report", message)


async def test_a_select_shows_a_hundred_options_at_most(world: World) -> None:
    app = an_app(world)

    @app.options("rule")
    async def rules(ack: Any) -> None:
        option = {"text": {"type": "plain_text", "text": "x"}, "value": "x"}
        await ack(options=[option] * 101)

    picker = {"type": "external_select", "action_id": "rule"}
    form = FORM | {"blocks": [FORM["blocks"][0] | {"accessory": picker}]}
    async with over_sockets(world, app):
        ann = world.team().user("ann")
        await app.client.views_open(trigger_id=world.trigger(ann), view=form)

        with pytest.raises(AppMisbehaved, match="was offered"):
            await ann.modal.suggest("rule", "spam")


async def test_two_buttons_of_one_name_cannot_be_told_apart(world: World) -> None:
    channel, words = world.team().channel("general"), {"type": "plain_text", "text": "Uphold"}
    buttons = [{"type": "button", "action_id": name, "text": words} for name in "ab"]
    blocks = [{"type": "actions", "elements": buttons}]
    await the_bot(world).chat_postMessage(channel=channel.id, text="x", blocks=blocks)

    with pytest.raises(NotPossible, match="2 controls are called 'Uphold'"):
        await (await channel.card()).press(world.team().user("mod"), "Uphold")
