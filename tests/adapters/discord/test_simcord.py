"""The platform's client works in SimCord, too, where there is no socket."""

import simcord

from adapters.discord import Discord
from bot.chat.signed import Signer
from bot.config.tables import Discord as Settings
from bot.config.tables import MediaLimits
from tests.adapters.discord.kit import KEY, QUICK, Chat, Communities, Queue
from tests.memory import MemoryBookmarks


def a_platform(chat: Chat) -> Discord:
    platform = Discord(
        Settings(simulate=False),
        MediaLimits(),
        communities=Communities(),
        bookmarks=MemoryBookmarks(),
        signer=Signer(KEY),
        paces=QUICK,
    )
    platform.serve(chat)
    return platform


async def test_a_post_comes_in_and_a_command_is_answered() -> None:
    chat, queue = Chat(), Queue()
    platform = a_platform(chat)
    async with simcord.run(platform.open(queue.accept)) as env:
        guild = env.create_guild()
        general = guild.create_text_channel("general")
        ann = guild.add_member(env.create_user("ann"))
        await ann.send(general, "hello")
        await env.settle()
        answer = await ann.slash(general, "privacy")
    await platform.stop()

    assert queue.texts == ["hello"]
    assert [name for name, _, _ in chat.asked] == ["privacy"]
    assert answer is not None
