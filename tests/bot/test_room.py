"""Room for files: no more than fit, in the order they came, and none is lost."""

import asyncio

from bot.journey.room import Room


class Post:
    """Comes in with so many files and stays until told to go."""

    def __init__(self, room: Room, files: int, inside: list[str], name: str) -> None:
        self.go = asyncio.Event()
        self.task = asyncio.create_task(self._stay(room, files, inside, name))

    async def _stay(self, room: Room, files: int, inside: list[str], name: str) -> None:
        async with room.held(files):
            inside.append(name)
            await self.go.wait()
        inside.remove(name)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def end(*posts: Post) -> None:
    for post in posts:
        post.go.set()
    await asyncio.gather(*(post.task for post in posts), return_exceptions=True)


async def test_no_more_files_are_inside_than_fit() -> None:
    room, inside = Room(3), list[str]()
    posts = [Post(room, 1, inside, str(n)) for n in range(5)]
    await settled()

    assert inside == ["0", "1", "2"]
    await end(*posts)


async def test_one_that_goes_makes_room_for_the_next() -> None:
    room, inside = Room(2), list[str]()
    first, second = Post(room, 2, inside, "first"), Post(room, 1, inside, "second")
    await settled()
    await end(first)
    await settled()

    assert inside == ["second"]
    await end(second)


async def test_a_large_post_is_not_overtaken_for_ever() -> None:
    room, inside = Room(2), list[str]()
    posts = [Post(room, files, inside, name) for files, name in ((1, "a"), (2, "b"), (1, "c"))]
    await settled()

    assert inside == ["a"]
    await end(*posts)


async def test_words_alone_never_wait() -> None:
    room, inside = Room(1), list[str]()
    posts = [Post(room, 1, inside, "picture"), Post(room, 0, inside, "words")]
    await settled()

    assert "words" in inside
    await end(*posts)


async def test_more_files_than_there_is_room_for_have_it_alone() -> None:
    room, inside = Room(2), list[str]()
    large = Post(room, 9, inside, "large")
    await settled()

    assert inside == ["large"]
    await end(large)


async def test_one_that_is_cancelled_while_it_waits_takes_no_room() -> None:
    room, inside = Room(1), list[str]()
    first, second, third = (Post(room, 1, inside, name) for name in "abc")
    await settled()
    second.task.cancel()
    await settled()
    await end(first)
    await settled()

    assert inside == ["c"]
    await end(second, third)


async def test_one_that_is_cancelled_as_its_turn_comes_gives_it_back() -> None:
    room, inside = Room(1), list[str]()
    first, second, third = (Post(room, 1, inside, name) for name in "abc")
    await settled()
    first.go.set()
    await asyncio.sleep(0)  # its turn is set, and it has not run yet
    second.task.cancel()
    await settled()

    assert inside == ["c"]
    await end(first, second, third)
