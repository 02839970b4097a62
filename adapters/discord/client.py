"""What actions may do on Discord: each part in a file of its own."""

from collections.abc import Callable
from datetime import datetime

from adapters.discord.cards import CardActs, Counter
from adapters.discord.members import MemberActs
from adapters.discord.messages import MessageActs, Tools
from adapters.discord.spoilers import Copier, SpoilerActs


class DiscordClient(MessageActs, MemberActs, SpoilerActs, CardActs):
    """Discord's ``Client``. Every method is safe to repeat."""

    def __init__(
        self, tools: Tools, counter: Counter, copier: Copier, now: Callable[[], datetime]
    ) -> None:
        MessageActs.__init__(self, tools)
        MemberActs.__init__(self, tools, now)
        SpoilerActs.__init__(self, tools, copier)
        CardActs.__init__(self, tools, counter)
