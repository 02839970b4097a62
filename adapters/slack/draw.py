"""A sheet as Block Kit, within every limit, every text shown as text. Pure.

Limits: docs.slack.dev/reference/block-kit/blocks, …/block-elements, …/composition-objects.
"""

import json
from collections.abc import Callable, Iterator, Sequence

from adapters.slack.api import Shape
from adapters.slack.elements import Elements, line, paragraph, short
from adapters.slack.text import fitted
from bot.chat.sheet import Button, Entry, Sheet, Tone
from bot.chat.signed import Sign
from bot.model import Ref

OPENS = "Open in Slack"
IN_MESSAGE, IN_VIEW = 50, 100
"""Blocks."""
BYTES = 200_000
"""Of JSON in all; Slack refuses views of more than 250 kB."""
HEADER = 150
FIELDS, FIELD = 10, 2000
FALLBACK = 3000
"""Characters of what notifications and screen readers get; chosen by eye below Slack's 40,000."""

_DOTS = {Tone.GOOD: "🟢 ", Tone.WATCH: "🟠 ", Tone.BAD: "🔴 ", Tone.PLAIN: ""}


Link = Callable[[Ref], str]
"""Where a post opens in Slack; empty where that is not known."""


class Draw:
    """Draws sheets; ``sign`` turns a press into a button's id."""

    def __init__(self, sign: Sign, link: Link) -> None:
        self._sign = sign
        self._link = link

    def message(self, sheet: Sheet, community_id: str) -> Shape:
        """``text`` and ``blocks`` of a message."""
        said = " · ".join(part for part in (sheet.title, *sheet.body[:1]) if part)
        return {
            "text": fitted(said or "Bifocal", FALLBACK),
            "blocks": self.blocks(sheet, community_id, IN_MESSAGE),
        }

    def modal(self, sheet: Sheet, community_id: str, metadata: str = "") -> Shape:
        """A modal that shows a sheet."""
        return {
            "type": "modal",
            "title": short("Bifocal", 24),
            "close": short("Close", 24),
            "private_metadata": metadata,
            "blocks": self.blocks(sheet, community_id, IN_VIEW),
        }

    def home(self, sheet: Sheet, community_id: str) -> Shape:
        """The App Home."""
        return {"type": "home", "blocks": self.blocks(sheet, community_id, IN_VIEW)}

    def blocks(self, sheet: Sheet, community_id: str, most: int) -> list[Shape]:
        """The sheet as at most so many blocks; what is pressed is kept, words are cut first."""
        elements = Elements(self._sign, community_id)
        tail = [
            *elements.pictures(sheet.pictures),
            *elements.choices(sheet.choices),
            *elements.buttons((*sheet.buttons, *self._opens(sheet))),
            *_footer(sheet),
        ]
        tail = tail[: most - 2]
        head = [*_head(sheet), *_entries(sheet.entries, elements)]
        room, size = most - len(tail), BYTES - _bytes(tail)
        if len(head) > room or _bytes(head) > size:
            head = [*_fitting(head[: room - 1], size), line("There is more than fits here.")]
        return [*head, *tail] or [line("There is nothing to show.")]

    def _opens(self, sheet: Sheet) -> tuple[Button, ...]:
        """So that what we may not do about a post is one press away for a person."""
        url = self._link(Ref.parse(sheet.post)) if sheet.post else ""
        return (Button(OPENS, url=url),) if url else ()


def _bytes(blocks: Sequence[Shape]) -> int:
    return len(json.dumps(blocks))


def _fitting(blocks: Sequence[Shape], size: int) -> Iterator[Shape]:
    for block in blocks:
        size -= _bytes([block])
        if size < 0:
            return
        yield block


def _head(sheet: Sheet) -> Iterator[Shape]:
    if sheet.title.strip():
        title = fitted(_DOTS[sheet.tone] + sheet.title.strip(), HEADER)
        yield {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    for one in sheet.body:
        yield from paragraph(one)
    yield from _fields(sheet.fields)
    if sheet.quote.strip():
        yield from paragraph(sheet.quote, quoted=True)


def _fields(fields: Sequence[tuple[str, str]]) -> Iterator[Shape]:
    shown = [
        {"type": "mrkdwn", "text": f"*{fitted(name, 100)}*\n{fitted(value, FIELD - 200)}"}
        | {"verbatim": True}
        for name, value in fields
    ]
    for start in range(0, len(shown), FIELDS):
        yield {"type": "section", "fields": shown[start : start + FIELDS]}


def _entries(entries: Sequence[Entry], elements: Elements) -> Iterator[Shape]:
    for entry in entries:
        said = f"*{fitted(entry.title.strip() or '…', 200)}*"
        if entry.text.strip():
            said += "\n" + fitted(entry.text.strip(), 2000)
        block: Shape = {"type": "section", "text": {"type": "mrkdwn", "text": said}}
        block["text"]["verbatim"] = True
        if entry.button is not None:
            block["accessory"] = elements.button(entry.button)
        yield block


def _footer(sheet: Sheet) -> Iterator[Shape]:
    if sheet.footer.strip():
        yield line(sheet.footer)
