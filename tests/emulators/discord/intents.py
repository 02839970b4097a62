"""The intents a session asks for, and what of a message it may read without the privileged one."""

from enum import IntFlag
from typing import Any

Json = dict[str, Any]


class Intent(IntFlag):
    """https://docs.discord.com/developers/events/gateway#list-of-intents"""

    NONE = 0
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_EXPRESSIONS = 1 << 3
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


def emptied(message: Json) -> Json:
    """What is left of a message for one who may not read it."""
    kept = {key: value for key, value in message.items() if key != "poll"}
    bare: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
    return kept | bare
