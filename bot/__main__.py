"""The composition root: settings in, objects built and connected, the application run.

The only file that knows all three packages.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.playground import TEMPLATES, Playground
from adapters.playground.events import COMMUNITY, PLATFORM
from adapters.playground.examples import known_bad
from analysis.remote.meter import EVERY, Spared
from analysis.sandbox import ForkServer, prepare
from analysis.taxonomy import Category
from analysis.types import BankKind, Banks, NoBanks
from bot import log
from bot.actions.spec import parse
from bot.analyser import Analyser
from bot.app import App
from bot.cli import command_line
from bot.cli.root import called, said
from bot.clock import SteadyClock
from bot.config.load import load
from bot.config.tables import Settings
from bot.core import Core, opened_core
from bot.counters import MemoryCounters
from bot.enforce import Enforcer
from bot.errors import Misconfigured
from bot.health import Health
from bot.house import House, Voice
from bot.journey.act import Act
from bot.journey.burst import Burst, Recent
from bot.journey.gather import Gatherer
from bot.journey.giving_up import GivenUp
from bot.journey.judge import Judge
from bot.journey.keep import Keeper
from bot.journey.late import Late
from bot.journey.look import Look
from bot.journey.reported import Reports
from bot.journey.telling import Telling
from bot.known import known_picture
from bot.leaving import finish_leaving
from bot.limits import DAY, ActionLimits
from bot.metrics import Metrics
from bot.model import Ref
from bot.policy.choice import PolicyChoice
from bot.policy.file import PolicyFile
from bot.ports import Client, Erases, Platform
from bot.queue import open_queue
from bot.queue.port import Queue
from bot.remember import remember
from bot.remote_figures import RemoteFigures
from bot.review.desk import Desk
from bot.review.opened import boards
from bot.review.orders import PersonOrders
from bot.review.rulebook import RuleBook
from bot.review.teaching import Teacher
from bot.review.trials import Trials
from bot.review.withheld import WithheldActions
from bot.running import Running, never_ends
from bot.storage.reseal import Reseal
from bot.storage.retention import Kept, Retention
from bot.storage.store import Store, data_directory, database_exists, opened
from bot.storage.tokens import Scope as TokenScope
from bot.upkeep import Upkeep
from bot.warming import Warming
from bot.web.access import Requires, Scope
from bot.web.app import create_app
from bot.web.pages import Pages
from bot.web.server import WebServer
from bot.web.services import Mounted, Reach, Services
from bot.web.stored import StoredSessions, StoredTokens
from bot.webhooks import Webhooks

SIGN_IN_LASTS = timedelta(hours=1)
"""How long the printed link works; chosen by eye, it is clicked at once or not at all."""

ROOM = "playground.db"
"""The playground's own database, beside the other."""


now = SteadyClock()
"""The time, aware and in UTC."""


class Build:
    """Builds from settings what each command needs (``bot.cli.root.Root``)."""

    def __init__(self) -> None:
        self._server: ForkServer | None = None

    def settings(self, file: Path | None, *, sandboxed: bool = False) -> Settings:
        """Read the settings; ``sandboxed`` starts the fork server before any secret is read."""
        if sandboxed:
            self._server = prepare()
        settings = load(file)
        log.configure(settings.log.level, settings.log.format)
        return settings

    def storage(self, settings: Settings) -> AbstractAsyncContextManager[Store]:
        """The database and the evidence store, migrated."""
        return opened(settings.storage, now)

    def policy(self, settings: Settings, file: Path | None = None) -> PolicyFile:
        """The rules in force; ``file`` instead of the settings' where it is given."""
        named = file or (Path(settings.policy.file) if settings.policy.file else None)
        return PolicyFile(named, settings.policy.preset)

    def core(
        self, settings: Settings, store: Store | None = None
    ) -> AbstractAsyncContextManager[Core]:
        """The sandbox and the pipeline; ``store`` keeps what providers cost."""
        return opened_core(settings, self._server or prepare(), store.spend if store else None)

    @asynccontextmanager
    async def queue(self, settings: Settings) -> AsyncIterator[Queue]:
        """The queue, of which only one process may have hold."""
        queue = await open_queue(_queue_url(settings))
        try:
            yield queue
        finally:
            await queue.close()

    @asynccontextmanager
    async def platforms(
        self,
        settings: Settings,  # noqa: ARG002 - no chat platform is there to be set up yet
        store: Store,  # noqa: ARG002 - the same
    ) -> AsyncIterator[Mapping[str, Platform]]:
        """The chat platforms that have a token, not started."""
        yield {}

    def keepers(self, settings: Settings) -> Mapping[str, Erases]:
        """The playground, where it has ever been opened; other platforms keep their own posts."""
        room = data_directory(settings.storage) / ROOM
        return {PLATFORM: Playground(room)} if room.exists() else {}

    @asynccontextmanager
    async def analyser(self, settings: Settings, policy: Path | None) -> AsyncIterator[Analyser]:
        """The core and the policy alone; with the banks where there is a database already."""
        rules = self.policy(settings, policy)
        async with AsyncExitStack() as stack:
            store: Store | None = None
            if database_exists(settings.storage):
                store = await stack.enter_async_context(self.storage(settings))
            core = await stack.enter_async_context(self.core(settings, store))
            banks: Callable[[str], Awaitable[Banks]] = store.banks.view if store else _no_banks
            judge = Judge(core.pipeline, rules, banks, settings.analysis.remote)
            yield Analyser(core.decode, judge)

    async def serve(self, settings: Settings, roles: frozenset[str]) -> None:
        """Run the application until it is told to stop."""
        _refuse_what_needs_more(settings, roles)
        async with AsyncExitStack() as stack:
            rules = self.policy(settings)
            store = await stack.enter_async_context(self.storage(settings))
            core = await stack.enter_async_context(self.core(settings, store))
            keepers = self.keepers(settings)
            await Application(settings, rules, store, core, keepers).run(stack)


