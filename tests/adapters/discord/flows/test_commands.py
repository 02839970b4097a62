"""Every command and menu, by everyone who may and by everyone who may not."""

import pytest
from simcord import InteractionResult, MemberActor

from bot.chat.asker import Rank
from bot.chat.commands import COMMANDS, MENUS, Command, Menu, On
from tests.adapters.discord.flows.town import SCAM, Town, a_png, labels, said

REFUSED = ("Only moderators may", "Only administrators of")
"""How a rank is refused."""
PERSON, MESSAGE = 2, 3
"""Discord's numbers for menus."""


def by_rank(town: Town) -> dict[Rank, MemberActor]:
    return {Rank.MEMBER: town.bob, Rank.MODERATOR: town.mia, Rank.ADMIN: town.ada}


def refused(answer: InteractionResult) -> bool:
    return any(each in said(answer) for each in REFUSED)


def named(made: Command) -> str:
    return f"{made.group} {made.name}".strip()


@pytest.mark.parametrize("rank", Rank)
async def test_a_command_is_answered_to_whoever_may_and_to_nobody_else(
    town: Town, rank: Rank
) -> None:
    case = await town.case(await town.flagged())
    for root in {each.group or each.name for each in COMMANDS}:
        town.lets_everyone_use(root)
    needed = {"case": {"case": case.id}, "analyze": {"text": "hello"}}

    shut = {
        each.name
        for each in COMMANDS
        if refused(await town.slash(by_rank(town)[rank], named(each), **needed.get(each.name, {})))
    }

    written = {str(line.detail["command"]) for line in await town.audited()}
    assert shut == {each.name for each in COMMANDS if rank < each.rank}
    assert shut <= written


@pytest.mark.parametrize("rank", Rank)
async def test_a_menu_is_answered_to_whoever_may_and_to_nobody_else(town: Town, rank: Rank) -> None:
    post = await town.posts(town.ann, "hello", [("cat.png", a_png())])
    for each in MENUS:
        town.lets_everyone_use(each.label, MESSAGE if each.on is On.MESSAGE else PERSON)

    async def chosen(each: Menu) -> InteractionResult:
        on = post if each.on is On.MESSAGE else town.ann
        return await town.menu(by_rank(town)[rank], each.label, on)

    shut = {each.verb for each in MENUS if refused(await chosen(each))}

    assert shut == {each.verb for each in MENUS if rank < each.rank}


async def test_members_are_not_even_offered_what_they_may_not(town: Town) -> None:
    offered = {*town.bob.available_commands(town.general)}

    assert offered == {named(each) for each in COMMANDS if each.rank is Rank.MEMBER}


async def test_every_answer_is_for_the_asker_alone(town: Town) -> None:
    await town.flagged()
    for each in COMMANDS:
        await town.slash(town.ada, named(each), **({"case": "x"} if each.name == "case" else {}))
    await town.press(town.mia, await town.card(), "Claim")

    assert len(town.answers) == len(COMMANDS) + 1
    assert all(one.acknowledged and one.ephemeral for one in town.answers)


async def test_answers_of_the_bots_own_are_not_taken_for_posts(town: Town) -> None:
    await town.slash(town.ann, "analyze", text=SCAM)
    await town.later()

    assert await town.queue_is_empty()
    assert town.mods.history() == []


async def test_a_picture_is_analyzed_for_one_persons_eyes(town: Town) -> None:
    answer = await town.slash(town.ann, "analyze", file=("bait.png", a_png()), text=SCAM)

    assert "Something was found" in said(answer)
    assert "Nothing of this is kept" in said(answer)
    assert await town.queue_is_empty()


async def test_a_link_to_a_message_is_analyzed_with_its_words(town: Town) -> None:
    await town.choose(live=False)
    post = await town.posts(town.ann, SCAM, [("bait.png", a_png())])

    answer = await town.slash(town.bob, "analyze", link=post.jump_url)

    assert "Something was found" in said(answer)


async def test_a_link_to_a_picture_on_discord_is_analyzed(town: Town) -> None:
    link = "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=1&is=2&hm=3"
    town.house.hands.files[link] = a_png()

    answer = await town.slash(town.bob, "analyze", link=link)

    assert "Nothing a rule speaks of" in said(answer)


