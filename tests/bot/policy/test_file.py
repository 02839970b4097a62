"""The policy in force, whatever becomes of its file."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import Misconfigured
from bot.model import Mode
from bot.policy.file import PolicyFile
from bot.policy.source import LARGEST
from tests.bot.policy.kit import a_rule

OLD = a_rule("scores.scam >= 0.8", name="old")
NEW = a_rule("scores.scam >= 0.9", name="new")
BROKEN = a_rule("scores.scma >= 0.9", name="broken")


def a_file(folder: Path, text: str = OLD) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path


def ids(policy: PolicyFile) -> list[str]:
    return [rule.id for rule in policy.current.rules]


def settle(policy: PolicyFile) -> None:
    """Look until the file has stood still."""
    policy.look()
    policy.look()


def test_without_a_file_the_preset_is_in_force() -> None:
    assert "scam" in ids(PolicyFile(None, "standard"))


def test_an_unknown_preset_is_refused_with_the_nearest() -> None:
    with pytest.raises(Misconfigured, match='no preset "standrad"; did you mean "standard"'):
        PolicyFile(None, "standrad")


def test_a_preset_is_no_path() -> None:
    with pytest.raises(Misconfigured, match="no preset"):
        PolicyFile(None, "../../secret")


def test_at_the_start_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"policy.file: .*No such file"):
        PolicyFile(tmp_path / "none.toml")


def test_at_the_start_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"policy.file"):
        PolicyFile(tmp_path)


def test_at_the_start_an_invalid_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r'policy.toml:3: rule "broken"'):
        PolicyFile(a_file(tmp_path, BROKEN))


def test_a_changed_file_comes_into_force(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path))
    a_file(tmp_path, NEW)

    settle(policy)

    assert (ids(policy), policy.error) == (["new"], None)


def test_a_file_that_is_still_being_written_is_not_taken(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path, OLD + NEW))
    a_file(tmp_path, NEW)
    policy.look()

    a_file(tmp_path, NEW + OLD)
    policy.look()

    assert ids(policy) == ["old", "new"]


@pytest.mark.parametrize("text", [BROKEN, OLD + BROKEN, NEW[:-20], "", "x" * (LARGEST + 9)])
def test_an_invalid_file_is_refused_whole_and_the_old_one_stays(tmp_path: Path, text: str) -> None:
    policy = PolicyFile(a_file(tmp_path))
    a_file(tmp_path, text)

    settle(policy)

    assert ids(policy) == ["old"]
    assert policy.error is not None
    assert policy.error.startswith("policy.toml")


def test_a_file_that_goes_away_leaves_the_old_policy(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    policy = PolicyFile(path)
    path.unlink()

    settle(policy)

    assert ids(policy) == ["old"]
    assert policy.error is not None


def test_a_file_that_comes_back_is_well_again(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    policy = PolicyFile(path)
    path.unlink()
    settle(policy)

    a_file(tmp_path)
    settle(policy)

    assert policy.error is None


def test_an_invalid_file_that_is_mended_comes_into_force(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path))
    a_file(tmp_path, BROKEN)
    settle(policy)

    a_file(tmp_path, NEW)
    settle(policy)

    assert (ids(policy), policy.error) == (["new"], None)


def test_the_same_mistake_made_again_is_refused_again(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path))
    for text in (BROKEN, OLD, BROKEN):
        a_file(tmp_path, text)
        settle(policy)

    assert policy.error is not None


def test_a_refusal_is_logged_once(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path))
    a_file(tmp_path, BROKEN)

    with capture_logs() as logs:
        for _ in range(5):
            policy.look()

    assert [log["event"] for log in logs] == ["policy refused"]


def test_a_policy_handed_out_is_not_changed_by_a_reload(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path))
    handed_out = policy.current
    a_file(tmp_path, NEW)

    settle(policy)

    assert [rule.id for rule in handed_out.rules] == ["old"]


OVERRIDDEN = f'{OLD}[[community]]\nid = "g1"\n[[community.rule]]\nid = "old"\nmode = "off"\n'


@pytest.mark.parametrize("cut", [3, 9, 20, 33, 40])
def test_a_half_written_override_is_refused_or_not_yet_there(tmp_path: Path, cut: int) -> None:
    """Never is a community left with some of its changes: the file is taken whole."""
    policy = PolicyFile(a_file(tmp_path, OVERRIDDEN))
    a_file(tmp_path, OVERRIDDEN[:-cut])

    settle(policy)

    assert policy.error is not None
    assert [rule.mode for rule in policy.current.at("g1", "c1").rules] == [Mode.OFF]


def test_an_override_of_a_rule_that_went_away_is_refused(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path, OVERRIDDEN))
    a_file(tmp_path, OVERRIDDEN.replace('id = "old"', 'id = "new"', 1))

    settle(policy)

    assert policy.error is not None
    assert ids(policy) == ["old"]


def test_a_preset_that_is_extended_and_not_there_is_refused(tmp_path: Path) -> None:
    policy = PolicyFile(a_file(tmp_path))
    a_file(tmp_path, 'extends = "../../secret"')

    settle(policy)

    assert policy.error is not None
    assert policy.error.startswith("policy.toml:1: extends: there is no preset")


async def test_watching_ends_at_once_when_told() -> None:
    stop = asyncio.Event()
    watching = asyncio.create_task(PolicyFile(None).watch(stop, every=3600))

    stop.set()

    await asyncio.wait_for(watching, 5)


class LooksThrice(PolicyFile):
    """A policy file whose watch is told to stop after three looks."""

    def __init__(self, path: Path, stop: asyncio.Event) -> None:
        super().__init__(path)
        self._looks = 0
        self._stop = stop
        self._loop = asyncio.get_running_loop()

    def look(self) -> None:
        super().look()
        self._looks += 1
        if self._looks == 3:
            self._loop.call_soon_threadsafe(self._stop.set)


async def test_watching_takes_a_change(tmp_path: Path) -> None:
    stop = asyncio.Event()
    policy = LooksThrice(a_file(tmp_path), stop)
    a_file(tmp_path, NEW)

    await asyncio.wait_for(policy.watch(stop, every=0.001), 10)

    assert ids(policy) == ["new"]
