"""From Slack's events to the queue: what is to be judged, with who wrote it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from adapters.slack.api import Shape
from adapters.slack.events import Post, message_of, posted
from adapters.slack.files import attachments
from adapters.slack.people import Person, kind_only
from adapters.slack.ranks import Ranks
from adapters.slack.shape import record, word
from adapters.slack.workspace import Workspace
from adapters.slack.workspaces import Workspaces
from analysis.text import well_formed
from bot.errors import PlatformError
from bot.model import Author, Message
from bot.ports import Accept

LOOK_UP_S = 1.0
"""Seconds a look-up may take before a post goes on without it: Slack waits three in all."""


class Authors:
    """Says who wrote a message."""

    def __init__(self, ranks: Ranks) -> None:
        self._ranks = ranks

    async def of(self, workspace: Workspace, post: Post) -> Author:
        """Its author; no more than their id where Slack does not say in time."""
        bot = record(post.raw.get("bot_profile"))
        name = word(bot.get("name")) or word(post.raw.get("username"))
        if post.bot and not (post.user and not name):
            shown = well_formed(name) or post.bot
            return Author(post.user or post.bot, shown, is_bot=True)
        try:
            async with asyncio.timeout(LOOK_UP_S):
                person = await workspace.people.person(post.user)
                moderates = await self._ranks.author_is_moderator(workspace, person)
        except (PlatformError, TimeoutError):
            return Person(post.user, post.user, is_bot=bool(post.bot)).author()
        return person.author(is_moderator=moderates)


class Capture:
    """Takes message events."""

    def __init__(
        self,
        workspaces: Workspaces,
        authors: Authors,
        *,
        bots: bool,
        text_only: bool,
        accept: Callable[[], Accept],
    ) -> None:
        """``bots``: what other apps post is judged; ``text_only``: posts without pictures are."""
        self._workspaces = workspaces
        self._authors = authors
        self._bots = bots
        self._text_only = text_only
        self._accept = accept

    async def event(self, team: str, event: Shape) -> None:
        """Hand a post over; returns once it is durable.

        Raises:
            QueueFull, PlatformUnavailable: Slack is to bring it again.
        """
        workspace = await self._workspaces.of(team)
        post = self._worth(workspace, event)
        if post is None:
            return
        await self._accept()([await self._message(workspace, post)])

    def _worth(self, workspace: Workspace, event: Shape) -> Post | None:
        """The post of an event, if it is to be judged."""
        found = posted(event)
        if found is None:
            return None
        post, before = found
        if workspace.is_ours(post.user, post.bot) or (post.bot and not self._bots):
            return None
        # A preview or a thread's counters change a message without changing what it says.
        if before is not None and before.raw and before.revision == post.revision:
            return None
        if before is not None and (post.channel_id, post.ts) in workspace.removing:
            return None
        if not self._text_only and not any(attachments(post.raw)):
            return None
        return post

    async def _message(self, workspace: Workspace, post: Post) -> Message:
        author = await self._authors.of(workspace, post)
        channel = kind_only(post.kind)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_UP_S):
                channel = await workspace.people.channel(post.channel_id, post.kind)
        return message_of(post, workspace.id, author, channel)
