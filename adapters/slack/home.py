"""The App Home: the queue for moderators, their own cases for everybody else."""

from adapters.slack.api import Shape
from adapters.slack.front import Front, Person
from adapters.slack.shape import word
from bot.chat.sheet import Sheet


class Home:
    """Publishes the page, for one person at a time."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def opened(self, team: str, event: Shape) -> None:
        """Somebody opened it."""
        if event.get("tab") not in {None, "home"}:
            return
        body: Shape = {"team_id": team, "user_id": word(event.get("user"))}
        await self.publish(await self._front.person(body))

    async def publish(self, person: Person, sheet: Sheet | None = None) -> None:
        """Show a page, the first where none is given, as it is now."""
        front = self._front
        if sheet is None:
            sheet = await front.sheet(front.chat.home(person.asker))
        view = front.draw.home(sheet, person.workspace.id)
        await person.workspace.api.call("views.publish", user_id=person.asker.id, view=view)
