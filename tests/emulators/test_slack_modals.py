"""Forms: filled in, held back, complained about, stacked, changed and closed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.emulators.slack import AppMisbehaved, NotPossible, World, slack_world
from tests.emulators.slack.bolt import an_app, over_sockets

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
    world.office.ack_within = 0.5
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


async def test_a_select_asks_the_app_for_options(world: World, app: AsyncApp) -> None:
    @app.options("rule")
    async def rules(ack: Any, payload: Json) -> None:
        await ack(options=[option(f"{payload['value']}-1"), option(f"{payload['value']}-2")])

    picker = field("which", {"type": "external_select", "action_id": "rule", "min_query_length": 0})
    view = await shown(world, app, form(picker))

    assert await view.suggest("rule", "spam") == ["Spam-1", "Spam-2"]
