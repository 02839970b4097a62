"""What people see of the app: cards, forms, the App Home, and answers for one person only."""

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
        world.office.ack_within = 0.3
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


def field(block_id: str, element: Json, **more: Any) -> Json:
    element = {"action_id": "field", **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id),
        "element": element,
    } | more


def form(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


REASON = field("reason", {"type": "plain_text_input", "min_length": 3, "max_length": 10})
KINDS: list[Json] = [
    field("rule", {"type": "static_select", "options": [option("spam"), option("hate")]}),
    field("tags", {"type": "multi_static_select", "options": [option("a"), option("b")]}),
    field("how", {"type": "radio_buttons", "options": [option("now"), option("later")]}),
    field("also", {"type": "checkboxes", "options": [option("tell")]}, optional=True),
    field("who", {"type": "users_select"}),
    field("where", {"type": "conversations_select"}),
    field("when", {"type": "datepicker", "initial_date": "2026-01-02"}),
    field("count", {"type": "number_input", "is_decimal_allowed": False, "initial_value": "3"}),
]


async def shown(world: World, app: AsyncApp, view: Json) -> Any:
    """A form opened for ann by what she did a moment ago."""
    ann = world.team().user("ann")
    await app.client.views_open(trigger_id=world.trigger(ann), view=view)
    return ann.modal


def answering(app: AsyncApp, callback_id: str, **answer: Any) -> list[Json]:
    """Answer a form so; what was filled in, each time."""
    taken: list[Json] = []

    @app.view(callback_id)
    async def take(ack: Any, view: Json) -> None:
        taken.append(view)
        await ack(**answer)

    return taken


async def test_every_kind_of_field_is_filled_in(world: World, app: AsyncApp) -> None:
    taken = answering(app, "all")
    view = await shown(world, app, form(*KINDS, callback_id="all", private_metadata="case-1"))
    answers = {"rule": "Hate", "tags": ["a", "b"], "how": "now", "who": "U1", "where": "C1"}
    assert await view.submit(answers) == {}

    values = {name: next(iter(one.values())) for name, one in taken[0]["state"]["values"].items()}
    assert values["rule"]["selected_option"]["value"] == "hate"
    assert [one["value"] for one in values["tags"]["selected_options"]] == ["a", "b"]
    assert values["how"]["selected_option"]["value"] == "now"
    assert values["also"]["selected_options"] == []
    assert values["who"]["selected_user"] == "U1"
    assert values["where"]["selected_conversation"] == "C1"
    assert values["when"]["selected_date"] == "2026-01-02"
    assert values["count"]["value"] == "3"
    assert taken[0]["private_metadata"] == "case-1"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({}, "must be filled in"),
        ({"reason": "no"}, "3 to 10 characters"),
        ({"reason": "x" * 11}, "3 to 10 characters"),
        ({"other": "x"}, "there is no 'other' here"),
    ],
)
async def test_slack_holds_back_a_form_that_is_not_filled_in(
    world: World, app: AsyncApp, answers: Json, why: str
) -> None:
    view = await shown(world, app, form(REASON))

    with pytest.raises(NotPossible, match=why):
        await view.submit(answers)


async def test_an_option_that_is_not_offered_cannot_be_chosen(world: World, app: AsyncApp) -> None:
    view = await shown(world, app, form(KINDS[0]))

    with pytest.raises(NotPossible, match=r"offers \['spam', 'hate'\]"):
        await view.submit({"rule": "love"})


async def test_a_form_can_lead_to_the_next_and_back(world: World, app: AsyncApp) -> None:
    answering(app, "one", response_action="push", view=form(REASON, callback_id="two"))
    answering(app, "two", response_action="update", view=form(REASON, title=plain("Again")))
    first = await shown(world, app, form(REASON, callback_id="one"))
    ann = world.team().user("ann")

    await first.submit({"reason": "because"})
    second = ann.modal
    assert (second.previous_id, second.root_id) == (first.id, first.id)
    await second.submit({"reason": "because"})
    assert (ann.modal.title, len(ann.views)) == ("Again", 2)
    await ann.modal.close()
    assert ann.modal is first


async def test_a_stack_is_three_high_at_most(world: World, app: AsyncApp) -> None:
    ann = world.team().user("ann")
    await shown(world, app, form(REASON))
    for _ in range(2):
        await app.client.views_push(trigger_id=world.trigger(ann), view=form(REASON))

    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await app.client.views_push(trigger_id=world.trigger(ann), view=form(REASON))


async def test_a_form_can_clear_the_stack(world: World, app: AsyncApp) -> None:
    answering(app, "done", response_action="clear")
    view = await shown(world, app, form(REASON, callback_id="done"))
    await view.submit({"reason": "because"})

    assert world.team().user("ann").views == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "Say more."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_that_slack_would_not_take_is_the_app_s_fault(
    world: World, app: AsyncApp, answer: Json
) -> None:
    answering(app, "wrong", **answer)
    view = await shown(world, app, form(REASON, callback_id="wrong"))

    with pytest.raises(AppMisbehaved):
        await view.submit({"reason": "because"})


async def test_a_closed_form_is_told_where_the_app_asked_for_it(
    world: World, app: AsyncApp
) -> None:
    gone: list[bool] = []

    @app.view_closed("tell")
    async def close(ack: Any, body: Json) -> None:
        await ack()
        gone.append(body["is_cleared"])

    view = await shown(world, app, form(REASON, callback_id="tell", notify_on_close=True))
    await view.close()
    await shown(world, app, form(REASON, callback_id="tell", notify_on_close=True))
    await world.team().user("ann").dismiss()

    assert gone == [False, True]


async def test_a_trigger_opens_one_form_within_three_seconds(world: World, app: AsyncApp) -> None:
    ann = world.team().user("ann")
    used, late = world.trigger(ann), ""
    await app.client.views_open(trigger_id=used, view=form(REASON))
    world.trigger_life_s = -1
    late = world.trigger(ann)

    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await app.client.views_open(trigger_id=used, view=form(REASON))
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await app.client.views_open(trigger_id=late, view=form(REASON))


async def test_a_form_is_changed_while_it_is_open(world: World, app: AsyncApp) -> None:
    view = await shown(world, app, form(REASON, external_id="wizard"))
    view.fill({"reason": "because"})
    await app.client.views_update(external_id="wizard", view=form(REASON, title=plain("Step 2")))

    assert view.title == "Step 2"
    assert view.shape()["state"]["values"]["reason"]["field"]["value"] == "because"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await app.client.views_update(view_id=view.id, hash="old", view=form(REASON))
    await view.close()
    with pytest.raises(SlackApiError, match="not_found"):
        await app.client.views_update(view_id=view.id, view=form(REASON))


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


async def test_a_select_asks_the_app_for_options(world: World, app: AsyncApp) -> None:
    @app.options("rule")
    async def rules(ack: Any, payload: Json) -> None:
        await ack(options=[option(f"{payload['value']}-1"), option(f"{payload['value']}-2")])

    picker = field("which", {"type": "external_select", "action_id": "rule", "min_query_length": 0})
    view = await shown(world, app, form(picker))

    assert await view.suggest("rule", "spam") == ["Spam-1", "Spam-2"]


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
