"""Builds the application on its platforms, and runs it: all that ``bifocal run`` is.

The one place that knows all three packages.
"""

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from adapters import PLATFORMS
from adapters.playground import TEMPLATES, Playground
from adapters.playground.events import COMMUNITY
from adapters.playground.events import PLATFORM as PLAYGROUND
from adapters.playground.examples import known_bad
from analysis.registry import MissingExtra, load
from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.application import Application
from bot.chat.signed import Signer
from bot.cli.root import Root, said
from bot.clock import SteadyClock
from bot.communities import Community
from bot.config.tables import Settings
from bot.core import Core
from bot.errors import Misconfigured
from bot.known import known_picture
from bot.leaving import finish_leaving
from bot.policy.choice import PolicyChoice, chosen_in
from bot.ports import Erases, Platform
from bot.storage.store import Store, data_directory
from bot.storage.tokens import Scope as TokenScope
from bot.web.access import Requires, Scope
from bot.web.pages import Pages
from bot.web.services import Mounted

if TYPE_CHECKING:  # loaded only where it has a token, so that the other's library may be missing
    from adapters.discord import Discord
    from adapters.slack import Slack

SIGN_IN_LASTS = timedelta(hours=1)
"""How long the printed link works; chosen by eye, it is clicked at once or not at all."""

ROOM = "playground.db"
"""The playground's own database, beside the other."""


async def serve(build: Root, settings: Settings, roles: frozenset[str], now: SteadyClock) -> None:
    """Run the application until it is told to stop."""
    _refuse_what_needs_more(roles)
    async with AsyncExitStack() as stack:
        rules = build.policy(settings)
        store = await stack.enter_async_context(build.storage(settings))
        core = await stack.enter_async_context(build.core(settings, store))
        queue = await stack.enter_async_context(build.queue(settings))
        await finish_leaving(store, queue, keepers(settings), now())
        choice = chosen_in(store.communities, rules)
        chat = chat_platforms(settings, store, choice, now)
        platforms = [one for one in chat if one.name in roles]
        if settings.playground_on:
            platforms.append(_playground(settings))
            await _seed(core, store)
        named = {platform.name: platform for platform in platforms}
        code = await store.sessions.link("you", TokenScope.ADMIN, SIGN_IN_LASTS)
        application = Application(
            settings=settings,
            rules=rules,
            choice=choice,
            store=store,
            core=core,
            queue=queue,
            platforms=named,
            clock=now,
        )
        await application.run(
            stack, _mounted(platforms), lambda port: _greet(settings, named, port, code)
        )


def keepers(settings: Settings) -> Mapping[str, Erases]:
    """The playground, where it has ever been opened; other platforms keep their own posts."""
    room = data_directory(settings.storage) / ROOM
    return {PLAYGROUND: Playground(room)} if room.exists() else {}


def chat_platforms(
    settings: Settings, store: Store, choice: PolicyChoice, now: SteadyClock
) -> list[Platform]:
    """Discord and Slack, as far as they have a token."""
    found: list[Platform] = []
    signer = Signer(*store.journal.seal.signing)
    text_only = settings.analysis.text_only
    if settings.discord.token:
        discord = cast("type[Discord]", _loaded("discord"))
        found.append(
            discord(
                settings.discord,
                settings.media,
                communities=store.communities,
                bookmarks=store.bookmarks,
                signer=signer,
                text_only=text_only,
                now=now,
            )
        )
    if settings.slack.bot_token or settings.slack.client_id:
        slack = cast("type[Slack]", _loaded("slack"))
        found.append(
            slack(
                settings.slack,
                settings.media,
                communities=store.communities,
                bookmarks=store.bookmarks,
                signer=signer,
                installations=store.installations,
                text_only=text_only,
                public_url=settings.web.public_url,
                asked=lambda one: choice.of(one).may_ask(one),
                now=now,
            )
        )
    return found


def _loaded(name: str) -> object:
    try:
        return load(PLATFORMS, name)
    except MissingExtra as exc:
        raise Misconfigured(
            f"{name} has a token, and {exc}: pip install 'bifocal[{name}]', or take the token away"
        ) from exc


def _playground(settings: Settings) -> Playground:
    pages = Pages(TEMPLATES)
    return Playground(
        data_directory(settings.storage) / ROOM,
        guard=lambda scope: Requires(Scope(scope)),
        render=lambda request, template, /, **context: pages.render(request, template, context),
        simulate=settings.playground.simulate,
    )


async def _seed(core: Core, store: Store) -> None:
    """Make the room a community, and put the examples' known-bad picture into its bank; once."""
    if not store.communities.all(PLAYGROUND):
        await store.communities.change(PLAYGROUND, COMMUNITY, _named, by="bifocal")
    known = await known_picture(core, known_bad().read_bytes(), Category.SCAM, confirmed=True)
    await store.banks.add(COMMUNITY, "examples", BankKind.BAD, [known], by="bifocal")


def _named(room: Community) -> Community:
    return replace(room, name="Playground")


def _refuse_what_needs_more(roles: frozenset[str]) -> None:
    if not {"web", "worker"} <= roles:
        raise Misconfigured(
            "--only would split the work over several processes, and the SQLite queue serves "
            "one: run without --only"
        )


def _mounted(platforms: Iterable[Platform]) -> tuple[Mounted, ...]:
    """Platforms' own routes, which ask for their scopes, or check signatures, themselves."""
    homes = {PLAYGROUND: "/playground"}
    return tuple(
        Mounted(platform.name, routes, None, homes.get(platform.name, ""))
        for platform in platforms
        if (routes := platform.routes()) is not None
    )


def _greet(settings: Settings, platforms: Mapping[str, Platform], port: int, code: str) -> None:
    web = settings.web
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(web.host, web.host)  # noqa: S104 - shown, not bound
    base = web.public_url.rstrip("/") or f"http://{shown}:{port}"
    said.print("\nBifocal is running. Sign in once, within the hour:\n", markup=False)
    said.print(f"    {base}/signin?code={code}\n", markup=False, soft_wrap=True)
    if PLAYGROUND in platforms:
        said.print("Then open Examples and post them all. Stop with Ctrl-C.\n", markup=False)
    for name in sorted(platforms.keys() - {PLAYGROUND}):
        simulate = getattr(settings, name).simulate
        how = "rehearsing where nobody switched it live" if simulate else "live"
        said.print(f"{name.capitalize()}: {how}; /bifocal setup there.\n", markup=False)
