"""What a platform gave to act with: encrypted, found again, and sealed anew with the key."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.errors import EnvironmentFailed
from bot.storage.database import Database
from bot.storage.evidence import EvidenceStore
from bot.storage.installations import Installation, Installations
from bot.storage.reseal import Reseal
from bot.storage.seal import Seal
from tests.bot.storage.builders import NOON, Clock, disk

TOKEN = "xoxb-canary-token"
GIVEN = {"bot_token": TOKEN, "scopes": ["chat:write"]}


@pytest.fixture
def installations(database: Database, seal: Seal) -> Installations:
    return Installations(database, seal, Clock())


async def test_what_was_saved_is_found(installations: Installations) -> None:
    await installations.save("slack", "T1", GIVEN)

    assert await installations.find("slack", "T1") == Installation("slack", "T1", NOON, GIVEN)


async def test_saving_again_replaces(installations: Installations) -> None:
    await installations.save("slack", "T1", GIVEN)
    await installations.save("slack", "T1", {"bot_token": "newer"})

    assert [one.given for one in await installations.all("slack")] == [{"bot_token": "newer"}]


async def test_what_was_dropped_is_found_no_more(installations: Installations) -> None:
    await installations.save("slack", "T1", GIVEN)

    assert await installations.drop("slack", "T1")
    assert await installations.find("slack", "T1") is None
    assert not await installations.drop("slack", "T1")


async def test_no_token_is_printed(installations: Installations) -> None:
    await installations.save("slack", "T1", GIVEN)

    assert TOKEN not in repr(await installations.find("slack", "T1"))


async def test_no_token_stands_on_the_disk(sqlite: Database, seal: Seal, tmp_path: Path) -> None:
    await Installations(sqlite, seal, Clock()).save("slack", "T1", GIVEN)

    assert TOKEN.encode() not in disk(tmp_path)
    assert b"xoxb" not in disk(tmp_path)


async def test_after_a_rotation_the_new_key_alone_opens_it(database: Database) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    await Installations(database, Seal([old], "old"), Clock()).save("slack", "T1", GIVEN)
    both = Seal([new, old], "both")
    reseal = Reseal(database, EvidenceStore.open("memory://", both), both, Clock())
    while not await reseal.turn():
        pass

    found = await Installations(database, Seal([new], "new"), Clock()).find("slack", "T1")
    assert found is not None
    assert found.given == GIVEN
    with pytest.raises(EnvironmentFailed):
        await Installations(database, Seal([old], "old"), Clock()).find("slack", "T1")
