"""Pictures that moderators said to ignore in a channel: left out of the judgement there.

Read from memory, as every picture of every post asks; written durably, and seen by other processes
within seconds. What is ignored in one channel is judged in every other.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from analysis.types import Image
from bot.counters import GOOD_QUALITY, SAME_PICTURE
from bot.model import Case, CaseEvent, EventKind, Ref
from bot.storage.database import Database
from bot.storage.edition import Edition
from bot.storage.history import add_events
from bot.storage.journal import Journal
from bot.storage.rows import Line
from bot.storage.sql import audited, insert_new
from bot.storage.tables import cases, judgements, media
from bot.storage.tables_communities import ignored

MOST = 200
"""Pictures ignored in one channel; beyond it the oldest are judged again. Chosen by eye: comparing
with so many takes some 20 microseconds."""

Channel = tuple[str, str, str]
"""Platform, community and channel."""


@dataclass(frozen=True, slots=True)
class IgnoredPicture:
    """One picture, by its digests: the picture itself is not kept for this."""

    sha256: str
    """Of the decoded pixels."""
    pdq: str
    quality: int
    from_case: str
    by: str
    at: datetime


class _Room:
    """The pictures of one channel, ready to be compared with."""

    def __init__(self, pictures: Sequence[IgnoredPicture]) -> None:
        self.pictures = tuple(pictures)
        self._pixels = frozenset(one.sha256 for one in pictures)
        self._looks = [
            int(one.pdq, 16) for one in pictures if one.pdq and one.quality >= GOOD_QUALITY
        ]

    def covers(self, image: Image) -> bool:
        if image.sha256 in self._pixels:
            return True
        if not image.pdq or image.quality < GOOD_QUALITY:
            return False
        look = int(image.pdq, 16)
        return any((look ^ other).bit_count() <= SAME_PICTURE for other in self._looks)


class Ignored:
    """The table, and what of it is in memory. ``load`` first, and now and then."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._database: Database = journal.database
        self._clock = clock
        self._edition = Edition("ignored")
        self._seen: str | None = None
        self._rooms: dict[Channel, _Room] = {}

    def covers(self, ref: Ref, image: Image) -> bool:
        """Whether a picture of a post is ignored in its channel."""
        room = self._rooms.get(ref[:3])
        return room is not None and room.covers(image)

    def of(self, platform: str, community: str, channel: str) -> Sequence[IgnoredPicture]:
        """What is ignored in a channel, oldest first."""
        room = self._rooms.get((platform, community, channel))
        return () if room is None else room.pictures

    async def add(self, case: Case, by: str) -> int:
        """Ignore the case's pictures in its channel, and what looks like them; how many.

        None where nothing of them was kept, as under suspicion of ``csae``.
        """
        ref, at = case.message.ref, self._clock()
        digests = dict.fromkeys(one.sha256 for one in case.evidence)

        def work(conn: Connection) -> None:
            known = _measured(conn, case.id)
            for sha256 in digests:
                pdq, quality = known.get(sha256, ("", 0))
                row = {"sha256": sha256, "pdq": pdq, "quality": quality, "from_case": case.id}
                place = dict(zip(_PLACE, ref[:3], strict=True))
                entry = {**place, **row, "added_at": at, "added_by": by}
                conn.execute(insert_new(conn, ignored).values(entry))
            _let_go(conn, ref[:3])
            self._changed(conn, ref[:3], by, "ignored.add", len(digests))
            note = f"ignored in this channel from now on: {len(digests)}"
            event = CaseEvent(EventKind.TAUGHT, at, by, note)
            add_events(conn, self._journal.seal, case.id, [event])
            bump = update(cases).where(cases.c.id == case.id)
            conn.execute(bump.values(version=cases.c.version + 1))

        if digests:
            await self._database.write(work)
            await self.load()
        return len(digests)

    async def remove(
        self, platform: str, community: str, channel: str, sha256: str, by: str
    ) -> bool:
        """Judge a picture again; False where it was not ignored."""
        place = (platform, community, channel)
        mine = and_(_at(place), ignored.c.sha256 == sha256)

        def work(conn: Connection) -> bool:
            gone = bool(conn.execute(delete(ignored).where(mine)).rowcount)
            if gone:
                self._changed(conn, place, by, "ignored.remove", 1)
            return gone

        gone = await self._database.write(work)
        await self.load()
        return gone

    async def load(self) -> None:
        """Read all of them, where anything changed since the last time."""
        async with self._database.reading() as conn:
            now = await self._edition.now(conn)
            if now == self._seen:
                return
            rows = (await conn.execute(select(ignored).order_by(ignored.c.id))).all()
        found: defaultdict[Channel, list[IgnoredPicture]] = defaultdict(list)
        for row in rows:
            found[row.platform, row.community_id, row.channel_id].append(_read(row))
        self._rooms = {place: _Room(pictures) for place, pictures in found.items()}
        self._seen = now

    def _changed(self, conn: Connection, place: Channel, by: str, what: str, number: int) -> None:
        at = self._clock()
        self._edition.moved(conn, at)
        subject = ":".join(place)
        conn.execute(audited(at=at, by=by, what=what, subject=subject, pictures=number))


_PLACE = ("platform", "community_id", "channel_id")


def _at(place: Channel) -> ColumnElement[bool]:
    return and_(*(ignored.c[name] == value for name, value in zip(_PLACE, place, strict=True)))


def _measured(conn: Connection, case_id: str) -> dict[str, tuple[str, int]]:
    """PDQ and its quality of the case's files, by the digest of their first image."""
    query = (
        select(media.c.sha256, media.c.pdq, media.c.quality)
        .join(judgements, media.c.judgement == judgements.c.id)
        .where(judgements.c.case_id == case_id)
    )
    return {sha256: (pdq, quality) for sha256, pdq, quality in conn.execute(query)}


def _let_go(conn: Connection, place: Channel) -> None:
    """Keep the newest, so that nobody fills the memory."""
    newest = select(ignored.c.id).where(_at(place)).order_by(ignored.c.id.desc()).limit(MOST)
    conn.execute(delete(ignored).where(_at(place), ignored.c.id.not_in(newest)))


def _read(row: Line) -> IgnoredPicture:
    named = ("sha256", "pdq", "quality", "from_case", "added_by", "added_at")
    return IgnoredPicture(*(getattr(row, name) for name in named))