@dataclass(frozen=True, slots=True)
class Application:
    """Everything in one process, connected."""

    settings: Settings
    rules: PolicyFile
    store: Store
    core: Core
    keepers: Mapping[str, Erases]

    async def run(self, stack: AsyncExitStack) -> None:
        """Build the rest, and run until told to stop."""
        settings, store = self.settings, self.store
        queue = await open_queue(_queue_url(settings))
        stack.push_async_callback(queue.close)
        await finish_leaving(store, queue, self.keepers, now())
        metrics = Metrics()
        metrics.registry.register(RemoteFigures(self.core.remote.meter))
        playground = self._playground()
        platforms: dict[str, Platform] = {p.name: p for p in (playground,) if p is not None}
        chosen = store.communities.named
        rules = PolicyChoice(self.rules, lambda community: chosen(community).preset)
        judge = Judge(
            self.core.pipeline,
            rules,
            store.banks.view,
            settings.analysis.remote,
            lambda: self.core.remote.meter.spared(EVERY, Spared.SHORT_CIRCUIT),
        )
        limits = await self._limits()
        given_up = GivenUp(store.journal, platforms, now)
        counters = MemoryCounters()
        await remember(counters, store.journal, now())
        webhooks = Webhooks(settings.webhooks, store.outbox, now)
        voice = Voice(settings.policy.language, settings.policy.appeal)
        house = House(store.authors, webhooks, voice, lambda one: chosen(one).language)
        look = Look(
            Gatherer(self.core.decode, settings.media.max_bytes),
            judge,
            counters,
            store.authors,
            Keeper(store.evidence, self.core.encode),
            now,
            ignored=store.ignored.covers,
        )

        async def paused(ref: Ref) -> bool:
            here = store.communities.of(ref.platform, ref.community_id).paused
            return bool(here) or await store.switch.paused()

        enforcer = Enforcer(store.journal, limits, paused, now)
        shown = boards(settings, store, platforms, now)
        act = Act(store.journal, enforcer, given_up, now, house, shown.board.wake)
        burst = Burst(Recent(), rules.of, queue, look, act, store.journal, given_up)
        app = App(
            platforms=platforms,
            intake=queue,
            look=look,
            journal=store.journal,
            act=act,
            late=Late(look, act, store.journal, given_up, now),
            given_up=given_up,
            telling=Telling(metrics),
            burst=burst,
            reports=Reports(store.reports, queue, look, act, store.journal, given_up, now),
        )
        teacher = Teacher(store.journal, store.banks, now)
        desk = Desk(
            store.journal,
            store.evidence,
            lambda ref: _acting(platforms, ref),
            parse,
            now,
            learn=teacher.overturned,
            house=house,
        )
        kept = Kept(
            timedelta(days=settings.storage.record_days), timedelta(days=settings.storage.case_days)
        )
        retention = Retention(store.database, store.evidence, kept, now, queue.forget_parked)
        reseal = Reseal(store.database, store.evidence, store.journal.seal, now)
        orders = PersonOrders(store.journal, enforcer, platforms, parse, now, house=house)
        chores = (
            *(store.ignored.load, teacher.watch, store.reports.turn, orders.turn),
            *(retention.turn, reseal.turn, now.look),
        )
        warming = Warming(self.core.warm)
        served = tuple(platforms.values())
        health = Health(
            store.database,
            store.switch,
            queue,
            self.rules,
            served,
            metrics=metrics,
            warming=warming,
        )
        services = Services(
            analyser=Analyser(self.core.decode, judge),
            desk=desk,
            tokens=StoredTokens(store.tokens),
            sessions=StoredSessions(store.sessions),
            health=health,
            parked=queue,
            withheld=WithheldActions(store.journal, enforcer, platforms, parse, now, house=house),
            lessons=teacher,
            deliveries=webhooks,
            rules=RuleBook(self.rules, store.journal, Trials(settings.storage.url, now), now),
            metrics=metrics.registry,
            platforms=_mounted(playground),
            reach=_reach(settings),
            clock=now,
        )
        server = WebServer(create_app(services), settings.web.host, settings.web.port)
        stack.callback(server.close)
        await self._seed(playground)
        link = await self._sign_in_link(server.port)
        running = Running(tuple(platforms.values()), app.accept, self.rules.look)
        await running.until_stopped(
            work=never_ends(
                lambda stop: queue.serve(app.handle, settings.queue.concurrency, stop), "queue"
            ),
            pages=never_ends(server.serve, "web server"),
            beside=(
                self.rules.watch,
                health.measure,
                store.communities.watch,
                *shown.tasks,
                Upkeep(desk, queue, given_up, chores).run,
                warming.run,
                webhooks.run,
            ),
            ready=lambda: _greet(settings, link),
        )

    def _beside(self, name: str) -> Path:
        return data_directory(self.settings.storage) / name

    def _playground(self) -> Playground | None:
        if not self.settings.playground_on:
            return None
        pages = Pages(TEMPLATES)
        return Playground(
            self._beside(ROOM),
            guard=lambda scope: Requires(Scope(scope)),
            render=lambda request, template, /, **context: pages.render(request, template, context),
            simulate=self.settings.playground.simulate,
            now=now,
        )

    async def _limits(self) -> ActionLimits:
        """The limits, with what was done before this process started already counted."""
        options = self.settings.limits
        limits = ActionLimits(options.actions_per_hour, options.actions_per_day)
        limits.restore(await self.store.journal.applied_since(now() - DAY))
        return limits

    async def _seed(self, playground: Playground | None) -> None:
        """Put the examples' known-bad picture into the playground's bank; once is enough."""
        if playground is None:
            return
        known = await known_picture(
            self.core, known_bad().read_bytes(), Category.SCAM, confirmed=True
        )
        await self.store.banks.add(COMMUNITY, "examples", BankKind.BAD, [known], by="bifocal")

    async def _sign_in_link(self, port: int) -> str:
        code = await self.store.sessions.link("you", TokenScope.ADMIN, SIGN_IN_LASTS)
        web = self.settings.web
        base = web.public_url.rstrip("/") or f"http://{_shown(web.host)}:{port}"
        return f"{base}/signin?code={code}"


