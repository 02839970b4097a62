"""Answers to interactions, their follow-ups, and posts through webhooks."""

import asyncio
from typing import Any

from tests.emulators.discord.calls import Call, Routes
from tests.emulators.discord.interactions import (
    CHOICES,
    DEFERRED,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL,
    SUBMIT,
    UPDATE,
    Interaction,
)
from tests.emulators.discord.layout import accepted_modal
from tests.emulators.discord.messages import EPHEMERAL, MENU, SLASH, Message
from tests.emulators.discord.modals import Modal
from tests.emulators.discord.refusals import Refusal, invalid, unknown
from tests.emulators.discord.webhooks import Webhook
from tests.emulators.discord.writing import rewritten, written

Json = dict[str, Any]
routes = Routes()
ONE = "/webhooks/{hook}/{token}/messages/{message}"


@routes.on("POST", "/interactions/{interaction}/{token}/callback")
async def callback(call: Call) -> Json | None:
    """The first answer, within three seconds of the event."""
    sent = call.world.interactions.by_token.get(call.ids["token"])
    if sent is None or sent.id != call.id("interaction"):
        raise unknown("interaction")
    taken = asyncio.get_running_loop().time() - sent.sent_at
    if sent.answer is None and taken > call.world.interactions.deadline_s:
        raise unknown("interaction")
    if sent.answer is not None:
        raise Refusal(400, 40060, "Interaction has already been acknowledged.")
    kind, body = call.body["type"], call.body.get("data") or {}
    _answer(call, sent, kind, body)
    sent.answer, sent.answered_in = kind, taken
    if call.query.get("with_response") not in {"1", "true"}:
        return None
    said: Json = {"id": str(sent.id), "type": sent.kind}
    resource: Json = {"type": kind}
    if sent.reply is not None:
        said["response_message_id"] = str(sent.reply.id)
        resource["message"] = sent.reply.drawn()
    return {"interaction": said, "resource": resource}


def _answer(call: Call, sent: Interaction, kind: int, body: Json) -> None:
    if kind == MESSAGE:
        sent.ephemeral = bool((body.get("flags") or 0) & EPHEMERAL)
        sent.reply = _placed(call, sent, body)
    elif kind == DEFERRED:
        sent.ephemeral = bool((body.get("flags") or 0) & EPHEMERAL)
    elif kind == UPDATE and sent.message is not None:
        sent.reply = _changed(call, sent, sent.message, body)
    elif kind == DEFERRED_UPDATE and sent.message is not None:
        sent.ephemeral = sent.message.is_ephemeral
    elif kind == CHOICES:
        sent.choices = body["choices"]
        if len(body["choices"]) > 25:
            raise invalid("choices", "must be 25 or fewer in length")
    elif kind == MODAL and sent.kind != SUBMIT:
        sent.modal = Modal(sent, accepted_modal(body))
    else:
        raise invalid("type", f"an interaction of type {sent.kind} takes no answer {kind}")


def _placed(call: Call, sent: Interaction, body: Json, *, follow_up: bool = False) -> Message:
    """A message that answers an interaction; an ephemeral one stands in no channel."""
    flags = EPHEMERAL if sent.ephemeral and not follow_up else 0
    message = written(call, sent.channel, body, flags=flags)
    message.interaction = sent.metadata()
    message.webhook_id = message.application_id = call.world.app_id
    if sent.kind == 2:
        message.type = SLASH if sent.data["type"] == 1 else MENU
    if message.is_ephemeral:
        sent.channel.tell("MESSAGE_CREATE", message)
    else:
        sent.channel.add(message)
    return message


def _changed(call: Call, sent: Interaction, message: Message, body: Json) -> Message:
    rewritten(call, message, body)
    sent.edits += 1
    message.updated()
    return message


