"""Modals and App Home views: filling in, pressing, submitting, and Slack's stack of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.slack import interactions
from tests.emulators.slack.blocks import check_view
from tests.emulators.slack.controls import Choice, controls, find, is_empty, state_of, words_of
from tests.emulators.slack.kinds import AppMisbehaved, Json, NotPossible, Refused

if TYPE_CHECKING:
    from tests.emulators.slack.delivery import Delivery
    from tests.emulators.slack.people import User

_WRITTEN = ("title", "submit", "close")


@dataclass(eq=False)
class View:
    """One view as the app last gave it, and what its reader has filled in."""

    user: "User"
    id: str
    given: Json
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    filled: dict[tuple[str, str], Json] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.given["type"])

    @property
    def blocks(self) -> list[Json]:
        return list(self.given["blocks"])

    @property
    def all_blocks(self) -> list[Json]:
        return self.blocks

    @property
    def callback_id(self) -> str:
        return str(self.given.get("callback_id", ""))

    @property
    def title(self) -> str:
        return str(self.given["title"]["text"]) if "title" in self.given else ""

    @property
    def metadata(self) -> str:
        return str(self.given.get("private_metadata", ""))

    @property
    def controls(self) -> list[str]:
        """The action_ids on it, in order."""
        return [control.action_id for control in controls(self.blocks)]

    @property
    def words(self) -> str:
        """Everything a person reads on it, a line for each piece of text."""
        return words_of([self.given.get(name) for name in _WRITTEN] + self.blocks)

    def fill(self, answers: Mapping[str, Choice]) -> None:
        """Put values into fields named by block_id, action_id or label.

        Raises:
            NotPossible: no such field or option, or the text is too long or short.
        """
        for name, choice in answers.items():
            control = find(self.blocks, name)
            self.filled[control.block_id, control.action_id] = control.chosen(choice)

    async def submit(self, answers: Mapping[str, Choice] | None = None) -> dict[str, str]:
        """Fill in and press Submit; the app's errors by block_id, empty when it took it.

        Raises:
            NotPossible: a field that must be filled is empty, or there is nothing to submit.
            AppMisbehaved: not acknowledged in time, or with an answer Slack would not take.
        """
        self.fill(answers or {})
        state = state_of(self.blocks, self.filled)["values"]
        for block in self.blocks:
            if block["type"] != "input" or block.get("optional"):
                continue
            if is_empty(state[block["block_id"]][block["element"]["action_id"]]):
                raise NotPossible(f"{block['block_id']} must be filled in")
        if self not in self.user.views:
            raise NotPossible("this modal is no longer open")
        answer = await interactions.submit(self)
        return self._taken(answer or {})

    async def press(self, control: str, **changes: Any) -> "Delivery":
        """Press a button on it; see ``Message.press``."""
        return await interactions.press(self, self.user, control, None, changes)

    async def choose(self, control: str, choice: str | Sequence[str], **changes: Any) -> "Delivery":
        """Choose in one of its menus, and tell the app at once."""
        found = find(self.blocks, control)
        self.filled[found.block_id, found.action_id] = found.chosen(choice)
        return await interactions.press(self, self.user, control, choice, changes)

    async def suggest(self, control: str, typed: str) -> list[str]:
        """Type in a select that asks the app for options; the options' words."""
        return await interactions.suggest(self, self.user, control, typed)

    async def close(self, *, all_of_them: bool = False) -> None:
        """Press Cancel (or the cross, which closes the whole stack)."""
        stack = self.user.views
        gone = list(stack) if all_of_them else [self]
        for view in reversed(gone):
            stack.remove(view)
            if view.given.get("notify_on_close"):
                await interactions.closed(view, cleared=all_of_them)

    def visible_to(self, user: "User") -> bool:
        return user is self.user and (self.user.home is self or self in self.user.views)

    def placed(self, user: "User") -> Json:
        """Where a press happened, as its payload says it."""
        return {"container": {"type": "view", "view_id": self.id}, "view": self.shape()}

    def replace(self, given: Json) -> None:
        """A new version of it; what was filled in stays where the field does, as in Slack."""
        self.given, self.hash = given, self.user.world.new_hash()
        here = {(one.block_id, one.action_id) for one in controls(self.blocks)}
        self.filled = {key: value for key, value in self.filled.items() if key in here}

    def _taken(self, answer: Json) -> dict[str, str]:
        stack, action = self.user.views, answer.get("response_action")
        if action == "errors":
            return self._complaints(answer)
        if action in ("update", "push"):
            given = answer.get("view")
            try:
                settled = check_view(given, "modal")
            except Refused as exc:
                raise AppMisbehaved(f"{action} with a bad view: {exc.fields}") from exc
            if action == "update":
                self.replace(settled)
            else:
                open_view(self.user, settled, on_top_of=self)
        elif action == "clear":
            stack.clear()
        elif action is None:
            stack.remove(self)
        else:
            raise AppMisbehaved(f"unknown response_action {action!r}")
        self.user.world.stir()
        return {}

    def _complaints(self, answer: Json) -> dict[str, str]:
        errors = answer.get("errors")
        inputs = {block["block_id"] for block in self.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise AppMisbehaved(f"errors must name input blocks {sorted(inputs)}: {errors!r}")
        return {str(name): str(text) for name, text in errors.items()}

    def shape(self) -> Json:
        given, user = self.given, self.user
        app = user.team.installation
        return {
            "id": self.id,
            "team_id": user.team.id,
            "type": self.type,
            "blocks": self.blocks,
            "private_metadata": self.metadata,
            "callback_id": self.callback_id,
            "state": state_of(self.blocks, self.filled),
            "hash": self.hash,
            "title": given.get("title", {"type": "plain_text", "text": "View Title"}),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "clear_on_close": bool(given.get("clear_on_close")),
            "notify_on_close": bool(given.get("notify_on_close")),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id or self.id,
            "app_id": user.world.app.id,
            "external_id": given.get("external_id", ""),
            "app_installed_team_id": user.team.id,
            "bot_id": app.bot.bot_id if app else "",
        }


def open_view(user: "User", given: Json, on_top_of: View | None = None) -> View:
    """Show a person a modal: alone, or on top of another.

    Raises:
        Refused: ``push_limit_reached``: three on a stack are Slack's most.
    """
    if on_top_of and len(user.views) >= 3:
        raise Refused("push_limit_reached")
    world = user.world
    view = View(user, world.ids.next("V"), given, world.new_hash())
    if on_top_of:
        view.root_id, view.previous_id = on_top_of.root_id or on_top_of.id, on_top_of.id
        user.views.append(view)
    else:
        user.views[:] = [view]
    world.views[view.id] = view
    world.stir()
    return view
