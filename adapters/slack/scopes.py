"""The scopes the app asks for, and what each is for; ``manifest.yaml`` lists the same."""

BOT = {
    "channels:history": "read what is posted in public channels it was invited to",
    "channels:read": "know public channels by name, and the moderators' channel by its members",
    "chat:write": "reply in threads, put cards before moderators, and write to authors",
    "commands": "offer /analyze, /bifocal and the shortcuts",
    "files:read": "fetch the pictures of posts",
    "files:write": "show a kept picture to the one moderator who asks for it",
    "groups:history": "read what is posted in private channels it was invited to",
    "groups:read": "know private channels by name, and the moderators' channel by its members",
    "im:history": "read what is sent to it directly",
    "im:read": "know direct conversations",
    "im:write": "tell authors what was done, in a direct message",
    "mpim:history": "read what is posted in group conversations it was invited to",
    "mpim:read": "know group conversations",
    "reactions:write": "mark posts with a reaction",
    "users:read": "know who is an administrator, a guest or a bot",
}
"""Of the bot's token."""

USER = {
    "chat:write": "delete others' messages",
    "files:write": "delete the files of messages it deletes",
}
"""Of an administrator's own token, which is only needed to delete."""


def missing(granted: frozenset[str], needed: dict[str, str]) -> tuple[str, ...]:
    """The scopes that were not granted, each with what it is for."""
    return tuple(f"{name} (to {why})" for name, why in needed.items() if name not in granted)
