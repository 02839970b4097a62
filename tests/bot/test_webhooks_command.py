"""``bifocal webhooks …`` as an operator meets it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config.tables import Storage
from bot.storage.store import opened
from tests.bot.storage.builders import a_key, a_record
from tests.journey.process import command

pytestmark = pytest.mark.slow
BODY = {"event": "acted", "ref": a_key().ref._asdict(), "text": "canary of the body"}


async def given_up(folder: Path, *names: str) -> None:
    """Deliveries about one judged message that were parked."""
    url = f"sqlite+aiosqlite:///{folder}/data/bifocal.db"
    options = Storage(url=url, evidence_url=f"file://{folder}/e")
    async with opened(options, lambda: datetime.now(UTC)) as store:
        await store.journal.write(a_record(actions=("delete",)), None)
        for name in names:
            await store.outbox.put(name, "ops", a_key().ref, json.dumps(BODY))
            await store.outbox.park(name, "it answered 410 Gone")


async def test_what_was_given_up_is_listed_without_its_body(tmp_path: Path) -> None:
    await given_up(tmp_path, "d1")

    code, out, _ = await command(tmp_path, "webhooks", "list")
    _, document, _ = await command(tmp_path, "webhooks", "list", "--json")

    assert code == 0
    assert out.splitlines()[1].split()[:3] == ["d1", "ops", "acted"]
    assert "it answered 410 Gone" in out
    (one,) = json.loads(document)
    assert (one["state"], one["attempts"], one["ref"]) == ("parked", 1, str(a_key().ref))
    assert "canary" not in out + document


@pytest.mark.parametrize(
    ("verb", "said"), [("retry", "2 to be tried again."), ("drop", "2 dropped.")]
)
async def test_all_of_them_are_settled_at_once(tmp_path: Path, verb: str, said: str) -> None:
    await given_up(tmp_path, "d1", "d2")

    code, out, _ = await command(tmp_path, "webhooks", verb, "--all")
    _, after, _ = await command(tmp_path, "webhooks", "list", "--json")

    assert (code, out.strip()) == (0, said)
    assert [one for one in json.loads(after) if one["state"] == "parked"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name deliveries as `bifocal webhooks list` does, or say --all"),
        (("d1", "--all"), "name deliveries as `bifocal webhooks list` does, or say --all"),
        (("d9",), "no delivery is given up under d9"),
    ],
)
async def test_a_slip_ends_with_2_and_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, _, err = await command(tmp_path, "webhooks", "retry", *arguments)

    assert code == 2
    assert message in err


async def test_nothing_to_tell_is_said(tmp_path: Path) -> None:
    _, out, _ = await command(tmp_path, "webhooks", "list")

    assert out == "Every webhook was told everything.\n"
