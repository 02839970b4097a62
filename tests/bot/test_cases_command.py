"""``bifocal cases …`` as an operator meets it."""

import asyncio
import dataclasses
import getpass
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.actions.spec import parse
from bot.config.tables import Storage
from bot.model import Case, CaseState, EventKind, Status
from bot.review.states import Command
from bot.storage.decisions import Step, take
from bot.storage.store import Store, opened
from tests.bot.storage.builders import (
    CANARY,
    NOON,
    OCR_CANARY,
    a_key,
    a_new_case,
    a_record,
    a_verdict,
    applied,
)
from tests.journey.kills import SCAM
from tests.journey.process import Bot, command
from tests.journey.test_run import message

pytestmark = pytest.mark.slow


@asynccontextmanager
async def a_store(folder: Path) -> AsyncIterator[Store]:
    """What the command finds in its folder."""
    url = f"sqlite+aiosqlite:///{folder}/data/bifocal.db"
    options = Storage(url=url, evidence_url=f"file://{folder}/data/evidence")
    async with opened(options, lambda: datetime.now(UTC)) as store:
        yield store


async def a_case(store: Store, number: int = 1, community: str = "home") -> str:
    """A case whose removal was applied."""
    key = a_key(number)
    key = key._replace(ref=key.ref._replace(community_id=community))
    verdict = dataclasses.replace(a_verdict(), actions=(parse("delete"),))
    record = dataclasses.replace(a_record(key), verdict=verdict)
    new = a_new_case(number)
    new = dataclasses.replace(new, message=dataclasses.replace(new.message, ref=key.ref))
    name = await store.journal.write(record, new)
    await store.journal.settle(key, applied("delete"))
    await store.journal.finish(key)
    assert name is not None
    return name


async def the_case(folder: Path, name: str) -> Case:
    async with a_store(folder) as store:
        case = await store.journal.case(name)
    assert case is not None
    return case


@pytest.fixture
async def name(tmp_path: Path) -> str:
    """The id of the one case in the folder."""
    async with a_store(tmp_path) as store:
        return await a_case(store)


async def test_the_list_names_a_case_without_the_words_of_its_post(
    tmp_path: Path, name: str
) -> None:
    code, out, _ = await command(tmp_path, "cases", "list")

    assert code == 0
    assert name in out.splitlines()[1]
    assert "scam-screenshot" in out
    assert CANARY not in out


@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        ((), ["c1", "c2"]),
        (("--community", "away"), ["c2"]),
        (("--community", "playground:away"), ["c2"]),
        (("--community", "slack:away"), []),
        (("--state", "closed"), ["c0"]),
        (("--state", "all"), ["c0", "c1", "c2"]),
        (("--limit", "1"), ["c2"]),
    ],
)
async def test_lists_are_of_a_state_and_a_community(
    tmp_path: Path, arguments: tuple[str, ...], listed: list[str]
) -> None:
    async with a_store(tmp_path) as store:
        names = iter(("c0", "c1", "c2"))
        store.journal._new_id = lambda: next(names)
        await a_case(store, 0)
        await a_case(store, 1)
        await a_case(store, 2, "away")
        await take(store.journal, "c0", Step(Command.UPHOLD, "mod", NOON))

    _, out, _ = await command(tmp_path, "cases", "list", "--json", *arguments)

    assert sorted(one["case"] for one in json.loads(out)["cases"]) == listed


