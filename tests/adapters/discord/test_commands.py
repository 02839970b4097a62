"""Commands and menus are answered in time, to the asker alone, and to who may ask."""

import asyncio

import pytest

from bot.chat.asker import Rank
from tests.adapters.discord.chatting import a_scene
from tests.adapters.discord.kit import QUICK, Chat, Communities, a_discord, a_png
from tests.emulators.discord import MODERATING, How, Permission, discord_world

PNG = a_png()


async def test_every_command_and_menu_is_told_to_discord() -> None:
    async with a_scene() as scene:
        told = {command.name for command in scene.world.commands.by_place[None]}

    assert {"analyze", "bifocal", "queue", "case", "rules", "stats", "appeal", "privacy"} <= told
    assert {"Analyze", "Report to moderators", "Why not flagged?", "History"} <= told


async def test_commands_are_told_again_only_where_they_changed() -> None:
    async with discord_world() as world:
        world.guild("Home")
        for _ in range(2):
            async with a_discord(world):
                pass

        assert len(world.requests("PUT", "/commands")) == 1


async def test_a_command_is_answered_to_the_asker_alone() -> None:
    async with a_scene() as scene:
        asked = await scene.ann.slash("queue", how=How(opened=True))

    assert asked.in_time
    assert asked.deferred
    assert asked.ephemeral
    assert asked.text.strip() == "### did queue"


async def test_a_command_that_takes_long_is_announced_in_time() -> None:
    async with a_scene() as scene:
        scene.chat.wait.clear()
        asking = asyncio.create_task(scene.ann.slash("privacy"))
        await scene.world.until(lambda: scene.world.interactions.all[-1:])
        asked = scene.world.interactions.all[-1]
        await scene.world.until(lambda: asked.answer)
        announced = (asked.in_time, asked.complete)
        scene.chat.wait.set()
        await asking

    assert announced == (True, False)
    assert asked.complete


async def test_however_many_ask_at_once_everybody_is_answered_in_time() -> None:
    async with a_scene() as scene:
        scene.chat.wait.clear()
        all_asked = scene.world.interactions.all
        asking = [asyncio.create_task(scene.ann.slash("privacy")) for _ in range(QUICK.answers + 4)]
        await scene.world.until(lambda: sum(bool(one.answer) for one in all_asked) == len(asking))
        in_time = {one.in_time for one in all_asked}
        scene.chat.wait.set()
        await asyncio.gather(*asking)

    assert in_time == {True}
    assert len(scene.chat.asked) == QUICK.answers + 4


async def test_in_a_thread_its_channel_is_told_too() -> None:
    async with a_scene() as scene:
        thread = await scene.general.thread("talk", scene.ann)
        await scene.mia.slash("rules", how=How(channel=thread))

    (asker,) = (asker for _, asker, _ in scene.chat.asked)
    assert (asker.channel_id, asker.parent_id) == (str(thread.id), str(scene.general.id))


async def test_a_grouped_command_comes_by_its_own_name() -> None:
    async with a_scene() as scene:
        await scene.mia.slash("bifocal pause", reason="a raid")

    name, asker, given = scene.chat.asked[0]
    assert (name, asker.rank, dict(given)) == ("pause", Rank.MODERATOR, {"reason": "a raid"})


async def test_an_attachment_is_fetched_and_handed_over() -> None:
    async with a_scene() as scene:
        await scene.ann.slash("analyze", file=("a.png", PNG), text="hi")

    assert scene.chat.files == [("a.png", PNG)]
    assert dict(scene.chat.asked[0][2]) == {"text": "hi"}


async def test_a_link_to_a_message_brings_its_files_and_words() -> None:
    async with a_scene() as scene:
        post = await scene.general.post(scene.ann, "free nitro", files=[("b.png", PNG)])
        link = f"https://discord.com/channels/{scene.guild.id}/{scene.general.id}/{post.id}"
        await scene.ann.slash("analyze", link=link)

    assert scene.chat.files == [("b.png", PNG)]
    assert dict(scene.chat.asked[0][2]) == {"text": "free nitro"}


async def test_a_link_into_a_channel_one_does_not_see_is_refused() -> None:
    async with a_scene() as scene:
        staff = scene.guild.channel("staff")
        staff.deny(scene.guild.everyone, Permission.VIEW_CHANNEL)
        staff.allow(scene.guild.bot, Permission.VIEW_CHANNEL)
        post = await staff.post(scene.mia, "secret", files=[("b.png", PNG)])
        link = f"https://discord.com/channels/{scene.guild.id}/{staff.id}/{post.id}"
        asked = await scene.ann.slash("analyze", link=link)

    assert "You do not see that channel" in asked.text.replace("\\", "")
    assert scene.chat.files == []


