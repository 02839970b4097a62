"""A Discord on loopback that drives the unmodified discord.py over real sockets.

    async with discord_world() as world:
        guild = world.guild("Home")                       # with #general and the bot in it
        general, ann = guild.channel("general"), guild.member("ann")
        mod = guild.moderator("mia")
        ...start the bot with world.settings() (token, api_base, gateway_url, host)...
        await world.connected()
        message = await general.post(ann, "hi", files=[("a.png", data)])
        await world.until(lambda: message.deleted)
        assert guild.audit_log[-1].reason == "scam"       # also world.received[-1].reason
        asked = await ann.slash("analyze", text="hi", file=("a.png", data))
        assert asked.in_time and asked.ephemeral and "nothing" in asked.text
        card = guild.channel("mod-log").last
        pressed = await card.click(mod, "Uphold")         # .modal.submit(Why="…"), card.select(…)

A plain client runs by ``async with world.visited_by(client)``. Trouble is ordered at
``world.rest`` (429, 5xx, delay, hang, drop), ``world.gateway`` (drop, close, invalidate, raw,
malformed, again, acks) and each attachment's ``serving``; ``world.cdn.expire()`` ends all links.
``world.until`` waits for a fact, looking whenever something arrives: no test needs to sleep.
"""

from tests.emulators.discord.acting import How
from tests.emulators.discord.audit import Audited
from tests.emulators.discord.calls import Received
from tests.emulators.discord.channels import Channel
from tests.emulators.discord.files import Attachment, Serving, Sticker, Upload
from tests.emulators.discord.guilds import Guild
from tests.emulators.discord.intents import Intent
from tests.emulators.discord.interactions import Interaction
from tests.emulators.discord.messages import Message
from tests.emulators.discord.modals import Modal
from tests.emulators.discord.people import Member, Role, User
from tests.emulators.discord.permissions import MODERATING, TALKING, Permission
from tests.emulators.discord.polls import a_poll
from tests.emulators.discord.troubles import Bucket
from tests.emulators.discord.world import Settings, World, discord_world

__all__ = [
    "MODERATING",
    "TALKING",
    "Attachment",
    "Audited",
    "Bucket",
    "Channel",
    "Guild",
    "How",
    "Intent",
    "Interaction",
    "Member",
    "Message",
    "Modal",
    "Permission",
    "Received",
    "Role",
    "Serving",
    "Settings",
    "Sticker",
    "Upload",
    "User",
    "World",
    "a_poll",
    "discord_world",
]
