"""Draws a sheet in Discord's components: a coloured container of texts, pictures and buttons.

A message takes 40 components and 4,000 characters of text in all (Discord docs, components
reference); what does not fit is cut, the post's own words first.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import discord
from discord import ui

from adapters.discord.controls import button, choice, menu
from adapters.discord.escape import escaped
from adapters.discord.events import PLATFORM
from bot.chat.sheet import Button, Entry, Press, Sheet, Tone
from bot.chat.signed import Sign
from bot.model import Ref

WORDS = 4000
CHANNELS = "https://discord.com/channels"
ROW = 5
"""Buttons in a row."""
BESIDE = 6
"""Entries that get a button of their own beside them; of longer lists one chooses from a menu."""
TITLE, PARAGRAPH, NAME, VALUE, QUOTE, FOOTER = 200, 900, 60, 200, 1200, 150
"""Characters of each part at most; chosen so that an ordinary card fits in one screen."""

_COLOURS = {Tone.GOOD: 0x2E7D32, Tone.WATCH: 0xE69500, Tone.BAD: 0xC62828}


class _Words:
    """What is left of the 4,000 characters."""

    def __init__(self) -> None:
        self._left = WORDS

    def text(self, text: str, at_most: int, before: str = "", after: str = "") -> str:
        """Escaped text between markup of ours; empty where nothing is left."""
        room = min(at_most, self._left - len(before) - len(after))
        inner = escaped(text, room) if room > 0 else ""
        if not inner:
            return ""
        made = f"{before}{inner}{after}"
        self._left -= len(made) + 1
        return made


def drawn(
    sheet: Sheet, sign: Sign, community_id: str, pictures: Iterable[str] = ()
) -> ui.LayoutView:
    """A sheet as a view that discord.py sends and does not keep.

    ``pictures`` are the names of the files that go with it, shown covered.
    """
    view = ui.LayoutView(timeout=None)
    view.add_item(_container(sheet, sign, community_id, tuple(pictures)))
    # Presses are known by their signed ids, also after a restart: nothing waits in memory.
    view.stop()
    return view


def components_of(view: ui.LayoutView) -> list[dict[str, Any]]:
    """A view as the API takes it."""
    made: list[dict[str, Any]] = view.to_components()  # type: ignore[no-untyped-call]
    return made


def _container(
    sheet: Sheet, sign: Sign, community_id: str, pictures: tuple[str, ...]
) -> "ui.Container[Any]":
    words = _Words()
    box: ui.Container[Any] = ui.Container(accent_colour=_COLOURS.get(sheet.tone))
    footer = words.text(sheet.footer, FOOTER, "-# ")
    for text in _texts(sheet, words):
        box.add_item(ui.TextDisplay(text))
    if pictures:
        items = [
            discord.MediaGalleryItem(f"attachment://{name}", spoiler=True) for name in pictures
        ]
        box.add_item(ui.MediaGallery(*items[:10]))
    for part in _entries(sheet.entries, words, sign, community_id):
        box.add_item(part)
    for each in sheet.choices:
        box.add_item(ui.ActionRow(choice(each, sign(each.press, community_id))))
    for row in _rows((*sheet.buttons, *_to_the_post(sheet.post)), sign, community_id):
        box.add_item(row)
    if footer:
        box.add_item(ui.TextDisplay(footer))
    return box


def _texts(sheet: Sheet, words: _Words) -> Iterator[str]:
    """Title, paragraphs, fields and quote, each a text of its own."""
    head = words.text(sheet.title, TITLE, "### ")
    yield head or "\u200b"
    body = [words.text(each, PARAGRAPH) for each in sheet.body]
    if any(body):
        yield "\n".join(each for each in body if each)
    fields = [
        words.text(value, VALUE, f"**{escaped(name, NAME)}:** ") for name, value in sheet.fields
    ]
    if any(fields):
        yield "\n".join(each for each in fields if each)
    quote = words.text(sheet.quote, QUOTE, "||", "||") if sheet.quote.strip() else ""
    if quote:
        yield quote


def _entries(
    entries: tuple[Entry, ...], words: _Words, sign: Sign, community_id: str
) -> "Iterator[ui.Item[Any]]":
    """A list: few entries with a button beside each, many with a menu below them."""
    pressed = [each for each in entries if each.button and each.button.press]
    beside = len(pressed) <= BESIDE
    lines: list[str] = []
    for entry in entries:
        title = words.text(entry.title, VALUE, "**", "**")
        text = words.text(entry.text, VALUE) if entry.text else ""
        told = "\n".join(each for each in (title, text) if each)
        if not told:
            continue
        if beside and entry.button and (entry.button.press or _leads(entry.button.url)):
            yield ui.Section(told, accessory=button(entry.button, sign, community_id))
        else:
            lines.append(told)
    if lines:
        yield ui.TextDisplay("\n".join(lines))
    if not beside:
        options = [
            (each.title, each.button.press, each.text)
            for each in pressed
            if each.button and each.button.press
        ]
        yield ui.ActionRow(menu("Open…", "entries", options, sign, community_id))


def _to_the_post(ref: str) -> tuple[Button, ...]:
    """A link to the post that a sheet is about, where it is one of Discord's."""
    try:
        address = address_of(Ref.parse(ref))
    except ValueError:
        return ()
    return (Button("See the post", url=address),) if address else ()


def address_of(ref: Ref) -> str:
    """Where a post opens; empty where it is none of Discord's."""
    platform, *numbers = ref
    ours = platform == PLATFORM and all(each.isdecimal() for each in numbers)
    return f"{CHANNELS}/{'/'.join(numbers)}" if ours else ""


def _leads(url: str) -> bool:
    """Whether Discord takes an address for a link."""
    return url.startswith(("https://", "http://"))


def _rows(
    buttons: tuple[Button, ...], sign: Sign, community_id: str
) -> "Iterator[ui.ActionRow[Any]]":
    """Buttons in rows of five; the rare ones in a menu behind them."""
    plain = [each for each in buttons if not each.rare and (each.press or _leads(each.url))]
    for start in range(0, len(plain), ROW):
        row = plain[start : start + ROW]
        yield ui.ActionRow(*(button(each, sign, community_id) for each in row))
    rare: list[tuple[str, Press, str]] = [
        (each.label, each.press, "") for each in buttons if each.rare and each.press
    ]
    if rare:
        yield ui.ActionRow(menu("More…", "more", rare, sign, community_id))
