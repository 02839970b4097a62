"""Each policy in force is shown, counted and tried where it holds."""

import dataclasses
from datetime import timedelta

import pytest

from bot.communities import Community
from bot.model import JudgementKey
from bot.policy.choice import PolicyChoice
from bot.policy.file import PolicyFile
from bot.review.rulebook import RuleBook, RuleBooks
from bot.review.trials import Trials
from bot.storage.journal import Journal
from tests.bot.review.test_trials import PATIENT
from tests.bot.storage.builders import NOON, Clock, a_key, a_record

HOME = Community("playground", "home", "Home")
AWAY = Community("discord", "away", "Away", preset="strict")
GONE = Community("slack", "gone", "Gone", preset="relaxed", left_at=NOON)


def key_in(community: Community, number: int) -> JudgementKey:
    key = a_key(number)
    return key._replace(
        ref=key.ref._replace(platform=community.platform, community_id=community.id)
    )


@pytest.fixture
async def books(journal: Journal, url: str) -> RuleBooks:
    """Two posts judged at home, one away, one in a community that the bot has left."""
    for number, place in enumerate((HOME, HOME, AWAY, GONE)):
        record = a_record(key_in(place, number))
        context = dataclasses.replace(record.context, community_id=place.id)
        await journal.write(dataclasses.replace(record, context=context), None)
    known = (HOME, AWAY, GONE)
    presets = {one.id: one.preset for one in known}
    clock = Clock(NOON + timedelta(hours=1))
    return RuleBooks(
        rules := PolicyFile(None, "standard"),
        PolicyChoice(rules, lambda community: presets.get(community, "")),
        lambda: known,
        journal=journal,
        trials=Trials(url, clock, patience=PATIENT),
        clock=clock,
    )


def book(books: RuleBooks, preset: str) -> RuleBook:
    found = books.of(preset)
    assert found is not None
    return found


async def test_a_preset_stands_beside_the_settings_policy_where_the_bot_is(
    books: RuleBooks,
) -> None:
    assert [(one.preset, one.communities) for one in books.chosen] == [("strict", (AWAY,))]
    assert book(books, "").policy.name == "standard.toml"
    assert book(books, "strict").policy.name == "strict.toml"


@pytest.mark.parametrize("preset", ["standard", "relaxed", "nonsense"])
async def test_what_nobody_there_chose_has_no_book(books: RuleBooks, preset: str) -> None:
    assert books.of(preset) is None


@pytest.mark.parametrize(("preset", "matches"), [("", 2), ("strict", 1)])
async def test_a_rules_figures_are_of_its_policys_communities(
    books: RuleBooks, preset: str, matches: int
) -> None:
    conduct = await book(books, preset).conduct()

    assert conduct["scam-screenshot"].month.live == matches


@pytest.mark.parametrize(("preset", "judgements"), [("", 2), ("strict", 1)])
async def test_a_trial_reads_what_was_judged_in_its_policys_communities(
    books: RuleBooks, preset: str, judgements: int
) -> None:
    text = 'extends = "standard"\n'

    assert (await book(books, preset).try_text(text, 30))["judgements"] == judgements


async def test_a_message_is_explained_by_its_communitys_policy(books: RuleBooks) -> None:
    names = {}
    for number, place in ((0, HOME), (2, AWAY)):
        found = await book(books, "").why(str(key_in(place, number).ref))
        assert found is not None
        names[place.id] = found.policy.name

    assert names == {"home": "standard.toml", "away": "strict.toml"}


async def test_a_preset_is_changed_by_a_file_that_extends_it(books: RuleBooks) -> None:
    assert book(books, "strict").text == 'extends = "strict"\n'
