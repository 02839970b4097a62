"""Deletes what others posted, where an administrator's token lets us, and says so where not."""

from adapters.slack.api import Api
from adapters.slack.errors import Refused, TokenRefused
from adapters.slack.events import Post
from adapters.slack.ranks import Ranks
from adapters.slack.reading import permalink, standing
from adapters.slack.shape import records, word
from adapters.slack.workspace import Workspace
from bot.chat.asker import Rank
from bot.errors import Gone, NotPermitted


async def delete(workspace: Workspace, ranks: Ranks, channel: str, ts: str) -> None:
    """Remove a message and its files.

    Raises:
        Gone: it is not there any more.
        NotPermitted: it stands, or a file of it does; the words say where a person deletes it.
        PlatformUnavailable: try again later.
    """
    post = await standing(workspace.api, channel, ts)
    if workspace.is_ours(post.user, post.bot):
        await workspace.api.call("chat.delete", channel=channel, ts=ts)
        return
    if why := workspace.cannot_delete():
        raise NotPermitted(await _by_hand(workspace, post, why))
    await _check_author(workspace, ranks, post)
    place = (channel, ts)
    workspace.removing.append(place)
    try:
        left = await _delete_files(workspace, post)
        await _with_user(workspace).call("chat.delete", channel=channel, ts=ts)
    except BaseException as exc:
        # It may stand, and then what its author makes of it is judged as ever.
        if place in workspace.removing:
            workspace.removing.remove(place)
        if not isinstance(exc, Refused):
            raise
        if isinstance(exc, TokenRefused):
            workspace.lose_holder()
        raise NotPermitted(await _by_hand(workspace, post, str(exc))) from exc
    if left:
        raise NotPermitted(
            "the message was deleted, and its file was not, as Slack does not let this token: "
            f"delete it by hand: {left}"
        )


async def _check_author(workspace: Workspace, ranks: Ranks, post: Post) -> None:
    """Once more, as Slack may not have said it when the message came."""
    if not post.user:
        return
    try:
        person = await workspace.people.person(post.user)
    except Gone:
        return
    if await ranks.rank(workspace, person) >= Rank.MODERATOR:
        raise NotPermitted("moderators and administrators are never acted upon")


async def _delete_files(workspace: Workspace, post: Post) -> str:
    """Delete the message's own files; where the first that stays lies, empty if none does."""
    left = ""
    for file in records(post.raw.get("files")):
        name = word(file.get("id"))
        # Shared again from elsewhere, a file belongs to its first message.
        if not name or word(file.get("user")) not in {"", post.user}:
            continue
        try:
            await _with_user(workspace).call("files.delete", file=name)
        except Gone:
            continue
        except Refused:
            left = left or word(file.get("permalink")) or workspace.url + "files"
    return left


def _with_user(workspace: Workspace) -> Api:
    if workspace.user_api is None:  # it was revoked a moment ago
        raise NotPermitted(workspace.cannot_delete())
    return workspace.user_api


async def _by_hand(workspace: Workspace, post: Post, why: str) -> str:
    place = workspace.link(post.channel_id, post.ts)
    link = await permalink(workspace.api, post.channel_id, post.ts, place)
    return f"{why}; a moderator can delete it here: {link}"
