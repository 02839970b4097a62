"""The Slack emulator carries an unmodified Bolt app through a moderator's day, on both roads."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import AppMisbehaved, NotPossible, World, slack_world
from tests.emulators.slack.bolt import an_app, over_http, over_sockets

PICTURE = b"\x89PNG\r\n\x1a\n a picture"
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "A case"}},
    {
        "type": "actions",
        "block_id": "decide",
        "elements": [
            {
                "type": "button",
                "action_id": "uphold",
                "text": {"type": "plain_text", "text": "Uphold"},
                "value": "case-1",
            }
        ],
    },
]
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "why",
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        yield world


@pytest.fixture(params=["sockets", "http"])
async def app(request: pytest.FixtureRequest, world: World) -> AsyncIterator[AsyncApp]:
    app = an_app(world)
    road = over_sockets if request.param == "sockets" else over_http
    async with road(world, app):
        yield app


async def test_a_posted_picture_reaches_the_app_and_can_be_fetched(
    world: World, app: AsyncApp
) -> None:
    heard: list[dict[str, Any]] = []

    @app.event("message")
    async def hear(event: dict[str, Any]) -> None:
        heard.append(event)

    team = world.team()
    message = await team.channel("general").post(
        team.user("ann"), "look", files=[("a.png", PICTURE)]
    )
    await message.acked()
    (event,) = await world.until(lambda: heard)

    async with httpx.AsyncClient() as client:
        fetched = await client.get(
            event["files"][0]["url_private_download"],
            headers={"Authorization": f"Bearer {world.settings().bot_token}"},
        )
    assert (event["subtype"], event["text"]) == ("file_share", "look")
    assert (fetched.content, fetched.headers["content-type"]) == (PICTURE, "image/png")


async def test_the_app_posts_reacts_and_changes_its_message(world: World, app: AsyncApp) -> None:
    channel = world.team().channel("general")
    post = await app.client.chat_postMessage(channel=channel.id, text="A case", blocks=CARD)
    await app.client.reactions_add(channel=channel.id, timestamp=post["ts"], name="eyes")
    await app.client.chat_update(channel=channel.id, ts=post["ts"], text="Closed", blocks=[])

    (message,) = channel.messages
    assert (message.text, message.blocks) == ("Closed", [])
    assert message.reactions == {"eyes": [world.team().bot_user]}


async def test_a_bot_may_not_delete_what_others_posted(world: World, app: AsyncApp) -> None:
    team = world.team()
    message = await team.channel("general").post(team.user("ann"), "spam")

    with pytest.raises(SlackApiError) as refused:
        await app.client.chat_delete(channel=message.channel.id, ts=message.ts)
    assert refused.value.response["error"] == "cant_delete_message"
    assert not message.deleted


@pytest.mark.usefixtures("app")
async def test_an_admins_token_deletes_what_others_posted(world: World) -> None:
    team = world.team()
    message = await team.channel("general").post(team.user("ann"), "spam")
    settings = world.settings()
    admin = AsyncWebClient(settings.user_token, base_url=settings.api_base)
    await admin.chat_delete(channel=message.channel.id, ts=message.ts)

    assert message.deleted_by is team.app.installer


async def test_a_slash_command_is_answered_for_the_one_who_typed_it(
    world: World, app: AsyncApp
) -> None:
    @app.command("/analyze")
    async def analyze(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"Read: {command['text']}")

    team = world.team()
    ann = team.user("ann")
    await ann.slash("/analyze", "free nitro")

    assert [message.text for message in ann.ephemerals] == ["Read: free nitro"]
    assert team.channel("general").messages == []


async def test_a_button_of_a_card_replaces_the_card(world: World, app: AsyncApp) -> None:
    @app.action("uphold")
    async def uphold(ack: Any, respond: Any, action: dict[str, Any]) -> None:
        await ack()
        await respond(f"Upheld {action['value']}", replace_original=True)

    team = world.team()
    channel, mod = team.channel("general"), team.user("mod", admin=True)
    await app.client.chat_postMessage(channel=channel.id, text="A case", blocks=CARD)
    (card,) = channel.messages
    await card.press(mod, "Uphold")

    await world.until(lambda: card.text == "Upheld case-1")


async def test_a_form_opens_complains_and_closes(world: World, app: AsyncApp) -> None:
    kept: list[str] = []

    @app.shortcut("report")
    async def report(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("why")
    async def why(ack: Any, view: dict[str, Any]) -> None:
        reason = view["state"]["values"]["reason"]["text"]["value"]
        if reason == "no":
            await ack(response_action="errors", errors={"reason": "Say more."})
            return
        await ack()
        kept.append(reason)

    team = world.team()
    ann = team.user("ann")
    message = await team.channel("general").post(team.user("ben"), "spam")
    await ann.shortcut("report", message)
    form = await ann.opened()

    with pytest.raises(NotPossible, match="must be filled in"):
        await form.submit()
    assert await form.submit({"Reason": "no"}) == {"reason": "Say more."}
    assert ann.modal is form
    assert await form.submit({"reason": "a scam"}) == {}
    assert ann.views == []
    await world.until(lambda: kept == ["a scam"])


@pytest.mark.usefixtures("app")
async def test_what_the_app_does_not_handle_is_told_to_the_person(world: World) -> None:
    world.office.ack_within = 0.1
    with pytest.raises(AppMisbehaved, match="not acknowledged"):
        await world.team().user("ann").slash("/unknown")
