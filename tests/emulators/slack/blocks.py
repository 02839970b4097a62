"""Block Kit as Slack checks it: slack_sdk's own models both ways, then the documented limits.

Limits: https://docs.slack.dev/reference/block-kit/blocks and …/block-elements, …/views.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, cast

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.emulators.slack.controls import controls
from tests.emulators.slack.kinds import Json, Refused, invalid

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_TEXT = 40_000
VIEW_BYTES = 250_000

_IN_BOTH = frozenset(
    {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
)
_IN_MESSAGES = _IN_BOTH | {"context_actions", "file", "markdown", "table"}
_IN_INPUT_ONLY = ("plain_text_input", "email_text_input", "url_text_input", "number_input")


def check_message(body: Json) -> dict[str, Any]:
    """The ``text``, ``blocks`` and ``attachments`` of a message, checked and with ids filled in.

    Raises:
        Refused: ``no_text``, ``msg_too_long``, ``invalid_blocks``, ``invalid_attachments``.
    """
    text = str(body.get("text") or "")
    blocks, attachments = body.get("blocks") or [], body.get("attachments") or []
    if not (text or blocks or attachments):
        raise Refused("no_text")
    if len(text) > MESSAGE_TEXT:
        raise Refused("msg_too_long")
    if not isinstance(attachments, list) or len(attachments) > 100:
        raise Refused("invalid_attachments")
    settled = [
        {**one, "blocks": check_blocks(one["blocks"])} if one.get("blocks") else dict(one)
        for one in attachments
    ]
    return {"text": text, "blocks": check_blocks(blocks), "attachments": settled}


def check_view(given: object, *kinds: str) -> Json:
    """A view as Slack will hold it.

    Raises:
        Refused: ``invalid_arguments`` with what is wrong, or ``view_too_large``.
    """
    if not isinstance(given, dict) or given.get("type") not in kinds:
        raise invalid(f"must provide a view of type {' or '.join(kinds)}")
    if len(json.dumps(given)) > VIEW_BYTES:
        raise Refused("view_too_large")
    view, wrong = dict(given), list(_view_faults(given))
    if wrong:
        raise invalid(*wrong)
    try:
        view["blocks"] = check_blocks(given["blocks"], within=view["type"])
    except Refused as exc:
        raise invalid(*exc.fields["errors"]) from exc  # type: ignore[misc]
    return view


def check_blocks(given: object, within: str = "message") -> list[Json]:
    """Blocks with the ids that Slack fills in.

    Raises:
        Refused: ``invalid_blocks``; ``errors`` says where and why.
    """
    if isinstance(given, str):
        given = _parsed(given)
    if not isinstance(given, list) or not all(isinstance(block, dict) for block in given):
        raise invalid("blocks must be a list of objects", error="invalid_blocks")
    wrong = [*_count_faults(given, within), *_round_trip_faults(given)]
    for place, block in enumerate(given):
        wrong += [f"{fault} [json-pointer:/blocks/{place}]" for fault in _faults(block, within)]
    settled = _with_ids(given)
    wrong += _double_ids(settled)
    if wrong:
        raise invalid(*wrong, error="invalid_blocks")
    return settled


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as exc:
        raise invalid("blocks are no JSON", error="invalid_blocks_format") from exc


def _count_faults(blocks: list[Json], within: str) -> Iterator[str]:
    most = MESSAGE_BLOCKS if within == "message" else VIEW_BLOCKS
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:/blocks]"


def _round_trip_faults(blocks: list[Json]) -> Iterator[str]:
    """What slack_sdk's models refuse, or lose on the way there and back."""
    for place, block in enumerate(blocks):
        where = f"[json-pointer:/blocks/{place}]"
        try:
            (parsed,) = cast("list[Block | None]", Block.parse_all([block]))
            # An unknown type is parsed to None, whatever the annotation says.
            back = parsed.to_dict() if parsed is not None else {}
        except (SlackObjectFormationError, TypeError, AttributeError, KeyError) as exc:
            yield f"{exc} {where}"
            continue
        if lost := set(_paths(block)) - set(_paths(back)):
            yield f"unknown or misplaced: {sorted(lost)} {where}"


