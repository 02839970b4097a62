"""Every Web API method the emulator knows, by Slack's name."""

from tests.emulators.slack.methods.chat import CHAT
from tests.emulators.slack.methods.conversations import CONVERSATIONS
from tests.emulators.slack.methods.files import FILES
from tests.emulators.slack.methods.people import PEOPLE
from tests.emulators.slack.methods.reactions import REACTIONS
from tests.emulators.slack.methods.views import VIEWS
from tests.emulators.slack.web_api import Method

METHODS: dict[str, Method] = {
    **CHAT,
    **CONVERSATIONS,
    **FILES,
    **PEOPLE,
    **REACTIONS,
    **VIEWS,
}
