"""Fetches the files of a post: Slack's own with our token, and only those; redirected nowhere."""

from collections.abc import Mapping

import httpx

from adapters.slack.api import Shape
from adapters.slack.files import BY_ID, attachment_of, file_id, is_hosted
from adapters.slack.shape import record
from adapters.slack.workspace import Workspace
from analysis.errors import UnreadableMedia
from bot.download import Downloader, Hosts, LinkExpired, WrongPage
from bot.errors import Gone
from bot.log import logger
from bot.model import Attachment

FILES_HOST = "files.slack.com"
"""Where the files of posts lie; the one host of Slack's that our token is shown to."""
OWN_HOSTS = frozenset(
    {
        FILES_HOST,
        "slack-files.com",
        "slack-imgs.com",
        "a.slack-edge.com",
        "avatars.slack-edge.com",
        "ca.slack-edge.com",
        "emoji.slack-edge.com",
    }
)
"""Slack's own, over https: files, previews it keeps, and its avatars and emoji."""
NEEDS_SCOPE = "Slack served a page instead of the file: the app needs the scope files:read"

_log = logger("slack")


class Files:
    """Opens what posts carry."""

    def __init__(self, http: httpx.AsyncClient, extra_hosts: tuple[str, ...]) -> None:
        """``extra_hosts`` are ``host:port``, allowed beside Slack's own."""
        self._hosts = Hosts(OWN_HOSTS, frozenset(extra_hosts))
        self._extra = Hosts(frozenset(), frozenset(extra_hosts))
        self._download = Downloader(http, self._hosts)
        self.needs_scope: set[str] = set()
        """Workspaces in which a login page came instead of a file."""

    async def fetch(self, workspace: Workspace, attachment: Attachment, at_most: int) -> bytes:
        """The bytes of a post's file, at most so many.

        A link that does not open is asked for once more, as the file itself may still be there.

        Raises:
            UnreadableMedia: too large, elsewhere, not as declared, or a page instead of a file.
            Gone: it is no more.
            PlatformUnavailable: try again later.
        """
        if attachment.url.startswith(BY_ID):
            return await self._fetched(workspace, await self._asked(workspace, attachment), at_most)
        try:
            return await self._fetched(workspace, attachment, at_most)
        except LinkExpired:
            if not file_id(attachment):
                raise
        return await self._fetched(workspace, await self._asked(workspace, attachment), at_most)

    async def _asked(self, workspace: Workspace, attachment: Attachment) -> Attachment:
        named = file_id(attachment)
        if not named:
            raise UnreadableMedia("the file lies on a host that files are not fetched from")
        answer = await workspace.api.call("files.info", file=named)
        file: Shape = record(answer.get("file"))
        if file.get("mode") in {"tombstone", "hidden_by_limit"}:
            raise Gone("the file is no longer there")
        # In full, it names its address, whatever the event had to hide.
        found = attachment_of({**file, "file_access": "visible"})
        if found.url.startswith(BY_ID):
            raise UnreadableMedia("Slack does not say where the file is")
        return found

    async def _fetched(self, workspace: Workspace, attachment: Attachment, at_most: int) -> bytes:
        try:
            return await self._download.fetch(
                attachment.url,
                at_most,
                declared=attachment.size,
                headers=self._headers(workspace, attachment),
                page_means=NEEDS_SCOPE if is_hosted(attachment) else "a page came, not a picture",
            )
        except WrongPage:
            if is_hosted(attachment):
                self._tell(workspace)
            raise

    def _headers(self, workspace: Workspace, attachment: Attachment) -> Mapping[str, str]:
        """Our token, for Slack's file host and for hosts that were added to stand for it."""
        if not is_hosted(attachment):
            return {}
        url = httpx.URL(attachment.url)
        if url.host == FILES_HOST or self._extra.allow(attachment.url):
            return {"Authorization": f"Bearer {workspace.api.token}"}
        return {}

    def _tell(self, workspace: Workspace) -> None:
        if workspace.id not in self.needs_scope:
            _log.error("slack.files_unreadable", community=workspace.id, reason=NEEDS_SCOPE)
        self.needs_scope.add(workspace.id)
