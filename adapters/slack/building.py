"""Puts the adapter's parts together. Nothing is opened and nobody is asked yet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import httpx
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import quiet
from adapters.slack.background import Background
from adapters.slack.capture import Authors, Capture
from adapters.slack.cards import Cards
from adapters.slack.client import SlackClient
from adapters.slack.commands import Commands
from adapters.slack.draw import Draw
from adapters.slack.entrance import Entrance
from adapters.slack.fetch import Files
from adapters.slack.front import Front
from adapters.slack.home import Home
from adapters.slack.installations import Installations
from adapters.slack.links import Links
from adapters.slack.listeners import Listeners
from adapters.slack.notes import Notes
from adapters.slack.pictures import Pictures
from adapters.slack.presses import Presses
from adapters.slack.ranks import Ranks
from adapters.slack.sent import Sent
from adapters.slack.shortcuts import Shortcuts
from adapters.slack.threads import Threads
from adapters.slack.workspace import Connect, Tokens
from adapters.slack.workspaces import Workspaces
from bot.bookmarks import Bookmarks
from bot.chat.signed import Signer
from bot.communities import Communities
from bot.config.tables import MediaLimits
from bot.config.tables import Slack as Settings
from bot.ports import Accept


@dataclass(frozen=True, slots=True)
class Given:
    """What the adapter is built from."""

    settings: Settings
    media: MediaLimits
    text_only: bool
    communities: Communities
    bookmarks: Bookmarks
    installations: Installations
    signer: Signer
    now: Callable[[], datetime]
    connect: Connect
    session: Callable[[], aiohttp.ClientSession]
    http: httpx.AsyncClient
    accept: Callable[[], Accept]


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapter, in pieces."""

    workspaces: Workspaces
    ranks: Ranks
    files: Files
    client: SlackClient
    front: Front
    listeners: Listeners
    entrance: Entrance
    background: Background
    sent: Sent
    pictures: Pictures


def built(given: Given) -> Parts:
    """The parts, connected."""
    settings, background = given.settings, Background()
    own = settings.bot_token
    user = settings.user_token
    tokens = (
        Tokens(own.get_secret_value(), user.get_secret_value() if user else "") if own else None
    )
    workspaces = Workspaces(
        tokens, given.installations, given.communities, given.connect, given.now
    )

    def log_channel(team: str) -> str:
        """The settings name a channel of the settings' workspace, and of no other."""
        return settings.log_channel if workspaces.own and workspaces.own.id == team else ""

    ranks = Ranks(given.communities, log_channel)
    files = Files(given.http, given.media.extra_hosts)

    draw = Draw(given.signer.write, workspaces.link)
    sent = Sent(given.bookmarks, given.now)
    client = SlackClient(
        workspaces, ranks, Threads(), Notes(sent), Cards(workspaces, ranks, sent, draw)
    )
    front = Front(
        workspaces, ranks, given.signer, draw, background, given.session, settings.api_base
    )
    authors = Authors(ranks)
    pictures = Pictures(workspaces, given.bookmarks, background, given.session, given.now)
    links = Links(authors, files, given.media.max_bytes)
    home = Home(front)
    capture = Capture(
        workspaces, authors, bots=settings.bots, text_only=given.text_only, accept=given.accept
    )
    listeners = Listeners(
        AsyncWebClient(base_url=settings.api_base, logger=quiet),
        workspaces,
        capture,
        background,
        commands=Commands(front, links),
        shortcuts=Shortcuts(front, links),
        presses=Presses(front, home, pictures),
        home=home,
    )
    entrance = Entrance(listeners.dispatch, background)
    return Parts(
        workspaces, ranks, files, client, front, listeners, entrance, background, sent, pictures
    )
