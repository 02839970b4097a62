"""A form as Discord's modal, and what was filled in."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import ui

from adapters.discord.api import Payload
from adapters.discord.escape import clipped, escaped
from bot.chat.sheet import Form, Input, Kind
from bot.chat.signed import Sign

TITLE, LABEL, OPTION = 45, 45, 100
"""Characters (Discord docs, components reference)."""
PARTS = 5
LONGEST = 4000
ABOUT = 1000


def opened(form: Form, sign: Sign, community_id: str) -> ui.Modal:
    """A form to be shown, which discord.py does not wait for: its press is signed."""
    modal = ui.Modal(title=clipped(form.title, TITLE), custom_id=sign(form.press, community_id))
    if form.about:
        modal.add_item(ui.TextDisplay(escaped(form.about, ABOUT)))
    for each in form.inputs[: PARTS - bool(form.about)]:
        modal.add_item(ui.Label(text=clipped(each.label, LABEL), component=_field(each)))
    modal.stop()
    return modal


def _field(made: Input) -> "ui.Item[Any]":
    if made.kind is Kind.OPTIONS:
        return ui.Select(
            custom_id=made.name,
            required=made.required,
            min_values=int(made.required),
            options=[
                discord.SelectOption(
                    label=clipped(each.label, OPTION),
                    value=each.value[:OPTION],
                    description=clipped(each.about, OPTION) or None,
                    default=each.value == made.value,
                )
                for each in made.options[:25]
            ],
        )
    long = made.kind is Kind.PARAGRAPH
    return ui.TextInput(
        custom_id=made.name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        default=made.value or None,
        required=made.required,
        max_length=min(made.most, LONGEST),
    )


def filled_in(data: Payload) -> dict[str, str]:
    """What was put into a form, by the inputs' names; several choices joined by commas."""
    return dict(_values(data.get("components") or ()))


def _values(components: Any) -> Iterator[tuple[str, str]]:
    for part in components:
        if not isinstance(part, Mapping):
            continue
        yield from _values([part.get("component"), *(part.get("components") or ())])
        name = part.get("custom_id")
        if name is not None and "values" in part:
            yield str(name), ",".join(str(each) for each in part["values"])
        elif name is not None and "value" in part:
            yield str(name), str(part["value"] or "")
