"""Many workspaces over HTTP: they install the app, are served apart, and take it out again."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from tests.emulators.slack import Message, Team, World, slack_world
from tests.emulators.slack.controls import words_of
from tests.journey.process import UNUSED, Bot, command
from tests.journey.slack_room import RULES, WITHIN

pytestmark = pytest.mark.slow

WORDS = "claim your free nitro by the canary road"


def settings_of(world: World, folder: Path) -> dict[str, str]:
    given = world.settings(world.team("nobody", installed=False))
    (folder / "policy.toml").write_text(RULES, "utf-8")
    return {
        "BIFOCAL_SLACK__CLIENT_ID": given.client_id,
        "BIFOCAL_SLACK__CLIENT_SECRET": given.client_secret,
        "BIFOCAL_SLACK__SIGNING_SECRET": given.signing_secret,
        "BIFOCAL_SLACK__API_BASE": given.api_base,
        "BIFOCAL_SLACK__SIMULATE": "false",
        "BIFOCAL_MEDIA__EXTRA_HOSTS": given.file_host,
        "BIFOCAL_POLICY__FILE": "policy.toml",
        "BIFOCAL_ANALYSIS__REMOTE": "never",
        "BIFOCAL_LOG__LEVEL": "debug",
    }


@asynccontextmanager
async def an_app(folder: Path) -> AsyncIterator[tuple[World, Bot]]:
    """The real bot over HTTP, in no workspace yet, as talkative as it gets."""
    async with slack_world() as world:
        world.office.retries = (0.0, 0.0, 0.0)
        async with Bot(folder, settings_of(world, folder), UNUSED) as bot:
            await listening(world, bot)
            yield world, bot


async def listening(world: World, bot: Bot) -> None:
    """Enter the bot's address in the app's settings."""
    world.app.redirect_uri = f"{bot.url}/slack/oauth_redirect"
    await world.point_at(f"{bot.url}/slack/events")


async def installed(world: World, bot: Bot, name: str) -> Team:
    """A workspace whose owner pressed Allow, and chose where cards go."""
    team = world.team(name, installed=False)
    owner = team.user("owner", owner=True)
    landed = await owner.install(f"{bot.url}/slack/install?as=admin")
    assert "is installed in" in landed.text, landed
    mods = team.channel("mods", private=True)
    mods.members.append(owner)
    for channel in team.channels.values():
        if team.bot_user not in channel.members:
            channel.members.append(team.bot_user)
    await owner.slash("/bifocal", "setup")
    await world.until(lambda: owner.ephemerals, WITHIN)
    await owner.ephemerals[-1].choose(owner, "log_channel", mods.id)
    await world.until(lambda: mods.id in str(owner.ephemerals[-1].blocks), WITHIN)
    return team


async def removed(world: World, team: Team, words: str = WORDS) -> Message:
    """A member's scam, once it was taken away."""
    scam = await team.channel("general").post(team.user("ann"), words)
    await world.until(lambda: scam.deleted, WITHIN)
    return scam


def installations(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "bifocal.db")) as database:
        return int(database.execute("SELECT count(*) FROM installations").fetchone()[0])


def holding(folder: Path, canary: str) -> list[str]:
    """The files the bot wrote that hold it; its log is none of them."""
    files = [one for one in sorted(folder.rglob("*")) if one.is_file()]
    return [one.name for one in files if canary.encode() in one.read_bytes()]


def waiting(folder: Path) -> list[str]:
    """What became of the posts that still wait in the queue, which keeps them until it is done."""
    with closing(sqlite3.connect(folder / "data" / "inbox.db")) as queue:
        return [str(row) for row in queue.execute("SELECT key, state, attempts, reason FROM jobs")]


async def test_each_workspace_is_served_with_its_own_token_and_sees_its_own_cards(
    tmp_path: Path,
) -> None:
    async with an_app(tmp_path) as (world, bot):
        first, second = await installed(world, bot, "first"), await installed(world, bot, "second")

        await removed(world, first)
        scam = await removed(world, second, "another free nitro")
        mods = second.channel("mods")
        card = await world.until(lambda: mods.messages[-1] if mods.messages else None, WITHIN)
        assert card is not None
        owner = second.user("owner")
        await card.press(owner, "Uphold")
        await world.until(lambda: "Upheld by" in words_of(card.blocks), WITHIN)

        assert scam.deleted_by is owner
        assert WORDS not in str([one.blocks for one in mods.messages])


async def test_what_slack_brings_again_is_done_once_and_what_others_bring_never(
    tmp_path: Path,
) -> None:
    async with an_app(tmp_path) as (world, bot):
        team = await installed(world, bot, "first")
        await removed(world, team)
        events = [one for one in world.deliveries if one.kind == "events_api"]
        first = next(one for one in events if one.event.get("text") == WORDS)
        again = await world.office.redeliver(first, 1)
        sent = first.attempts[0]
        assert world.http is not None
        replayed = await world.http.raw(sent.body, sent.headers)
        mods = team.channel("mods")
        await world.until(lambda: mods.messages, WITHIN)

        assert (again.missed, replayed.status) == ("", 401)
        assert len(mods.messages) == 1
        assert len(world.calls("chat.delete")) == 1


async def test_tokens_and_words_are_in_no_file_and_in_no_log(tmp_path: Path) -> None:
    async with an_app(tmp_path) as (world, bot):
        team = await installed(world, bot, "first")
        await removed(world, team)
        async with httpx.AsyncClient(base_url=bot.url) as stranger:
            for body in (b"", b"{", b"\xff\xfe", b'{"event": [' * 500):
                await stranger.post("/slack/events", content=body)
        # A detector that a busy machine kept from answering is asked again after a minute.
        await world.until(lambda: not waiting(tmp_path), 2 * WITHIN)
        await bot.stop()
        log = "".join(bot.log)

        assert '"level": "debug"' in log
        assert installations(tmp_path) == 1
        for canary in ("xoxb-canary", "xoxp-canary", "secret-canary", WORDS):
            assert holding(tmp_path, canary) == [], waiting(tmp_path)
            assert canary not in log
        assert "Traceback" not in log


async def test_with_a_new_key_the_workspaces_are_served_on_and_the_old_opens_nothing(
    tmp_path: Path,
) -> None:
    async with an_app(tmp_path) as (world, bot):
        team = await installed(world, bot, "first")
        await removed(world, team)
        mods, owner = team.channel("mods"), team.user("owner")
        await world.until(lambda: mods.messages, WITHIN)
        await bot.stop()
        for step in ("rotate", "reseal", "drop"):
            code, out, err = await command(tmp_path, "keys", step, **bot.settings)
            assert code == 0, out + err
        await bot.start()
        await listening(world, bot)
        await mods.messages[0].press(owner, "Uphold")
        await world.until(lambda: "not valid here" in words_of(owner.ephemerals[-1].blocks), WITHIN)

        assert (await removed(world, team, "more free nitro")).deleted


async def test_a_workspace_that_takes_the_app_out_leaves_no_token_behind(tmp_path: Path) -> None:
    async with an_app(tmp_path) as (world, bot):
        first, second = await installed(world, bot, "first"), await installed(world, bot, "second")
        await (await first.uninstall()).settled()

        assert installations(tmp_path) == 1
        assert (await removed(world, second)).deleted
