"""The real bot over the emulated Discord: from a scam to its removal, its card and its case."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adapters.discord.kit import a_png
from tests.emulators.discord import Channel, Guild, Member, World, discord_world
from tests.journey.process import UNUSED, Bot, command

pytestmark = pytest.mark.slow
SCAM = (
    "Steam is giving away free nitro for 3 months! Claim your gift now before it expires: "
    "https://dlscord-nitro.gift/claim - scan the QR code to log in and get your reward"
)
PNG = a_png(size=64)


@dataclass
class Scene:
    """A server with the bot at work in it."""

    world: World
    guild: Guild
    general: Channel
    log: Channel
    ann: Member
    mia: Member
    bot: Bot


def settings(world: World, log: Channel, **more: str) -> dict[str, str]:
    there = world.settings()
    return {
        "BIFOCAL_DISCORD__TOKEN": there.token,
        "BIFOCAL_DISCORD__API_BASE": there.api_base,
        "BIFOCAL_DISCORD__GATEWAY_URL": there.gateway_url,
        "BIFOCAL_DISCORD__LOG_CHANNEL": str(log.id),
        "BIFOCAL_DISCORD__SIMULATE": "false",
        "BIFOCAL_MEDIA__EXTRA_HOSTS": there.host,
        **more,
    }


@asynccontextmanager
async def a_scene(folder: Path, **more: str) -> AsyncIterator[Scene]:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, log = guild.channel("general"), guild.channel("mod-log")
        ann, mia = guild.member("ann"), guild.moderator("mia")
        async with Bot(folder, settings(world, log, **more), UNUSED) as bot:
            await world.connected(30)
            await world.until(lambda: general.messages, 30)  # it says hello
            yield Scene(world, guild, general, log, ann, mia, bot)


async def test_a_scam_is_removed_told_and_put_before_moderators(tmp_path: Path) -> None:
    async with a_scene(tmp_path) as scene:
        post = await scene.general.post(scene.ann, SCAM, files=[("gift.png", PNG)])
        await scene.world.until(lambda: post.deleted, 30)
        await scene.world.until(lambda: scene.log.messages, 30)
        card = scene.log.messages[0]

        assert any("scam" in (line.reason or "") for line in scene.guild.audit_log)
        assert scene.ann.is_timed_out
        assert "Uphold" in card.buttons


async def test_a_rehearsal_touches_nothing_and_shows_its_card(tmp_path: Path) -> None:
    async with a_scene(tmp_path, BIFOCAL_DISCORD__SIMULATE="true") as scene:
        post = await scene.general.post(scene.ann, SCAM, files=[("gift.png", PNG)])
        await scene.world.until(lambda: scene.log.messages, 30)

        assert not post.deleted
        assert not scene.ann.is_timed_out
        assert scene.guild.audit_log == []


async def test_a_moderator_upholds_on_the_card(tmp_path: Path) -> None:
    async with a_scene(tmp_path) as scene:
        await scene.general.post(scene.ann, SCAM, files=[("gift.png", PNG)])
        await scene.world.until(lambda: scene.log.messages, 30)
        card = scene.log.messages[0]
        pressed = await card.click(scene.mia, "Uphold")
        if pressed.modal is not None:
            await pressed.modal.submit()
        await scene.world.until(lambda: "Uphold" not in card.buttons, 30)

        assert pressed.in_time


async def test_a_member_cannot_decide_on_a_card(tmp_path: Path) -> None:
    async with a_scene(tmp_path) as scene:
        await scene.general.post(scene.ann, SCAM, files=[("gift.png", PNG)])
        await scene.world.until(lambda: scene.log.messages, 30)
        card = scene.log.messages[0]
        pressed = await card.click(scene.ann, "Claim")

        assert "Only moderators" in pressed.text
        assert "Uphold" in card.buttons


async def test_a_forged_press_is_refused_by_the_real_chat(tmp_path: Path) -> None:
    async with a_scene(tmp_path) as scene:
        hello = scene.general.messages[0]
        forged = "uphold|case-1||AAAAAAAAAAAA"
        pressed = await scene.world.interactions.forge(hello, scene.mia, forged)

        assert "not valid here" in pressed.text


async def test_what_was_posted_while_it_was_dead_is_judged_and_judged_once(
    tmp_path: Path,
) -> None:
    async with a_scene(tmp_path) as scene:
        await scene.bot.kill()
        post = await scene.general.post(scene.ann, SCAM, files=[("gift.png", PNG)])
        await scene.bot.start()
        await scene.world.until(lambda: post.deleted, 30)
        await scene.world.until(lambda: scene.log.messages, 30)

        removed = [line for line in scene.guild.audit_log if line.action == 72]
        assert len(removed) == 1
        assert await scene.bot.stop() == 0


async def test_a_picture_is_analyzed_by_hand(tmp_path: Path) -> None:
    async with a_scene(tmp_path) as scene:
        asked = await scene.ann.slash("analyze", file=("a.png", PNG), text=SCAM)

        assert asked.in_time
        assert asked.ephemeral
        assert "scam" in asked.text.lower()


async def test_the_doctor_prints_the_invitation(tmp_path: Path) -> None:
    async with discord_world() as world:
        log = world.guild("Home").channel("mod-log")
        _, out, err = await command(tmp_path, "doctor", **settings(world, log))

    assert f"client_id={world.app_id}" in "".join((out + err).split())


async def test_a_wrong_token_leaves_the_pages_up_and_says_what_to_change(tmp_path: Path) -> None:
    async with discord_world() as world:
        log = world.guild("Home").channel("mod-log")
        wrong = settings(world, log, BIFOCAL_DISCORD__TOKEN="wrong-token-canary")
        async with Bot(tmp_path, wrong, UNUSED) as bot:
            await bot.until("discord.stopped")
            async with bot.client() as client:
                ready = await client.get("/readyz")
                alive = await client.get("/healthz")

    assert (ready.status_code, alive.status_code) == (503, 200)
    assert "BIFOCAL_DISCORD__TOKEN" in ready.text
    assert not any("canary" in line for line in bot.log)
