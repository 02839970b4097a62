"""Buttons and menus, each carrying what its press means, signed."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from adapters.discord.escape import clipped
from bot.chat.sheet import Button, Choice, Of, Press, Style
from bot.chat.signed import Sign

PICK = "pick"
"""The verb of a menu of ours whose options are presses themselves."""
LABEL, OPTION, PLACEHOLDER = 80, 100, 150
"""Characters (Discord docs, components reference)."""
OPTIONS = 25

_STYLES = {
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.MAIN: discord.ButtonStyle.primary,
    Style.HARSH: discord.ButtonStyle.danger,
}


def button(made: Button, sign: Sign, community_id: str) -> "ui.Button[Any]":
    """A button, or a link."""
    label = clipped(made.label, LABEL)
    if made.press is None:
        return ui.Button(label=label, url=made.url)
    custom_id = sign(made.press, community_id)
    return ui.Button(label=label, style=_STYLES[made.style], custom_id=custom_id)


def menu(
    placeholder: str,
    name: str,
    presses: Sequence[tuple[str, Press, str]],
    sign: Sign,
    community_id: str,
) -> "ui.Select[Any]":
    """A menu of presses, as (label, press, more words); at most 25."""
    options = [
        discord.SelectOption(
            label=clipped(label, OPTION),
            value=sign(press, community_id),
            description=clipped(about, OPTION) or None,
        )
        for label, press, about in presses[:OPTIONS]
    ]
    return ui.Select(
        custom_id=sign(Press(PICK, name), community_id), placeholder=placeholder, options=options
    )


def choice(made: Choice, custom_id: str) -> "ui.Item[Any]":
    """A menu of options, of the guild's channels, or of its roles."""
    placeholder = clipped(made.label, PLACEHOLDER)
    chosen = [int(each) for each in made.chosen if each.isdecimal()][: made.at_most]
    match made.of:
        case Of.CHANNELS:
            return ui.ChannelSelect(
                custom_id=custom_id,
                placeholder=placeholder,
                channel_types=[discord.ChannelType.text],
                max_values=min(made.at_most, OPTIONS),
                default_values=[
                    discord.SelectDefaultValue(id=each, type=discord.SelectDefaultValueType.channel)
                    for each in chosen
                ],
            )
        case Of.GROUPS:
            return ui.RoleSelect(
                custom_id=custom_id,
                placeholder=placeholder,
                min_values=0,
                max_values=min(made.at_most, OPTIONS),
                default_values=[
                    discord.SelectDefaultValue(id=each, type=discord.SelectDefaultValueType.role)
                    for each in chosen
                ],
            )
        case Of.OPTIONS:
            return _options(made, custom_id, placeholder)


def _options(made: Choice, custom_id: str, placeholder: str) -> "ui.Select[Any]":
    options = [
        discord.SelectOption(
            label=clipped(each.label, OPTION),
            value=each.value[:OPTION],
            description=clipped(each.about, OPTION) or None,
            default=each.value in made.chosen,
        )
        for each in made.options[:OPTIONS]
    ]
    return ui.Select(
        custom_id=custom_id,
        placeholder=placeholder,
        max_values=max(1, min(made.at_most, len(options))),
        options=options,
    )
