"""Reads a judge's answer strictly: what is missing, out of range or not ours is refused."""

import json
import re
from collections.abc import Iterator

from pydantic import ValidationError

from analysis.http import strict_json
from analysis.providers.question import Brief, Question
from analysis.providers.schema import Answer, Face, Located

LONGEST = 200_000
"""Characters of an answer that are read at all: a hundred times a long one. Chosen by eye."""
_BOX = 4
_REFUSAL = re.compile(
    r"\b(?:i(?:'m| am)? (?:really |very |so )?sorry"
    r"|i (?:can(?:'?t|not)|won't|am unable|am not able)"
    r"|(?:can(?:'?t|not)|unable to) (?:help|assist|comply|analy[sz]e|process)"
    r"|lo siento|no puedo|je (?:suis désolé|ne peux pas)|tut mir leid|ich kann (?:nicht|das|dabei)"
    r"|не могу|извините|desculpe|não posso|üzgünüm)|抱歉|无法|不能|申し訳|できません|죄송",
    re.IGNORECASE,
)
_REFUSED_WITHIN = 160
"""Characters: a refusal says so at once."""


class Unfit(ValueError):
    """Not a judgement of this post. The message says why, in words of ours only."""


def read(text: str, question: Question, *, loose: bool = False) -> Answer:
    """Turn an answer's text into a judgement.

    ``loose`` is for the lowest rung of structured output, where nothing constrains the model: the
    one balanced object is taken out of the prose or fence around it. Scores are never guessed.

    Raises:
        Unfit: it is no judgement, or not of this post.
    """
    if len(text) > LONGEST:
        raise Unfit(f"it has more than {LONGEST} characters")
    answer = _typed(_only_object(text) if loose else text)
    if answer.check.strip() != question.check:
        raise Unfit("check is not the code of this call")
    _judged_all(answer, question.brief)
    return answer


def is_refusal(text: str) -> bool:
    """Whether the model declined in prose instead of answering."""
    return "{" not in text and _REFUSAL.search(text[:_REFUSED_WITHIN]) is not None


def is_json(text: str) -> bool:
    """Whether a text is one JSON value: what a server that constrains its model always gives."""
    try:
        strict_json(text)
    except (ValueError, RecursionError):
        return False
    return True


def _typed(text: str) -> Answer:
    try:
        return Answer.model_validate(strict_json(text))
    except ValidationError as exc:
        raise Unfit(_complaint(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise Unfit("it is not one JSON object by itself, complete and valid") from exc


def _complaint(exc: ValidationError) -> str:
    """The first three faults by place and kind; no value, for values may quote the post."""
    known = Answer.model_fields
    faults = []
    for error in exc.errors(include_input=False, include_url=False, include_context=False)[:3]:
        place = ".".join(str(p) for p in error["loc"] if isinstance(p, int) or p in known)
        faults.append(f"{place or 'it'}: {error['type'].replace('_', ' ')}")
    return "; ".join(faults)


def _judged_all(answer: Answer, brief: Brief) -> None:
    if sorted(answer.items) != sorted(brief.items):
        raise Unfit("items are not the ids of what was shown, each once")
    asked = {category.value for category in brief.categories}
    if missing := sorted(asked - answer.scores.keys()):
        raise Unfit(f"scores lack {', '.join(missing)}")
    placed: tuple[Located | Face, ...] = (*answer.objects, *answer.logos, *answer.faces)
    for seen in placed:
        _placed(seen, brief)


def _placed(seen: Located | Face, brief: Brief) -> None:
    if seen.picture not in brief.media:
        raise Unfit("picture is not the id of a picture that was shown")
    if len(seen.box) not in (0, _BOX):
        raise Unfit("a box has four numbers, or none")


def _only_object(text: str) -> str:
    """The one JSON object in a text; two would leave us to guess which is meant."""
    found = list(_objects(text))
    if len(found) != 1:
        raise Unfit(f"it holds {len(found)} JSON objects where one is wanted")
    return found[0]


def _objects(text: str) -> Iterator[str]:
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            _, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            # An object that is broken off may hold whole ones: taking those would be a guess.
            raise Unfit("its JSON is broken or cut off") from None
        yield text[start:end]
        start = text.find("{", end)
