"""The journey's parts, each made once from the parts it stands on; and the journey itself."""

from collections.abc import Mapping
from functools import cached_property

from analysis.remote.meter import EVERY, Spared
from bot.app import App
from bot.clock import SteadyClock
from bot.config.tables import Settings
from bot.core import Core
from bot.counters import MemoryCounters
from bot.enforce import Enforcer
from bot.house import House, Voice
from bot.journey.act import Act
from bot.journey.burst import Burst, Recent
from bot.journey.encoded import Encodings
from bot.journey.gather import Gatherer
from bot.journey.giving_up import GivenUp
from bot.journey.judge import Judge
from bot.journey.keep import Keeper
from bot.journey.late import Late
from bot.journey.look import Look
from bot.journey.reported import Reports
from bot.journey.telling import Telling
from bot.limits import ActionLimits
from bot.metrics import Metrics
from bot.policy.choice import PolicyChoice
from bot.policy.file import PolicyFile
from bot.ports import Platform
from bot.queue.port import Queue
from bot.review.opened import Boards, boards
from bot.storage.store import Store
from bot.storage.switch import paused_in
from bot.webhooks import Webhooks


class Journey:
    """What every post passes through, over settings, policy, store, core, queue and platforms."""

    def __init__(
        self,
        *,
        settings: Settings,
        rules: PolicyFile,
        choice: PolicyChoice,
        store: Store,
        core: Core,
        queue: Queue,
        platforms: Mapping[str, Platform],
        clock: SteadyClock,
    ) -> None:
        self.settings = settings
        self.rules = rules
        self.choice = choice
        self.store = store
        self.core = core
        self.queue = queue
        self.platforms = platforms
        self.clock = clock
        self.metrics = Metrics()
        self.limits = ActionLimits(
            settings.limits.actions_per_hour, settings.limits.actions_per_day
        )
        self.counters = MemoryCounters()

    @cached_property
    def app(self) -> App:
        """The journey."""
        return App(
            platforms=self.platforms,
            intake=self.queue,
            look=self.look,
            journal=self.store.journal,
            act=self.act,
            late=Late(self.look, self.act, self.store.journal, self.given_up, self.clock),
            given_up=self.given_up,
            telling=Telling(self.metrics),
            burst=self.burst,
            reports=self.reports,
        )

    @cached_property
    def judge(self) -> Judge:
        """Analyses and decides."""
        return Judge(
            self.core.pipeline,
            self.choice,
            self.store.banks.view,
            self.settings.analysis.remote,
            lambda: self.core.remote.meter.spared(EVERY, Spared.SHORT_CIRCUIT),
        )

    @cached_property
    def look(self) -> Look:
        """The first half of a judgement."""
        return Look(
            Gatherer(self.core.decode, self.settings.media.max_bytes),
            self.judge,
            self.counters,
            self.store.authors,
            Keeper(self.store.evidence, Encodings(self.core.encode).of),
            self.clock,
            ignored=self.store.ignored.covers,
        )

    @cached_property
    def act(self) -> Act:
        """The second half of a judgement."""
        return Act(
            self.store.journal,
            self.enforcer,
            self.given_up,
            self.clock,
            self.house,
            self.boards.board.wake,
        )

    @cached_property
    def burst(self) -> Burst:
        """Finds a flood's earlier copies."""
        return Burst(
            Recent(),
            self.choice.of,
            self.queue,
            self.look,
            self.act,
            self.store.journal,
            self.given_up,
        )

    @cached_property
    def reports(self) -> Reports:
        """Takes members' reports."""
        return Reports(
            self.store.reports,
            self.queue,
            self.look,
            self.act,
            self.store.journal,
            self.given_up,
            self.clock,
        )

    @cached_property
    def given_up(self) -> GivenUp:
        """Puts before a person what took its worker down."""
        return GivenUp(self.store.journal, self.platforms, self.clock)

    @cached_property
    def enforcer(self) -> Enforcer:
        """The one place from which anything is done to a post."""
        paused = paused_in(self.store.switch, self.store.communities)
        return Enforcer(self.store.journal, self.limits, paused, self.clock)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Tells URLs of the operator's own."""
        return Webhooks(self.settings.webhooks, self.store.outbox, self.clock)

    @cached_property
    def house(self) -> House:
        """What of our own actions may use."""
        policy, chosen = self.settings.policy, self.store.communities.named
        voice = Voice(policy.language, policy.appeal)
        return House(self.store.authors, self.webhooks, voice, lambda one: chosen(one).language)

    @cached_property
    def boards(self) -> Boards:
        """What stands before moderators in chat."""
        return boards(self.settings, self.store, self.platforms, self.clock)
