"""What of Slack works, for ``doctor``: one sentence each, with the fix where it does not."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from adapters.slack import scopes
from adapters.slack.allowed import asks_too_much
from adapters.slack.api import Api, Shape
from adapters.slack.cards import NOWHERE
from adapters.slack.fetch import NEEDS_SCOPE
from adapters.slack.http import PATH
from adapters.slack.ranks import Ranks
from adapters.slack.shape import record, word
from adapters.slack.workspace import Workspace
from bot.errors import BotError, Gone, PlatformUnavailable
from bot.ports import Action, Examined

TOO_FAR = timedelta(seconds=60)
"""Between our clock and Slack's; chosen by eye below the five minutes of a signature."""
UNREACHED = "Check [slack] api_base and the network."


def request_url(public_url: str) -> Examined:
    """Where Slack brings events over HTTP; only Slack knows whether it reaches us."""
    host = public_url.rstrip("/") or "https://YOUR-HOST"
    return Examined(
        well=True,
        sentence=f"over HTTP, Slack brings events to {host}{PATH}: under Event Subscriptions it "
        "shows Verified once it reaches Bifocal there.",
    )


async def connection(api: Api) -> Examined:
    """Whether Socket Mode opens; asks for a connection and uses none.

    Raises nothing.
    """
    try:
        answer = await api.call("apps.connections.open")
    except PlatformUnavailable as exc:
        return Examined(well=False, sentence=f"Socket Mode does not open: {exc} {UNREACHED}")
    except BotError as exc:
        return Examined(
            well=False,
            sentence=f"Socket Mode does not open: {exc} BIFOCAL_SLACK__APP_TOKEN must be an "
            "app-level token (xapp-…) with the scope connections:write.",
        )
    if not word(answer.get("url")):
        return Examined(well=False, sentence="Socket Mode does not open: switch it on in the app.")
    return Examined(well=True, sentence="Socket Mode opens.")


async def workspace(
    one: Workspace,
    ranks: Ranks,
    actions: Iterable[Action],
    *,
    now: datetime,
    needs_scope: bool,
) -> AsyncIterator[Examined]:
    """Everything about one workspace."""
    try:
        headers = await one.ask_again()
    except BotError as exc:
        yield Examined(well=False, sentence=f"{one.name}: {exc}")
        return
    yield Examined(well=True, sentence=f"{one.name}: the bot's token is good.")
    if sentence := _skewed(headers.get("date", ""), now):
        yield Examined(well=False, sentence=sentence)
    if lacks := scopes.missing(one.scopes, scopes.BOT):
        yield Examined(
            well=False,
            sentence=f"{one.name}: the app lacks {', '.join(lacks)}: take the scopes from "
            "adapters/slack/manifest.yaml and install it again.",
        )
    else:
        yield Examined(well=True, sentence=f"{one.name}: the app has every scope it needs.")
    if needs_scope:
        yield Examined(well=False, sentence=f"{one.name}: {NEEDS_SCOPE}.")
    yield await _log_channel(one, ranks)
    yield _deleting(one)
    for sentence in asks_too_much(actions, one.cannot_delete()):
        # Nothing is broken: the bundled rules are for platforms that have timeouts, too.
        yield Examined(well=True, sentence=f"{one.name}: {sentence}")


def _skewed(date: str, now: datetime) -> str:
    """What is said where our clock is far from Slack's; empty where it is not."""
    try:
        apart = parsedate_to_datetime(date) - now
    except ValueError:
        return ""
    if abs(apart) < TOO_FAR:
        return ""
    return (
        f"this machine's clock is {abs(apart).total_seconds():.0f} s "
        f"{'behind' if apart > timedelta() else 'ahead of'} Slack's, and requests more than five "
        "minutes off are refused: set it right, as with NTP."
    )


async def _log_channel(one: Workspace, ranks: Ranks) -> Examined:
    channel = ranks.log_channel(one.id)
    if not channel:
        return Examined(well=False, sentence=f"{one.name}: {NOWHERE}.")
    try:
        answer = await one.api.call("conversations.info", channel=channel)
    except Gone:
        sentence = (
            f"{one.name}: Bifocal sees no moderators' channel {channel}: invite it there with "
            "/invite @Bifocal, or choose another with /bifocal setup. BIFOCAL_SLACK__LOG_CHANNEL "
            "is an id, such as C0123ABCD, which stands at the end of a channel's details."
        )
        return Examined(well=False, sentence=sentence)
    except BotError as exc:
        sentence = f"{one.name}: the moderators' channel {channel} cannot be looked up: {exc}"
        return Examined(well=False, sentence=sentence)
    found = record(answer.get("channel"))
    name = word(found.get("name")) or channel
    if trouble := _channel_trouble(found, name):
        return Examined(well=False, sentence=f"{one.name}: {trouble}")
    return Examined(well=True, sentence=f"{one.name}: cards go to #{name}.")


def _channel_trouble(found: Shape, name: str) -> str:
    if found.get("is_archived"):
        return f"the moderators' channel #{name} is archived: choose another."
    if not found.get("is_member"):
        return f"invite Bifocal to the moderators' channel #{name}."
    if not found.get("is_private"):
        return (
            f"the moderators' channel #{name} is public, so anybody can read cards, and being in "
            "it makes nobody a moderator: use a private one."
        )
    return ""


def _deleting(one: Workspace) -> Examined:
    if why := one.cannot_delete():
        given = one.holder is not None or bool(one.holder_trouble)
        return Examined(
            well=not given, sentence=f"{one.name}: messages are not deleted here, as {why}."
        )
    holder = one.holder
    who = holder.name if holder else ""
    if holder is not None and "files:write" not in holder.scopes:
        return Examined(
            well=False,
            sentence=f"{one.name}: messages are deleted as {who}, and their files are not: add "
            "the user scope files:write and install the app again.",
        )
    return Examined(
        well=True,
        sentence=f"{one.name}: messages and files are deleted as {who}, as far as the "
        "workspace's settings let administrators.",
    )
