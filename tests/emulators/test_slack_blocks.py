"""Block Kit: what Slack shows is taken, and one more than it shows is not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import World, slack_world

Json = dict[str, Any]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        yield world


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "words", **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str = "Press", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def options(count: int, text: str = "One", value: str = "v") -> list[Json]:
    return [{"text": plain(text), "value": f"{value}{n}"} for n in range(count)]


def select(count: int, **more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "options": options(count), **more}


def overflow(count: int) -> Json:
    return {"type": "overflow", "action_id": "o", "options": options(count)}


def many(count: int) -> list[Json]:
    return [button(action_id=f"a{n}") for n in range(count)]


def header(text: str) -> Json:
    return {"type": "header", "text": plain(text)}


def image(**changes: Any) -> Json:
    return {"type": "image", "image_url": "https://a.example/a.png", "alt_text": "A", **changes}


def modal(**changes: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "blocks": [section()], **changes}


def asking(**changes: Any) -> Json:
    field = {"type": "plain_text_input", "action_id": "t"}
    asks = {"type": "input", "block_id": "b", "label": plain("Why"), "element": field}
    return modal(blocks=[asks], submit=plain("Send"), **changes)


LIMITS: dict[str, tuple[list[Json], list[Json]]] = {
    "50 blocks": ([section()] * 50, [section()] * 51),
    "3,000 characters in a section": ([section("x" * 3000)], [section("x" * 3001)]),
    "10 fields in a section": (
        [{"type": "section", "fields": [plain("x")] * 10}],
        [{"type": "section", "fields": [plain("x")] * 11}],
    ),
    "2,000 characters in a field": (
        [{"type": "section", "fields": [plain("x" * 2000)]}],
        [{"type": "section", "fields": [plain("x" * 2001)]}],
    ),
    "150 characters in a header": ([header("x" * 150)], [header("x" * 151)]),
    "75 characters on a button": ([actions(button("x" * 75))], [actions(button("x" * 76))]),
    "2,000 characters in a button's value": (
        [actions(button(value="x" * 2000))],
        [actions(button(value="x" * 2001))],
    ),
    "255 characters in an action_id": (
        [actions(button(action_id="x" * 255))],
        [actions(button(action_id="x" * 256))],
    ),
    "255 characters in a block_id": (
        [section(block_id="x" * 255)],
        [section(block_id="x" * 256)],
    ),
    "25 elements in an actions block": ([actions(*many(25))], [actions(*many(26))]),
    "5 options in an overflow": (
        [section(accessory=overflow(5))],
        [section(accessory=overflow(6))],
    ),
    "100 options in a select": ([actions(select(100))], [actions(select(101))]),
    "75 characters in an option": (
        [actions(select(1, options=options(1, "x" * 75)))],
        [actions(select(1, options=options(1, "x" * 76)))],
    ),
    "150 characters in an option's value": (
        [actions(select(1, options=options(1, value="x" * 149)))],
        [actions(select(1, options=options(1, value="x" * 150)))],
    ),
    "10 elements in a context": (
        [{"type": "context", "elements": [plain("x")] * 10}],
        [{"type": "context", "elements": [plain("x")] * 11}],
    ),
    "alt text on an image": ([image()], [image(alt_text="")]),
    "a URL or a file in an image": ([image()], [image(image_url="")]),
    "an action_id once in a block": (
        [actions(button(action_id="a"), button(action_id="b"))],
        [actions(button(action_id="a"), button(action_id="a"))],
    ),
    "a block_id once in a message": (
        [section(block_id="a"), section(block_id="b")],
        [section(block_id="a"), section(block_id="a")],
    ),
    "plain words in a header": (
        [header("x")],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    ),
    "a known type": ([{"type": "divider"}], [{"type": "blink"}]),
    "known attributes": ([section()], [section(colour="red")]),
    "known attributes of an element": (
        [actions(button(style="danger"))],
        [actions(button(style="danger", colour="red"))],
    ),
    "a known style": ([actions(button(style="primary"))], [actions(button(style="pink"))]),
    "some words": ([section("x")], [section("")]),
    "a field in an input block": (
        [section(accessory=button())],
        [section(accessory={"type": "plain_text_input", "action_id": "t"})],
    ),
    "words in a confirmation": (
        [actions(button(confirm={"title": plain("x"), "text": plain("x" * 300)}))],
        [actions(button(confirm={"title": plain("x"), "text": plain("x" * 301)}))],
    ),
}


@pytest.mark.parametrize(("taken", "refused"), LIMITS.values(), ids=LIMITS)
async def test_a_message_holds_so_much_and_no_more(
    world: World, taken: list[Json], refused: list[Json]
) -> None:
    settings, channel = world.settings(), world.team().channel("general")
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    await client.chat_postMessage(channel=channel.id, text="x", blocks=taken)

    with pytest.raises(SlackApiError) as answer:
        await client.chat_postMessage(channel=channel.id, text="x", blocks=refused)
    assert answer.value.response["error"] == "invalid_blocks"
    assert answer.value.response["errors"]


VIEWS: dict[str, tuple[Json, Json]] = {
    "100 blocks": (modal(blocks=[section()] * 100), modal(blocks=[section()] * 101)),
    "24 characters in a title": (modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
    "24 characters on Submit": (
        asking() | {"submit": plain("x" * 24)},
        asking() | {"submit": plain("x" * 25)},
    ),
    "24 characters on Close": (modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
    "3,000 characters of metadata": (
        modal(private_metadata="x" * 3000),
        modal(private_metadata="x" * 3001),
    ),
    "255 characters of callback_id": (modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    "Submit where something is asked": (asking(), {**asking(), "submit": None}),
    "a title": (modal(), {"type": "modal", "blocks": [section()]}),
    "a known type": (modal(), modal(type="window")),
    "blocks": (modal(), {"type": "modal", "title": plain("x")}),
}


@pytest.mark.parametrize(("taken", "refused"), VIEWS.values(), ids=VIEWS)
async def test_a_modal_holds_so_much_and_no_more(world: World, taken: Json, refused: Json) -> None:
    settings, ann = world.settings(), world.team().user("ann")
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    await client.views_open(trigger_id=world.trigger(ann), view=taken)

    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_open(trigger_id=world.trigger(ann), view=refused)


async def test_an_app_home_holds_a_hundred_blocks(world: World) -> None:
    settings, ann = world.settings(), world.team().user("ann")
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    await client.views_publish(user_id=ann.id, view={"type": "home", "blocks": [section()] * 100})

    with pytest.raises(SlackApiError, match="no more than 100 items"):
        await client.views_publish(
            user_id=ann.id, view={"type": "home", "blocks": [section()] * 101}
        )


async def test_blocks_without_ids_are_given_some(world: World) -> None:
    settings, channel = world.settings(), world.team().channel("general")
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    await client.chat_postMessage(channel=channel.id, text="x", blocks=[actions(*[button()] * 2)])
    (block,) = channel.messages[0].blocks

    assert block["block_id"]
    assert len({element["action_id"] for element in block["elements"]}) == 2


async def test_blocks_that_are_no_json_are_refused(world: World) -> None:
    settings, channel = world.settings(), world.team().channel("general")
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)

    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.api_call("chat.postMessage", params={"channel": channel.id, "blocks": "[{"})


CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("Really"),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}
FILTER = {"include": ["public"], "exclude_bot_users": True}
TAKEN: dict[str, Json] = {
    "a card's section": section(
        "*A* <@U1>", fields=[plain("x"), {"type": "mrkdwn", "text": "y", "verbatim": True}]
    ),
    "an image of Slack's": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A"},
    "an image with a title": image(title=plain("A title")),
    "an image beside words": section(accessory=image()),
    "a context": {
        "type": "context",
        "elements": [image(), {"type": "mrkdwn", "text": "seen *today*"}],
    },
    "a divider": {"type": "divider", "block_id": "d"},
    "a header with emoji": {"type": "header", "text": {**plain("x :eyes:"), "emoji": True}},
    "buttons": actions(
        button(value="v", style="danger", confirm={**CONFIRM, "style": "danger"}),
        button(url="https://a.example", accessibility_label="Go"),
        button(value=""),
    ),
    "menus": actions(
        select(2, placeholder=plain("Choose"), initial_option=options(1)[0], confirm=CONFIRM),
        {"type": "users_select", "action_id": "u", "initial_user": "U1"},
        {"type": "conversations_select", "action_id": "c", "filter": FILTER},
        {"type": "channels_select", "action_id": "ch", "initial_channel": "C1"},
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-01-02"},
        {"type": "timepicker", "action_id": "t", "initial_time": "11:40"},
        {"type": "checkboxes", "action_id": "cb", "options": options(2)},
        {"type": "radio_buttons", "action_id": "rb", "options": options(2)},
        overflow(2),
    ),
    "grouped options": actions(
        {
            "type": "multi_static_select",
            "action_id": "g",
            "option_groups": [{"label": plain("Rules"), "options": options(2)}],
            "max_selected_items": 1,
        }
    ),
    "a described option": section(
        accessory={
            "type": "checkboxes",
            "action_id": "cb",
            "options": [{**options(1)[0], "description": plain("More of it")}],
        }
    ),
    "rich text": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "x", "style": {"bold": True}}],
            }
        ],
    },
    "markdown": {"type": "markdown", "text": "**x**"},
    "a field": {
        "type": "input",
        "label": plain("Why"),
        "hint": plain("Say it"),
        "optional": True,
        "dispatch_action": True,
        "element": {
            "type": "plain_text_input",
            "action_id": "t",
            "multiline": True,
            "placeholder": plain("Because"),
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        },
    },
}


@pytest.mark.parametrize("block", TAKEN.values(), ids=TAKEN)
async def test_what_slack_documents_is_taken(world: World, block: Json) -> None:
    settings, channel = world.settings(), world.team().channel("general")
    client = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    await client.chat_postMessage(channel=channel.id, text="x", blocks=[block])

    (kept,) = channel.messages[0].blocks
    assert kept["type"] == block["type"]
