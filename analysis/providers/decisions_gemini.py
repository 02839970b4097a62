"""Gemini's decisions: ``POST /v1beta/decisions``, snake_case, as google-genai 3.4 has it."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from analysis.errors import ProviderGarbled
from analysis.providers.decision import PROVIDER, Answers, Sent, mood_of
from analysis.providers.provider import Picture
from analysis.providers.questions import SCENE, SENTIMENT, Choice, Questions, Scale, asked_of
from analysis.providers.strict import Count, Strict, Unit, read_as

Json = dict[str, object]


class _Noul(Strict):
    type: Literal["noul"]
    noul: Annotated[float, Field(ge=0.01, le=0.99, allow_inf_nan=False)]
    confidence: Unit


class _Score(Strict):
    type: Literal["score"]
    score: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    confidence: Unit
    probabilities: dict[str, Unit]


class _Chosen(Strict):
    type: Literal["choice"]
    choice: str
    confidence: Unit
    probabilities: dict[str, Unit]


class _Usage(Strict):
    total_input_tokens: Count
    total_output_tokens: Count


class _Feedback(Strict):
    block_reason: Annotated[str, Field(min_length=1, max_length=100)]


class _Answered(Strict):
    answers: dict[str, Annotated[_Noul | _Score | _Chosen, Field(discriminator="type")]]
    usage: _Usage


class _Blocked(Strict):
    prompt_feedback: _Feedback
    usage: _Usage | None = None


class Gemini:
    """Asks Google. The reply names no model, so the one asked for stands in its place."""

    vendor = "Google"
    base_url = "https://generativelanguage.googleapis.com"
    model = "gemini-decision-1"
    most_questions = 1000

    def path(self, version: str) -> str:
        """``v1beta`` unless told otherwise: whether ``v1`` is served is not verified."""
        return f"/{version or 'v1beta'}/decisions"

    def headers(self, key: str) -> Mapping[str, str]:
        """A header of Google's own; a key in the address would end up in logs."""
        return {"x-goog-api-key": key}

    def body(self, model: str, detail: str, questions: Questions, sent: Sent) -> Json:
        """Words first, then pictures as bare base64."""
        pictures = (_picture(each, detail) for each in sent.pictures)
        return {
            "model": model,
            "input": [{"type": "text", "text": sent.text}, *pictures],
            "questions": _questions(questions),
        }

    def read(self, reply: Any, questions: Questions) -> Answers:
        """A block has ``prompt_feedback`` and no ``answers``; an answer has one for each name."""
        if isinstance(reply, dict) and "prompt_feedback" in reply and "answers" not in reply:
            blocked = read_as(_Blocked, reply, PROVIDER)
            return Answers(
                blocked=blocked.prompt_feedback.block_reason.lower(),
                input_tokens=blocked.usage.total_input_tokens if blocked.usage else 0,
            )
        answered = read_as(_Answered, reply, PROVIDER)
        if answered.answers.keys() != _questions(questions).keys():
            raise ProviderGarbled("answers are not to the questions asked", provider=PROVIDER)
        return Answers(
            yes={category: _noul(answered, category.value) for category in questions.yes_no},
            mood=_mood(answered, questions.sentiment),
            scene=_scene(answered, questions.scene),
            input_tokens=answered.usage.total_input_tokens,
            output_tokens=answered.usage.total_output_tokens,
        )


def _picture(picture: Picture, detail: str) -> Json:
    return {
        "type": "image",
        "mime_type": picture.media_type,
        "data": base64.b64encode(picture.data).decode(),
        "resolution": detail,
    }


def _questions(questions: Questions) -> Json:
    made: Json = {
        category.value: {
            "type": "noul",
            "instructions": asked_of(each),
            "criteria": {"true_description": each.yes, "false_description": each.no},
        }
        for category, each in questions.yes_no.items()
    }
    if questions.sentiment is not None:
        made[SENTIMENT] = {
            "type": "score",
            "instructions": questions.sentiment.instructions,
            "criteria": list(questions.sentiment.levels),
        }
    if questions.scene is not None:
        made[SCENE] = {
            "type": "choice",
            "instructions": questions.scene.instructions,
            "criteria": dict(questions.scene.options),
        }
    return made


def _noul(answered: _Answered, name: str) -> float:
    answer = answered.answers[name]
    if not isinstance(answer, _Noul):
        raise _of_another_type(name)
    return answer.noul


def _mood(answered: _Answered, scale: Scale | None) -> float | None:
    if scale is None:
        return None
    answer = answered.answers[SENTIMENT]
    if not isinstance(answer, _Score):
        raise _of_another_type(SENTIMENT)
    count = len(scale.levels)
    if answer.score > count - 1 or answer.probabilities.keys() != set(map(str, range(count))):
        raise ProviderGarbled(f"{SENTIMENT} is off its scale", provider=PROVIDER)
    return mood_of(answer.score, count)


def _scene(answered: _Answered, choice: Choice | None) -> tuple[str, float] | None:
    if choice is None:
        return None
    answer = answered.answers[SCENE]
    if not isinstance(answer, _Chosen):
        raise _of_another_type(SCENE)
    ours = choice.options.keys()
    if answer.choice not in ours or answer.probabilities.keys() != ours:
        raise ProviderGarbled(f"{SCENE} is none of the choices", provider=PROVIDER)
    return answer.choice, answer.probabilities[answer.choice]


def _of_another_type(name: str) -> ProviderGarbled:
    return ProviderGarbled(f"the answer to {name} is of another type", provider=PROVIDER)
