"""What people post reaches the queue, from wherever the bot was invited, once."""

import asyncio

import pytest

from bot.communities import Community
from bot.errors import QueueFull
from tests.adapters.playground.kit import a_png
from tests.adapters.slack.kit import Intake, Started, a_slack
from tests.emulators.slack import Fault, Upload, World

SCAM = "claim your free nitro"


async def test_a_post_reaches_the_queue_by_either_road(either: Started) -> None:
    _, taken = await either.posted(SCAM)

    assert taken.text == SCAM
    assert taken.ref.community_id == either.team.id
    assert taken.channel.name == "general"
    assert taken.author.name == "ann"


@pytest.mark.parametrize("place", ["private", "group", "direct"])
async def test_every_kind_of_conversation_is_heard(started: Started, place: str) -> None:
    team = started.team
    channel = {
        "private": lambda: team.channel("secret", private=True),
        "group": lambda: team.group(started.ann, team.user("bob")),
        "direct": lambda: started.ann.im,
    }[place]()

    taken = await started.taken(await channel.post(started.ann, "hi"))

    assert taken.channel.kind == ("private" if place == "private" else "direct")


async def test_a_picture_without_words_is_taken(started: Started) -> None:
    _, taken = await started.posted("", files=[("a.png", a_png())])

    assert taken.text == ""
    assert taken.attachments[0].filename == "a.png"


async def test_an_edit_is_a_new_revision_of_the_same_message(started: Started) -> None:
    message, before = await started.posted("hello")

    await message.edit("free nitro")
    after = await started.taken(message)

    assert after.ref == before.ref
    assert after.edited
    assert after.revision != before.revision


async def test_a_file_that_was_deleted_is_not_judged_again(started: Started) -> None:
    message, _ = await started.posted("look", files=[("a.png", a_png())])

    started.world.delete_file(message.files[0])
    await message.acked()

    assert started.intake.offered == 1


async def test_a_preview_with_a_picture_is_judged(started: Started) -> None:
    message, _ = await started.posted("https://x.example")

    await message.unfurl(title="Shop", image_url="https://x.example/a.png")
    after = await started.taken(message)

    assert [one.url for one in after.attachments] == ["https://x.example/a.png"]


async def test_a_preview_that_says_nothing_new_is_no_edit(started: Started) -> None:
    message, _ = await started.posted("hello")

    await message.unfurl(fallback="")
    await message.acked()

    assert started.intake.offered == 1


async def test_replies_and_those_shown_in_the_channel_too_are_taken(started: Started) -> None:
    message, _ = await started.posted("hello")

    await (await message.reply(started.ann, "one")).acked()
    await (await message.reply(started.ann, "two", broadcast=True)).acked()

    assert started.intake.texts == ["hello", "one", "two"]


async def test_a_reply_read_again_has_the_revision_that_was_judged(started: Started) -> None:
    message, _ = await started.posted("hello")
    reply = await message.reply(started.ann, "in the thread", files=[("a.png", a_png())])
    taken = await started.taken(reply)

    assert await started.slack.client.revision(taken.ref) == taken.revision


async def test_a_file_shared_from_another_workspace_is_taken_by_its_id(started: Started) -> None:
    upload = Upload("a.png", a_png(), connect=True)

    _, taken = await started.posted("look", files=[upload])

    assert taken.attachments[0].url.startswith("slack-file:F")


async def test_what_a_guest_workspace_posts_in_a_shared_channel_is_taken_and_read(
    started: Started,
) -> None:
    other = started.world.team("guests", installed=False)
    shared = started.team.channel("shared", shared_with=(other,))
    upload = Upload("a.png", a_png(), connect=True)

    taken = await started.taken(await shared.post(other.user("zoe"), "look", files=[upload]))

    assert taken.ref.community_id == started.team.id
    assert await started.slack.fetch(taken.attachments[0], taken, 1_000_000) == a_png()


async def test_an_edit_that_comes_before_its_post_is_what_counts(started: Started) -> None:
    with started.world.office.holding() as held:
        message = await started.general.post(started.ann, "hello")
        await message.edit("free nitro")
        held.reverse()
    await started.world.quiet()

    (edited,) = [one for one in started.intake.taken if one.text == "free nitro"]
    assert {one.ref for one in started.intake.taken} == {edited.ref}
    assert await started.slack.client.revision(edited.ref) == edited.revision


