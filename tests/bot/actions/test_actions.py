"""What single actions promise beyond the conformance suite."""

from datetime import timedelta

import pytest

from bot.actions.annotate import Annotate
from bot.actions.delete import Delete
from bot.actions.timeout import Timeout
from bot.errors import Gone, PlatformUnavailable
from bot.model import Receipt
from bot.ports import Presence
from tests.builders import NOON, a_message, a_target
from tests.fakes import FakeClient

HOUR = timedelta(hours=1)
KEY = ("g1", "u1")


def timed_out(length: timedelta) -> FakeClient:
    return FakeClient(timeouts={KEY: NOON + length})


async def test_a_post_that_is_gone_counts_as_deleted() -> None:
    receipt = await Delete().apply(FakeClient(), a_target())

    assert receipt == Receipt({"gone": "already"})


async def test_a_post_somebody_else_removed_is_not_brought_back() -> None:
    client = FakeClient()
    receipt = await Delete().apply(client, a_target())

    said = await Delete().undo(client, a_target(), receipt)

    assert (said, client) == ("Somebody else had removed the post.", FakeClient())


async def test_where_nothing_can_be_restored_reposting_is_offered() -> None:
    client = FakeClient(can_restore=False)

    said = await Delete().undo(client, a_target(), Receipt())

    assert said is not None
    assert said.endswith("The post can be reposted from evidence.")


async def test_a_deletion_during_an_outage_is_not_swallowed() -> None:
    client = FakeClient.holding(a_message())
    client.unavailable()

    with pytest.raises(PlatformUnavailable):
        await Delete().apply(client, a_target())


async def test_a_reply_beneath_a_post_that_is_gone_says_so() -> None:
    with pytest.raises(Gone):
        await Annotate("hello").apply(FakeClient(), a_target())


async def test_a_reply_whose_receipt_was_lost_is_still_removed() -> None:
    client = FakeClient.holding(a_message())
    await Annotate("hello").apply(client, a_target())

    said = await Annotate("hello").undo(client, a_target(), Receipt())

    assert (said, client.annotations) == (None, {})


async def test_another_judgement_has_its_own_reply() -> None:
    client = FakeClient.holding(a_message())
    await Annotate("hello").apply(client, a_target())

    await Annotate("hello").apply(client, a_target(nonce="nonce-2"))

    assert len(client.annotations) == 2


async def test_a_longer_timeout_is_never_shortened() -> None:
    client = timed_out(24 * HOUR)

    await Timeout(HOUR).apply(client, a_target())

    assert client == timed_out(24 * HOUR)


async def test_undoing_after_a_longer_timeout_leaves_it() -> None:
    client = timed_out(24 * HOUR)
    receipt = await Timeout(HOUR).apply(client, a_target())

    await Timeout(HOUR).undo(client, a_target(), receipt)

    assert client == timed_out(24 * HOUR)


async def test_undoing_restores_the_shorter_timeout_that_stood_before() -> None:
    client = timed_out(HOUR)
    receipt = await Timeout(5 * HOUR).apply(client, a_target())

    await Timeout(5 * HOUR).undo(client, a_target(), receipt)

    assert client == timed_out(HOUR)


async def test_a_previous_timeout_that_would_have_ended_is_not_restored() -> None:
    client = timed_out(HOUR)
    receipt = await Timeout(5 * HOUR).apply(client, a_target())

    await Timeout(5 * HOUR).undo(client, a_target(now=NOON + 2 * HOUR), receipt)

    assert client == FakeClient()


async def test_a_timeout_somebody_changed_since_is_theirs() -> None:
    client = FakeClient()
    receipt = await Timeout(HOUR).apply(client, a_target())
    client.timeouts[KEY] = NOON + 9 * HOUR

    said = await Timeout(HOUR).undo(client, a_target(), receipt)

    assert said is not None
    assert client == timed_out(9 * HOUR)


async def test_a_timeout_whose_receipt_was_lost_is_left_to_a_person() -> None:
    client = timed_out(HOUR)

    said = await Timeout(HOUR).undo(client, a_target(), Receipt())

    assert said is not None
    assert "by hand" in said


async def test_a_shorter_timeout_may_be_anybodys() -> None:
    presence = await Timeout(5 * HOUR).probe(timed_out(HOUR), a_target())

    assert presence is Presence.UNKNOWN


async def test_an_end_that_the_platform_rounded_is_still_ours() -> None:
    client = FakeClient()
    receipt = await Timeout(HOUR).apply(client, a_target())
    client.timeouts[KEY] += timedelta(milliseconds=900)

    said = await Timeout(HOUR).undo(client, a_target(), receipt)

    assert (said, client) == (None, FakeClient())
