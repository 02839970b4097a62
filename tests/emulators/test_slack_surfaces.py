"""What people see of the app: cards, the App Home, and answers for one person only."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.emulators.slack import AppMisbehaved, NotPossible, World, press_payload, slack_world
from tests.emulators.slack.bolt import an_app, over_sockets
from tests.emulators.test_slack import CARD

Json = dict[str, Any]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        yield world


@pytest.fixture
async def app(world: World) -> AsyncIterator[AsyncApp]:
    app = an_app(world)
    async with over_sockets(world, app):
        yield app


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Json:
    return {"text": plain(value.title()), "value": value}


async def test_the_app_home_is_opened_paged_and_filtered(world: World, app: AsyncApp) -> None:
    def home(words: str) -> Json:
        menu = {
            "type": "static_select",
            "action_id": "state",
            "options": [option("open"), option("all")],
        }
        after = {"type": "button", "action_id": "next", "text": plain("Next")}
        blocks = [
            {"type": "section", "text": plain(words)},
            {"type": "actions", "block_id": "bar", "elements": [menu, after]},
        ]
        return {"type": "home", "blocks": blocks}

    @app.event("app_home_opened")
    async def opened(event: Json, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=home("page 1"))

    @app.action("next")
    async def following(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_publish(
            user_id=body["user"]["id"], hash=body["view"]["hash"], view=home("page 2")
        )

    @app.action("state")
    async def filtered(ack: Any, body: Json, client: Any) -> None:
        await ack()
        chosen = body["view"]["state"]["values"]["bar"]["state"]["selected_option"]["value"]
        await client.views_publish(user_id=body["user"]["id"], view=home(f"only {chosen}"))

    mod = world.team().user("mod", admin=True)
    await mod.open_home()
    seen = await mod.home_published()
    assert "page 1" in seen.words
    await seen.press("Next")
    await world.until(lambda: "page 2" in seen.words)
    await seen.choose("state", "Open")
    await world.until(lambda: "only open" in seen.words)
    assert seen.controls == ["state", "next"]


async def test_an_overflow_menu_of_a_card(world: World, app: AsyncApp) -> None:
    chosen: list[str] = []

    @app.action("more")
    async def more(ack: Any, action: Json) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])

    channel = world.team().channel("general")
    menu = {
        "type": "overflow",
        "action_id": "more",
        "options": [option("escalate"), option("mute")],
    }
    block = {"type": "section", "text": plain("A case"), "accessory": menu}
    await app.client.chat_postMessage(channel=channel.id, text="A case", blocks=[block])
    card = await channel.card()
    await card.choose(world.team().user("mod"), "more", "Escalate")

    assert (chosen, card.words) == (["escalate"], "A case\nEscalate\nMute")
    with pytest.raises(NotPossible, match="choose something in it"):
        await card.press(world.team().user("mod"), "more")


async def test_a_card_is_pressed_only_by_those_who_see_it(world: World, app: AsyncApp) -> None:
    channel = world.team().channel("mods", private=True)
    await app.client.chat_postMessage(channel=channel.id, text="A case", blocks=CARD)
    card, stranger = await channel.card(), world.team().user("stranger")

    with pytest.raises(NotPossible, match="cannot see"):
        await card.press(stranger, "uphold")
    channel.members.append(stranger)
    with pytest.raises(NotPossible, match="there is no 'delete' here"):
        await card.press(stranger, "delete")


async def test_a_press_can_be_replayed_and_forged(world: World, app: AsyncApp) -> None:
    pressed: list[tuple[str, str]] = []

    @app.action("uphold")
    async def uphold(ack: Any, body: Json) -> None:
        await ack()
        pressed.append((body["team"]["id"], body["user"]["id"]))

    channel, mod = world.team().channel("general"), world.team().user("mod")
    channel.members.append(mod)
    await app.client.chat_postMessage(channel=channel.id, text="A case", blocks=CARD)
    card = await channel.card()
    payload = press_payload(card, mod, "uphold")
    for _ in range(2):
        await world.interact(payload)
    await card.press(mod, "uphold", team={"id": "T0ENEMY", "domain": "enemy"})

    assert pressed == [(world.team().id, mod.id)] * 2 + [("T0ENEMY", mod.id)]


async def test_an_ephemeral_is_seen_pressed_and_dismissed_by_one(
    world: World, app: AsyncApp
) -> None:
    @app.action("uphold")
    async def uphold(ack: Any, respond: Any, body: Json) -> None:
        await ack()
        assert body["container"]["is_ephemeral"]
        assert "message" not in body
        await respond(text="Done", replace_original=True)

    team = world.team()
    channel, ann = team.channel("general"), team.user("ann")
    channel.members += [ann, team.user("ben")]
    await app.client.chat_postEphemeral(channel=channel.id, user=ann.id, text="Psst", blocks=CARD)
    only = await ann.told()

    with pytest.raises(NotPossible):
        await only.press(team.user("ben"), "uphold")
    with pytest.raises(SlackApiError, match="message_not_found"):
        await app.client.chat_update(channel=channel.id, ts=only.ts, text="Done")
    await only.press(ann, "uphold")
    await world.until(lambda: only.text == "Done")
    await only.dismiss()
    assert (ann.ephemerals, channel.messages) == ([], [])


async def test_an_original_can_be_deleted_and_a_public_answer_given(
    world: World, app: AsyncApp
) -> None:
    @app.action("uphold")
    async def uphold(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)
        await respond(text="Case closed", response_type="in_channel")

    channel, mod = world.team().channel("general"), world.team().user("mod")
    await app.client.chat_postMessage(channel=channel.id, text="A case", blocks=CARD)
    card = await channel.card()
    await card.press(mod, "uphold")

    closed = await channel.shown(lambda one: one.text == "Case closed")
    assert (card.deleted, channel.messages) == (True, [closed])
    assert len(world.response_urls.posted) == 2


async def test_a_response_url_serves_five_times(world: World, app: AsyncApp) -> None:
    replies: list[int] = []

    @app.command("/analyze")
    async def analyze(ack: Any, respond: Any) -> None:
        await ack()
        replies.extend([(await respond(f"{n}")).status_code for n in range(6)])

    ann = world.team().user("ann")
    await ann.slash("/analyze")

    await world.until(lambda: len(replies) == 6)
    assert replies == [200] * 5 + [404]
    assert [one.text for one in ann.ephemerals] == list("01234")


async def test_a_global_shortcut(world: World, app: AsyncApp) -> None:
    asked: list[str] = []

    @app.shortcut("setup")
    async def setup(ack: Any, body: Json) -> None:
        await ack()
        asked.append(body["type"])

    await world.team().user("ann").shortcut("setup")

    assert asked == ["shortcut"]


async def test_a_command_knows_where_it_was_typed(world: World, app: AsyncApp) -> None:
    places: list[str] = []

    @app.command("/bifocal")
    async def take(ack: Any, command: Json) -> None:
        await ack()
        places.append(command["channel_name"])

    team = world.team()
    ann = team.user("ann")
    for channel in (team.channel("general"), ann.im, team.channel("staff", private=True)):
        await ann.slash("/bifocal", "status", channel=channel)

    assert places == ["general", "directmessage", "privategroup"]


async def test_a_command_s_answer_that_slack_would_not_show_is_the_app_s_fault(
    world: World, app: AsyncApp
) -> None:
    @app.command("/analyze")
    async def analyze(ack: Any) -> None:
        await ack(text="x", blocks=[{"type": "blink"}])

    with pytest.raises(AppMisbehaved, match="invalid_blocks"):
        await world.team().user("ann").slash("/analyze")