async def test_a_link_to_elsewhere_is_not_opened(town: Town) -> None:
    answer = await town.slash(town.bob, "analyze", link="https://example.org/cat.png")

    assert "This link cannot be opened" in said(answer)


async def test_analyzing_too_often_is_refused_with_when_to_come_again(town: Town) -> None:
    for _ in range(3):
        await town.slash(town.ann, "analyze", text="hello")

    assert "Try again in 60 minutes" in said(await town.slash(town.ann, "analyze", text="hello"))


async def test_analyzing_can_be_kept_to_a_role(town: Town) -> None:
    await town.choose(analyze_for=(str(town.keeper.id),))

    shut = await town.slash(town.ann, "analyze", text="hello")
    opened = await town.slash(town.mia, "analyze", text="hello")

    assert "not open to everyone here" in said(shut)
    assert "Nothing a rule speaks of" in said(opened)


async def test_a_reported_post_comes_before_the_moderators(town: Town) -> None:
    post = await town.posts(town.ann, "hello there")
    none_before = await town.store.journal.case_of(town.ref(post))

    answer = await town.menu(town.bob, "Report to moderators", post)
    await town.idle()

    assert none_before is None
    assert "Thank you" in said(answer)
    assert "hello there" in said(await town.card())


async def test_known_bad_of_a_post_that_was_never_flagged_asks_what_for_and_is_taught(
    town: Town,
) -> None:
    picture = ("cat.png", a_png())
    post = await town.posts(town.ann, "hello", [picture])

    asked = await town.menu(town.mia, "Mark as known bad", post)
    await town.press(town.mia, asked.response, "Choose…", category="scam")
    again = await town.posts(town.bob, "", [picture])

    assert (await town.case(again)).judgements[-1].rules == ("known",)


async def test_why_not_flagged_shows_the_rules_that_came_near(town: Town) -> None:
    post = await town.posts(town.ann, "hello there")

    answer = said(await town.menu(town.mia, "Why not flagged?", post))

    assert "No rule matches" in answer
    assert "scam:" in answer


async def test_a_persons_history_lists_their_cases(town: Town) -> None:
    await town.flagged()

    answer = said(await town.menu(town.mia, "History", town.ann))

    assert "History of ann" in answer
    assert "Cases: 1" in answer.replace("*", "")


async def test_the_queue_is_paged_and_each_case_can_be_opened(town: Town) -> None:
    for number in range(9):
        await town.posts(town.ann, f"look at this, number {number}")
        await town.later(1)

    queue = await town.slash(town.mia, "queue")
    first = said(queue)
    older = await town.press(town.mia, queue.response, "Older")
    second = said(older)
    opened = await town.press(town.mia, older.response, "Look")

    assert "9 open in all" in first
    assert [n for n in range(9) if f"number {n}" in first] == [*range(1, 9)]
    assert [n for n in range(9) if f"number {n}" in second] == [0]
    assert "number 0" in said(opened)
    assert "Uphold" in labels(opened)


async def test_a_pause_holds_until_it_is_ended(town: Town) -> None:
    await town.slash(town.mia, "bifocal pause", reason="a raid of pranksters")
    held = await town.posts(town.ann, SCAM)
    status = said(await town.slash(town.mia, "bifocal status"))
    await town.slash(town.mia, "bifocal resume")
    removed = await town.posts(town.bob, SCAM)

    assert town.stands(held)
    assert "a raid of pranksters" in status
    assert not town.stands(removed)


async def test_the_doctor_names_what_is_to_be_mended(town: Town) -> None:
    answer = said(await town.slash(town.ada, "bifocal doctor"))

    assert "to mend" in answer
    assert "No token is set: BIFOCAL_DISCORD__TOKEN is the bot's token" in answer


async def test_statistics_count_what_was_done_here(town: Town) -> None:
    await town.flagged(text=SCAM)

    answer = said(await town.slash(town.mia, "stats", days="1")).replace("*", "")

    assert "Posts judged: 1" in answer
    assert "delete applied 1" in answer


async def test_the_rules_of_this_channel_are_listed(town: Town) -> None:
    answer = said(await town.slash(town.mia, "rules"))

    assert "scores.scam >= 0.8" in answer
    assert "delete, timeout 1h, flag" in answer
