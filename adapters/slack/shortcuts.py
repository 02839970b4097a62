"""Shortcuts: the lines in a message's menu, and the one that asks about a person."""

from adapters.slack import forms
from adapters.slack.api import Shape
from adapters.slack.events import Post
from adapters.slack.front import Front, Person, refusal, team_of
from adapters.slack.links import Links
from adapters.slack.shape import record, word
from adapters.slack.surfaces import opened_modal
from bot.chat.asker import Refused, check_rank
from bot.chat.commands import MENUS, Menu, On
from bot.chat.sheet import Press, Sheet
from bot.errors import BotError

_BY_VERB = {menu.verb: menu for menu in MENUS}


class Shortcuts:
    """Serves shortcuts. A modal says at once that we are at work, then shows the answer."""

    def __init__(self, front: Front, links: Links) -> None:
        self._front = front
        self._links = links

    async def serve(self, body: Shape) -> None:
        """Serve a ``message_action`` or ``shortcut`` payload."""
        menu = _BY_VERB.get(word(body.get("callback_id")))
        if menu is None:
            return
        try:
            person = await self._front.person(body)
            if menu.on is On.PERSON:
                check_rank(person.asker, menu.rank)
                await self._ask(body, person, menu)
                return
            await self._on_message(body, person, menu)
        except BotError as exc:
            await self._refuse(body, refusal(str(exc)))

    async def _on_message(self, body: Shape, person: Person, menu: Menu) -> None:
        front, workspace = self._front, person.workspace
        trigger = word(body.get("trigger_id"))
        surface = await opened_modal(workspace.api, front.draw, workspace.id, trigger)
        await surface.show(await front.sheet(self._answer(body, person, menu)))

    async def _answer(self, body: Shape, person: Person, menu: Menu) -> Sheet:
        post = Post(record(body.get("message")), person.asker.channel_id)
        if not post.ts or not (post.user or post.bot):
            raise Refused("There is nothing in this message to look at.")
        if person.workspace.is_ours(post.user, post.bot):
            raise Refused("This is a message of Bifocal's own.")
        message = await self._links.read(person, post)
        return await self._front.chat.on_message(person.asker, menu.verb, message)

    async def _ask(self, body: Shape, person: Person, menu: Menu) -> None:
        team = person.workspace.id
        press = Press(menu.verb)
        view = forms.ask_person(press, team, self._front.signer.write, menu.label)
        trigger = word(body.get("trigger_id"))
        await person.workspace.api.call("views.open", trigger_id=trigger, view=view)

    async def _refuse(self, body: Shape, sheet: Sheet) -> None:
        front, team = self._front, team_of(body)
        api = (await front.workspaces.of(team)).api
        await opened_modal(api, front.draw, team, word(body.get("trigger_id")), sheet)
