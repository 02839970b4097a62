"""What befalls the running bot in scenarios: a kill, a stop, and the erasure of an author."""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from tests.journey.hands.port import Posted
from tests.journey.process import command
from tests.journey.town import Town

PLATFORMS = ("discord", "slack", "playground")
CHATTY = ("discord", "slack")


async def kill(town: Town, text: Callable[[], str]) -> Mapping[str, Sequence[Posted]]:
    """Kill it as soon as one of several posts is gone, start it again, and wait for the rest.

    On platforms that are up without the bot, one more is posted while it is dead.
    """
    posts = await _some(town, text, "sue", 4)

    async def begun() -> bool:
        standing = [await town.on(name).stands(one) for name in CHATTY for one in posts[name]]
        return not all(standing)

    await town.until(begun, what="a first removal")
    await town.bot.kill()
    for name in CHATTY:
        posts[name].append(await town.on(name).post("sue-late", text()))
    await town.restart()
    await _all_through(town, posts)
    return posts


async def judged(town: Town, text: Callable[[], str]) -> Mapping[str, Sequence[Posted]]:
    """Three posts on each platform, waited for until all are judged."""
    posts = await _some(town, text, "roy", 3)
    for name in PLATFORMS:
        for post in posts[name]:
            await town.judged(post)
    return posts


async def stop(town: Town, text: Callable[[], str]) -> Mapping[str, Sequence[Posted]]:
    """Stop it while posts are under way, as an operator does, and start it again."""
    posts = await _some(town, text, "tom", 3)
    for name in PLATFORMS:
        await town.judged(posts[name][0])
    began = time.monotonic()
    code = await town.bot.stop()
    took = time.monotonic() - began
    await town.restart()
    await _all_through(town, posts)
    assert (code, took < 20) == (0, True), f"ended with {code} after {took:.1f} s"
    return posts


async def erase(town: Town, text: Callable[[], str]) -> Mapping[str, Posted]:
    """Have an author of each platform erased: by an administrator in chat, where people chat.

    The bot is started again then, as what waits in queues and files goes at a start.
    """
    posts = {name: await town.on(name).post("uma", text()) for name in PLATFORMS}
    for name, post in posts.items():
        await town.carded(town.on(name), post)
    for name in CHATTY:
        await _wished(town, name)
    await town.bot.stop()
    author = f"playground:{posts['playground'].author}"
    code, _, err = await command(
        town.bot.folder, "erase", "--author", author, "--yes", **town.bot.settings
    )
    assert code == 0, err
    await town.restart()

    async def away() -> bool:
        return not any([await town.on(name).cards(post.word) for name, post in posts.items()])

    await town.until(away, what="the cards of the erased taken away")
    return posts


async def _wished(town: Town, name: str) -> None:
    """A member asks to be erased, and an administrator does it on the card that comes."""
    hands = town.chat(name)
    await hands.command("uma", "privacy", erase="yes")
    cards = await town.until(lambda: hands.cards("asks to be erased"), what="the wish's card")
    said = await hands.press(cards[0], "admin", "erase")
    assert "Erased" in said.text, said.text


def everything_under(folder: Path, *words: str) -> list[str]:
    """Where in the databases of a bot any of these words stands: ``file table column``."""
    found: list[str] = []
    for file in sorted((folder / "data").glob("*.db")):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            found += [f"{file.name} {place}" for place in _holding(database, words)]
    return found


def _holding(database: sqlite3.Connection, words: Sequence[str]) -> list[str]:
    names = [
        name for (name,) in database.execute("select name from sqlite_schema where type = 'table'")
    ]
    found = set()
    for name in names:
        rows = database.execute(f'select * from "{name}"')  # noqa: S608 - a name of the schema
        columns = [column[0] for column in rows.description]
        for row in rows:
            for column, value in zip(columns, row, strict=True):
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                if any(word in text for word in words):
                    found.add(f"{name} {column}")
    return sorted(found)


async def _some(
    town: Town, text: Callable[[], str], who: str, number: int
) -> dict[str, list[Posted]]:
    return {
        name: [await town.on(name).post(f"{who}{n}", text()) for n in range(number)]
        for name in PLATFORMS
    }


async def _all_through(town: Town, posts: Mapping[str, Sequence[Posted]]) -> None:
    """Wait until every post is removed and carded, and its author told."""
    for name, mine in posts.items():
        await town.gone(town.on(name), *mine)
        for post in mine:
            await town.carded(town.on(name), post)

    async def told() -> bool:
        return all(
            [await town.on(name).told(post) for name, mine in posts.items() for post in mine]
        )

    await town.until(told, what="every author told")
