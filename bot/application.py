"""The application connected: each part made once, from the parts it stands on.

Given are settings, policy, store, core, queue and platforms; the rest follows. Nothing starts
before ``run``.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import cached_property, partial

from bot.actions.spec import parse
from bot.analyser import Analyser
from bot.beyond import Beyond
from bot.chat.front_desk import FrontDesk
from bot.chat.opened import Parts, front_desk
from bot.chat.port import ServesChat
from bot.health import Health
from bot.journey.opened import Journey
from bot.limits import DAY
from bot.model import Ref
from bot.ports import Client
from bot.remember import remember
from bot.remote_figures import RemoteFigures
from bot.review.appealed import Appeals
from bot.review.bank_watch import BankWatch
from bot.review.desk import Desk
from bot.review.orders import PersonOrders
from bot.review.rulebook import RuleBooks
from bot.review.teaching import Teacher
from bot.review.trials import Trials
from bot.review.withheld import WithheldActions
from bot.running import Running, Task, never_ends
from bot.storage.activity import activity
from bot.storage.reseal import Reseal
from bot.storage.retention import Kept, Retention
from bot.upkeep import Upkeep
from bot.warming import Warming
from bot.web.app import create_app
from bot.web.places import Places, address_on
from bot.web.server import WebServer
from bot.web.services import Mounted, Reach, Services
from bot.web.stored import StoredSessions, StoredTokens


class Application(Journey):
    """The journey, and everything that people use beside it, in one process."""

    async def run(
        self, stack: AsyncExitStack, mounted: Sequence[Mounted], ready: Callable[[int], None]
    ) -> None:
        """Run until told to stop; ``ready`` is told the web server's port once all listens."""
        self.limits.restore(await self.store.journal.applied_since(self.clock() - DAY))
        await remember(self.counters, self.store.journal, self.clock())
        self.metrics.registry.register(RemoteFigures(self.core.remote.meter))
        for platform in self.platforms.values():
            if isinstance(platform, ServesChat):
                platform.serve(self.front_desk)
        web = self.settings.web
        server = WebServer(create_app(self.services(mounted)), web.host, web.port)
        stack.callback(server.close)
        running = Running(tuple(self.platforms.values()), self.app.accept, self.rules.look)
        await running.until_stopped(
            work=never_ends(self._work, "queue"),
            pages=never_ends(server.serve, "web server"),
            beside=self.beside,
            ready=lambda: ready(server.port),
        )

    async def _work(self, stop: asyncio.Event) -> None:
        await self.queue.serve(self.app.handle, self.settings.queue.concurrency, stop)

    @cached_property
    def teacher(self) -> Teacher:
        """Carries decisions into the banks."""
        return Teacher(self.store.journal, self.store.banks, self.clock)

    @cached_property
    def bank_watch(self) -> BankWatch:
        """Tells moderators of entries that match what they should not."""
        known = self.store.communities.all
        return BankWatch(
            self.teacher.watch, self.platforms, lambda name: [one.id for one in known(name)]
        )

    @cached_property
    def desk(self) -> Desk:
        """Cases, and what moderators do to them."""
        return Desk(
            self.store.journal,
            self.store.evidence,
            self._acting,
            parse,
            self.clock,
            learn=self.teacher.overturned,
            tell=Appeals(self._acting, self.house).decided,
            house=self.house,
        )

    @cached_property
    def orders(self) -> PersonOrders:
        """Has actions done with a moderator's authority."""
        return PersonOrders(
            self.store.journal, self.enforcer, self.platforms, parse, self.clock, house=self.house
        )

    @cached_property
    def withheld(self) -> WithheldActions:
        """Has withheld actions done or dropped."""
        return WithheldActions(
            self.store.journal, self.enforcer, self.platforms, parse, self.clock, house=self.house
        )

    @cached_property
    def analyser(self) -> Analyser:
        """Looks at what somebody asked about."""
        return Analyser(self.core.decode, self.judge)

    @cached_property
    def front_desk(self) -> FrontDesk:
        """Serves people in chat."""
        parts = Parts(
            core=self.core,
            platforms=self.platforms,
            policy=self.choice.of,
            analyser=self.analyser,
            desk=self.desk,
            teacher=self.teacher,
            orders=self.orders,
            withheld=self.withheld,
            ignores=self.store.ignored,
            redraw=self.boards.board.refresh,
            reports=self.reports,
            erasures=self.store.erasures,
            health=self.health,
            lacks=self.boards.board.lacks,
            clock=self.clock,
        )
        return front_desk(self.settings, self.store, parts)

    @cached_property
    def trials(self) -> Trials:
        """Rehearses a changed policy on what was judged, in a process of its own."""
        return Trials(self.settings.storage.url, self.clock)

    @cached_property
    def warming(self) -> Warming:
        """Loads models before the first post needs them."""
        return Warming(self.core.warm)

    @cached_property
    def health(self) -> Health:
        """Whether every part can work."""
        return Health(
            self.store.database,
            self.store.switch,
            self.queue,
            self.rules,
            tuple(self.platforms.values()),
            metrics=self.metrics,
            warming=self.warming,
        )

    @cached_property
    def beside(self) -> tuple[Task, ...]:
        """What runs beside the work and the pages."""
        settings, store = self.settings.storage, self.store
        left = settings.left_days
        kept = Kept(
            timedelta(days=settings.record_days),
            timedelta(days=settings.case_days),
            None if left == "keep" else timedelta(days=left),
        )
        retention = Retention(
            store.database, store.evidence, kept, self.clock, self.queue.forget_parked
        )
        reseal = Reseal(store.database, store.evidence, store.journal.seal, self.clock)
        chores = (
            Beyond(self.platforms, store.communities, self.choice.of).turn,
            *(store.ignored.load, self.bank_watch.turn, store.reports.turn, self.orders.turn),
            *(retention.turn, reseal.turn, self.clock.look),
        )
        return (
            self.rules.watch,
            self.health.measure,
            store.communities.watch,
            *self.boards.tasks,
            Upkeep(self.desk, self.queue, self.given_up, chores).run,
            self.warming.run,
            self.webhooks.run,
        )

    def services(self, mounted: Sequence[Mounted]) -> Services:
        """What the web application is given."""
        web = self.settings.web
        return Services(
            analyser=self.analyser,
            desk=self.desk,
            tokens=StoredTokens(self.store.tokens),
            sessions=StoredSessions(self.store.sessions),
            health=self.health,
            parked=self.queue,
            withheld=self.withheld,
            lessons=self.teacher,
            deliveries=self.webhooks,
            rules=RuleBooks(
                self.rules,
                self.choice,
                self.store.communities.everywhere,
                journal=self.store.journal,
                trials=self.trials,
                clock=self.clock,
            ),
            activity=partial(activity, self.store.database),
            places=Places(self.store.communities.everywhere, address_on(self.platforms)),
            metrics=self.metrics.registry,
            platforms=tuple(mounted),
            reach=Reach(web.host, web.port, web.public_url, web.allowed_ips, web.trusted_proxies),
        )

    def _acting(self, ref: Ref) -> Client | None:
        """The client of a message's platform; None where it does not run, or rehearses there."""
        platform = self.platforms.get(ref.platform)
        if platform is None or platform.simulates(ref.community_id):
            return None
        return platform.client