def _paths(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(inner, f"{path}[{place}]")
    elif value not in (None, ""):  # the models leave out what is empty
        yield path


def _faults(block: Json, within: str) -> Iterator[str]:
    kind = str(block.get("type"))
    allowed = _IN_MESSAGES if within == "message" else _IN_BOTH
    if kind not in allowed:
        yield f"unsupported type: {kind}"
    yield from _long(block, "block_id", 255)
    if kind in _OF_KIND:
        yield from _OF_KIND[kind](block)
    for control in controls([block]):
        yield from _element_faults(control.element)
        if control.kind in _IN_INPUT_ONLY and kind != "input":
            yield f"{control.kind} belongs in an input block"


def _header(block: Json) -> Iterator[str]:
    yield from _text(block.get("text"), 150, "plain_text", needed=True)


def _section(block: Json) -> Iterator[str]:
    fields = block.get("fields", [])
    yield from _text(block.get("text"), 3000, needed=not fields)
    for one in fields:
        yield from _text(one, 2000)
    if len(fields) > 10:
        yield "no more than 10 fields allowed"


def _context(block: Json) -> Iterator[str]:
    yield from _elements(block, 10)
    for element in block.get("elements") or []:
        if element.get("type") != "image":
            yield from _text(element, 3000)


def _actions(block: Json) -> Iterator[str]:
    yield from _elements(block, 25)


def _input(block: Json) -> Iterator[str]:
    yield from _text(block.get("label"), 2000, "plain_text", needed=True)
    yield from _text(block.get("hint"), 2000, "plain_text")


def _elements(block: Json, most: int) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= most:
        yield f"between 1 and {most} elements allowed, got {len(elements)}"


def _image(block: Json) -> Iterator[str]:
    if not block.get("image_url") and not block.get("slack_file"):
        yield "an image needs image_url or slack_file"
    if not block.get("alt_text"):
        yield "missing required field: alt_text"
    yield from _long(block, "image_url", 3000)
    yield from _long(block, "alt_text", 2000)


_OF_KIND: dict[str, Callable[[Json], Iterator[str]]] = {
    "actions": _actions,
    "context": _context,
    "header": _header,
    "image": _image,
    "input": _input,
    "section": _section,
}


def _element_faults(element: Json) -> Iterator[str]:
    kind = str(element.get("type"))
    yield from _long(element, "action_id", 255)
    yield from _text(element.get("placeholder"), 150, "plain_text")
    if kind == "button":
        yield from _text(element.get("text"), 75, "plain_text", needed=True)
        yield from _long(element, "value", 2000)
        yield from _long(element, "url", 3000)
        if element.get("style", "primary") not in ("primary", "danger"):
            yield "style is primary or danger"
    options = element.get("options")
    most = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}.get(kind, 100)
    if options is not None and not 1 <= len(options) <= most:
        yield f"between 1 and {most} options allowed in {kind}, got {len(options)}"
    groups = element.get("option_groups") or []
    if len(groups) > 100:
        yield "no more than 100 option groups allowed"
    for option in [*(options or []), *(one for group in groups for one in group["options"])]:
        yield from _option_faults(option)
    if confirm := element.get("confirm"):
        yield from _text(confirm.get("title"), 100, "plain_text", needed=True)
        yield from _text(confirm.get("text"), 300, needed=True)
        yield from _text(confirm.get("confirm"), 30, "plain_text")
        yield from _text(confirm.get("deny"), 30, "plain_text")


def _option_faults(option: Json) -> Iterator[str]:
    yield from _text(option.get("text"), 75, needed=True)
    yield from _text(option.get("description"), 75)
    yield from _long(option, "value", 150)


def _view_faults(view: Json) -> Iterator[str]:
    if not isinstance(view.get("blocks"), list):
        yield "missing required field: blocks"
    if view["type"] == "modal":
        yield from _text(view.get("title"), 24, "plain_text", needed=True)
        yield from _text(view.get("submit"), 24, "plain_text")
        yield from _text(view.get("close"), 24, "plain_text")
        asks = any(block.get("type") == "input" for block in view.get("blocks") or [])
        if asks and not view.get("submit"):
            yield "missing required field: submit, as there is an input block"
    yield from _long(view, "private_metadata", 3000)
    yield from _long(view, "callback_id", 255)
    yield from _long(view, "external_id", 255)


def _text(text: Any, most: int, kind: str = "", *, needed: bool = False) -> Iterator[str]:
    if text is None:
        if needed:
            yield "missing required text"
        return
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"must be a text object, got {text!r}"
        return
    if kind and text["type"] != kind:
        yield f"must be {kind}, got {text['type']}"
    length = len(text.get("text") or "")
    if not 1 <= length <= most:
        yield f"must be between 1 and {most} characters, got {length}"


def _long(holder: Json, name: str, most: int) -> Iterator[str]:
    value = holder.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > most):
        yield f"{name} must be text of at most {most} characters"


def _double_ids(blocks: Sequence[Json]) -> Iterator[str]:
    ids = [block["block_id"] for block in blocks]
    if doubled := {one for one in ids if ids.count(one) > 1}:
        yield f"block_id {sorted(doubled)} already exists"
    for block in blocks:
        names = [one.action_id for one in controls([block])]
        if doubled := {one for one in names if names.count(one) > 1}:
            yield f"action_id {sorted(doubled)} already exists in a block"


def _with_ids(blocks: list[Json]) -> list[Json]:
    numbers = count(1)
    settled = []
    for given in blocks:
        block = {**given, "block_id": given.get("block_id") or f"b{next(numbers)}x"}
        for name in ("accessory", "element"):
            if isinstance(block.get(name), dict):
                block[name] = _with_action_id(block[name], f"a{next(numbers)}x")
        if block.get("type") in ("actions", "context_actions"):
            block["elements"] = [
                _with_action_id(one, f"a{next(numbers)}x") for one in block.get("elements") or []
            ]
        settled.append(block)
    return settled


def _with_action_id(element: Json, spare: str) -> Json:
    if element.get("type") == "image":
        return dict(element)
    return {**element, "action_id": element.get("action_id") or spare}
