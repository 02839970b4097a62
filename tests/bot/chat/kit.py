"""A front desk over a whole application: real journal, policy and rights; a fake platform."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from analysis.bank import BankIndex
from bot.actions.spec import parse
from bot.analyser import Analyser
from bot.chat.analyzing import Analyzing
from bot.chat.asker import Asker, Rank
from bot.chat.deciding import Deciding
from bot.chat.explaining import Explaining
from bot.chat.front_desk import FrontDesk
from bot.chat.hourly import Hourly
from bot.chat.people import People
from bot.chat.posts import Posts
from bot.chat.queue import CaseQueue
from bot.chat.setting_up import SettingUp
from bot.chat.telling import Telling
from bot.communities import Community
from bot.model import Attachment, Author, Case, Message, Outcome, Status
from bot.review.desk import Desk
from bot.review.teaching import Teacher
from bot.review.which import Settled, Which
from bot.storage.banks import BankStore
from bot.storage.erase import Person
from bot.storage.evidence import EvidenceStore
from bot.storage.switch import Switch
from tests.bot.journey import World, a_world
from tests.builders import NOON, a_message, a_ref


def an_asker(
    rank: Rank = Rank.MODERATOR,
    *,
    id: str = "mod-1",  # noqa: A002 - the field's own name
    name: str = "Mo",
    community: str = "g1",
    roles: tuple[str, ...] = (),
) -> Asker:
    return Asker("fake", community, "c1", Author(id, name, roles), rank)


@dataclass
class FakeCommunities:
    """Choices in memory."""

    chosen: dict[tuple[str, str], Community] = field(default_factory=dict)

    def of(self, platform: str, community_id: str) -> Community:
        return self.chosen.get((platform, community_id), Community(platform, community_id))

    def all(self, platform: str) -> tuple[Community, ...]:
        return tuple(one for one in self.chosen.values() if one.platform == platform)

    async def change(
        self,
        platform: str,
        community_id: str,
        change: Callable[[Community], Community],
        *,
        by: str,
    ) -> Community:
        now = self.chosen[platform, community_id] = change(self.of(platform, community_id))
        return now


@dataclass
class Written:
    """What the parts beside the front desk were told, in memory."""

    ordered: list[tuple[str, str, str]] = field(default_factory=list)
    status: Status = Status.APPLIED
    ignored: list[str] = field(default_factory=list)
    unignored: list[str] = field(default_factory=list)
    redrawn: list[str] = field(default_factory=list)
    reported: list[tuple[Message, str]] = field(default_factory=list)
    wishes: dict[Person, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    world: World | None = None

    async def do(self, case_id: str, action: str, by: str) -> Outcome:
        self.ordered.append((case_id, action, by))
        return Outcome(action, self.status, NOON, detail="the platform does not allow it")

    async def add(self, case: Case, by: str) -> int:
        self.ignored.append(case.id)
        return len(case.evidence)

    async def remove(
        self, platform: str, community: str, channel: str, sha256: str, by: str
    ) -> bool:
        self.unignored.append(f"{channel}/{sha256}")
        return True

    async def release(self, which: Which, by: str) -> Settled:
        return Settled(1)

    async def drop(self, which: Which, by: str) -> Settled:
        return Settled(1)

    async def redraw(self, case_id: str) -> None:
        self.redrawn.append(case_id)

    async def report(self, message: Message, by: Author, words: str = "") -> None:
        self.reported.append((message, by.id))

    async def ask(self, person: Person, name: str) -> None:
        self.wishes[person] = name

    async def carry_out(self, person: Person, by: str) -> int:
        del self.wishes[person]
        return 3

    async def decline(self, person: Person, by: str) -> None:
        del self.wishes[person]

    async def audit(self, asker: Asker, what: str, why: str) -> None:
        self.refused.append((asker.id, what))


@dataclass
class Office:
    """The front desk and everything around it."""

    world: World
    desk: FrontDesk
    communities: FakeCommunities
    written: Written
    switch: Switch
    missing: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    made: int = 0

    async def a_case(
        self, text: str = "scam 0.9", community: str = "g1", picture: bytes = b""
    ) -> Case:
        """A post that was judged and has a case."""
        self.made += 1
        files = (Attachment("picture"),) if picture else ()
        self.world.platform.files["picture"] = picture
        ref = a_ref(str(self.made), community_id=community)
        message = a_message(text, ref=ref, attachments=files)
        await self.world.handle(self.world.stands(message))
        case = await self.world.case(message)
        assert case is not None
        return case


@asynccontextmanager
async def an_office(
    folder: Path, *, analyses: int = 3, file: str = "", channel: str = ""
) -> AsyncIterator[Office]:
    """Everything, in a folder of its own."""
    async with a_world(folder) as world:
        app, journal, written = world.app, world.journal, Written()
        communities, platforms = FakeCommunities(), app.platforms
        judge = app.look.judge
        evidence = EvidenceStore.open("memory://", journal.seal)
        switch = Switch(journal.database, lambda: world.time)
        banks = BankStore(journal.database, lambda: world.time, BankIndex)
        teacher = Teacher(journal, banks, lambda: world.time)
        cases = Desk(
            journal,
            evidence,
            lambda _ref: world.platform.client,
            parse,
            lambda: world.time,
            house=app.act.house,
        )
        missing: dict[str, str] = {}
        lacking: dict[str, str] = {}
        deciding = Deciding(
            cases,
            written,
            withheld=written,
            teacher=teacher,
            ignores=written,
            redraw=written.redraw,
        )
        policy = app.burst.policy
        analyzing = Analyzing(
            Analyser(app.look.gatherer.decode, judge),
            Hourly(analyses, lambda: world.time),
            communities.of,
        )
        telling = Telling(
            journal=journal,
            communities=communities,
            switch=switch,
            policy=policy,
            platforms=platforms,
            health=_Health(missing),
            lacks=lambda: lacking,
            channels={"fake": channel},
            providers=_no_providers,
            clock=lambda: world.time + timedelta(seconds=1),
        )
        people = People(
            journal,
            world.authors,
            cases,
            written,
            record=timedelta(days=30),
            case=timedelta(days=180),
        )
        explaining = Explaining(journal, policy)
        posts = Posts(
            journal,
            platforms,
            analyzing=analyzing,
            deciding=deciding,
            explaining=explaining,
            reports=written,
            max_bytes=1_000_000,
        )
        desk = FrontDesk(
            posts,
            CaseQueue(journal, deciding, lambda case: f"https://desk.example/{case}"),
            deciding,
            people,
            SettingUp(
                communities,
                platforms,
                policy,
                file=file,
                preset="standard",
                channels={"fake": channel},
            ),
            telling,
            evidence,
            written.audit,
        )
        yield Office(world, desk, communities, written, switch, missing, lacking)


@dataclass
class _Health:
    lacking: dict[str, str]

    async def missing(self) -> dict[str, str]:
        return self.lacking


async def _no_providers() -> tuple[()]:
    return ()


def rehearsing(office: Office) -> None:
    """Let the fake platform only simulate."""
    office.world.platform.simulate = True
