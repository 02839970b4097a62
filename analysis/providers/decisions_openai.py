"""OpenAI's decisions: ``POST /v1/decisions``, as its package openai 3.54 has it."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from analysis.errors import ProviderGarbled
from analysis.providers.decision import PROVIDER, Answers, Sent, mood_of
from analysis.providers.provider import Picture
from analysis.providers.questions import SCENE, SENTIMENT, Choice, Questions, Scale, stated
from analysis.providers.strict import Count, Name, Strict, Unit, read_as

Json = dict[str, object]


class _Predicate(Strict):
    type: Literal["predicate"]
    name: str
    probability: Unit


class _Level(Strict):
    label: str
    value: Annotated[float, Field(allow_inf_nan=False)]
    probability: Unit


class _Score(Strict):
    type: Literal["score"]
    name: str
    score: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    confidence: Unit
    probabilities: list[_Level]


class _Option(Strict):
    value: str
    probability: Unit


class _Chosen(Strict):
    type: Literal["choice"]
    name: str
    choice: str
    confidence: Unit
    probabilities: list[_Option]


class _Refusal(Strict):
    type: Literal["refusal"]
    name: str


_Answer = Annotated[_Predicate | _Score | _Chosen | _Refusal, Field(discriminator="type")]


class _Usage(Strict):
    input_tokens: Count
    output_tokens: Count


class _Answered(Strict):
    model: Name
    answers: list[_Answer]
    usage: _Usage


class OpenAi:
    """Asks OpenAI. Its predicates take no criteria, so they stand in the statement."""

    vendor = "OpenAI"
    base_url = "https://api.openai.com/v1"
    model = "gpt-6-luna"
    most_questions = 400

    def path(self, version: str) -> str:  # noqa: ARG002 - the protocol's shape
        """The base address ends in the version already, as every client of OpenAI's has it."""
        return "/decisions"

    def headers(self, key: str) -> Mapping[str, str]:
        """The usual bearer."""
        return {"authorization": f"Bearer {key}"}

    def body(self, model: str, detail: str, questions: Questions, sent: Sent) -> Json:
        """One user message; pictures as data addresses, since others say that only those work.

        No ``safety_identifier``: nothing of an author leaves, not even hashed.
        """
        pictures = (_picture(each, detail) for each in sent.pictures)
        content = [{"type": "input_text", "text": sent.text}, *pictures]
        return {
            "model": model,
            "input": [{"type": "message", "role": "user", "content": content}],
            "questions": _questions(questions),
        }

    def read(self, reply: Any, questions: Questions) -> Answers:
        """Answers stand in the order of the questions; any of them may be a refusal."""
        answered = read_as(_Answered, reply, PROVIDER)
        names = [question["name"] for question in _questions(questions)]
        if [answer.name for answer in answered.answers] != names:
            raise ProviderGarbled("answers are not to the questions asked", provider=PROVIDER)
        given = {each.name: each for each in answered.answers if not isinstance(each, _Refusal)}
        return Answers(
            yes={c: _probability(given[c.value]) for c in questions.yes_no if c.value in given},
            refused=tuple(each.name for each in answered.answers if each.name not in given),
            mood=_mood(given[SENTIMENT], questions.sentiment) if SENTIMENT in given else None,
            scene=_scene(given[SCENE], questions.scene) if SCENE in given else None,
            model=answered.model,
            input_tokens=answered.usage.input_tokens,
            output_tokens=answered.usage.output_tokens,
        )


_Given = _Predicate | _Score | _Chosen


def _picture(picture: Picture, detail: str) -> Json:
    encoded = base64.b64encode(picture.data).decode()
    return {
        "type": "input_image",
        "image_url": f"data:{picture.media_type};base64,{encoded}",
        "detail": detail,
    }


def _questions(questions: Questions) -> list[Json]:
    made: list[Json] = [
        {"type": "predicate", "name": category.value, "instructions": stated(each)}
        for category, each in questions.yes_no.items()
    ]
    if questions.sentiment is not None:
        made.append(
            {
                "type": "score",
                "name": SENTIMENT,
                "instructions": questions.sentiment.instructions,
                "levels": [{"label": level} for level in questions.sentiment.levels],
            }
        )
    if questions.scene is not None:
        options = questions.scene.options.items()
        made.append(
            {
                "type": "choice",
                "name": SCENE,
                "instructions": questions.scene.instructions,
                "choices": [{"value": name, "description": meant} for name, meant in options],
            }
        )
    return made


def _probability(answer: _Given) -> float:
    if not isinstance(answer, _Predicate):
        raise _of_another_type(answer.name)
    return answer.probability


def _mood(answer: _Given, scale: Scale | None) -> float:
    if scale is None or not isinstance(answer, _Score):
        raise _of_another_type(SENTIMENT)
    labels = sorted(level.label for level in answer.probabilities)
    if answer.score > len(scale.levels) - 1 or labels != sorted(scale.levels):
        raise ProviderGarbled(f"{SENTIMENT} is off its scale", provider=PROVIDER)
    return mood_of(answer.score, len(scale.levels))


def _scene(answer: _Given, choice: Choice | None) -> tuple[str, float]:
    if choice is None or not isinstance(answer, _Chosen):
        raise _of_another_type(SCENE)
    found = {option.value: option.probability for option in answer.probabilities}
    ours = choice.options.keys()
    if answer.choice not in ours or sorted(o.value for o in answer.probabilities) != sorted(ours):
        raise ProviderGarbled(f"{SCENE} is none of the choices", provider=PROVIDER)
    return answer.choice, found[answer.choice]


def _of_another_type(name: str) -> ProviderGarbled:
    return ProviderGarbled(f"the answer to {name} is of another type", provider=PROVIDER)
