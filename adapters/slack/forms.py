"""A form as a modal, and what was filled into it. Pure.

Limits: docs.slack.dev/reference/views/modal-views.
"""

from adapters.slack.api import Shape
from adapters.slack.elements import IN_SELECT, option_of, paragraph, short
from adapters.slack.shape import record, records, word
from bot.chat.sheet import Form, Input, Kind, Press
from bot.chat.signed import Sign

CALLBACK = "form"
LONGEST = 3000
"""Characters one input takes."""
ASK_PERSON = "person"
"""The callback of the modal that asks whom a menu is about."""


def view_of(form: Form, community_id: str, sign: Sign) -> Shape:
    """The modal; what it presses is signed like a button."""
    blocks = [*paragraph(form.about), *(_input(one) for one in form.inputs)]
    view: Shape = {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": sign(form.press, community_id),
        "title": short(form.title, 24),
        "submit": short(form.submit, 24),
        "close": short("Cancel", 24),
        "blocks": blocks[:100],
    }
    return view


def _input(one: Input) -> Shape:
    return {
        "type": "input",
        "block_id": one.name[:255],
        "label": short(one.label, 2000),
        "optional": not one.required,
        "element": _element(one),
    }


def _element(one: Input) -> Shape:
    made: Shape = {"action_id": one.name[:255]}
    if one.kind is Kind.OPTIONS and one.options:
        options = [option_of(each) for each in one.options[:IN_SELECT]]
        first = next((each for each in options if each["value"] == one.value), None)
        made |= {"type": "static_select", "options": options, "placeholder": short("Choose", 150)}
        return made | ({"initial_option": first} if first else {})
    most = max(1, min(one.most, LONGEST))
    made |= {
        "type": "plain_text_input",
        "multiline": one.kind is Kind.PARAGRAPH,
        "max_length": most,
    }
    return made | ({"initial_value": one.value[:most]} if one.value else {})


def answers_of(view: Shape) -> dict[str, str]:
    """What was filled in, by the inputs' names; what was left empty is an empty text."""
    answers = {}
    values = record(record(view.get("state")).get("values"))
    for fields in values.values():
        for name, field in record(fields).items():
            answers[str(name)] = chosen_in(record(field))
    return answers


def chosen_in(field: Shape) -> str:
    """What stands in a field or was chosen in a menu; several joined by commas."""
    for key in ("value", "selected_user", "selected_conversation", "selected_channel"):
        if text := word(field.get(key)):
            return text
    if option := record(field.get("selected_option")):
        return word(option.get("value"))
    for key in ("selected_users", "selected_conversations", "selected_channels"):
        if isinstance(several := field.get(key), list):
            return ",".join(word(one) for one in several)
    return ",".join(word(one.get("value")) for one in records(field.get("selected_options")))


def ask_person(press: Press, community_id: str, sign: Sign, label: str) -> Shape:
    """The modal that asks whom a menu is about, as Slack has no menu on people."""
    element = {"type": "users_select", "action_id": "person", "placeholder": short("Choose", 150)}
    return {
        "type": "modal",
        "callback_id": ASK_PERSON,
        "private_metadata": sign(press, community_id),
        "title": short(label, 24),
        "submit": short("Show", 24),
        "close": short("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": "person",
                "label": short("Whom is it about?", 2000),
                "element": element,
            }
        ],
    }
