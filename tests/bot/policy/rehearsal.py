"""Plays the rehearsal of docs/policy.md: its files are written, its commands are run.

``python -m tests.bot.policy.rehearsal`` writes what they print into the page anew.
"""

import asyncio
import itertools
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.actions.spec import parse
from bot.config.tables import Storage
from bot.model import AuthorContext, Channel, Context, JudgementKey, Message, Record, Ref
from bot.policy.policy import Policy
from bot.review.states import Command
from bot.storage.decisions import Step, take
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from bot.storage.store import opened
from tests.builders import a_media, an_assessment, an_author
from tests.journey.kills import SCAM
from tests.journey.process import ROOT, Bot, environment
from tests.pictures import a_picture, encoded

PAGE = ROOT / "docs" / "policy.md"
_STEP = re.compile(
    r"```toml\n# file: (?P<file>\S+)\n(?P<text>.*?)```"
    r"|```console\n(?P<console>.*?)```"
    r"|<!-- meanwhile: (?P<meanwhile>.*?) -->",
    re.DOTALL,
)
_POST = re.compile(r"playground:\w+:\w+:[0-9a-f]{16}")
_MASKS = {
    r"\d{4}-\d\d-\d\d \d\d:\d\d": "DAY",
    r"\b[0-9a-f]{12}\b": "VERSION",
    _POST.pattern: "POST",
    r"(?<=scores\.scam = )[\d.]+": "SCORE",
}


@dataclass
class Stage:
    """Where it is played, and the post that somebody complains of."""

    folder: Path
    ref: str = ""
    case: str = ""
    token: str = ""


def masked(page: str) -> str:
    """The page without what differs from run to run: days, versions, a post and its score."""
    for pattern, mask in _MASKS.items():
        page = re.sub(pattern, mask, page)
    return page


def played(page: str, folder: Path) -> str:
    """The page with every command's output as it came out in this folder."""
    (folder / "bin").mkdir()
    script = folder / "bin" / "bifocal"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n')
    script.chmod(0o700)
    (folder / "config.toml").write_text('[policy]\nfile = "policy.toml"\n')
    stage = Stage(folder)

    def step(found: re.Match[str]) -> str:
        if found["file"]:
            (folder / found["file"]).write_text(found["text"])
        elif found["meanwhile"]:
            asyncio.run(_MEANWHILE[found["meanwhile"]](stage))
        else:
            console = _POST.sub(stage.ref, found["console"]) if stage.ref else found["console"]
            commands = re.findall(r"^\$ (.*)$", console, re.MULTILINE)
            printed = "".join(f"$ {one}\n{_run(one, folder)}" for one in commands)
            return f"```console\n{printed}```"
        return found[0]

    return _STEP.sub(step, page)


def _run(command: str, folder: Path) -> str:
    mine = environment()
    done = subprocess.run(  # noqa: S603 - the page's own commands, from our repository
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**mine, "PATH": f"{folder}/bin:{mine['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


async def _judge(folder: Path, numbers: range) -> None:
    """Posts with pictures by newcomers, judged by policy.toml; the surer, the later."""
    policy = Policy.parse((folder / "policy.toml").read_bytes(), "policy.toml")
    async with opened(_options(folder), lambda: datetime.now(UTC)) as store:
        for number in numbers:
            seal, name = store.journal.seal, f"case-{number}"
            journal = Journal(store.database, seal, parse, itertools.repeat(name).__next__)
            record = _record(policy, number)
            message = Message(
                record.key.ref, "0", an_author(), Channel("general"), "words", record.sent_at
            )
            await journal.write(record, NewCase(message) if record.verdict.needs_review else None)
            await journal.finish(record.key)


def _record(policy: Policy, number: int) -> Record:
    at = datetime.now(UTC) - timedelta(days=10) + timedelta(hours=number)
    score = 0.1 if number < 40 else 0.5 + (number - 40) * 0.008
    assessment = an_assessment(media=[a_media()], scam=round(score, 3))
    context = Context(
        "home", "general", Channel("general"), AuthorContext(days_old=9.0, days_in_community=2.0)
    )
    ref = Ref("playground", "home", "general", f"m{number}")
    verdict = policy.decide(assessment, context)
    return Record(JudgementKey(ref, "0"), "u1", at, at, assessment, context, verdict, ())


async def _moderators_decide(stage: Stage) -> None:
    """All of a hundred posts are judged; of the doubtful ones three in four are harmless."""
    await _judge(stage.folder, range(100))
    async with opened(_options(stage.folder), lambda: datetime.now(UTC)) as store:
        for number in range(40, 100):
            bad = number >= 68 or number % 4 == 0
            command = Command.UPHOLD if bad else Command.OVERTURN
            step = Step(command, "ada", datetime.now(UTC))
            await take(store.journal, f"case-{number}", step)


async def _one_more(stage: Stage) -> None:
    """The bot runs with the new policy; a newcomer's post is really removed."""
    async with Bot(stage.folder, token=stage.token) as bot, bot.client() as client:
        stage.token = bot.token
        stage.ref = await bot.post(client, SCAM, [encoded(a_picture())])
        post = await _judged(client, stage.ref)
        stage.case = post["case"]
        assert post["state"] == "deleted", post
        assert await bot.stop() == 0


async def _overturned(stage: Stage) -> None:
    """At the desk of the running bot; the post is really restored."""
    async with opened(_options(stage.folder), lambda: datetime.now(UTC)) as store:
        case = await store.journal.case(stage.case)
        assert case is not None
    async with Bot(stage.folder, token=stage.token) as bot, bot.client() as client:
        reply = await client.post(
            f"/desk/cases/{stage.case}/overturn",
            data={"version": case.version, "note": "It was a quotation."},
        )
        reply.raise_for_status()
        post = await _judged(client, stage.ref)
        assert post["state"] == "visible", post
        assert await bot.stop() == 0


async def _judged(client: httpx.AsyncClient, ref: str) -> dict[str, Any]:
    """The post once it is judged."""
    async with asyncio.timeout(60):
        while True:
            posts = (await client.get("/api/v1/playground/messages")).json()
            (post,) = [one for one in posts if one["ref"] == ref]
            if post["judged"]:
                return dict(post)
            await asyncio.sleep(0.05)


_MEANWHILE: dict[str, Callable[[Stage], Coroutine[None, None, None]]] = {
    "moderators decide": _moderators_decide,
    "a newcomer posts": _one_more,
    "a moderator overturns it": _overturned,
}


def _options(folder: Path) -> Storage:
    return Storage(
        url=f"sqlite+aiosqlite:///{folder}/data/bifocal.db",
        evidence_url=f"file://{folder}/data/evidence",
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        PAGE.write_text(played(PAGE.read_text("utf-8"), Path(place)), encoding="utf-8")
