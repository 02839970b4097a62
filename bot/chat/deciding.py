"""What moderators press on a case: decisions, orders, lessons. Each checks whose case it is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Protocol

from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.chat.asker import Asker, Rank, Refused, check_rank
from bot.chat.forms import LENGTHS, reason_of
from bot.chat.sheet import Button, Press, Sheet, Tone
from bot.model import Case, Outcome, Status
from bot.review.desk import Desk
from bot.review.teaching import Teacher
from bot.review.which import Settled, Which


class Orders(Protocol):
    """Has an action done with a moderator's authority."""

    async def do(self, case_id: str, action: str, by: str) -> Outcome:
        """Carry it out once, and write it down. Raises a ``BotError`` where it cannot."""
        ...


class Ignores(Protocol):
    """Pictures that are left out of judgements in a channel."""

    async def add(self, case: Case, by: str) -> int:
        """Ignore pictures like this case's in its channel; how many."""
        ...

    async def remove(
        self, platform: str, community: str, channel: str, sha256: str, by: str
    ) -> bool:
        """Judge a picture in that channel again; False where it was not ignored."""
        ...


class Withheld(Protocol):
    """Actions that wait for a person."""

    async def release(self, which: Which, by: str) -> Settled:
        """Have them done."""
        ...

    async def drop(self, which: Which, by: str) -> Settled:
        """They are not to be done."""
        ...


BY_HAND = "What was withheld was done by hand."
"""In a case's history."""

Redraw = Callable[[str], Awaitable[None]]
"""Shows a case's cards as the case is now."""


