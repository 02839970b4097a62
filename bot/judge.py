"""Assessment and verdict of a piece of content: what the journey, the API and the CLI share."""

from collections.abc import Awaitable, Callable

from analysis.pipeline import Pipeline, Remote
from analysis.stages import Tell
from analysis.types import Assessment, Banks, Content, Scope
from bot.model import Context, Verdict
from bot.policy.file import PolicyFile


class Judge:
    """Has content analysed and decides by the policy of the moment."""

    def __init__(
        self,
        pipeline: Pipeline,
        policy: PolicyFile,
        banks: Callable[[str], Awaitable[Banks]],
        remote: Remote,
    ) -> None:
        self._pipeline = pipeline
        self._policy = policy
        self._banks = banks
        self._remote = remote

    async def judge(
        self,
        content: Content,
        context: Context,
        on_stage: Tell | None = None,
    ) -> tuple[Assessment, Verdict]:
        """Analyse and decide; one policy serves both, even when it is reloaded meanwhile."""
        policy = self._policy.current
        assessment = await self._pipeline.analyse(
            content,
            Scope(context.community_id, await self._banks(context.community_id)),
            remote=self._remote,
            could_change=lambda so_far: policy.could_change(so_far, context),
            on_stage=on_stage,
        )
        return assessment, policy.decide(assessment, context)
