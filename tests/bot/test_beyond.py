"""What a policy asks for in vain is told when it comes into force, and not again."""

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.beyond import Beyond
from bot.communities import Community
from bot.policy.choice import PolicyChoice
from bot.policy.file import PolicyFile
from tests.bot.policy.kit import a_rule
from tests.fakes import FakePlatform
from tests.memory import MemoryCommunities

NO_BANS = {"ban": "there are no bans"}


def rules(folder: Path, *then: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(a_rule("scores.scam >= 0.8", *then), "utf-8")
    return path


@pytest.fixture
def communities() -> MemoryCommunities:
    return MemoryCommunities({("fake", "g1"): Community("fake", "g1")})


@pytest.fixture
def file(tmp_path: Path) -> PolicyFile:
    return PolicyFile(rules(tmp_path, "ban", "delete"))


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform(forbids=dict(NO_BANS))


@pytest.fixture
def beyond(communities: MemoryCommunities, file: PolicyFile, platform: FakePlatform) -> Beyond:
    choice = PolicyChoice(file, lambda one: communities.of("fake", one).preset)
    return Beyond({"fake": platform}, communities, choice.of)


async def told(beyond: Beyond, times: int = 1) -> list[str]:
    with capture_logs() as logs:
        for _ in range(times):
            await beyond.turn()
    return [one["reason"] for one in logs if one["event"] == "policy.too_much"]


async def test_at_the_start_it_is_told_once(beyond: Beyond) -> None:
    assert await told(beyond, times=3) == ["ban: there are no bans"]


async def test_a_reload_is_told_of_again(beyond: Beyond, file: PolicyFile, tmp_path: Path) -> None:
    await beyond.turn()
    rules(tmp_path, "ban", "flag")
    file.look()
    file.look()

    assert await told(beyond, times=2) == ["ban: there are no bans"]


async def test_what_stops_being_possible_is_told(beyond: Beyond, platform: FakePlatform) -> None:
    await beyond.turn()
    platform.forbids["delete"] = "the token was revoked"

    assert await told(beyond, times=2) == ["delete: the token was revoked"]


async def test_another_preset_of_a_community_is_told_of(
    communities: MemoryCommunities, platform: FakePlatform
) -> None:
    choice = PolicyChoice(PolicyFile(None), lambda one: communities.of("fake", one).preset)
    platform.forbids = {"timeout": "there are no timeouts"}
    beyond = Beyond({"fake": platform}, communities, choice.of)
    await beyond.turn()
    await communities.change("fake", "g1", lambda one: replace(one, preset="strict"), by="me")

    assert await told(beyond, times=2) == ["timeout: there are no timeouts"]