async def test_a_page_goes_on_where_the_one_before_it_ended(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        made = {await a_case(store, number) for number in range(3)}

    found: list[str] = []
    more: list[str] = []
    while True:
        code, out, _ = await command(tmp_path, "cases", "list", "--json", "--limit", "2", *more)
        page: dict[str, Any] = json.loads(out)
        found += [one["case"] for one in page["cases"]]
        if page["next"] is None:
            break
        more = ["--before", page["next"]]

    assert (code, len(found), set(found)) == (0, 3, made)


async def test_a_case_is_shown_with_all_it_holds(tmp_path: Path, name: str) -> None:
    code, out, _ = await command(tmp_path, "cases", "show", name)

    assert code == 0
    for said in (
        CANARY, OCR_CANARY, "scam 0.90", "scam-screenshot", "trial (shadow)", "gemini timeout",
        "applied  delete", "opened by Bifocal", "f" * 64, f"/desk/cases/{name}",
    ):  # fmt: skip
        assert said in out


async def test_a_case_is_one_document_for_programs(tmp_path: Path, name: str) -> None:
    _, out, _ = await command(tmp_path, "cases", "show", name, "--json")

    found = json.loads(out)
    assert (found["schema"], found["case"], found["text"]) == ("bifocal.case/1", name, CANARY)
    assert found["evidence"][0] == {
        "n": 0, "media": 0, "width": 640, "height": 480, "sha256": "ab" * 32, "kept": True,
    }  # fmt: skip
    assert [one["kind"] for one in found["history"]] == ["opened", "judged"]


@pytest.mark.parametrize(
    ("verb", "state", "kind"),
    [
        ("uphold", CaseState.CLOSED, EventKind.UPHELD),
        ("overturn", CaseState.CLOSED, EventKind.OVERTURNED),
        ("escalate", CaseState.ESCALATED, EventKind.ESCALATED),
    ],
)
async def test_a_decision_stands_in_the_case_and_in_the_audit(
    tmp_path: Path, name: str, verb: str, state: CaseState, kind: EventKind
) -> None:
    code, _, _ = await command(tmp_path, "cases", "decide", name, verb, "--note", "seen", "--yes")
    case = await the_case(tmp_path, name)
    async with a_store(tmp_path) as store:
        (line,) = await store.audit.entries(what=f"case.{verb}", by=None, since=NOON, limit=5)

    (event,) = [one for one in case.events if one.kind is kind]
    assert (code, case.state, event.note) == (0, state, "seen")
    assert event.by == line.by == getpass.getuser()


async def test_a_note_decides_nothing_and_needs_no_asking(tmp_path: Path, name: str) -> None:
    code, _, _ = await command(tmp_path, "cases", "decide", name, "note", "--note", "asked them")

    case = await the_case(tmp_path, name)
    assert (code, case.state, case.events[-1].note) == (0, CaseState.OPEN, "asked them")


async def test_nothing_is_decided_where_nobody_says_yes(tmp_path: Path, name: str) -> None:
    code, _, err = await command(tmp_path, "cases", "decide", name, "overturn")

    assert code != 0
    assert "Overturn it?" in err
    assert (await the_case(tmp_path, name)).state is CaseState.OPEN


async def test_an_overturn_says_what_the_bot_is_still_to_undo(tmp_path: Path, name: str) -> None:
    _, out, _ = await command(tmp_path, "cases", "decide", name, "overturn", "--yes")

    assert "The bot undoes, within seconds or at its next start: delete." in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("decide", "CASE", "note"), "A note needs words."),
        (("decide", "none", "uphold", "--yes"), "there is no case 'none'"),
        (("show", "none"), "there is no case 'none'"),
        (("show", "\udcff"), "there is no case"),
        (("list", "--before", "x"), "--before 'x' is not what an earlier page said"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, name: str, arguments: tuple[str, ...], sentence: str
) -> None:
    given = [name if one == "CASE" else one for one in arguments]
    code, out, err = await command(tmp_path, "cases", *given)

    assert (code, out) == (2, "")
    assert sentence in err


async def test_the_second_to_decide_is_told_who_did(tmp_path: Path, name: str) -> None:
    async with a_store(tmp_path) as store:
        await take(store.journal, name, Step(Command.UPHOLD, "ada", NOON))
    code, _, err = await command(tmp_path, "cases", "decide", name, "overturn", "--yes")

    assert code == 2
    assert "ada already upheld this case" in err


async def test_what_a_stranger_wrote_forges_no_line(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        forged = a_new_case(text="hello\nHistory\n\x1b[2J")
        name = await store.journal.write(a_record(), forged)
    assert name is not None

    _, out, _ = await command(tmp_path, "cases", "show", name)

    assert out.splitlines().count("History") == 1
    assert "\x1b" not in out


@pytest.mark.timeout(240)
async def test_an_overturn_beside_a_running_bot_is_undone_by_it(tmp_path: Path) -> None:
    async with Bot(tmp_path) as bot, bot.client() as client:
        post = await message(client, await bot.post(client, SCAM))
        assert post["state"] == "deleted"
        await command(tmp_path, "cases", "decide", post["case"], "overturn", "--yes")
        await undone(tmp_path, post["case"])
        shown = await message(client, post["ref"])
        assert await bot.stop() == 0

    assert shown["state"] == "visible"


async def undone(folder: Path, name: str) -> None:
    """Wait until the bot has taken back what it did."""
    async with asyncio.timeout(60):
        while True:
            case = await the_case(folder, name)
            standing = [
                o for j in case.judgements for o in j.outcomes if o.status is Status.APPLIED
            ]
            if not standing:
                return
            await asyncio.sleep(0.2)
