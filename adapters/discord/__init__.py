"""Discord: what is posted there comes in, and what rules and moderators decide goes out.

Discord's words (guild, snowflake, shard) stay in this folder; the rest of the application knows
communities, messages and authors.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
from fastapi import APIRouter

from adapters.discord.api import Api
from adapters.discord.breaker import Breaker
from adapters.discord.cards import Counter
from adapters.discord.catch_up import Bounds, CatchUp
from adapters.discord.client import DiscordClient
from adapters.discord.draw import address_of
from adapters.discord.errors import translated
from adapters.discord.events import PLATFORM
from adapters.discord.examine import Examiner
from adapters.discord.fetch import Files
from adapters.discord.gateway import Gateway, Listener, Visiting, reach
from adapters.discord.guilds import Guilds
from adapters.discord.hearing import Hearing
from adapters.discord.intake import Intake
from adapters.discord.links import Links
from adapters.discord.messages import Tools
from adapters.discord.permissions import Report, Reports, can
from adapters.discord.places import Places
from adapters.discord.presses import Presses
from adapters.discord.reading import Choices, Reader
from adapters.discord.sent import Sent
from adapters.discord.session import Sessions
from adapters.discord.shard import Fatal
from adapters.discord.spoilers import Copier
from adapters.discord.supervise import Paces, Shards, Supervisor, logged_in
from analysis.dialling import dialled
from bot.bookmarks import Bookmarks
from bot.chat.port import Chat
from bot.chat.signed import Signer
from bot.communities import Communities
from bot.config.tables import Discord as Settings
from bot.config.tables import MediaLimits
from bot.errors import PlatformError
from bot.model import Attachment, Message, Ref
from bot.ports import Accept, Action, Examined
from bot.review.card import Card, CardKind

__all__ = ["Discord", "Paces"]

STOP_S = 5.0
"""Seconds that answers under way are given when the bot stops."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Discord:
    """Discord as a ``Platform``."""

    def __init__(
        self,
        settings: Settings,
        media: MediaLimits,
        *,
        communities: Communities,
        bookmarks: Bookmarks,
        signer: Signer,
        text_only: bool = True,
        http: httpx.AsyncClient | None = None,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
        paces: Paces | None = None,
    ) -> None:
        """Reached with the settings' token; ``clock`` is monotonic, in seconds.

        ``signer`` signs buttons, with a key that outlives restarts. ``serve`` gives it the chat
        that answers commands; before, people are told that it is starting.
        """
        self._settings = settings
        self._media = media
        self._communities = communities
        self._paces = paces or Paces()
        self._clock = clock
        self._now = now
        self._own_http = httpx.AsyncClient(transport=dialled()(), trust_env=False)
        self._chat: Chat | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._reports = Reports(clock)
        self._breaker = Breaker(clock)
        shards = Shards(settings.shard_count, settings.shard_ids)
        self._supervisor = Supervisor(
            lambda: self._gateway(self._hearing),
            Sessions(bookmarks),
            shards,
            self._paces,
            clock=clock,
            now=now,
        )
        self._api = Api(lambda: self._supervisor.client, self._breaker, self._denied)
        self._places = Places(lambda: self._supervisor.client, self._api, communities, clock)
        choices = Choices(settings.bots, settings.webhooks, text_only, settings.cdn_base)
        self._reader = Reader(self._api, self._places, choices)
        self._files = Files(http or self._own_http, frozenset(media.extra_hosts), self._reader)
        self._sent = Sent(self._api, bookmarks, now)
        self._client = DiscordClient(
            Tools(self._api, self._places, self._reader, self._sent),
            Counter(communities, settings.log_channel, signer.write, lambda: self._chat),
            Copier(self._own_fetch, lambda url: self._files.link(url, media.max_bytes)),
            now,
        )
        self._intake = Intake(self._reader.event, self._paces.offer)
        bounds = Bounds(
            settings.catch_up_messages,
            settings.catch_up_channels,
            timedelta(hours=settings.catch_up_hours),
        )
        self._catch_up = CatchUp(
            self._api, self._reader, bookmarks, bounds, now=now, pause=self._paces.offer
        )
        self._hearing = Hearing(
            intake=self._intake,
            reader=self._reader,
            places=self._places,
            guilds=Guilds(self._api, communities, self._sent, now, self.simulates),
            catch_up=self._catch_up,
            presses=Presses(
                signer=signer,
                communities=communities,
                places=self._places,
                reader=self._reader,
                links=Links(self._files, self._places, self._reader, media.max_bytes),
                chat=lambda: self._chat,
                answers=self._paces.answers,
            ),
            breaker=self._breaker,
            denied=self._denied,
        )

    def serve(self, chat: Chat) -> None:
        """Answer commands, menus and buttons through this chat."""
        self._chat = chat

    @property
    def name(self) -> str:
        """The registry's name."""
        return PLATFORM

    @property
    def client(self) -> DiscordClient:
        """What actions act through."""
        return self._client

    def simulates(self, community_id: str) -> bool:
        """Whether actions there are only recorded: as it chose, else as the settings say."""
        live = self._communities.of(PLATFORM, community_id).live
        return self._settings.simulate if live is None else not live

    def can(self, action: Action, message: Message) -> str | None:
        """None if Discord allows the action here, as far as that is known; else why not."""
        return can(action, message, self._places.seen(message.ref.community_id))

    def link(self, ref: Ref) -> str:
        """Where a post opens in Discord."""
        return address_of(ref)

    async def fetch(self, attachment: Attachment, message: Message, at_most: int) -> bytes:
        """The bytes of an attachment, from Discord's hosts alone.

        Raises:
            Gone: it is no more.
            UnreadableMedia: larger than ``at_most`` bytes, or on a host that is not allowed.
            PlatformUnavailable: try again later.
        """
        return await self._files.of(attachment, message, at_most)

    async def examine(self, community_id: str = "") -> tuple[Examined, ...]:
        """What works of token, application, servers and commands; also before ``start``."""
        if self._token() == "":
            sentence = "No token is set: BIFOCAL_DISCORD__TOKEN is the bot's token."
            return (Examined(well=False, sentence=sentence),)
        examiner = Examiner(self._communities, self._settings.log_channel)
        running = self._supervisor.client
        if running is not None and running.http.token is not None and self.ready() is None:
            return await examiner.all(running, community_id)
        reach(self._settings.api_base, self._settings.gateway_url)
        visitor = self._gateway(Visiting())
        try:
            with translated():
                await logged_in(visitor, self._token())
            return await examiner.all(visitor, community_id)
        except (Fatal, PlatformError) as exc:
            return (Examined(well=False, sentence=str(exc)),)
        finally:
            await visitor.http.close()

    async def start(self, accept: Accept) -> None:
        """Begin to connect, and go on trying; ``ready`` says how far that is."""
        self.open(accept)
        self._tasks.append(asyncio.ensure_future(self._supervisor.run(self._token())))

    def open(self, accept: Accept) -> Gateway:
        """Begin all but the connection; returns a client for who brings a connection of theirs."""
        reach(self._settings.api_base, self._settings.gateway_url)

        async def behind(messages: list[Message]) -> None:
            await self._intake.offered(messages, accept, lane="backlog")

        work = (self._intake.serve(accept), self._catch_up.serve(behind), self._sent.clean())
        self._tasks = [asyncio.ensure_future(each) for each in work]
        self._supervisor.client = self._gateway(self._hearing)
        return self._supervisor.client

    async def settled(self, message: Message, case_id: str | None) -> None:
        """Nothing is shown on Discord but by actions and cards."""

    async def stop(self) -> None:
        """Leave so that the session can be resumed; what is not committed comes again then."""
        if self._tasks:
            # The connection first, so that nothing follows; it was begun last.
            connection = self._tasks.pop()
            connection.cancel()
            await asyncio.wait([connection])
            await self._intake.stop(STOP_S)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._hearing.stop(STOP_S)
            await self._supervisor.write()
            await self._supervisor.close()
            self._tasks = []
        await self._own_http.aclose()

    def routes(self) -> APIRouter | None:
        """None: Discord is reached over its gateway."""
        return None

    def ready(self) -> str | None:
        """None when every shard is told events, else what is missing."""
        return self._supervisor.trouble

    def _token(self) -> str:
        token = self._settings.token
        return token.get_secret_value() if token else ""

    def _gateway(self, listener: Listener) -> Gateway:
        return Gateway(listener, self._breaker.trace(), self._clock, self._paces.identify)

    async def _own_fetch(self, attachment: Attachment, message: Message) -> bytes:
        return await self._files.of(attachment, message, self._media.max_bytes)

    def _denied(self, guild_id: str, why: str) -> None:
        """Discord refused something in a server: its moderators are told, once in an hour."""
        if report := self._reports.due(guild_id, why):
            self._hearing.soon(self._tell(report))

    async def _tell(self, report: Report) -> None:
        card = Card(
            case_id="",
            title="Bifocal lacks a permission here",
            author="",
            channel="",
            caption="",
            explanation=report.sentence,
            rules=(),
            scores=(),
            outcomes=(),
            community_id=report.guild_id,
            kind=CardKind.NOTICE,
        )
        with suppress(PlatformError):
            await self._client.post_card(
                card, nonce=f"lacks/{report.guild_id}/{self._now():%Y-%m-%dT%H}"
            )