class Deciding:
    """The presses that speak of a case."""

    def __init__(
        self,
        desk: Desk,
        orders: Orders,
        *,
        withheld: Withheld,
        teacher: Teacher,
        ignores: Ignores,
        redraw: Redraw,
    ) -> None:
        self._withheld = withheld
        self._desk = desk
        self._orders = orders
        self._teacher = teacher
        self._ignores = ignores
        self._redraw = redraw
        self._verbs: Mapping[str, Callable[[Asker, Case, Mapping[str, str]], Awaitable[Sheet]]] = {
            "ban": self._ban,
            "by_hand": self._by_hand,
            "claim": self._claim,
            "delete": self._delete,
            "drop": self._drop,
            "escalate": self._escalate,
            "ignore": self._ignore,
            "unignore": self._unignore,
            "known_bad": self._known_bad,
            "known_good": self._known_good,
            "note": self._note,
            "overturn": self._overturn,
            "release": self._release,
            "timeout": self._timeout,
            "uphold": self._uphold,
        }

    def knows(self, verb: str) -> bool:
        """Whether a press is one of ours."""
        return verb in self._verbs

    async def press(self, asker: Asker, press: Press, answers: Mapping[str, str]) -> Sheet:
        """Carry a moderator's press out, and show the case's cards as they are then.

        Raises:
            Refused: they may not, or it is another community's case.
            BotError: the case does not allow it; the message says who was faster, or why not.
        """
        check_rank(asker, Rank.MODERATOR)
        case = await self.case(asker, press.subject)
        try:
            return await self._verbs[press.verb](asker, case, answers)
        finally:
            await self._redraw(case.id)

    async def case(self, asker: Asker, case_id: str) -> Case:
        """A case of the community it is asked for in.

        Raises:
            NoSuchCase: there is none of that id.
            Refused: it is another community's.
        """
        case = await self._desk.case(case_id.strip().lower())
        ref = case.message.ref
        if (ref.platform, ref.community_id) != (asker.platform, asker.community_id):
            raise Refused("This case belongs to another community.")
        return case

    async def _uphold(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        await self._desk.uphold(case.id, signature(asker), case.version)
        return _done("Upheld", "What was done stays, and the case is closed.")

    async def _overturn(self, asker: Asker, case: Case, answers: Mapping[str, str]) -> Sheet:
        words = answers.get("words", "").strip()
        over = await self._desk.overturn(case.id, signature(asker), case.version, words)
        told = "What was done is taken back. An author who was told of it, or appealed, is told."
        if over.left:
            return Sheet(
                "Overturned", ("Not all could be taken back:", *over.left), tone=Tone.WATCH
            )
        return _done("Overturned", told)

    async def _escalate(self, asker: Asker, case: Case, answers: Mapping[str, str]) -> Sheet:
        words = answers.get("words", "").strip()
        await self._desk.escalate(case.id, signature(asker), case.version, words)
        return _done("Escalated", "Senior moderators look at it.")

    async def _claim(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        await self._desk.claim(case.id, signature(asker))
        return _done("Yours", "Nobody else decides it for the next 15 minutes.")

    async def _note(self, asker: Asker, case: Case, answers: Mapping[str, str]) -> Sheet:
        await self._desk.note(case.id, signature(asker), answers.get("words", ""))
        return _done("Noted", "It stands in the case's history.")

    async def _release(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        settled = await self._withheld.release(Which(case.id), signature(asker))
        return replace(_settled(settled, "done"), post=str(case.message.ref))

    async def _by_hand(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        """A moderator did on the platform itself what Bifocal may not; nothing waits any more."""
        by = signature(asker)
        settled = await self._withheld.drop(Which(case.id), by)
        if settled.done:
            await self._desk.note(case.id, by, BY_HAND)
        return _settled(settled, "noted as done by hand")

    async def _drop(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        settled = await self._withheld.drop(Which(case.id), signature(asker))
        return _settled(settled, "dropped")

    async def _delete(self, asker: Asker, case: Case, answers: Mapping[str, str]) -> Sheet:
        return await self._ordered(asker, case, "delete", answers)

    async def _timeout(self, asker: Asker, case: Case, answers: Mapping[str, str]) -> Sheet:
        length = answers.get("length", "")
        if length not in {option.value for option in LENGTHS}:
            raise Refused("Choose for how long.")
        return await self._ordered(asker, case, f"timeout {length}", answers)

    async def _ban(self, asker: Asker, case: Case, answers: Mapping[str, str]) -> Sheet:
        if answers.get("sure") != "yes":
            raise Refused("Nothing was done: a ban needs your yes.")
        return await self._ordered(asker, case, "ban", answers)

    async def _ordered(
        self, asker: Asker, case: Case, action: str, answers: Mapping[str, str]
    ) -> Sheet:
        outcome = await self._orders.do(case.id, action, signature(asker))
        if reason := reason_of(answers):
            await self._desk.note(case.id, signature(asker), f"{action}: {reason}")
        match outcome.status:
            case Status.APPLIED:
                return _done("Done", f"{action} was carried out.")
            case Status.SIMULATED:
                told = (
                    f"{action} was only rehearsed: Bifocal is not live here. An administrator "
                    "switches it live with /bifocal setup."
                )
                return Sheet("Rehearsed", (told,), tone=Tone.WATCH)
            case _:
                told = f"{action}: {outcome.detail or outcome.status.value}."
                # From there a person does what Bifocal may not.
                return Sheet("Not done", (told,), tone=Tone.BAD, post=str(case.message.ref))

    async def _known_bad(self, asker: Asker, case: Case, answers: Mapping[str, str]) -> Sheet:
        try:
            category = Category(answers.get("category", ""))
        except ValueError:
            raise Refused("Choose what the pictures are known for.") from None
        sure = asker.rank >= Rank.ADMIN
        by = signature(asker)
        said = await self._teacher.known(case.id, BankKind.BAD, category, by=by, confirmed=sure)
        return _done("Known", said)

    async def _known_good(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        by = signature(asker)
        said = await self._teacher.known(
            case.id, BankKind.GOOD, Category.SCAM, by=by, confirmed=True
        )
        return _done("Known", said)

    async def _ignore(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        number = await self._ignores.add(case, signature(asker))
        if not number:
            raise Refused("This case has no picture that could be recognised again.")
        told = "Pictures like these are left out of judgements in this channel; words are not."
        back = Button("Take it back", Press("unignore", case.id))
        return Sheet("Ignored from now on", (told,), buttons=(back,), tone=Tone.GOOD)

    async def _unignore(self, asker: Asker, case: Case, _: Mapping[str, str]) -> Sheet:
        where = case.message.ref[:3]
        for digest in dict.fromkeys(one.sha256 for one in case.evidence):
            await self._ignores.remove(*where, digest, signature(asker))
        return _done("Looked at again", "Pictures like these are judged in this channel as ever.")


def signature(asker: Asker) -> str:
    """How a person stands in a case's history: a name others know, and an id nobody else has."""
    return f"{asker.name} ({asker.id})"


def _settled(settled: Settled, how: str) -> Sheet:
    told = f"{settled.done} {how}."
    if settled.left:
        return Sheet("Not all of it", (told, *settled.left), tone=Tone.WATCH)
    return _done("Settled", told)


def _done(title: str, told: str) -> Sheet:
    return Sheet(title, (told,), tone=Tone.GOOD)
