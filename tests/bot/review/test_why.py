"""Why a message was flagged, or was not: any that was judged, and never a terminal's words."""

import pytest

from bot.policy.explain import Came
from bot.review.why import Why, why
from bot.storage.journal import Journal
from tests.bot.policy.kit import a_policy, a_rule
from tests.bot.storage.builders import a_key, a_new_case, a_record

POLICY = a_policy(
    a_rule("scores.scam >= 0.99 && image.count > 0", name="sure"),
    a_rule("scores.scam >= 0.5", name="likely"),
    a_rule("text.content.contains('canary')", name="words"),
)


async def told(journal: Journal, which: str) -> Why:
    found = await why(journal, lambda _community: POLICY, which)
    assert found is not None
    return found


async def test_a_message_without_a_case_is_explained_by_its_ref(journal: Journal) -> None:
    await journal.write(a_record(a_key(3)), None)

    found = await told(journal, str(a_key(3).ref))

    assert found.newest.case_id is None
    assert {one.rule.id for one in found.rules} == {"sure", "likely", "words"}


async def test_each_part_of_a_rule_says_what_it_read(journal: Journal) -> None:
    await journal.write(a_record(a_key(3)), None)

    found = await told(journal, str(a_key(3).ref))

    (sure,) = [one for one in found.rules if one.rule.id == "sure"]
    assert sure.came is Came.NO_MATCH
    assert [(part.text, part.answer) for part in sure.parts] == [
        ("scores.scam >= 0.99", False),
        ("image.count > 0", True),
    ]
    assert sure.parts[0].read == (("scores.scam", "0.9"),)


async def test_words_that_were_not_kept_leave_a_rule_unanswered(journal: Journal) -> None:
    await journal.write(a_record(a_key(3)), None)

    found = await told(journal, str(a_key(3).ref))

    (words,) = [one for one in found.rules if one.rule.id == "words"]
    assert (words.came, words.reason) == (Came.UNANSWERED, "text.content not known")


async def test_a_case_is_explained_with_its_words(journal: Journal) -> None:
    case = await journal.write(a_record(), a_new_case())
    assert case is not None

    assert "words" in {one.rule.id for one in (await told(journal, case)).matches}


async def test_what_was_flagged_then_is_told_beside_what_matches_now(journal: Journal) -> None:
    case = await journal.write(a_record(), a_new_case())
    assert case is not None

    found = await told(journal, case)

    assert found.flagged
    assert not found.same_policy


@pytest.mark.parametrize("which", ["", "nothing", "a:b:c:d", "a:b", ":::", "\0"])
async def test_of_what_was_never_judged_nothing_is_told(journal: Journal, which: str) -> None:
    assert await why(journal, lambda _community: POLICY, which) is None
