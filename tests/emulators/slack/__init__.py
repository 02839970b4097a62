"""A Slack on loopback that drives an unmodified slack-bolt app, in Socket Mode or over HTTP.

    async with slack_world() as world:
        team = world.team()                      # the app is installed, its bot is in #general
        settings = world.settings()              # api_base, tokens, signing_secret, file_host
        ...                                      # start the app; `await world.connected()`
        # or over HTTP:                          `await world.point_at("http://…/slack/events")`
        channel, ann = team.channel("general"), team.user("ann")
        mod = team.user("mod", admin=True)
        message = await channel.post(ann, "hi", files=[("a.png", png)])
        await message.acked()                    # the app has taken the event
        await message.edit("ho"); await message.reply(ann, "and"); await message.delete()
        await ann.slash("/analyze", "text")      # answers: ann.ephemerals[-1].text
        await ann.shortcut("report", message)
        card = await channel.card()              # waits; so do shown(), told(), world.until()
        await card.press(mod, "uphold")          # by action_id, value or words
        errors = await (await mod.opened()).submit({"reason": "spam"})
        await mod.open_home(); await (await mod.home_published()).press("next")
        assert message.deleted_by is mod and world.calls("chat.delete")[0].ok

Trouble: `Upload(…, trouble=Trouble(…))`, `world.fail("chat.postMessage", Fault(…))`,
`world.drop()`, `world.office.retries`, `world.office.redeliver(…)`, `FORGERIES`,
`team.app.token.scopes.discard(…)`, `team.admins_delete_messages = False`, `world.elsewhere`.
"""

from tests.emulators.slack.channels import Channel
from tests.emulators.slack.delivery import Attempt, Delivery
from tests.emulators.slack.files import File, Trouble, Upload
from tests.emulators.slack.http_mode import HttpMode, Replied
from tests.emulators.slack.interactions import press_payload, slash_payload
from tests.emulators.slack.kinds import AppMisbehaved, NotPossible
from tests.emulators.slack.messages import Ephemeral, Message, typed
from tests.emulators.slack.people import User
from tests.emulators.slack.signing import FORGERIES, Forgery, signature
from tests.emulators.slack.team import Installation, Team
from tests.emulators.slack.tokens import BOT_SCOPES, USER_SCOPES, Token
from tests.emulators.slack.views import View
from tests.emulators.slack.web_api import Call, Fault
from tests.emulators.slack.world import Settings, World, slack_world

__all__ = [
    "BOT_SCOPES",
    "FORGERIES",
    "USER_SCOPES",
    "AppMisbehaved",
    "Attempt",
    "Call",
    "Channel",
    "Delivery",
    "Ephemeral",
    "Fault",
    "File",
    "Forgery",
    "HttpMode",
    "Installation",
    "Message",
    "NotPossible",
    "Replied",
    "Settings",
    "Team",
    "Token",
    "Trouble",
    "Upload",
    "User",
    "View",
    "World",
    "press_payload",
    "signature",
    "slack_world",
    "slash_payload",
    "typed",
]
