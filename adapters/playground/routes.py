"""The playground's API: post, read, edit and remove messages, watch the room, use examples."""

import secrets
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse

from adapters.playground import examples
from adapters.playground.door import Door
from adapters.playground.events import COMMUNITY, PLATFORM, ref_of
from adapters.playground.feed import Change
from adapters.playground.forms import EDIT_FORM, POST_FORM
from adapters.playground.members import HOUSE, Member, Persona
from adapters.playground.posting import Limits, read_edit, read_post
from adapters.playground.posts import CHANNELS, Draft, File, Post, Upload
from adapters.playground.problems import PROBLEMS, Problem, route
from adapters.playground.room import Room
from adapters.playground.views import API, View, card_view, member_view, note_view, post_view
from bot.errors import Gone
from bot.model import Ref

Guard = Callable[[str], Callable[..., object]]
"""Gives the dependency that lets a request pass only with that scope."""

_CARDS = 100
_MOST = 1_000
_INERT = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What keeps a browser from doing anything with a visitor's file but showing its pixels."""


class Api:
    """Every endpoint under ``/api/v1/playground``, each behind the scope ``playground``."""

    def __init__(
        self,
        room: Room,
        door: Door,
        *,
        guard: Guard,
        now: Callable[[], datetime],
        limits: Limits,
        heartbeat: float,
    ) -> None:
        """``heartbeat`` is how many seconds a quiet stream waits before it shows it lives."""
        self._room = room
        self._door = door
        self._now = now
        self._limits = limits
        self._heartbeat = heartbeat
        self.router = APIRouter(
            prefix=API,
            tags=["playground"],
            dependencies=[Depends(guard("playground"))],
            route_class=route(now),
            responses=PROBLEMS,
        )
        self._add_messages()
        self._add_room()
        self._add_examples()

    def _add_messages(self) -> None:
        add, one = self.router.add_api_route, "/messages/{ref}"
        add("/messages", self.post, methods=["POST"], status_code=201, openapi_extra=POST_FORM)
        add("/messages", self.messages, methods=["GET"])
        add(one, self.message, methods=["GET"])
        add(one, self.edit, methods=["PUT"], openapi_extra=EDIT_FORM)
        add(one, self.remove, methods=["DELETE"], status_code=204)
        add(one + "/images/{n}", self.image, methods=["GET"], response_class=FileResponse)

    def _add_room(self) -> None:
        add = self.router.add_api_route
        add("/room", self.room, methods=["GET"])
        add("/events", self.events, methods=["GET"], response_class=StreamingResponse)
        add("/timeouts/{author}", self.lift, methods=["DELETE"], status_code=204)

    def _add_examples(self) -> None:
        add, one = self.router.add_api_route, "/examples/{name}"
        add("/examples", self.examples, methods=["GET"])
        add(one, self.post_example, methods=["POST"], status_code=201)
        add(one + "/image", self.example_image, methods=["GET"], response_class=FileResponse)

    async def post(self, request: Request) -> JSONResponse:
        """Post a message; answered once it is in the queue."""
        posting = await read_post(request, self._limits)
        member = HOUSE[posting.persona]
        return await self._posted(posting.channel, member, posting.text, posting.files)

    async def messages(
        self,
        channel: str | None = None,
        before: str | None = None,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
    ) -> list[View]:
        """The newest messages, oldest first."""
        last = _id(before) if before else None
        found = await self._room.read(lambda store: store.posts.newest(limit, channel, last))
        return [self._view(post) for post in found]

    async def message(self, ref: str) -> View:
        """One message."""
        return self._view(await self._post(ref))

    async def edit(self, ref: str, request: Request) -> View:
        """Change a message's words, as its author."""
        text = await read_edit(request, self._limits)
        post = await self._post(ref)
        if not text.strip() and not post.uploads:
            raise Problem(422, "text: write something, or remove the message.")
        return self._view(await self._door.edit(post.id, text))

    async def remove(self, ref: str) -> None:
        """Remove a message, as its author; safe to repeat."""
        await self._room.take_back((await self._post(ref)).id)

    async def image(self, ref: str, n: int) -> FileResponse:
        """A message's file as it was posted: a picture inline, anything else to download."""
        post = await self._post(ref)
        if post.removal or not 0 <= n < len(post.uploads):
            raise Problem(404, "There is no such image.")
        return self._file(post.uploads[n])

    async def room(self) -> View:
        """Who can post, where, what moderators see, and where to follow from."""
        seq = await self._room.read(lambda store: store.seq())
        now = self._now()
        cards = await self._room.read(lambda store: store.sanctions.newest_cards(_CARDS))
        timeouts = await self._room.read(
            lambda store: {m.id: store.sanctions.timeout(m.id) for m in HOUSE.values()}
        )
        notes = await self._room.read(lambda store: store.marks.newest_notes(_CARDS))
        return {
            "notes": [note_view(note) for note in reversed(notes)],
            "personas": [member_view(m, timeouts[m.id], now) for m in HOUSE.values()],
            "channels": CHANNELS,
            "cards": [card_view(card) for card in cards],
            "now": now.isoformat(),
            "seq": seq,
        }

    async def lift(self, author: str) -> None:
        """Let someone post again, as a moderator; safe to repeat."""
        await self._room.change(lambda store: store.sanctions.lift(author))

    async def events(
        self,
        after: Annotated[int | None, Query(ge=0)] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> StreamingResponse:
        """What changes in the room, as server-sent events, from a known change on or from now."""
        if self._room.feed.full or not self._door.is_open:
            raise Problem(503, "Too many are watching. Try again.", headers={"Retry-After": "10"})
        told = last_event_id or ""
        # A header a browser would not send is no reason to refuse: it starts from `after`.
        start = int(told) if told.isdecimal() and len(told) < 19 else after  # noqa: PLR2004 - 64 bits
        return StreamingResponse(
            self._stream(start),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def examples(self) -> list[View]:
        """The bundled examples, and what should become of each."""
        return [examples.view(example) for example in examples.load().values()]

    async def post_example(self, name: str) -> JSONResponse:
        """Post an example, as somebody who was never seen before."""
        example = _example(name)
        stranger = Member(f"guest-{secrets.token_hex(6)}", example.author, Persona(example.persona))
        data = example.data()
        files = (File(example.file, data, example.alt),) if data is not None else ()
        return await self._posted(example.channel, stranger, example.caption, files)

    async def example_image(self, name: str) -> FileResponse:
        """An example's picture."""
        path = _example(name).path
        if path is None:
            raise Problem(404, "This example has no picture.")
        return FileResponse(path, headers=_INERT | {"Cache-Control": "private, max-age=3600"})

    async def _posted(
        self, channel: str, member: Member, text: str, files: tuple[File, ...]
    ) -> JSONResponse:
        # Never used again, even by a room that starts anew beside an old database.
        post_id = secrets.token_hex(8)
        draft = Draft(post_id, channel, member, text, files, self._now())
        view = self._view(await self._door.post(draft))
        return JSONResponse(view, 201, {"Location": f"{API}/messages/{view['ref']}"})

    async def _stream(self, start: int | None) -> AsyncIterator[str]:
        with self._room.feed.follow() as follower:
            seq = await self._room.read(lambda store: store.seq())
            missed = [] if start is None else await self._room.since(start)
            yield f"retry: 2000\nid: {start if missed else seq}\n\n"
            for change in missed:
                seq = change.seq
                yield _event(change)
            while not follower.ended:
                news = await follower.next(self._heartbeat)
                if news and news.seq > seq:
                    seq = news.seq
                    yield _event(news)
                elif not news and not follower.ended:
                    yield ": still here\n\n"

    async def _post(self, ref: str) -> Post:
        post_id = _id(ref)
        post = await self._room.read(lambda store: store.posts.one(post_id))
        if ref != str(ref_of(post)):
            raise Gone(f"no message {ref!r} in the playground")
        return post

    def _view(self, post: Post) -> View:
        return post_view(post, self._now())

    def _file(self, upload: Upload) -> FileResponse:
        path = self._room.path_of(upload)
        if not path.is_file():
            raise Problem(404, "The image is no more.")
        return FileResponse(
            path,
            headers=_INERT,
            media_type=upload.media_type or "application/octet-stream",
            filename=upload.name,
            content_disposition_type="inline" if upload.media_type else "attachment",
        )


def _event(change: Change) -> str:
    return f"id: {change.seq}\nevent: {change.event}\ndata: {change.data}\n\n"


def _id(text: str) -> str:
    try:
        ref = Ref.parse(text)
    except ValueError as exc:
        raise Problem(404, "There is no such message.") from exc
    if (ref.platform, ref.community_id) != (PLATFORM, COMMUNITY):
        raise Problem(404, "There is no such message.")
    return ref.message_id


def _example(name: str) -> examples.Example:
    try:
        return examples.load()[name]
    except KeyError as exc:
        raise Problem(404, "There is no such example.") from exc


def open_to_all(scope: str) -> Callable[..., object]:
    """The guard of tests and of rooms nobody else can reach: it lets everyone pass."""

    def passes() -> str:
        return scope

    return passes
