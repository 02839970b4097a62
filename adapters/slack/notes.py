"""Notes to authors: a direct message, or in the channel where only they see it."""

from adapters.slack.api import Shape
from adapters.slack.errors import Refused, TokenRefused
from adapters.slack.sent import Sent
from adapters.slack.shape import record, word
from adapters.slack.text import escaped
from adapters.slack.workspace import Workspace
from bot.errors import Gone, NotPermitted
from bot.model import Author, Ref

EPHEMERAL = "ephemeral"


class Notes:
    """Writes to people alone."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    async def send(
        self, workspace: Workspace, ref: Ref, author: Author, text: str, nonce: str
    ) -> str:
        """Write to them once; returns the note's id.

        Raises:
            NotPermitted: they can be reached in neither way.
        """
        try:
            channel = await self._opened(workspace, author)
        except TokenRefused:
            raise
        except (Refused, Gone) as exc:
            try:
                return await self._in_channel(workspace, ref, author, text, nonce)
            except (Refused, Gone):
                raise NotPermitted(f"the author takes no messages from Bifocal: {exc}") from exc

        async def send(metadata: Shape) -> str:
            answer = await workspace.api.call(
                "chat.postMessage",
                channel=channel,
                text=escaped(text),
                mrkdwn=False,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
            return word(answer.get("ts"))

        return await self._sent.once(workspace.api, nonce, channel, send)

    async def find(self, workspace: Workspace, nonce: str) -> str | None:
        """The id of the note that carries this nonce, if it was sent.

        Raises:
            PlatformUnavailable: it may have been shown in the channel, and nobody can tell.
        """
        return await self._sent.found(workspace.api, nonce)

    @staticmethod
    async def _opened(workspace: Workspace, author: Author) -> str:
        if author.is_bot:
            raise Refused("nobody can write to a bot", "cannot_dm_bot")
        answer = await workspace.api.call("conversations.open", users=author.id)
        return word(record(answer.get("channel")).get("id"))

    async def _in_channel(
        self, workspace: Workspace, ref: Ref, author: Author, text: str, nonce: str
    ) -> str:
        async def send(metadata: Shape) -> str:  # noqa: ARG001 - a note only they see carries none
            answer = await workspace.api.call(
                "chat.postEphemeral", channel=ref.channel_id, user=author.id, text=escaped(text)
            )
            return word(answer.get("message_ts"))

        place = f"{EPHEMERAL}:{ref.channel_id}"
        return await self._sent.once(workspace.api, nonce, place, send)
