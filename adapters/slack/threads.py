"""Replies beneath posts, found again by the nonce in their metadata."""

from adapters.slack.events import Post
from adapters.slack.reading import read, replies, standing
from adapters.slack.sent import Turns, carries, metadata
from adapters.slack.shape import record, word
from adapters.slack.text import escaped
from adapters.slack.workspace import Workspace
from bot.errors import Gone
from bot.model import Ref


class Threads:
    """Writes beneath posts. Nothing is noted of it: the thread itself tells what stands."""

    def __init__(self) -> None:
        self._turns = Turns()

    async def annotate(self, workspace: Workspace, ref: Ref, text: str, nonce: str) -> str:
        """Reply in the thread the post stands in.

        Raises:
            Gone: the post is no more.
        """
        async with self._turns.of(nonce):
            post = await standing(workspace.api, ref.channel_id, ref.message_id)
            if known := await self._known(workspace, post, nonce):
                return known
            answer = await workspace.api.call(
                "chat.postMessage",
                channel=ref.channel_id,
                thread_ts=post.root,
                text=escaped(text),
                mrkdwn=False,
                metadata=metadata(nonce),
                unfurl_links=False,
                unfurl_media=False,
            )
            ts = word(answer.get("ts"))
            if word(record(answer.get("message")).get("thread_ts")) != post.root:
                await self._check_thread(workspace, post, ts)
            return ts

    async def annotation(self, workspace: Workspace, ref: Ref, nonce: str) -> str | None:
        """The reply that carries this nonce, if it and the post stand."""
        try:
            post = await standing(workspace.api, ref.channel_id, ref.message_id)
            return await self._known(workspace, post, nonce)
        except Gone:
            return None

    @staticmethod
    async def _check_thread(workspace: Workspace, post: Post, ts: str) -> None:
        """Take a reply back that Slack put before everybody, as the post was deleted meanwhile.

        Raises:
            Gone: so it was.
        """
        reply = await read(workspace.api, post.channel_id, ts)
        if reply is not None and reply.root != post.root:
            await workspace.api.call("chat.delete", channel=post.channel_id, ts=ts)
            raise Gone("the message is no longer there")

    @staticmethod
    async def _known(workspace: Workspace, post: Post, nonce: str) -> str | None:
        async for raw in replies(workspace.api, post):
            ours = workspace.is_ours(word(raw.get("user")), word(raw.get("bot_id")))
            if ours and carries(raw, nonce):
                return word(raw.get("ts"))
        return None
