"""``response_url``: an app's answer to one interaction, five times within half an hour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.emulators.slack import events
from tests.emulators.slack.blocks import check_message
from tests.emulators.slack.kinds import AppMisbehaved, Json, Refused
from tests.emulators.slack.messages import Ephemeral, Message

if TYPE_CHECKING:
    from tests.emulators.slack.channels import Channel
    from tests.emulators.slack.people import User
    from tests.emulators.slack.world import World

USES = 5
LIFE_S = 30 * 60


@dataclass
class Hook:
    """One URL: whose interaction, and where."""

    user: "User"
    channel: "Channel"
    message: Message | None
    expires_at: float
    uses: int = 0


class ResponseUrls:
    """Mints the URLs, and does what is posted to them."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.posted: list[Json] = []
        """Everything the app sent to such URLs, refused or not."""
        self._hooks: dict[str, Hook] = {}

    def mint(self, user: "User", channel: "Channel", message: Message | None, kind: str) -> str:
        path = f"/{kind}/{user.team.id}/{self.world.ids.next('')}/{self.world.new_hash()}"
        self._hooks[path] = Hook(user, channel, message, self.world.ids.now() + LIFE_S)
        return self.world.api_site.url + path

    def post(self, path: str, body: Json) -> None:
        """What arrived at a URL.

        Raises:
            Refused: ``expired_url``, ``used_url``, ``no_text``, ``invalid_blocks`` …
        """
        self.posted.append(body)
        hook = self._hooks.get(path)
        if hook is None or self.world.ids.now() > hook.expires_at:
            raise Refused("expired_url", status=404)
        if hook.uses >= USES:
            raise Refused("used_url", status=404)
        hook.uses += 1
        if body.get("delete_original"):
            self._delete(hook)
        elif body.get("replace_original"):
            self._replace(hook, body)
        else:
            self._say(hook.user, hook.channel, body)

    def say(self, user: "User", channel: "Channel", body: Json) -> None:
        """The answer within the acknowledgement of a slash command.

        Raises:
            AppMisbehaved: it is none that Slack would show.
        """
        try:
            self._say(user, channel, body)
        except Refused as exc:
            raise AppMisbehaved(f"the command's answer: {exc.error} {exc.fields}") from exc

    def _say(self, user: "User", channel: "Channel", body: Json) -> None:
        written = check_message(body)
        app = user.team.installation
        if app is None:
            raise Refused("account_inactive")
        ts, thread = self.world.ids.ts(), str(body.get("thread_ts") or "")
        if body.get("response_type") == "in_channel":
            message = Message(channel, ts, app.bot, thread_ts=thread, **written)
            channel.keep(message)
            message.delivery = events.posted(message)
        else:
            only = Ephemeral(channel, ts, app.bot, thread_ts=thread, viewer=user, **written)
            user.ephemerals.append(only)
            self.world.stir()

    def _delete(self, hook: Hook) -> None:
        message = _original(hook)
        if isinstance(message, Ephemeral):
            message.deleted = True
            message.viewer.ephemerals.remove(message)
        else:
            message.remove(message.author)
        self.world.stir()

    def _replace(self, hook: Hook, body: Json) -> None:
        message, written = _original(hook), check_message(body)
        before = message.shape()
        message.text, message.blocks = written["text"], written["blocks"]
        message.attachments = written["attachments"]
        if not isinstance(message, Ephemeral):
            message.edited = {"user": message.author.id, "ts": self.world.ids.ts()}
            message.delivery = events.changed(message, before)
        self.world.stir()


def _original(hook: Hook) -> Message:
    message, app = hook.message, hook.user.team.installation
    if message is None or message.deleted or app is None or message.author is not app.bot:
        raise Refused("message_not_found", status=404)
    return message
