"""The playground in a test's hands, over its own API and the web desk."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.playground.posts import CHANNELS
from bot.model import Ref
from tests.journey.hands.port import Posted, Said, Shown
from tests.journey.process import Bot

API = "/api/v1/playground"
VERSION = re.compile(r'name="version" value="(\d+)"')
TAGS = re.compile(r"<[^>]+>")


@dataclass
class PlaygroundHands:
    """The room of a bot. Everybody in it is the newcomer, who is let in again before each post."""

    bot: Bot
    name = "playground"
    withholds: Mapping[str, str] = field(default_factory=dict)
    moderators = ("mia", "max")
    channels = CHANNELS
    tokens: dict[str, str] = field(default_factory=dict)
    """The moderators', by their names."""

    async def post(
        self, who: str, text: str, picture: bytes | None = None, channel: str = ""
    ) -> Posted:
        async with self.bot.client() as client:
            files = [("image", ("picture.png", picture, "image/png"))] if picture else []
            given = {"persona": "newcomer", "text": text, "channel": channel or "general"}
            reply = httpx.Response(httpx.codes.FORBIDDEN)
            while reply.status_code == httpx.codes.FORBIDDEN:  # timed out for an earlier post
                await client.delete(f"{API}/timeouts/nova")
                reply = await client.post(f"{API}/messages", data=given, files=files)
            reply.raise_for_status()
            made = reply.json()
        return Posted(Ref.parse(made["ref"]), made["author"]["id"], text)

    async def edit(self, post: Posted, text: str) -> Posted:
        async with self.bot.client() as client:
            reply = await client.put(f"{API}/messages/{post.ref}", json={"text": text})
            reply.raise_for_status()
        return Posted(post.ref, post.author, text)

    async def stands(self, post: Posted) -> bool:
        return bool((await self._look(post))["state"] == "visible")

    async def untouched(self, post: Posted) -> bool:
        seen = await self._look(post)
        done = seen["annotations"] or seen["reactions"] or seen["spoiler"]
        return not (done or seen["timed_out_until"] or await self.notes(""))

    async def cards(self, words: str) -> Sequence[Shown]:
        return [
            Shown(str(one["id"]), _words(one))
            for one in await self._cards()
            if words in _words(one)
        ]

    async def card(self, post: Posted) -> Sequence[Shown]:
        case = (await self._look(post)).get("case")
        if case is None:
            return []
        # The newcomer's posts share a card, which speaks of the first and counts the others.
        found = [one for one in await self._cards() if case in (one["case_id"], *one["more"])]
        told = await self._desk(case) if found else ""
        return [Shown(str(one["id"]), f"{told} {case}") for one in found]

    async def press(self, card: Shown, who: str, verb: str) -> Said:
        """On the web desk, where the playground's moderators decide."""
        case = card.text.split()[-1]
        async with httpx.AsyncClient(
            base_url=self.bot.url, headers={"Authorization": f"Bearer {self.tokens[who]}"}
        ) as client:
            page = await client.get(f"/desk/cases/{case}")
            found = VERSION.search(page.text)
            version = found.group(1) if found else "0"
            reply = await client.post(f"/desk/cases/{case}/{verb}", data={"version": version})
        return Said(TAGS.sub(" ", reply.text), private=True)

    async def notes(self, who: str) -> Sequence[str]:
        async with self.bot.client() as client:
            room = (await client.get(f"{API}/room")).json()
        return [note["text"] for note in room["notes"]]

    async def removals(self, post: Posted) -> int:
        """At most one: a removal is a state here."""
        return int(not await self.stands(post))

    async def told(self, post: Posted) -> int:
        """The API tells notes by their author alone, so the room's own database is asked."""
        file = self.bot.folder / "data/playground.db"
        query = "select count(*) from notes where nonce like ?"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            ((number,),) = database.execute(query, (f"%:{post.ref.message_id}@%",))
        return int(number)

    async def why(self, post: Posted) -> Said:
        async with self.bot.client() as client:
            page = await client.get("/desk/why", params={"which": str(post.ref)})
        return Said(TAGS.sub(" ", page.text), private=True)

    async def known_bad(self, post: Posted) -> None:
        """Nothing: the room's bank knows the examples' picture from the start."""

    async def _cards(self) -> list[dict[str, Any]]:
        async with self.bot.client() as client:
            room = (await client.get(f"{API}/room")).json()
        return [card for card in room["cards"] if not card["removed"]]

    async def _desk(self, case: str) -> str:
        async with self.bot.client() as client:
            return TAGS.sub(" ", (await client.get(f"/desk/cases/{case}")).text)

    async def _look(self, post: Posted) -> dict[str, Any]:
        async with self.bot.client() as client:
            found: dict[str, Any] = (await client.get(f"{API}/messages/{post.ref}")).json()
        return found


def _words(card: dict[str, Any]) -> str:
    parts = ("title", "caption", "explanation", "standing", "state")
    done = [f"{action} ({status})" for action, status in card["outcomes"]]
    return " ".join([*(str(card[part]) for part in parts), *done])
