"""What may be done on Slack is done once; what may not is refused, and says where a person does."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.slack.client import SlackClient
from bot.actions.spec import parse
from bot.communities import Community
from bot.errors import Gone, NotPermitted, PlatformUnavailable
from bot.model import Author
from tests.adapters.playground.kit import a_card, a_png
from tests.adapters.slack.kit import Started, a_slack
from tests.emulators.slack import Fault, World
from tests.memory import MemoryBookmarks


def client(started: Started) -> SlackClient:
    return started.slack.client


async def test_an_administrators_token_deletes_message_and_file(started: Started) -> None:
    message, taken = await started.posted("scam", files=[("a.png", a_png())])

    await client(started).delete(taken.ref, reason="rule-a")

    assert message.deleted
    assert message.files[0].deleted


async def test_that_a_deleted_post_s_file_goes_is_no_edit_of_its_author(started: Started) -> None:
    _, taken = await started.posted("scam", files=[("a.png", a_png())])

    await client(started).delete(taken.ref, reason="rule-a")
    await started.world.quiet()

    assert started.intake.taken == [taken]


async def test_an_edit_of_a_post_that_could_not_be_deleted_is_judged(started: Started) -> None:
    message, taken = await started.posted("scam")
    started.team.admins_delete_messages = False

    with pytest.raises(NotPermitted):
        await client(started).delete(taken.ref, reason="rule-a")
    await message.edit("another scam")
    await started.world.quiet()

    assert started.intake.texts == ["scam", "another scam"]


async def test_an_edit_after_a_deletion_that_slack_was_too_busy_for_is_judged(
    started: Started,
) -> None:
    message, taken = await started.posted("scam")
    started.world.fail("chat.delete", Fault("internal_error"))

    with pytest.raises(PlatformUnavailable):
        await client(started).delete(taken.ref, reason="rule-a")
    await message.edit("another scam")
    await started.world.quiet()

    assert started.intake.texts == ["scam", "another scam"]


async def test_without_that_token_deleting_is_refused_with_a_link(world: World) -> None:
    async with a_slack(world, user_token=None) as started:
        message, taken = await started.posted("scam")

        with pytest.raises(NotPermitted) as refused:
            await client(started).delete(taken.ref, reason="rule-a")

    assert message.permalink in str(refused.value)
    assert not message.deleted


async def test_without_that_token_it_is_known_beforehand(world: World) -> None:
    async with a_slack(world, user_token=None) as started:
        message, taken = await started.posted("scam")

        why = started.slack.can(parse("delete"), taken)

    assert why is not None
    assert message.permalink in why


async def test_where_the_workspace_refuses_it_the_message_stands_and_a_link_is_given(
    started: Started,
) -> None:
    started.team.admins_delete_messages = False
    message, taken = await started.posted("scam")

    with pytest.raises(NotPermitted) as refused:
        await client(started).delete(taken.ref, reason="rule-a")

    assert message.permalink in str(refused.value)
    assert not message.deleted


async def test_a_file_that_stays_is_no_silent_success(started: Started) -> None:
    started.team.admins_delete_files = False
    message, taken = await started.posted("scam", files=[("a.png", a_png())])

    with pytest.raises(NotPermitted, match="file was not") as refused:
        await client(started).delete(taken.ref, reason="rule-a")

    assert message.deleted
    assert message.files[0].id in str(refused.value)


async def test_a_token_of_no_administrator_deletes_nothing(world: World) -> None:
    team = world.team("acme")
    team.install(team.user("peter"))

    async with a_slack(world) as started:
        _, taken = await started.posted("scam")

        why = started.slack.can(parse("delete"), taken)

    assert why is not None
    assert "no administrator" in why


async def test_a_moderators_message_is_never_deleted(started: Started) -> None:
    message = await started.general.post(started.mod, "hi")
    taken = await started.taken(message)

    with pytest.raises(NotPermitted, match="never acted upon"):
        await client(started).delete(taken.ref, reason="rule-a")

    assert not message.deleted


async def test_a_message_in_a_thread_is_deleted(started: Started) -> None:
    message, _ = await started.posted("hello")
    reply = await message.reply(started.ann, "scam")
    taken = await started.taken(reply)

    await client(started).delete(taken.ref, reason="rule-a")

    assert (reply.deleted, message.deleted) == (True, False)


async def test_a_deleted_message_is_not_brought_back_and_that_is_said(started: Started) -> None:
    _, taken = await started.posted("scam")
    await client(started).delete(taken.ref, reason="rule-a")

    assert "no deleted message" in str(await client(started).restore(taken, reason="overturned"))


async def test_an_annotation_stands_in_the_messages_thread(started: Started) -> None:
    message, taken = await started.posted("hello")

    await client(started).annotate(taken.ref, "careful <!channel>", nonce="n")

    (reply,) = message.replies
    assert reply.text == "careful &lt;!channel&gt;"


async def test_an_annotation_of_a_reply_stands_in_the_same_thread(started: Started) -> None:
    message, _ = await started.posted("hello")
    taken = await started.taken(await message.reply(started.ann, "scam"))

    await client(started).annotate(taken.ref, "careful", nonce="n")

    assert [one.text for one in message.replies] == ["scam", "careful"]


async def test_a_post_that_is_gone_gets_no_annotation(started: Started) -> None:
    message, taken = await started.posted("hello")
    await message.delete(started.ann)

    with pytest.raises(Gone):
        await client(started).annotate(taken.ref, "Looking.", nonce="n")

    assert started.general.messages == []


async def test_in_an_archived_channel_nothing_is_done_and_that_is_said(started: Started) -> None:
    _, taken = await started.posted("hello")
    await started.general.archive()

    with pytest.raises(NotPermitted, match="archived"):
        await client(started).annotate(taken.ref, "Looking.", nonce="n")


async def test_who_left_is_not_told_and_that_is_said(started: Started) -> None:
    _, taken = await started.posted("hello")
    started.ann.deleted = True
    started.general.members.remove(started.ann)
    started.world.fail("conversations.open", Fault("user_disabled"))

    with pytest.raises(NotPermitted, match="takes no messages"):
        await client(started).send_dm(taken.ref, taken.author, "told", nonce="n")


async def test_an_annotation_of_a_post_deleted_meanwhile_does_not_stay_in_the_channel(
    world: World,
) -> None:
    async with a_slack(world, gap=timedelta(seconds=0.5)) as started:
        _, first = await started.posted("hello")
        message, taken = await started.posted("scam")
        await client(started).annotate(first.ref, "Looking.", nonce="a")
        asked = len(world.calls("conversations.replies"))
        annotating = asyncio.create_task(client(started).annotate(taken.ref, "No.", nonce="b"))
        await world.until(lambda: len(world.calls("conversations.replies")) == asked + 2)

        await message.delete(started.ann)
        with pytest.raises(Gone):
            await annotating

        assert [one.text for one in started.general.messages] == ["hello", "Looking."]


async def test_a_kill_between_sending_and_noting_makes_no_second_annotation(world: World) -> None:
    async with a_slack(world) as started:
        message, taken = await started.posted("hello")
        await client(started).annotate(taken.ref, "careful", nonce="n")

    async with a_slack(world) as started:
        await client(started).annotate(taken.ref, "careful", nonce="n")

    assert len(message.replies) == 1


async def test_a_kill_between_sending_and_noting_makes_no_second_card(world: World) -> None:
    bookmarks = MemoryBookmarks(dies_at=1)
    async with a_slack(world, bookmarks=bookmarks) as started:
        with pytest.raises(asyncio.CancelledError):
            await client(started).post_card(a_card(), nonce="c")

    bookmarks.dies_at = None
    async with a_slack(world, bookmarks=bookmarks) as started:
        assert await client(started).card("c") is not None
        await client(started).post_card(a_card(), nonce="c")

    assert len(started.mods.messages) == 1


async def test_a_kill_before_sending_leaves_no_card_to_be_found(world: World) -> None:
    bookmarks = MemoryBookmarks()
    async with a_slack(world, bookmarks=bookmarks) as started:
        world.fail("chat.postMessage", Fault("internal_error"))
        with pytest.raises(PlatformUnavailable):
            await client(started).post_card(a_card(), nonce="c")

        assert await client(started).card("c") is None
        assert await client(started).post_card(a_card(), nonce="c")

    assert len(started.mods.messages) == 1


async def test_posting_one_card_several_times_at_once_is_one_card(started: Started) -> None:
    made = await asyncio.gather(*(client(started).post_card(a_card(), nonce="c") for _ in range(4)))

    assert len(set(made)) == 1
    assert len(started.mods.messages) == 1


async def test_a_card_that_is_redrawn_stands_where_it_stood(started: Started) -> None:
    card = await client(started).post_card(a_card(), nonce="c")

    await client(started).redraw_card(card, replace(a_card(), standing="Upheld by Ann"))

    (message,) = started.mods.messages
    assert "Upheld by Ann" in str(message.blocks)


async def test_redrawing_a_card_that_was_taken_away_says_so(started: Started) -> None:
    card = await client(started).post_card(a_card(), nonce="c")
    await client(started).remove_card(card)

    with pytest.raises(Gone):
        await client(started).redraw_card(card, a_card())


async def test_a_workspace_chooses_its_own_channel_for_cards(started: Started) -> None:
    other = started.team.channel("other", private=True)
    key = ("slack", started.team.id)
    started.communities.known[key] = Community(*key, log_channel=other.id)

    await client(started).post_card(replace(a_card(), community_id=started.team.id), nonce="c")

    assert len(other.messages) == 1


async def test_without_a_channel_for_cards_it_is_said_how_to_choose_one(world: World) -> None:
    async with a_slack(world, log_channel="") as started:
        with pytest.raises(NotPermitted, match="/bifocal setup"):
            await client(started).post_card(a_card(), nonce="c")


async def test_a_channel_for_cards_that_is_not_there_is_named(world: World) -> None:
    async with a_slack(world, log_channel="C0NOTHERE") as started:
        with pytest.raises(NotPermitted, match="C0NOTHERE"):
            await client(started).post_card(a_card(), nonce="c")


async def test_a_card_has_a_link_to_the_post_as_slack_writes_it(started: Started) -> None:
    message, _ = await started.posted("hello")
    taken = await started.taken(await message.reply(started.ann, "scam"))
    reply = message.replies[0]

    await client(started).post_card(replace(a_card(), message=str(taken.ref)), nonce="c")

    assert reply.permalink in str(started.mods.messages[0].blocks)


async def test_a_reaction_is_put_on_and_taken_away(started: Started) -> None:
    message, taken = await started.posted("hello")

    await client(started).react(taken.ref, "👀")
    await client(started).react(taken.ref, "👀")
    stood = await client(started).reacted(taken.ref, "👀")
    names = list(message.reactions)
    await client(started).unreact(taken.ref, "👀")
    await client(started).unreact(taken.ref, "👀")

    assert (stood, names) == (True, ["eyes"])
    assert not await client(started).reacted(taken.ref, "👀")


async def test_an_emoji_slack_has_no_name_for_is_refused_beforehand(started: Started) -> None:
    _, taken = await started.posted("hello")

    assert "write the name" in str(started.slack.can(parse("react 🦚"), taken))
    assert started.slack.can(parse("react peacock"), taken) is None


async def test_an_author_is_told_in_a_direct_message_once(started: Started) -> None:
    _, taken = await started.posted("hello")

    first = await client(started).send_dm(taken.ref, taken.author, "told & <done>", nonce="n")
    again = await client(started).send_dm(taken.ref, taken.author, "told & <done>", nonce="n")

    assert first == again == await client(started).dm(taken.ref, taken.author, "n")
    assert [one.text for one in started.ann.im.messages] == ["told &amp; &lt;done&gt;"]


async def test_who_takes_no_direct_messages_is_told_in_the_channel_alone(
    started: Started,
) -> None:
    _, taken = await started.posted("hello")
    started.team.app.token.scopes.discard("im:write")
    started.team.app.token.scopes.discard("mpim:write")

    note = await client(started).send_dm(taken.ref, taken.author, "told", nonce="n")

    assert note.startswith("ephemeral:")
    assert started.ann.ephemerals[-1].text == "told"
    assert await client(started).dm(taken.ref, taken.author, "n") == note


async def test_a_bot_cannot_be_told_and_that_is_said(started: Started) -> None:
    _, taken = await started.posted("hello")
    bot = Author("U0BOT", "bot", is_bot=True)

    with pytest.raises(NotPermitted, match="takes no messages"):
        await client(started).send_dm(taken.ref, bot, "told", nonce="n")
