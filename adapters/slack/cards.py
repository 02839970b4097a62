"""Cards in the moderators' channel."""

from dataclasses import replace
from typing import NamedTuple

from adapters.slack.api import Shape
from adapters.slack.draw import OPENS, Draw
from adapters.slack.ranks import Ranks
from adapters.slack.reading import permalink, read
from adapters.slack.sent import Sent
from adapters.slack.shape import word
from adapters.slack.workspace import Workspace
from adapters.slack.workspaces import Workspaces
from bot.chat.case_sheet import sheet_of
from bot.chat.sheet import Button, Sheet
from bot.errors import Gone, NotPermitted
from bot.model import Ref
from bot.review.card import Card

NOWHERE = (
    "no channel was chosen for cards: an administrator chooses one with /bifocal setup, or sets "
    "BIFOCAL_SLACK__LOG_CHANNEL"
)


class Place(NamedTuple):
    """Where a card stands, as its id says it."""

    team: str
    channel: str
    ts: str

    @classmethod
    def parse(cls, card_id: str) -> "Place":
        """Read an id.

        Raises:
            Gone: it is none of ours.
        """
        parts = card_id.split(":")
        if len(parts) != 3:  # noqa: PLR2004 - team, channel, ts
            raise Gone("no such card on Slack")
        return cls(*parts)


class Cards:
    """Puts cards up, changes them, takes them away."""

    def __init__(self, workspaces: Workspaces, ranks: Ranks, sent: Sent, draw: Draw) -> None:
        self._workspaces = workspaces
        self._ranks = ranks
        self._sent = sent
        self._draw = draw

    async def post(self, card: Card, nonce: str) -> str:
        """Put a card before its workspace's moderators.

        Raises:
            NotPermitted: no channel was chosen, or we may not post there.
        """
        workspace = await self._workspace(card)
        channel = self._ranks.log_channel(workspace.id)
        if not channel:
            raise NotPermitted(NOWHERE)
        body = self._draw.message(await self._sheet(workspace, card), workspace.id)

        async def send(metadata: Shape) -> str:
            answer = await workspace.api.call(
                "chat.postMessage",
                channel=channel,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
                **body,
            )
            return word(answer.get("ts"))

        try:
            return await self._sent.once(workspace.api, nonce, f"{workspace.id}:{channel}", send)
        except Gone as exc:
            raise NotPermitted(
                f"Slack does not show the moderators' channel {channel} to Bifocal: invite it "
                "there, or choose another with /bifocal setup"
            ) from exc

    async def redraw(self, card_id: str, card: Card) -> None:
        """Show a card as it is now; Gone where somebody took it away."""
        place = Place.parse(card_id)
        workspace = await self._workspaces.of(place.team)
        body = self._draw.message(await self._sheet(workspace, card), workspace.id)
        await workspace.api.call("chat.update", channel=place.channel, ts=place.ts, **body)

    async def find(self, nonce: str) -> str | None:
        """The id of the card that carries this nonce, if it stands."""
        where = await self._sent.place(nonce)
        if not where:
            return None
        try:
            workspace = await self._workspaces.of(where.partition(":")[0])
            found = await self._sent.found(workspace.api, nonce)
            if found is None:
                return None
            place = Place.parse(found)
            stands = await read(workspace.api, place.channel, place.ts)
        except Gone:
            return None
        return found if stands else None

    async def remove(self, card_id: str) -> None:
        """Take a card away; Gone where it is not there."""
        place = Place.parse(card_id)
        workspace = await self._workspaces.of(place.team)
        await workspace.api.call("chat.delete", channel=place.channel, ts=place.ts)

    async def _workspace(self, card: Card) -> Workspace:
        if card.community_id:
            return await self._workspaces.of(card.community_id)
        known = self._workspaces.known
        if len(known) != 1:
            raise NotPermitted("the card does not say whose moderators it is for")
        return known[0]

    async def _sheet(self, workspace: Workspace, card: Card) -> Sheet:
        """With the link to the post as Slack itself writes it, also within a thread."""
        sheet = sheet_of(card)
        if not sheet.post:
            return sheet
        ref = Ref.parse(sheet.post)
        place = workspace.link(ref.channel_id, ref.message_id)
        link = await permalink(workspace.api, ref.channel_id, ref.message_id, place)
        return replace(sheet, post="", buttons=(*sheet.buttons, Button(OPENS, url=link)))
