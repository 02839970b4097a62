"""Buttons, menus and forms: what was pressed, who pressed it, and where the answer is shown."""

from adapters.slack import forms
from adapters.slack.api import Shape
from adapters.slack.elements import LINK, PICTURE
from adapters.slack.forms import answers_of, chosen_in
from adapters.slack.front import Front, Person, refusal, team_of
from adapters.slack.home import Home
from adapters.slack.pictures import Pictures
from adapters.slack.shape import record, records, word
from adapters.slack.surfaces import WORKING, Modal, Surface, opened_modal
from bot.chat import lists
from bot.chat.asker import Rank, check_rank
from bot.chat.sheet import Press, Sheet
from bot.errors import BotError


class Presses:
    """Serves presses. Every one is acknowledged at once and carried out after."""

    def __init__(self, front: Front, home: Home, pictures: Pictures) -> None:
        self._front = front
        self._home = home
        self._pictures = pictures

    async def pressed(self, body: Shape) -> None:
        """Serve a ``block_actions`` payload."""
        for action in records(body.get("actions")):
            signed, chosen = _signed(action)
            if signed == LINK:
                continue
            try:
                await self._one(body, signed, chosen)
            except BotError as exc:
                await self._tell(body, refusal(str(exc)))

    async def submitted(self, body: Shape) -> Shape:
        """Serve a ``view_submission``; what the modal shows next."""
        view, front = record(body.get("view")), self._front
        team = team_of(body)

        def later() -> Surface:
            api = front.workspaces.known_of(team).api
            return Modal(api, word(view.get("id")), front.draw, team)

        sheet = await front.soon(self._submission(body, view), later, "form")
        shown = front.draw.modal(sheet or WORKING, team)
        return {"response_action": "update", "view": shown}

    async def _submission(self, body: Shape, view: Shape) -> Sheet:
        front = self._front
        person = await front.person(body)
        press = await front.press(word(view.get("private_metadata")), person)
        answers = answers_of(view)
        if view.get("callback_id") == forms.ASK_PERSON:
            about = await person.workspace.people.person(answers.get("person", ""))
            return await front.chat.on_person(person.asker, press.verb, about.author())
        answer = await front.chat.press(person.asker, press, answers)
        # Closing the form, they may be back on their Home, which must not show what is past.
        front.background.start(self._home.publish(person), "home")
        return answer

    async def _one(self, body: Shape, signed: str, chosen: str | None) -> None:
        front = self._front
        person = await front.person(body)
        press = await front.press(signed, person)
        if press.verb == PICTURE:
            await self._picture(body, person, press)
            return
        form = front.chat.form_of(person.asker, press)
        if form is not None and chosen is None:
            view = forms.view_of(form, team_of(body), front.signer.write)
            await _open(person, body, view)
            return
        answers = None if chosen is None else {"chosen": chosen}
        if _is_home(body) and lists.knows(press.verb):
            page = await front.sheet(front.chat.press(person.asker, press, answers))
            await self._home.publish(person, page)
            return
        surface = await self._surface(body, person)
        await surface.show(await front.sheet(front.chat.press(person.asker, press, answers)))
        if record(body.get("container")).get("type") == "view":
            await self._home.publish(person)

    async def _picture(self, body: Shape, person: Person, press: Press) -> None:
        check_rank(person.asker, Rank.MODERATOR)
        blocks = await self._pictures.blocks(person.workspace, self._front.chat, press.subject)
        container = record(body.get("container"))
        if container.get("type") == "view":
            view = self._front.draw.modal(Sheet("Picture"), person.workspace.id)
            await _open(person, body, {**view, "blocks": blocks})
            return
        await self._pictures.put_up(
            lambda: person.workspace.api.call(
                "chat.postEphemeral",
                channel=person.asker.channel_id,
                user=person.asker.id,
                text="A kept picture, shown to you alone.",
                blocks=blocks,
            )
        )

    async def _surface(self, body: Shape, person: Person) -> Surface:
        """Where the answer to a press goes."""
        front, container = self._front, record(body.get("container"))
        if container.get("type") != "view":
            return front.hook(body, replace=bool(container.get("is_ephemeral")))
        api, team = person.workspace.api, person.workspace.id
        if _is_home(body):
            return await opened_modal(api, front.draw, team, word(body.get("trigger_id")))
        return Modal(api, word(container.get("view_id")), front.draw, team)

    async def _tell(self, body: Shape, sheet: Sheet) -> None:
        """Say no where it was pressed."""
        front, container = self._front, record(body.get("container"))
        if container.get("type") != "view":
            await front.hook(body).show(sheet)
            return
        team = team_of(body)
        api = (await front.workspaces.of(team)).api
        view = front.draw.modal(sheet, team)
        method = "views.open" if _is_home(body) else "views.push"
        await api.call(method, trigger_id=word(body.get("trigger_id")), view=view)


async def _open(person: Person, body: Shape, view: Shape) -> None:
    """Show a modal, on top of the one that was pressed in."""
    within = record(body.get("container")).get("type") == "view" and not _is_home(body)
    method = "views.push" if within else "views.open"
    trigger = word(body.get("trigger_id"))
    await person.workspace.api.call(method, trigger_id=trigger, view=view)


def _is_home(body: Shape) -> bool:
    return record(body.get("view")).get("type") == "home"


def _signed(action: Shape) -> tuple[str, str | None]:
    """The signed press of an action, and what was chosen where it is a menu.

    Raises nothing: what is not of a kind we make reads as a press that nobody signed.
    """
    kind = word(action.get("type"))
    if kind == "button":
        return word(action.get("value")), None
    if kind == "overflow":
        return word(record(action.get("selected_option")).get("value")), None
    _number, _colon, signed = word(action.get("block_id")).partition(":")
    return signed, chosen_in(action)
