"""Builds the front desk from the parts of the application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import examine
from bot.analyser import Analyser
from bot.chat.analyzing import Analyzing
from bot.chat.deciding import Deciding, Ignores, Orders, Redraw, Withheld
from bot.chat.explaining import Explaining
from bot.chat.front_desk import FrontDesk
from bot.chat.hourly import Hourly
from bot.chat.people import Erasures, People
from bot.chat.posts import Posts, Reports
from bot.chat.queue import CaseQueue
from bot.chat.refusals import RefusalLog
from bot.chat.setting_up import SettingUp
from bot.chat.telling import Health, Telling
from bot.config.addresses import case_url
from bot.config.tables import Settings
from bot.core import Core
from bot.log import logger
from bot.policy.policy import Policy
from bot.ports import Examined, Platform
from bot.review.desk import Desk
from bot.review.teaching import Teacher
from bot.storage.store import Store

_log = logger("chat")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the front desk stands on, beside settings and store."""

    core: Core
    platforms: Mapping[str, Platform]
    policy: Callable[[str], Policy]
    """The rules of a community."""
    analyser: Analyser
    desk: Desk
    teacher: Teacher
    orders: Orders
    withheld: Withheld
    ignores: Ignores
    redraw: Redraw
    reports: Reports
    erasures: Erasures
    health: Health
    lacks: Callable[[], Mapping[str, str]]
    """Why no card can be put up, by ``platform:community``."""
    clock: Callable[[], datetime]


def front_desk(settings: Settings, store: Store, parts: Parts) -> FrontDesk:
    """Everything that people can ask for in chat."""
    journal = store.journal
    deciding = Deciding(
        parts.desk,
        parts.orders,
        withheld=parts.withheld,
        teacher=parts.teacher,
        ignores=parts.ignores,
        redraw=parts.redraw,
    )
    posts = Posts(
        journal,
        parts.platforms,
        analyzing=Analyzing(
            parts.analyser,
            Hourly(settings.limits.analyze_per_user_per_hour, parts.clock),
            store.communities.of,
        ),
        deciding=deciding,
        explaining=Explaining(journal, parts.policy),
        reports=parts.reports,
        max_bytes=settings.media.max_bytes,
    )
    people = People(
        journal,
        store.authors,
        parts.desk,
        parts.erasures,
        record=timedelta(days=settings.storage.record_days),
        case=timedelta(days=settings.storage.case_days),
    )
    policy_file, preset = settings.policy.file, settings.policy.preset
    return FrontDesk(
        posts,
        CaseQueue(journal, deciding, case_url(settings)),
        deciding,
        people,
        SettingUp(
            store.communities,
            parts.platforms,
            parts.policy,
            file=policy_file,
            preset=preset,
            channels=_channels(settings),
        ),
        _telling(settings, store, parts),
        store.evidence,
        RefusalLog(store.database, parts.clock).write,
    )


def _channels(settings: Settings) -> Mapping[str, str]:
    """Where cards go as long as a community chose nothing."""
    return {"discord": settings.discord.log_channel, "slack": settings.slack.log_channel}


def _telling(settings: Settings, store: Store, parts: Parts) -> Telling:
    async def providers() -> Sequence[Examined]:
        return await examine.providers(parts.core.remote.providers)

    return Telling(
        journal=store.journal,
        communities=store.communities,
        switch=store.switch,
        policy=parts.policy,
        platforms=parts.platforms,
        health=parts.health,
        lacks=parts.lacks,
        channels=_channels(settings),
        providers=providers,
        clock=parts.clock,
    )
