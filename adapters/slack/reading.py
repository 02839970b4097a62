"""Reads one message of Slack's again, wherever in a channel or thread it stands."""

from collections.abc import AsyncIterator

from adapters.slack.api import Api, Shape
from adapters.slack.events import Post
from adapters.slack.shape import records, word
from bot.errors import Gone, NotPermitted


async def read(api: Api, channel: str, ts: str) -> Post | None:
    """The message as it stands now; None when it is gone.

    Raises:
        NotPermitted, PlatformUnavailable: Slack does not show it.
    """
    try:
        # Of a message in a thread it gives that message, of any other the message itself.
        answer = await api.call(
            "conversations.replies",
            channel=channel,
            ts=ts,
            oldest=ts,
            latest=ts,
            inclusive=True,
            include_all_metadata=True,
            limit=10,
        )
    except Gone:
        return None
    for raw in records(answer.get("messages")):
        if word(raw.get("ts")) == ts and raw.get("subtype") != "tombstone":
            return Post(raw, channel)
    return None


async def replies(api: Api, post: Post) -> AsyncIterator[Shape]:
    """What stands in the thread of a message, with its metadata. Raises as ``read`` does."""
    pages = api.pages(
        "conversations.replies",
        "messages",
        channel=post.channel_id,
        ts=post.root,
        include_all_metadata=True,
        limit=200,
    )
    async for raw in pages:
        for one in records([raw]):
            yield one


async def standing(api: Api, channel: str, ts: str) -> Post:
    """The message as it stands now.

    Raises:
        Gone: it does not.
        NotPermitted, PlatformUnavailable: Slack does not show it.
    """
    post = await read(api, channel, ts)
    if post is None:
        raise Gone("the message is no longer there")
    return post


async def permalink(api: Api, channel: str, ts: str, otherwise: str) -> str:
    """Where a person opens it in Slack."""
    try:
        answer = await api.call("chat.getPermalink", channel=channel, message_ts=ts)
    except (Gone, NotPermitted):
        return otherwise
    return word(answer.get("permalink")) or otherwise
