"""Fusion: many signals become one score per category, and each score says what made it.

The rule, category by category. Signals of one source family (what stands before ``/`` or ``@``)
about one modality are one voice: the loudest of them. Voices then agree::

    agree(a, b, w) = 1 - (1 - max) * (1 - w * min)

which is a noisy-or whose weaker side counts by ``w``. How much it counts depends on what it adds:

- Another voice of the same modality reads the same words or the same pixels and errs with the
  first, so it counts a quarter, the next a sixteenth: however many cues of 0.45 there are in a
  caption, it stays below 0.54. A pile of weak cues is not a proof.
- The other modality is other evidence. Said by another source it counts in full, so that 0.45 in
  the words and 0.45 in the picture make 0.70; said by the same source about both, 0.8, so that
  they make 0.65: above a review threshold either way, and apart from each other.
- A joint judge saw words and picture together and was asked the right question, so its score is
  lifted a little; but it saw the same things the others saw, so agreement counts half, and not
  at all when both come from one source.

The score is the strongest of these readings. Every reading grows with every voice in it, and a
further signal only adds readings or raises voices: hence no signal of harm can lower a score.
The weights are chosen by eye against those examples; no labelled corpus of joint posts is free
to measure on.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis.taxonomy import CONTEXTUAL, Category
from analysis.types import Grounds, Modality, Signal

PATTERN_CAP = 0.6
"""The most that patterns alone can say of a contextual category (design, section 4)."""

_ECHO = 0.25
_SAME_SOURCE = 0.8
_BESIDE_JOINT = 0.5
_JOINT_LIFT = 0.15

_DIGITS = 9
"""Finer than any detector's score; coarser than what the order of additions can change."""


@dataclass(frozen=True, slots=True)
class Score:
    """One category's score, and the indices of the signals that made it, weightiest first."""

    value: float
    made_by: tuple[int, ...] = ()


class _Voice(NamedTuple):
    """A number on its way to a score, with the indices of the signals in it."""

    value: float
    made_by: tuple[int, ...]


Voices = dict[str, _Voice]
"""By source family."""

_SILENCE = _Voice(0.0, ())


def family(source: str) -> str:
    """What stands before ``/`` or ``@``: the vendor or detector, whatever its model or version."""
    return source.partition("@")[0].partition("/")[0]


def fuse(signals: Sequence[Signal], asked: Collection[Category]) -> dict[Category, Score]:
    """Score every category that was judged or has a signal; the others have no key.

    ``asked`` are the categories that some detector judged: one without a signal scores 0.0. A
    signal that scores 0 contributes nothing.
    """
    heard: dict[Category, list[int]] = {category: [] for category in asked}
    for index, signal in enumerate(signals):
        heard.setdefault(signal.category, [])
        if signal.score > 0.0:
            heard[signal.category].append(index)
    return {category: _score(category, signals, own) for category, own in heard.items()}


def _score(category: Category, signals: Sequence[Signal], indices: Sequence[int]) -> Score:
    total = _combine(signals, indices)
    value = total.value
    if category in CONTEXTUAL:
        others = [i for i in indices if signals[i].grounds is not Grounds.PATTERN]
        value = min(value, _agree(_combine(signals, others).value, PATTERN_CAP, 1.0))
    return Score(min(1.0, round(value, _DIGITS)), total.made_by)


def _combine(signals: Sequence[Signal], indices: Sequence[int]) -> _Voice:
    text = _voices(signals, indices, Modality.TEXT)
    image = _voices(signals, indices, Modality.IMAGE)
    joint = _voices(signals, indices, Modality.JOINT)
    readings = [_both(text, image)]
    for name, voice in joint.items():
        beside = _both(_without(text, name), _without(image, name))
        readings.append(_join(_with_halves(name, voice, text, image), beside, _BESIDE_JOINT))
    readings.append(_together(joint))  # last: of equal readings the one that explains more stands
    return _strongest(readings)


def _voices(signals: Sequence[Signal], indices: Sequence[int], modality: Modality) -> Voices:
    """The loudest signal of each source family about this modality."""
    loudest: dict[str, int] = {}
    for index in indices:
        if signals[index].modality is modality:
            name = family(signals[index].source)
            loudest[name] = _louder(signals, loudest.get(name, index), index)
    lift = _JOINT_LIFT if modality is Modality.JOINT else 0.0
    # By name, so that what is said to have made a score does not hang on who answered first.
    return {
        name: _Voice(_lifted(signals[index].score, lift), (index,))
        for name, index in sorted(loudest.items())
    }


def _lifted(score: float, lift: float) -> float:
    """A little higher, most in the middle: 0 and 1 stay where they are."""
    return score + lift * score * (1.0 - score)


def _louder(signals: Sequence[Signal], one: int, other: int) -> int:
    """The louder of two; a tie is settled by what they say, never by where they stand."""
    first, second = signals[one], signals[other]
    if first.score != second.score:
        return one if first.score > second.score else other
    return max(one, other, key=lambda index: repr(signals[index]))


def _together(voices: Voices) -> _Voice:
    """One modality: the loudest voice in full, each further one a quarter of the one before."""
    total, weight = _SILENCE, 1.0
    # In order of loudness a further voice moves every later one down to a place that was taken
    # by a quieter one, so the sum can only grow.
    for voice in sorted(voices.values(), reverse=True):
        value = total.value + (1.0 - total.value) * weight * voice.value
        total = _Voice(value, total.made_by + voice.made_by)
        weight *= _ECHO
    return total


def _both(text: Voices, image: Voices) -> _Voice:
    """Words and picture: in full where different sources say so, less where it is one source."""
    readings = [_join(_together(text), _together(image), _SAME_SOURCE)]
    for name, voice in text.items():
        readings.append(_join(voice, _together(_without(image, name)), 1.0))
    for name, voice in image.items():
        readings.append(_join(voice, _together(_without(text, name)), 1.0))
    return _strongest(readings)


def _with_halves(name: str, voice: _Voice, *halves: Voices) -> _Voice:
    """A joint voice, explained also by what its own source said of words and picture alone."""
    made_by = (index for half in halves if name in half for index in half[name].made_by)
    return voice._replace(made_by=(*voice.made_by, *made_by))


def _without(voices: Voices, name: str) -> Voices:
    return {other: voice for other, voice in voices.items() if other != name}


def _join(one: _Voice, other: _Voice, weight: float) -> _Voice:
    louder, quieter = max(one, other), min(one, other)
    value = _agree(louder.value, quieter.value, weight)
    return _Voice(value, louder.made_by + quieter.made_by)


def _agree(one: float, other: float, weight: float) -> float:
    louder, quieter = max(one, other), min(one, other)
    # Written so that with nothing beside it a score is left exactly as it was given.
    return louder + (1.0 - louder) * weight * quieter


def _strongest(readings: Iterable[_Voice]) -> _Voice:
    return max(readings, key=lambda voice: voice.value, default=_SILENCE)