def _sent(call: Call) -> Interaction | None:
    """The interaction whose token is in the path, if it is one's."""
    if call.id("hook") != call.world.app_id:
        return None
    sent = call.world.interactions.by_token.get(call.ids["token"])
    if sent is None:
        raise unknown("webhook")
    if sent.expired:
        raise Refusal(401, 50027, "Invalid Webhook Token")
    if sent.answer is None:
        raise unknown("webhook")
    return sent


def _hook(call: Call) -> Webhook:
    hook = call.world.webhooks.get(call.id("hook"))
    if hook is None:
        raise unknown("webhook")
    if "token" in call.ids and hook.token != call.ids["token"]:
        raise Refusal(401, 50027, "Invalid Webhook Token")
    return hook


@routes.on("POST", "/webhooks/{hook}/{token}")
async def execute(call: Call) -> Json | None:
    """A follow-up of an interaction, or a post through a channel's webhook."""
    sent = _sent(call)
    if sent is None:
        message = _through(call, _hook(call))
        return message.drawn() if call.query.get("wait") in {"true", "1"} else None
    if sent.answer == DEFERRED and sent.reply is None:
        # Discord takes the first follow-up of a deferral for its original.
        sent.reply = _placed(call, sent, {**call.body, "flags": _unhidden(call.body)})
        return sent.reply.drawn()
    message = _placed(call, sent, call.body, follow_up=True)
    sent.followups.append(message)
    return message.drawn()


def _unhidden(body: Json) -> int:
    return (body.get("flags") or 0) & ~EPHEMERAL


def _through(call: Call, hook: Webhook) -> Message:
    channel = hook.channel
    if thread := call.number("thread_id"):
        channel = call.world.channels[thread]
    message = written(call, channel, call.body)
    message.webhook_id, message.application_id = hook.id, call.world.app_id
    message.webhook_name = call.body.get("username") or hook.name
    return channel.add(message)


def _found(call: Call) -> tuple[Interaction | None, Message]:
    sent = _sent(call)
    if sent is None:
        hook = _hook(call)
        message = hook.channel.message(call.id("message"))
        if message is None or message.webhook_id != hook.id:
            raise unknown("message")
        return None, message
    if call.ids["message"] == "@original":
        original = sent.reply
        if original is None and sent.answer in {DEFERRED_UPDATE, UPDATE}:
            original = sent.message
        if original is None or original.deleted:
            raise unknown("message")
        return sent, original
    for message in (sent.reply, *sent.followups):
        if message is not None and message.id == call.id("message") and not message.deleted:
            return sent, message
    raise unknown("message")


@routes.on("GET", ONE)
async def read(call: Call) -> Json:
    return _found(call)[1].drawn()


@routes.on("PATCH", ONE)
async def edit(call: Call) -> Json:
    """Edit what was answered; what was deferred stands from now on."""
    sent = _sent(call)
    original = call.ids["message"] == "@original"
    if sent is not None and original and sent.answer == DEFERRED and sent.reply is None:
        sent.edits += 1
        sent.reply = _placed(call, sent, call.body)
        return sent.reply.drawn()
    sent, message = _found(call)
    if sent is not None:
        return _changed(call, sent, message, call.body).drawn()
    rewritten(call, message, call.body).updated()
    return message.drawn()


@routes.on("DELETE", ONE)
async def delete(call: Call) -> None:
    _, message = _found(call)
    if message.is_ephemeral:
        message.deleted = True
    else:
        message.channel.remove([message])


@routes.on("GET", "/webhooks/{hook}")
@routes.on("GET", "/webhooks/{hook}/{token}")
async def webhook(call: Call) -> Json:
    return _hook(call).drawn()


@routes.on("PATCH", "/webhooks/{hook}")
@routes.on("PATCH", "/webhooks/{hook}/{token}")
async def change_webhook(call: Call) -> Json:
    hook = _hook(call)
    hook.name = call.body.get("name", hook.name)
    return hook.drawn()


@routes.on("DELETE", "/webhooks/{hook}")
@routes.on("DELETE", "/webhooks/{hook}/{token}")
async def remove_webhook(call: Call) -> None:
    del call.world.webhooks[_hook(call).id]
