"""What concerns one person: their history for moderators, their own cases, appeals and privacy."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from bot.chat import lists
from bot.chat.asker import Asker, Rank, Refused, check_rank
from bot.chat.deciding import signature
from bot.chat.sheet import Button, Press, Sheet, Tone
from bot.model import Author, Case, EventKind, Ref
from bot.review.desk import Desk
from bot.storage.authors import AuthorBook, Entry
from bot.storage.erase import Person
from bot.storage.journal import Journal
from bot.storage.people import cases_of, kept_about

LISTED = 10
"""Strikes, labels and cases on a person's sheet, the newest."""


class Erasures(Protocol):
    """Wishes to be erased, which an administrator carries out."""

    async def ask(self, person: Person, name: str) -> None:
        """Write the wish down, and tell the moderators; safe to repeat."""
        ...

    async def carry_out(self, person: Person, by: str) -> int:
        """Erase them; how many posts that were."""
        ...

    async def decline(self, person: Person, by: str) -> None:
        """Leave them as they are."""
        ...


class People:
    """Answers about one person."""

    def __init__(
        self,
        journal: Journal,
        book: AuthorBook,
        desk: Desk,
        erasures: Erasures,
        *,
        record: timedelta,
        case: timedelta,
    ) -> None:
        """``record`` and ``case`` are how long those are kept."""
        self._journal = journal
        self._book = book
        self._desk = desk
        self._erasures = erasures
        self._record = record
        self._case = case

    async def history(self, asker: Asker, person: Author) -> Sheet:
        """A person's strikes, labels and cases in the community."""
        check_rank(asker, Rank.MODERATOR)
        where = (asker.platform, asker.community_id)
        ref = Ref(*where, "", "")
        entries = await self._book.history(ref, person.id)
        cases = await cases_of(self._journal, *where, person.id, limit=LISTED)
        kept = await kept_about(self._journal, *where, person.id)
        standing = await self._book.standing(ref, person.id)
        body = "\n".join(_line(entry) for entry in entries[:LISTED])
        listed = lists.queue("closed", cases, 0)
        return Sheet(
            f"History of {person.name or person.id}",
            (body,) if body else ("No strikes and no labels.",),
            fields=(
                ("Posts remembered", str(kept.posts)),
                ("Cases", str(kept.cases)),
                ("Strikes now", str(standing.strikes)),
                ("Labels now", ", ".join(standing.labels) or "none"),
            ),
            entries=listed.entries,
            tone=Tone.WATCH if standing.strikes else Tone.PLAIN,
        )

    async def press(self, asker: Asker, press: Press, answers: Mapping[str, str]) -> Sheet:
        """Carry out a press that concerns one person.

        Raises:
            Refused: they may not, or there is no such press.
        """
        match press.verb:
            case "appeal":
                return await self.appeal(asker, press.subject, answers.get("words", ""))
            case "ask_erase":
                return await self.privacy(asker, "yes")
            case "erase":
                return await self._erase(asker, press.subject, answers)
            case "decline":
                return await self._decline(asker, press.subject)
            case _:
                raise Refused("This button is of another version of Bifocal. Open a new one.")

    async def own(self, asker: Asker) -> Sheet:
        """What was done about the asker's own posts."""
        found = await cases_of(self._journal, asker.platform, asker.community_id, asker.id)
        return lists.own(found)

    async def appeal(self, asker: Asker, case_id: str, words: str) -> Sheet:
        """The author of a post asks for another look, once.

        Raises:
            Refused: nothing of theirs can be appealed.
            IllegalMove: they appealed before, or nothing stands against them.
        """
        case = await self._appealable(asker, case_id.strip().lower())
        await self._desk.appeal(case.id, asker.id, words)
        told = "A moderator looks at it again, and writes to you what comes of it if you let them."
        return Sheet("Appealed", (told,), tone=Tone.GOOD, footer=f"Case {case.id}")

    async def privacy(self, asker: Asker, erase: str) -> Sheet:
        """What is stored about the asker, and their wish to be erased."""
        kept = await kept_about(self._journal, asker.platform, asker.community_id, asker.id)
        if erase == "yes":
            await self._erasures.ask(
                Person(asker.platform, asker.id, asker.community_id), asker.name
            )
            told = "An administrator was asked to erase everything about you, and decides soon."
            return Sheet("Asked", (told,), tone=Tone.GOOD)
        return Sheet(
            "What is stored about you",
            (
                (
                    f"Posts by ids, digests and scores, without words, for "
                    f"{self._record.days} days: {kept.posts}."
                ),
                (
                    f"Posts with words and pictures, encrypted, for {self._case.days} days "
                    f"after they were decided: {kept.cases}."
                ),
                f"Strikes: {kept.strikes}; labels: {kept.labels}. Both run out by themselves.",
                "Your name or id is never sent to anybody. To have it all erased: /privacy erase",
            ),
            buttons=(Button("Ask to be erased", Press("ask_erase")),),
        )

    async def _erase(self, asker: Asker, person_id: str, answers: Mapping[str, str]) -> Sheet:
        """An administrator carries the wish out."""
        check_rank(asker, Rank.ADMIN)
        if answers.get("sure") != "yes":
            raise Refused("Nothing was erased: it needs your yes.")
        person = Person(asker.platform, person_id, asker.community_id)
        posts = await self._erasures.carry_out(person, signature(asker))
        return Sheet("Erased", (f"{posts} posts and all that hung on them are gone.",))

    async def _decline(self, asker: Asker, person_id: str) -> Sheet:
        """An administrator leaves things as they are."""
        check_rank(asker, Rank.ADMIN)
        person = Person(asker.platform, person_id, asker.community_id)
        await self._erasures.decline(person, signature(asker))
        return Sheet("Declined", ("Nothing was erased.",))

    async def _appealable(self, asker: Asker, case_id: str) -> Case:
        if case_id:
            case = await self._journal.case(case_id)
            if case is None or not _theirs(case, asker):
                # The same words whether it is there or not: a number tells nobody anything.
                raise Refused(f"There is no case {case_id} of yours.")
            return case
        mine = await cases_of(self._journal, asker.platform, asker.community_id, asker.id)
        for case in mine:
            kinds = {event.kind for event in case.events}
            if not kinds & {EventKind.APPEALED, EventKind.OVERTURNED, EventKind.RESOLVED}:
                return case
        raise Refused("Nothing of yours can be appealed.")


def _theirs(case: Case, asker: Asker) -> bool:
    """Whether a case is about a post of the asker's, in the community they ask in."""
    ref = case.message.ref
    here = asker.community_id in {"", ref.community_id}
    return here and (ref.platform, case.message.author.id) == (asker.platform, asker.id)


def _line(entry: Entry) -> str:
    what = f"label {entry.label}" if entry.label else "strike"
    ended = f", taken back {entry.ended_at:%d %b}" if entry.ended_at else ""
    return f"{entry.at:%d %b %Y} {what} until {entry.until:%d %b %Y}{ended}: {entry.reason}"
