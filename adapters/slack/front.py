"""What every surface needs to serve people who ask: who they are, and who answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from adapters.slack.api import Shape
from adapters.slack.background import Background
from adapters.slack.draw import Draw
from adapters.slack.events import PLATFORM
from adapters.slack.ranks import Ranks
from adapters.slack.shape import record, word
from adapters.slack.surfaces import Hook, Surface, is_hook
from adapters.slack.workspace import Workspace
from adapters.slack.workspaces import Workspaces
from bot.chat.asker import Asker, Refused
from bot.chat.port import Chat
from bot.chat.sheet import Press, Sheet, Tone
from bot.chat.signed import Signer
from bot.errors import BotError, PlatformError
from bot.log import logger
from bot.model import Author

AT_ONCE_S = 1.5
"""Seconds an answer may take to be the acknowledgement itself; Slack waits three in all."""
FORGED, STRANGER = "forged", "stranger"
"""Under these verbs what is refused before it is understood is brought to be audited."""

_log = logger("slack")
Session = Callable[[], aiohttp.ClientSession]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, and the workspace they ask in."""

    workspace: Workspace
    asker: Asker


@dataclass(slots=True)
class Front:
    """Shared by commands, shortcuts, presses and the App Home."""

    workspaces: Workspaces
    ranks: Ranks
    signer: Signer
    draw: Draw
    background: Background
    session: Session
    api_base: str
    served: Chat | None = field(default=None)

    @property
    def chat(self) -> Chat:
        """Who answers.

        Raises:
            Refused: nobody does yet.
        """
        if self.served is None:
            raise Refused("Bifocal is still starting. Try again in a moment.")
        return self.served

    async def person(self, body: Shape) -> Person:
        """Who sent this, with what they may do at this moment.

        Raises:
            Refused: they belong to another workspace.
            PlatformError: Slack does not say.
        """
        team, user = team_of(body), record(body.get("user"))
        name = word(user.get("id")) or word(body.get("user_id"))
        theirs = word(user.get("team_id")) or team
        if theirs != team:
            _log.warning("slack.refused", community=team, by=name, reason="another workspace")
            stranger = Author(name, word(user.get("username")) or word(user.get("name")) or name)
            await self._audited(Asker(PLATFORM, team, "", stranger), STRANGER)
            raise Refused("You belong to another workspace, and this is for members of this one.")
        workspace = await self.workspaces.of(team)
        channel = word(record(body.get("channel")).get("id")) or word(body.get("channel_id"))
        return Person(workspace, await self.ranks.asker(workspace, name, channel))

    async def press(self, signed: str, person: Person) -> Press:
        """What a button of ours means.

        Raises:
            Refused: it is none of ours, or of another workspace; it is audited.
        """
        team, asker = person.workspace.id, person.asker
        try:
            return self.signer.read(signed, team)
        except Refused:
            reason = "a button that is not ours"
            _log.warning("slack.refused", community=team, by=asker.id, reason=reason)
            await self._audited(asker, FORGED)
            raise

    async def _audited(self, asker: Asker, verb: str) -> None:
        """Bring it to ``Chat``, which knows no such verb, refuses, and writes that down."""
        if self.served is not None:
            await self.served.press(asker, Press(verb))

    def hook(self, body: Shape, *, replace: bool = False) -> Hook:
        """Where an answer to this goes.

        Raises:
            Refused: Slack named no such place.
        """
        url = word(body.get("response_url"))
        if not is_hook(url, self.api_base):
            raise Refused("Slack named no place for an answer.")
        return Hook(url, self.draw, team_of(body), self.session(), replace)

    async def sheet(self, answer: Awaitable[Sheet]) -> Sheet:
        """The answer, or what kept it from coming, in a sentence."""
        try:
            return await answer
        except Refused as exc:
            return refusal(str(exc))
        except PlatformError as exc:
            return refusal(f"Slack did not do its part: {exc} Try again.")
        except BotError as exc:
            return refusal(str(exc))
        except Exception as exc:  # noqa: BLE001 - a person waits for an answer
            _log.error("slack.answer_broke", exc_info=exc)
            return refusal("Something went wrong on our side. It was noted in the log.")

    async def soon(
        self, answer: Awaitable[Sheet], later: Callable[[], Surface], name: str
    ) -> Sheet | None:
        """The answer if it comes at once; else None, and it is shown ``later``."""
        task = self.background.start(self.sheet(answer), name)
        done, _ = await asyncio.wait({task}, timeout=AT_ONCE_S)
        if done:
            return task.result()
        self.background.start(self._show(task, later), name)
        return None

    @staticmethod
    async def _show(task: "asyncio.Task[Sheet]", later: Callable[[], Surface]) -> None:
        sheet = await task
        # Slack must have put up that we are at work before it is told what replaces it.
        await asyncio.sleep(0.5)
        await later().show(sheet)


def team_of(body: Shape) -> str:
    """The workspace something was asked in."""
    return word(record(body.get("team")).get("id")) or word(body.get("team_id"))


def refusal(sentence: str) -> Sheet:
    """A sheet that says no."""
    return Sheet("Not done", (sentence,), tone=Tone.WATCH)