async def test_a_post_deleted_before_it_is_judged_has_no_revision(started: Started) -> None:
    message, taken = await started.posted("hello")
    await message.reply(started.ann, "a reply that leaves a tombstone")
    await message.delete(started.ann)

    assert await started.slack.client.revision(taken.ref) is None


async def test_deleting_a_message_needs_nothing(started: Started) -> None:
    message, _ = await started.posted("hello")

    await message.delete()
    delivery = await message.acked()

    assert delivery.acked
    assert len(started.intake.taken) == 1


async def test_joining_is_no_post(started: Started) -> None:
    noise = await started.general.join(started.team.user("bob"))
    await noise.acked()

    assert started.intake.taken == []


async def test_our_own_words_are_not_judged(started: Started) -> None:
    _, taken = await started.posted("hello")

    await started.slack.client.annotate(taken.ref, "careful", nonce="n")
    await started.world.quiet()

    assert started.intake.texts == ["hello"]


async def test_other_apps_posts_are_left_alone(started: Started) -> None:
    message = await started.general.post(started.team.bot("gif-bot"), "look")
    await message.acked()

    assert started.intake.taken == []


@pytest.mark.parametrize("classic", [True, False])
async def test_other_apps_posts_are_judged_where_that_was_chosen(
    world: World, *, classic: bool
) -> None:
    async with a_slack(world, bots=True) as started:
        bot = started.team.bot("gif-bot", classic=classic)

        taken = await started.taken(await started.general.post(bot, "look"))

    assert taken.author.is_bot
    assert taken.author.name == "gif-bot"


async def test_posts_without_pictures_are_dropped_where_words_alone_are_not_judged(
    world: World,
) -> None:
    async with a_slack(world, text_only=False) as started:
        message = await started.general.post(started.ann, "only words")
        await message.acked()
        await started.posted("with a picture", files=[("a.png", a_png())])

    assert started.intake.texts == ["with a picture"]


async def test_an_administrator_is_a_moderator(started: Started) -> None:
    boss = started.team.user("boss", admin=True)

    taken = await started.taken(await started.general.post(boss, "hi"))

    assert taken.author.is_moderator
    assert taken.author.roles == ("admin",)


async def test_who_is_in_the_private_moderators_channel_is_a_moderator(started: Started) -> None:
    taken = await started.taken(await started.general.post(started.mod, "hi"))

    assert taken.author.is_moderator


async def test_being_in_a_public_log_channel_makes_nobody_a_moderator(world: World) -> None:
    public = world.team().channel("log")
    async with a_slack(world, log_channel=public.id) as started:
        public.members.append(started.ann)

        _, taken = await started.posted("hi")

    assert not taken.author.is_moderator


async def test_a_person_who_was_chosen_is_a_moderator(started: Started) -> None:
    chosen = started.team.user("chosen")
    key = ("slack", started.team.id)
    started.communities.known[key] = Community(*key, moderators=(chosen.id,))

    taken = await started.taken(await started.general.post(chosen, "hi"))

    assert taken.author.is_moderator


async def test_a_post_is_taken_although_slack_does_not_say_who_wrote_it(started: Started) -> None:
    started.world.fail("users.info", Fault("internal_error"))

    _, taken = await started.posted("hello")

    assert taken.author.id == started.ann.id


async def test_a_look_up_that_hangs_does_not_hold_a_post_back(started: Started) -> None:
    started.world.fail("users.info", Fault(hang=True))

    _, taken = await started.posted("hello")

    assert taken.author.id == started.ann.id


async def test_a_post_is_acknowledged_only_after_the_queue_has_it(world: World) -> None:
    gate = asyncio.Event()
    async with a_slack(world, intake=Intake(gate=gate)) as started:
        message = await started.general.post(started.ann, "hello")
        await world.until(lambda: started.intake.offered == 1)
        delivery = message.delivery
        assert delivery is not None
        before = delivery.acked

        gate.set()
        after = (await message.acked()).acked

    assert (before, after) == (False, True)


async def test_what_a_full_queue_refused_is_brought_again_and_taken(world: World) -> None:
    intake = Intake(fails=[QueueFull("full"), QueueFull("full")])
    async with a_slack(world, http=True, intake=intake) as started:
        message = await started.general.post(started.ann, "hello")
        delivery = await message.acked()

    assert [attempt.status for attempt in delivery.attempts] == [503, 503, 200]
    assert intake.texts == ["hello"]
