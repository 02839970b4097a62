"""A whole application around one fake platform, with a real journal and policy."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet

from analysis.cache import Cache
from analysis.detector import Detector, Needs, Tier
from analysis.errors import ProviderUnavailable
from analysis.pipeline import Pipeline
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    Evidence,
    Failure,
    Findings,
    Grounds,
    Image,
    Media,
    Modality,
    NoBanks,
    Passage,
    Scope,
    Signal,
)
from bot.actions.spec import parse
from bot.app import App
from bot.counters import MemoryCounters
from bot.enforce import Enforcer
from bot.house import House
from bot.jobs import Answer, Job, Parked
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
from bot.limits import ActionLimits
from bot.metrics import Metrics
from bot.model import Case, Message, Record, Ref
from bot.policy.file import PolicyFile
from bot.queue.jobs import pack
from bot.storage.authors import AuthorBook
from bot.storage.database import Database
from bot.storage.evidence import EvidenceStore
from bot.storage.ignored import Ignored
from bot.storage.journal import Journal
from bot.storage.reports import ReportBook
from bot.storage.seal import Seal
from tests.builders import NOON
from tests.fakes import FakeClient, FakePlatform

POLICY = """
[[rule]]
id = "scam"
when = "scores.scam >= 0.8"
then = ["delete", "timeout 1h", "flag"]
because = "It looks like a scam."

[[rule]]
id = "flood"
when = "seen.image_channels_10m >= 4 && author.channels_1m >= 4"
then = ["delete", "strike for 1d", "notify author", "flag"]
because = "The same picture in many channels."

[[rule]]
id = "mild"
when = "scores.scam >= 0.5"
then = ["flag"]
"""


@dataclass
class Scams:
    """Says how scammy words are by the number in them: ``scam 0.9``; ``broken`` breaks."""

    name: str = "scams"
    needs: Needs = Needs.PASSAGES
    tier: Tier = Tier.INSTANT
    categories: frozenset[Category] = frozenset({Category.SCAM})
    looked: list[str] = field(default_factory=list)
    away: bool = False
    """Answers nothing, as a vendor in an outage."""

    async def detect(self, content: Content, scope: Scope) -> Findings:
        text = " ".join(passage.text for passage in content.passages)
        self.looked.append(text)
        if self.away:
            raise ProviderUnavailable("503", provider=self.name)
        if "broken" in text:
            raise RuntimeError("canary of the words")
        found = [float(word) for word in text.split() if word.startswith("0.")]
        return Findings(tuple(self._signal(score) for score in found))

    def _signal(self, score: float) -> Signal:
        return Signal(
            Category.SCAM, score, Modality.TEXT, Grounds.PATTERN, "scams@1", Evidence("quote")
        )


@dataclass
class Accepted:
    """An intake that only remembers."""

    jobs: list[Job] = field(default_factory=list)

    async def accept(self, jobs: Sequence[Job]) -> set[str]:
        self.jobs.extend(jobs)
        return {job.key for job in jobs}


@dataclass
class World:
    """The application, its platform, and the clock they share."""

    app: App
    platform: FakePlatform
    journal: Journal
    detector: Scams
    metrics: Metrics
    given_up: GivenUp
    intake: Accepted
    authors: AuthorBook
    policy: Path
    rules: PolicyFile
    ignored: Ignored
    time: datetime = NOON

    def stands(self, message: Message) -> Message:
        """Let it be posted: it stands on the platform."""
        self.platform.client.messages[message.ref] = message
        return message

    async def handle(self, message: Message) -> Answer:
        """As the queue would hand it over."""
        return await self.app.handle(pack(message))

    async def record(self, message: Message) -> Record:
        """The one final record of a message."""
        since = NOON - timedelta(days=1)
        found = [r async for r in self.journal.records(since) if r.key.ref == message.ref]
        (only,) = found
        assert await self.journal.unfinished() == ()
        return only

    async def case(self, message: Message) -> Case | None:
        return await self.journal.case_of(message.ref)

    async def parked(self, message: Message, reason: str = "took its worker down 3 times") -> None:
        """Let it be known that the queue gave up on it."""
        await self.given_up.told_of([Parked(pack(message), reason, self.time)])


def a_picture(data: bytes) -> Media:
    """Equal bytes are equal pictures, others are nothing alike."""
    digest = sha256(data).hexdigest()
    return Media(digest, digest, 100, "image/png", 1, 1, 1, animated=False)


@asynccontextmanager
async def a_world(
    folder: Path, *, simulate: bool = False, rules: str = POLICY, remote: Sequence[Detector] = ()
) -> AsyncIterator[World]:
    """One application in a folder of its own; ``remote`` are asked about every post."""
    policy = folder / "policy.toml"
    policy.write_text(rules, "utf-8")
    seal = Seal([Fernet.generate_key().decode()], "the test")
    database = await Database.open(f"sqlite+aiosqlite:///{folder}/test.db")
    platform = FakePlatform(client=FakeClient(), simulate=simulate)
    detector, metrics = Scams(), Metrics()
    detectors: list[Detector] = [detector, *remote]

    async def decode(words: Sequence[Passage], files: Sequence[bytes | Failure]) -> Content:
        failures = tuple(file for file in files if isinstance(file, Failure))
        media = tuple(None if isinstance(file, Failure) else a_picture(file) for file in files)
        images = tuple(
            Image(b"\0\0\0", 1, 1, one.sha256, one.pdq, one.quality, n)
            for n, one in enumerate(media)
            if one is not None
        )
        return Content(tuple(words), images, media, failures)

    async def encode(image: Image) -> bytes:
        return image.data

    async def no_banks(_community: str) -> NoBanks:
        return NoBanks()

    async def paused(_ref: Ref) -> bool:
        return False

    in_force = PolicyFile(policy)
    journal = Journal(database, seal, parse)
    world: World
    platforms = {platform.name: platform}
    given_up = GivenUp(journal, platforms, lambda: world.time)
    authors = AuthorBook(database, lambda: world.time)
    house = House(authors, platform.client.books)
    ignored = Ignored(journal, lambda: world.time)
    look = Look(
        Gatherer(decode, 1000),
        Judge(
            Pipeline((), detectors, cache=Cache()),
            in_force,
            no_banks,
            "always" if remote else "never",
        ),
        MemoryCounters(),
        authors,
        Keeper(EvidenceStore.open("memory://", seal), encode),
        lambda: world.time,
        ignored=ignored.covers,
    )
    enforcer = Enforcer(journal, ActionLimits(100, 100), paused, lambda: world.time)
    act = Act(journal, enforcer, given_up, lambda: world.time, house)
    intake = Accepted()
    app = App(
        platforms=platforms,
        intake=intake,
        look=look,
        journal=journal,
        act=act,
        late=Late(look, act, journal, given_up, lambda: world.time),
        given_up=given_up,
        telling=Telling(metrics),
        burst=Burst(Recent(), in_force.of, intake, look, act, journal, given_up),
        reports=Reports(
            *(ReportBook(journal, lambda: world.time), intake, look, act, journal, given_up),
            clock=lambda: world.time,
        ),
    )
    world = World(
        *(app, platform, journal, detector, metrics, given_up, intake, authors, policy),
        rules=in_force,
        ignored=ignored,
    )
    try:
        yield world
    finally:
        await database.close()
