"""Assessment and verdict of a piece of content: what the journey, the API and the CLI share."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from analysis.pipeline import Pipeline, Remote
from analysis.stages import Tell
from analysis.types import Assessment, Banks, Content, Scope
from bot.model import Context, Verdict
from bot.policy.policy import Policy


class Rules(Protocol):
    """Where the rules come from: the policy file, or what communities chose."""

    def of(self, community_id: str, /) -> Policy:
        """The rules in force in a community."""
        ...


class Judge:
    """Has content analysed and decides by the policy of the moment."""

    def __init__(
        self,
        pipeline: Pipeline,
        policy: Rules,
        banks: Callable[[str], Awaitable[Banks]],
        remote: Remote,
        spared: Callable[[], None] = lambda: None,
    ) -> None:
        """``spared`` is called where no provider's answer could change the verdict."""
        self._pipeline = pipeline
        self._policy = policy
        self._banks = banks
        self._remote = remote
        self._spared = spared

    async def judge(
        self,
        content: Content,
        context: Context,
        on_stage: Tell | None = None,
        *,
        author: str = "",
    ) -> tuple[Assessment, Verdict]:
        """Analyse and decide; one policy serves both, even when it is reloaded meanwhile.

        ``author`` is an opaque name, by which nobody uses up what is there for all.
        """
        policy = self._policy.of(context.community_id)

        def could_change(so_far: Assessment) -> bool:
            matters = policy.could_change(so_far, context)
            if not matters:
                self._spared()
            return matters

        assessment = await self._pipeline.analyse(
            content,
            Scope(context.community_id, await self._banks(context.community_id), author),
            remote=self._remote,
            could_change=could_change,
            on_stage=on_stage,
        )
        return assessment, policy.decide(assessment, context)