async def test_a_link_into_another_server_is_left_to_the_chat() -> None:
    async with a_scene() as scene:
        elsewhere = scene.world.guild("Elsewhere")
        post = await elsewhere.channel("general").post(elsewhere.member("bob"), "hi")
        link = f"https://discord.com/channels/{elsewhere.id}/{post.channel.id}/{post.id}"
        await scene.ann.slash("analyze", link=link)

    assert dict(scene.chat.asked[0][2]) == {"link": link}


async def test_a_link_to_elsewhere_is_never_followed() -> None:
    async with a_scene() as scene:
        await scene.ann.slash("analyze", link=f"{scene.world.url}/external/0/picture")
        fetched = list(scene.world.cdn.fetched)

    assert fetched == []
    assert scene.chat.files == []


@pytest.mark.parametrize(
    ("label", "verb"),
    [
        ("Analyze", "analyze"),
        ("Report to moderators", "report"),
        ("Why not flagged?", "why"),
        ("Mark as known bad", "known_bad"),
        ("Mark as known good", "known_good"),
    ],
)
async def test_a_messages_menu_brings_the_message(label: str, verb: str) -> None:
    async with a_scene() as scene:
        post = await scene.general.post(scene.ann, "look", files=[("a.png", PNG)])
        taken = (await scene.started.taken())[0]
        asked = await scene.mia.message_menu(label, post)

    assert scene.chat.asked[0][0] == verb
    # Discord signs a file's address anew with each second; the revision is the same.
    assert [(one.key, one.text) for one in scene.chat.messages] == [(taken.key, taken.text)]
    assert asked.in_time
    assert asked.ephemeral


async def test_a_persons_menu_brings_the_person() -> None:
    async with a_scene() as scene:
        await scene.mia.user_menu("History", scene.ann)

    assert scene.chat.asked[0][0] == "history"
    assert scene.chat.persons[0].id == str(scene.ann.id)
    assert scene.chat.persons[0].joined_at == scene.ann.joined_at


async def test_a_member_without_the_right_is_refused_whatever_discord_let_pass() -> None:
    async with a_scene(Chat(ranks={"pause": Rank.MODERATOR})) as scene:
        asked = await scene.ann.slash("bifocal pause", how=How(opened=True))

    assert "Only moderators" in asked.text
    assert scene.chat.asked == []
    assert scene.chat.refused == [("pause", str(scene.ann.id))]


async def test_an_administrator_is_known() -> None:
    async with a_scene() as scene:
        await scene.guild.owner.slash("bifocal status")

    assert scene.chat.asked[0][1].rank is Rank.ADMIN


async def test_who_manages_the_server_rules_it() -> None:
    async with a_scene() as scene:
        role = scene.guild.role("Managers", Permission.MANAGE_GUILD)
        await scene.guild.member("bob", role).slash("bifocal status", how=How(opened=True))

    assert scene.chat.asked[0][1].rank is Rank.ADMIN


async def test_a_chosen_role_makes_a_moderator() -> None:
    communities = Communities()
    async with a_scene(communities=communities) as scene:
        role = scene.guild.role("Helpers")
        communities.choose(scene.guild, moderators=(str(role.id),))
        await scene.guild.member("bob", role).slash("queue", how=How(opened=True))

    assert scene.chat.asked[0][1].rank is Rank.MODERATOR


async def test_who_keeps_one_channel_in_order_does_not_moderate_the_server() -> None:
    async with a_scene() as scene:
        scene.general.allow(scene.ann, Permission.MANAGE_MESSAGES)
        await scene.ann.slash("queue", how=How(opened=True))

    assert scene.chat.asked[0][1].rank is Rank.MEMBER


async def test_a_right_that_was_taken_away_counts_no_more() -> None:
    async with a_scene() as scene:
        await scene.mia.slash("queue")
        scene.mia.roles.clear()
        await scene.mia.slash("queue", how=How(opened=True))

    assert [asker.rank for _, asker, _ in scene.chat.asked] == [Rank.MODERATOR, Rank.MEMBER]


async def test_privacy_can_be_asked_for_in_a_direct_message() -> None:
    async with a_scene() as scene:
        await scene.ann.user.slash("privacy")

    name, asker, _ = scene.chat.asked[0]
    assert (name, asker.community_id, asker.rank) == ("privacy", "", Rank.MEMBER)


async def test_a_command_that_is_offered_no_more_is_told_so() -> None:
    async with a_scene() as scene:
        scene.world.commands.add(None, {"name": "gone", "description": "x", "type": 1})
        asked = await scene.ann.slash("gone")

    assert "does not offer this any more" in asked.text


def test_moderating_is_not_administering() -> None:
    assert Permission.MANAGE_GUILD not in MODERATING
