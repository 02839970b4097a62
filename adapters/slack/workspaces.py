"""Every workspace we serve: the one of the settings' tokens, and those that installed the app."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from adapters.slack.errors import TokenRefused
from adapters.slack.events import PLATFORM
from adapters.slack.installations import Installations
from adapters.slack.shape import word
from adapters.slack.workspace import Connect, Tokens, Workspace, opened
from bot.communities import Communities, Community
from bot.errors import Gone, NotPermitted
from bot.log import logger
from bot.model import Ref

_log = logger("slack")
US = "bifocal"
"""Who changed a community when nobody did."""


class Workspaces:
    """Finds a workspace by its id, and opens it on first use."""

    def __init__(
        self,
        own: Tokens | None,
        installed: Installations,
        communities: Communities,
        connect: Connect,
        now: Callable[[], datetime],
    ) -> None:
        self._own = own
        self._installed = installed
        self._communities = communities
        self._connect = connect
        self._now = now
        self._open: dict[str, Workspace] = {}
        self._opening = asyncio.Lock()
        self.own: Workspace | None = None
        """That of the settings' tokens, once Slack answered."""
        self.trouble = ""
        """Why it is not there."""

    @property
    def known(self) -> tuple[Workspace, ...]:
        """Those that were opened and are still ours."""
        return tuple(one for one in self._open.values() if not one.refused)

    def opened(self, team: str) -> Workspace | None:
        """A workspace that was opened already."""
        found = self._open.get(team)
        return found if found and not found.refused else None

    def link(self, ref: Ref) -> str:
        """Where a message opens in Slack; empty where its workspace was not opened."""
        found = self.opened(ref.community_id)
        return found.link(ref.channel_id, ref.message_id) if found else ""

    def known_of(self, team: str) -> Workspace:
        """A workspace that was opened already.

        Raises:
            Gone: it was not, or the app was removed from it.
        """
        if found := self.opened(team):
            return found
        raise Gone(f"Bifocal is not in the workspace {team}.")

    async def open_all(self) -> None:
        """Open the settings' workspace and every installed one; what fails is said in ``trouble``.

        Raises:
            PlatformUnavailable: Slack does not answer.
        """
        if self._own is not None and self.own is None:
            await self._open_own(self._own)
        for one in await self._installed.all(PLATFORM):
            try:
                await self.of(one.community_id)
            except (Gone, NotPermitted) as exc:
                _log.warning("slack.not_opened", community=one.community_id, reason=str(exc))

    async def of(self, team: str) -> Workspace:
        """The workspace of this id.

        Raises:
            Gone: the app is not installed there (any more).
            PlatformUnavailable: Slack does not answer.
        """
        if found := self.opened(team):
            return found
        async with self._opening:
            if found := self.opened(team):
                return found
            was_own = self.own is not None and self.own is self._open.pop(team, None)
            if was_own:
                self.own = None
            if self._own is not None and self.own is None:
                await self._open_own(self._own)
                if found := self.opened(team):
                    return found
            if was_own:
                await self.lost(team, self.trouble)
            return await self._of_store(team)

    async def install(self, tokens: Tokens, by: str) -> Workspace:
        """Keep the tokens of a workspace that installs the app, and serve it from now on."""
        workspace = await opened(tokens, self._connect)
        kept = {
            "bot_token": tokens.bot,
            "user_token": tokens.user,
            "name": workspace.name,
            "by": by,
        }
        await self._installed.save(PLATFORM, workspace.id, kept)
        await self._joined(workspace)
        return workspace

    async def lost(self, team: str, why: str) -> None:
        """The app was removed, or its token revoked: nothing can be done there any more."""
        _log.error("slack.lost", community=team, reason=why)
        if found := self._open.pop(team, None):
            found.api.refused = why
        if self.own is not None and self.own.id == team:
            self.own, self._own, self.trouble = None, None, why
        await self._installed.drop(PLATFORM, team)
        await self._change(team, lambda community: replace(community, left_at=self._now()))

    def lost_user_token(self, team: str) -> None:
        """An administrator's token was revoked: deleting stops."""
        if found := self.opened(team):
            found.lose_holder()

    async def _open_own(self, tokens: Tokens) -> None:
        try:
            workspace = await opened(tokens, self._connect)
        except NotPermitted as exc:
            self.trouble = f"BIFOCAL_SLACK__BOT_TOKEN (xoxb-…, under OAuth & Permissions): {exc}"
            return
        self.own, self.trouble = workspace, ""
        await self._joined(workspace)

    async def _of_store(self, team: str) -> Workspace:
        kept = await self._installed.find(PLATFORM, team)
        if kept is None:
            raise Gone(f"Bifocal is not installed in the workspace {team}.")
        tokens = Tokens(word(kept.given.get("bot_token")), word(kept.given.get("user_token")))
        try:
            workspace = await opened(tokens, self._connect)
        except TokenRefused as exc:
            await self.lost(team, str(exc))
            raise Gone(f"Bifocal was removed from the workspace {team}.") from exc
        if workspace.id != team:
            raise Gone(f"The token kept for the workspace {team} opens another one.")
        await self._joined(workspace)
        return workspace

    async def _joined(self, workspace: Workspace) -> None:
        self._open[workspace.id] = workspace
        known = self._communities.of(PLATFORM, workspace.id)
        if known.joined_at and known.left_at is None and known.name == workspace.name:
            return

        def here(community: Community) -> Community:
            joined = self._now() if community.left_at else community.joined_at or self._now()
            return replace(community, name=workspace.name, joined_at=joined, left_at=None)

        await self._change(workspace.id, here)

    async def _change(self, team: str, change: Callable[[Community], Community]) -> None:
        await self._communities.change(PLATFORM, team, change, by=US)