def _queue_url(settings: Settings) -> str:
    return settings.queue.url or f"sqlite:///{data_directory(settings.storage) / 'inbox.db'}"


async def _no_banks(_community: str) -> Banks:
    return NoBanks()


def _refuse_what_needs_more(settings: Settings, roles: frozenset[str]) -> None:
    if not {"web", "worker"} <= roles:
        raise Misconfigured(
            "--only would split the work over several processes, and the SQLite queue serves "
            "one: run without --only"
        )
    if settings.has_platform_token:
        raise Misconfigured(
            "this version has no adapter for Discord or Slack yet: take the token away, and the "
            "playground starts"
        )


def _acting(platforms: Mapping[str, Platform], ref: Ref) -> Client | None:
    """The client of a message's platform; None where it does not run, or only rehearses there."""
    platform = platforms.get(ref.platform)
    return platform.client if platform and not platform.simulates(ref.community_id) else None


def _mounted(playground: Playground | None) -> tuple[Mounted, ...]:
    if playground is None:
        return ()
    # Its routes ask for their scopes themselves: its scripts and styles are open to all.
    return (Mounted(playground.name, playground.routes(), None, "/playground"),)


def _reach(settings: Settings) -> Reach:
    web = settings.web
    return Reach(web.host, web.port, web.public_url, web.allowed_ips, web.trusted_proxies)


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - shown, not bound


def _greet(settings: Settings, link: str) -> None:
    said.print("\nBifocal is running. Sign in once, within the hour:\n", markup=False)
    said.print(f"    {link}\n", markup=False, soft_wrap=True)
    if settings.playground_on:
        said.print("Then open Examples and post them all. Stop with Ctrl-C.\n", markup=False)


def main() -> None:
    """Run the command line."""
    sys.exit(called(command_line(), Build()))


if __name__ == "__main__":
    main()
