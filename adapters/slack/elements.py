"""The parts of Block Kit: texts, buttons, menus. Pure.

A press travels signed: in a button's and an option's ``value``, and in the ``block_id`` of what
is chosen from. ``action_id`` says the verb, for people who read payloads; nothing trusts it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from adapters.slack.api import Shape
from adapters.slack.text import fitted
from bot.chat.sheet import Button, Choice, Of, Option, Picture, Press, Style
from bot.chat.signed import Sign

PARAGRAPH = 2900
"""Of the 3,000 characters a section takes."""
LABEL, OPTION, VALUE = 75, 75, 150
IN_ACTIONS, IN_OVERFLOW, IN_SELECT = 25, 5, 100
URL = 3000
LINK = "link"
"""What a link's ``value`` says: Slack tells us of the press, and nothing is to be done."""
PICTURE = "picture"
"""The verb that asks for a kept picture; ours, as Slack has no spoiler."""

_STYLES = {Style.MAIN: "primary", Style.HARSH: "danger"}


def short(text: str, most: int) -> Shape:
    """A label."""
    return {"type": "plain_text", "text": fitted(text.strip() or "…", most), "emoji": False}


def paragraph(text: str, *, quoted: bool = False) -> Iterator[Shape]:
    """Words as they are written: no mark, link or mention in them is one."""
    if not text.strip():
        return
    said = fitted(text.strip(), PARAGRAPH)
    if quoted:
        # Every line costs one more character.
        said = fitted(text.strip(), PARAGRAPH - 1 - min(text.count("\n"), PARAGRAPH // 2))
        said = ">" + said.replace("\n", "\n>")
    yield {"type": "section", "text": {"type": "mrkdwn", "text": said, "verbatim": True}}


def line(text: str) -> Shape:
    """Small print."""
    said = {"type": "mrkdwn", "text": fitted(text.strip(), 2000), "verbatim": True}
    return {"type": "context", "elements": [said]}


class Elements:
    """Makes the parts of one sheet, each with an id of its own."""

    def __init__(self, sign: Sign, community_id: str) -> None:
        self._sign = sign
        self._community = community_id
        self._used: Counter[str] = Counter()
        self._numbers = count(1)

    def button(self, button: Button) -> Shape:
        """A button, or a link."""
        made: Shape = {"type": "button", "text": short(button.label, LABEL)}
        made |= {"action_id": self._named(button.press.verb if button.press else LINK)}
        if button.press is None:
            return made | {"value": LINK} | ({"url": button.url} if _opens(button.url) else {})
        style = _STYLES.get(button.style)
        made |= {"value": self._written(button.press)}
        return made | ({"style": style} if style else {})

    def buttons(self, buttons: Sequence[Button]) -> Iterator[Shape]:
        """Rows of buttons; what is rare stands in menus behind them."""
        rare = [one for one in buttons if one.rare]
        if len(rare) == 1:  # a menu of one is none
            rare = []
        shown = [self.button(one) for one in buttons if one not in rare]
        shown.extend(
            self._overflow(rare[start : start + IN_OVERFLOW])
            for start in range(0, len(rare), IN_OVERFLOW)
        )
        yield from _rows(shown)

    def pictures(self, pictures: Sequence[Picture]) -> Iterator[Shape]:
        """One button for each: Slack covers nothing, so a picture comes to who asks, alone."""
        shown = []
        for number, picture in enumerate(pictures, 1):
            label = "Show the picture" if len(pictures) == 1 else f"Show picture {number}"
            shown.append(self.button(Button(label, Press(PICTURE, picture.name))))
        yield from _rows(shown)

    def choices(self, choices: Sequence[Choice]) -> Iterator[Shape]:
        """Menus, each with its label before it."""
        for choice in choices:
            if choice.of is Of.OPTIONS and not choice.options:
                continue
            label = {"type": "mrkdwn", "text": fitted(choice.label or "…", 200), "verbatim": True}
            yield {
                "type": "section",
                "block_id": f"{next(self._numbers)}:{self._written(choice.press)}",
                "text": label,
                "accessory": self._select(choice),
            }

    def _select(self, choice: Choice) -> Shape:
        several = choice.at_most > 1
        made: Shape = {
            "action_id": self._named(choice.press.verb),
            "placeholder": short("Choose", 150),
        }
        if several:
            made["max_selected_items"] = choice.at_most
        chosen = list(choice.chosen)
        if choice.of is Of.CHANNELS:
            made |= {"filter": {"include": ["public", "private"], "exclude_bot_users": True}}
            return made | _picked("conversations", chosen, several=several)
        if choice.of is Of.GROUPS:
            return made | _picked("users", chosen, several=several)
        options = [option_of(one) for one in choice.options[:IN_SELECT]]
        first = [one for one in options if one["value"] in chosen]
        kind = "multi_static_select" if several else "static_select"
        made |= {"type": kind, "options": options}
        if first and several:
            made["initial_options"] = first[: choice.at_most]
        elif first:
            made["initial_option"] = first[0]
        return made

    def _overflow(self, rare: Sequence[Button]) -> Shape:
        options = []
        for one in rare:
            value = self._written(one.press) if one.press else LINK
            option: Shape = {"text": short(one.label, OPTION), "value": value}
            if one.press is None and _opens(one.url):
                option["url"] = one.url
            options.append(option)
        return {"type": "overflow", "action_id": self._named("more"), "options": options}

    def _written(self, press: Press) -> str:
        return self._sign(press, self._community)

    def _named(self, verb: str) -> str:
        self._used[verb] += 1
        times = self._used[verb]
        return verb if times == 1 else f"{verb}:{times}"


def option_of(option: Option) -> Shape:
    """One of several to choose from."""
    made: Shape = {"text": short(option.label, OPTION), "value": option.value[:VALUE]}
    return made | ({"description": short(option.about, OPTION)} if option.about.strip() else {})


def _picked(what: str, chosen: list[str], *, several: bool) -> Shape:
    if several:
        made: Shape = {"type": f"multi_{what}_select"}
        return made | ({f"initial_{what}": chosen} if chosen else {})
    made = {"type": f"{what}_select"}
    return made | ({f"initial_{what.removesuffix('s')}": chosen[0]} if chosen else {})


def _rows(shown: Sequence[Shape]) -> Iterator[Shape]:
    for start in range(0, len(shown), IN_ACTIONS):
        yield {"type": "actions", "elements": list(shown[start : start + IN_ACTIONS])}


def _opens(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= URL
