"""Reads OpenAI's moderation results, and says what each call could judge at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from analysis.errors import ProviderGarbled
from analysis.providers.sending import pointing_at
from analysis.providers.strict import Name, Strict, Unit, read_as
from analysis.taxonomy import Category
from analysis.text import well_formed
from analysis.types import (
    Fact,
    FactKind,
    Failure,
    FailureKind,
    Findings,
    Grounds,
    Image,
    Modality,
    Signal,
    Usage,
)

PROVIDER = "openai_moderation"
VERSION = 1
"""Of the table below."""

LABELS: Mapping[str, tuple[Category, ...]] = {
    "harassment": (Category.HARASSMENT,),
    "harassment/threatening": (Category.THREAT,),
    "hate": (Category.HATE,),
    "hate/threatening": (Category.HATE, Category.THREAT),
    "illicit": (Category.ILLICIT,),
    "illicit/violent": (Category.ILLICIT, Category.WEAPONS),
    "self-harm": (Category.SELF_HARM,),
    "self-harm/instructions": (Category.SELF_HARM,),
    "self-harm/intent": (Category.SELF_HARM,),
    "sexual": (Category.SEXUAL_EXPLICIT,),
    "sexual/minors": (Category.CSAE,),
    "violence": (Category.VIOLENCE,),
    "violence/graphic": (Category.GORE,),
}
"""Their thirteen and our words for them; which is which is our choice."""
IN_PICTURES = frozenset(
    {
        "self-harm",
        "self-harm/instructions",
        "self-harm/intent",
        "sexual",
        "violence",
        "violence/graphic",
    }
)
"""The only labels a picture is judged for; the others look at words alone (its package's types)."""
_MAY_BE_NULL = frozenset({"illicit", "illicit/violent"})

Input = Literal["text", "image"]


class _Result(Strict):
    flagged: bool
    categories: dict[str, bool | None]
    category_scores: dict[str, Unit]
    category_applied_input_types: dict[str, list[Input]]


class _Reply(Strict):
    model: Name
    results: Annotated[list[_Result], Field(min_length=1, max_length=1)]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: words, a picture, or both."""

    text: str
    own: bool
    """Whether somebody wrote words of the text, rather than all being read from pictures."""
    picture: Image | None = None

    @property
    def labels(self) -> frozenset[str]:
        """What the vendor says it judges of this."""
        return frozenset(LABELS) if self.text else IN_PICTURES

    @property
    def categories(self) -> frozenset[Category]:
        """The same in our words; nothing where nothing is sent."""
        if not self.text and self.picture is None:
            return frozenset()
        return frozenset(category for label in self.labels for category in LABELS[label])

    @property
    def inputs(self) -> frozenset[Input]:
        """What is in it."""
        words: frozenset[Input] = frozenset({"text"} if self.text else ())
        return words | ({"image"} if self.picture is not None else frozenset())


@dataclass(frozen=True, slots=True)
class Verdict:
    """One call's answer."""

    model: str
    signals: tuple[Signal, ...]
    facts: tuple[Fact, ...]
    judged: frozenset[Category]
    failures: tuple[Failure, ...]
    pictures: int


def read(value: Any, asked: Asked) -> Verdict:
    """Read one result strictly: thirteen scores, thirteen verdicts, and what each is about.

    A label that should have been judged and was not is a failure, and its score is not used.

    Raises:
        ProviderGarbled: it is not as documented.
    """
    reply = read_as(_Reply, value, PROVIDER)
    result = reply.results[0]
    _complete(result, asked)
    applied = {label: frozenset(of) for label, of in result.category_applied_input_types.items()}
    return Verdict(
        reply.model,
        tuple(_signals(result, applied, asked, f"{PROVIDER}/{reply.model}@{VERSION}")),
        tuple(_unknown(result, applied, asked)),
        frozenset(c for label in LABELS if applied[label] for c in LABELS[label]),
        _unjudged(applied, asked),
        int(asked.picture is not None),
    )


def merged(
    verdicts: Sequence[Verdict], *, asked: frozenset[Category], failures: tuple[Failure, ...]
) -> Findings:
    """One signal a category, the highest of all calls."""
    highest: dict[Category, Signal] = {}
    for signal in (signal for verdict in verdicts for signal in verdict.signals):
        known = highest.get(signal.category)
        if known is None or signal.score > known.score:
            highest[signal.category] = signal
    return Findings(
        tuple(highest.values()),
        tuple(dict.fromkeys(fact for verdict in verdicts for fact in verdict.facts)),
        (*(failure for verdict in verdicts for failure in verdict.failures), *failures),
        cost_usd=0.0,
        usage=tuple(Usage(verdict.model, images=verdict.pictures) for verdict in verdicts),
        asked=asked,
        judged=frozenset(category for verdict in verdicts for category in verdict.judged),
    )


def _complete(result: _Result, asked: Asked) -> None:
    """Every label has its three entries, and none is about what was not sent."""
    tables = (result.categories, result.category_scores, result.category_applied_input_types)
    for table in tables:
        if missing := sorted(LABELS.keys() - table.keys()):
            raise ProviderGarbled(f"the result lacks {', '.join(missing)}", provider=PROVIDER)
    nulls = {label for label, flag in result.categories.items() if flag is None}
    if wrong := sorted((nulls & LABELS.keys()) - _MAY_BE_NULL):
        raise ProviderGarbled(f"no verdict on {', '.join(wrong)}", provider=PROVIDER)
    if any(not asked.inputs.issuperset(of) for of in result.category_applied_input_types.values()):
        raise ProviderGarbled("a score is about what was not sent", provider=PROVIDER)


Applied = Mapping[str, frozenset[Input]]


def _signals(result: _Result, applied: Applied, asked: Asked, source: str) -> Iterator[Signal]:
    """The highest label of each category, with the modality it was judged in."""
    best: dict[Category, str] = {}
    for label, meant in LABELS.items():
        for category in meant if applied[label] else ():
            known = best.get(category)
            if known is None or result.category_scores[label] > result.category_scores[known]:
                best[category] = label
    for category, label in best.items():
        score, seen = result.category_scores[label], applied[label]
        where = pointing_at(_media(asked) if "image" in seen else None)
        yield Signal(category, score, _modality(seen, asked), Grounds.MODEL, source, where)


def _unknown(result: _Result, applied: Applied, asked: Asked) -> Iterator[Fact]:
    """Labels they have added since: told, not judged by."""
    for label in sorted(result.category_scores.keys() - LABELS.keys()):
        seen = applied.get(label, frozenset())
        if seen:
            named, score = well_formed(label)[:80], result.category_scores[label]
            yield Fact(FactKind.LABEL, named, score, _modality(seen, asked), _media(asked))


def _modality(applied: frozenset[Input], asked: Asked) -> Modality:
    if "text" not in applied or not asked.own:
        return Modality.IMAGE
    return Modality.JOINT if "image" in applied else Modality.TEXT


def _unjudged(applied: Applied, asked: Asked) -> tuple[Failure, ...]:
    """What it let lie: labels it judged in nothing, and inputs it judged for nothing."""
    labels = sorted(label for label in asked.labels if not applied[label])
    inputs = sorted(asked.inputs - {each for label in LABELS for each in applied[label]})
    if not labels and not inputs:
        return ()
    reason = f"OpenAI did not judge {', '.join(labels or inputs)}"
    return (Failure(PROVIDER, FailureKind.GARBLED, reason, _media(asked)),)


def _media(asked: Asked) -> int | None:
    return None if asked.picture is None else asked.picture.frame_of
