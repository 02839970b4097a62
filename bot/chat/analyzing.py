"""``/analyze``: a look at a picture and words, for one person's eyes; nothing is kept."""

from collections.abc import Callable, Sequence

from analysis.types import Failure, Signal
from bot.analyser import Analyser
from bot.analysis_report import Analysis
from bot.chat.asker import Asker, Rank, Refused, check_rank
from bot.chat.hourly import Hourly
from bot.chat.sheet import Sheet, Tone
from bot.communities import Community
from bot.model import Mode

SHOWN = 5
"""Signals on a sheet, the strongest; chosen by eye."""
WORTH_A_LOOK = 0.3
"""As on a card."""
QUOTED = 80
"""Characters of a quote."""


class Analyzing:
    """Has posts looked at by hand, so many an hour for each person."""

    def __init__(
        self, analyser: Analyser, hourly: Hourly, of: Callable[[str, str], Community]
    ) -> None:
        self._analyser = analyser
        self._hourly = hourly
        self._of = of

    async def look(self, asker: Asker, text: str, files: Sequence[tuple[str, bytes]]) -> Sheet:
        """What is found in files and words.

        Raises:
            Refused: they may not, asked too often, or gave nothing to look at.
        """
        check_rank(asker, Rank.MEMBER)
        allowed = self._of(asker.platform, asker.community_id).analyze_for
        theirs = {asker.id, *asker.author.roles}
        if allowed and asker.rank < Rank.MODERATOR and not theirs & {*allowed}:
            raise Refused("Analyzing by hand is not open to everyone here. Ask a moderator.")
        if not text.strip() and not files:
            raise Refused("Give a picture, a link to a post, or words to look at.")
        self.spend(asker)
        return sheet(await self._analyser.analyse(files, text))

    def spend(self, asker: Asker) -> None:
        """Count one look at somebody's wish.

        Raises:
            Refused: they asked too often.
        """
        self._hourly.spend(asker)


def sheet(analysis: Analysis) -> Sheet:
    """An analysis as a person reads it. Pure."""
    found, verdict = analysis.assessment, analysis.verdict
    live = [one.rule for one in verdict.matched if one.mode is Mode.LIVE]
    worst = sorted(found.signals, key=lambda signal: -signal.score)[:SHOWN]
    body = [verdict.explanation, *(_signal(one) for one in worst if one.score >= WORTH_A_LOOK)]
    body += [_failure(one) for one in found.failures]
    scores = [
        f"{category.value.replace('_', ' ')} {score:.0%}"
        for category, score in sorted(
            ((c, s) for c, s in found.scores.items() if s is not None), key=lambda one: -one[1]
        )
        if score >= WORTH_A_LOOK
    ]
    fields = (
        ("Scores", ", ".join(scores) or "nothing worth a look"),
        ("Rules", ", ".join(live) or "none matches"),
        ("A post like it", _would(verdict.actions, needs_review=verdict.needs_review)),
    )
    tone = Tone.BAD if live else Tone.WATCH if not found.complete else Tone.GOOD
    title = "Something was found" if live else "Nothing a rule speaks of"
    if not found.complete:
        title = "Not everything could be looked at"
    return Sheet(title, tuple(body), fields, tone=tone, footer="Nothing of this is kept.")


def _would(actions: Sequence[object], *, needs_review: bool) -> str:
    done = ", ".join(map(str, actions))
    if done:
        return f"{done} by these rules"
    return "would wait for a person" if needs_review else "would be left standing"


def _signal(signal: Signal) -> str:
    quote = signal.evidence.quote if signal.evidence else ""
    said = f": “{quote[:QUOTED]}”" if quote else ""
    where = {"text": "in the words", "image": "in the picture", "joint": "in both together"}
    seen = where[signal.modality.value]
    return f"{signal.category.value.replace('_', ' ')} {signal.score:.0%} {seen}{said}"


def _failure(failure: Failure) -> str:
    return f"Not looked at by {failure.detector}: {failure.reason}"
