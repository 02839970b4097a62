"""What a case keeps in words, all of it encrypted, and what must never be kept at all."""

import dataclasses
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from analysis.taxonomy import Category
from analysis.types import Assessment, Grounds, Passage
from bot.errors import EnvironmentFailed
from bot.model import Evidence, Message
from bot.storage.seal import Seal

CSAE_SCORE = 0.3
"""From here on a score is a suspicion. Chosen by eye and low: keeping such a picture is worse
than keeping none of a harmless one."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case keeps beside its record, as the caller has it in plain."""

    message: Message
    passages: tuple[Passage, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """Pictures that stand in the evidence store already."""
    wordless: bool = False
    """Keep no quotes and no facts' words of the assessment either."""
    waiting: str = ""
    """What the case waits for, where it is one only because nothing answered."""

    def bare(self) -> "NewCase":
        """The same with nothing of what was posted: for a suspicion of ``csae``.

        Ids, author and time stay, so that a moderator can report it; pictures' digests stay in
        the record.
        """
        message = dataclasses.replace(
            self.message, text="", attachments=(), embeds=(), forwarded=()
        )
        return NewCase(message, wordless=True, waiting=self.waiting)


def suspects_csae(assessment: Assessment) -> bool:
    """Whether any signal speaks of ``csae``: nothing of the post may then be stored or shown."""
    return any(
        signal.category is Category.CSAE
        and (signal.grounds is Grounds.KNOWN or signal.score >= CSAE_SCORE)
        for signal in assessment.signals
    )


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one judgement, as they are sealed."""

    message: Message
    passages: tuple[Passage, ...]
    quotes: tuple[str, ...]
    """One per signal of the assessment, in order."""
    values: tuple[str, ...]
    """One per fact of the assessment, in order."""

    @classmethod
    def of(cls, case: NewCase, found: Assessment) -> "Words":
        """Gather them."""
        quotes = tuple(signal.evidence.quote if signal.evidence else "" for signal in found.signals)
        values = tuple(fact.value for fact in found.facts)
        if case.wordless:
            quotes, values = ("",) * len(quotes), ("",) * len(values)
        return cls(case.message, case.passages, quotes, values)

    def sealed(self, seal: Seal) -> str:
        """Encrypt them."""
        return seal.seal(_WORDS.dump_json(self)).decode("ascii")

    @classmethod
    def opened(cls, sealed: str, seal: Seal) -> "Words":
        """Decrypt them.

        Raises:
            EnvironmentFailed: sealed with another key, or damaged.
        """
        plain = seal.open(sealed.encode(), "The text of a case")
        try:
            return _WORDS.validate_json(plain)
        except ValidationError as exc:
            raise EnvironmentFailed(
                "The text of a case was written by another version of Bifocal and cannot be read."
            ) from exc


_WORDS: TypeAdapter[Words] = TypeAdapter(Words)
