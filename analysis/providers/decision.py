"""What the two decision endpoints have in common: a post to judge, answers, an endpoint's shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from analysis.providers.provider import Picture
from analysis.providers.questions import Questions
from analysis.taxonomy import Category

PROVIDER = "decisions"


@dataclass(frozen=True, slots=True)
class Sent:
    """A post as it goes out: framed words and re-encoded pictures."""

    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back, in our words."""

    yes: Mapping[Category, float] = field(default_factory=dict)
    """The probability of each predicate that was answered."""
    refused: tuple[str, ...] = ()
    """Names of the questions that were refused."""
    mood: float | None = None
    """From -1, very negative, to 1."""
    scene: tuple[str, float] | None = None
    """Which of ours, and its probability."""
    blocked: str = ""
    """Why the whole post was refused, in the vendor's word, lower case; empty: it was not."""
    model: str = ""
    """As served; empty where the vendor does not say."""
    input_tokens: int = 0
    output_tokens: int = 0


class Endpoint(Protocol):
    """One vendor's way to ask and to answer."""

    @property
    def vendor(self) -> str:
        """Its name, for people."""
        ...

    @property
    def base_url(self) -> str:
        """Its own address."""
        ...

    @property
    def model(self) -> str:
        """Its default model."""
        ...

    @property
    def most_questions(self) -> int:
        """How many one call may ask."""
        ...

    def path(self, version: str) -> str:
        """Where under the base address; ``version`` is the option, where the path has one."""
        ...

    def headers(self, key: str) -> Mapping[str, str]:
        """How it is shown the key."""
        ...

    def body(
        self, model: str, detail: str, questions: Questions, sent: Sent
    ) -> Mapping[str, object]:
        """The request."""
        ...

    def read(self, reply: Any, questions: Questions) -> Answers:
        """Read an answer strictly.

        Raises:
            ProviderGarbled: it is not as documented.
        """
        ...


def mood_of(score: float, levels: int) -> float:
    """A place on a scale of so many levels, counted from 0, as a number from -1 to 1."""
    return 2.0 * score / (levels - 1) - 1.0
