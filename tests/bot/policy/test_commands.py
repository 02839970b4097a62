"""``bifocal policy …`` as a person meets it: what it prints, and how it ends."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config.tables import Storage
from bot.storage.store import opened
from tests.bot.policy.kit import a_rule
from tests.bot.storage.builders import CANARY, a_new_case, a_record
from tests.journey.process import command
from tests.pictures import a_picture, encoded

pytestmark = pytest.mark.slow
SCAM = a_rule("scores.scam >= 0.8", "delete", "flag", name="scam")


def a_file(folder: Path, *parts: str) -> str:
    (folder / "policy.toml").write_text("\n".join(parts))
    return "policy.toml"


async def remember(folder: Path) -> str:
    """One judgement with a case, as of now; the case's id."""
    url = f"sqlite+aiosqlite:///{folder}/data/bifocal.db"
    async with opened(Storage(url=url, evidence_url=f"file://{folder}/e"), _now) as store:
        record = a_record(actions=("delete", "flag"), judged_at=_now())
        return await store.journal.write(record, a_new_case()) or ""


def _now() -> datetime:
    return datetime.now(UTC)


async def test_a_failing_test_ends_with_2_and_shows_what_was_read(tmp_path: Path) -> None:
    test = '[[rule.test]]\nname = "sure"\nscores = { scam = 0.7 }\nexpect = "match"\n'

    code, out, _ = await command(tmp_path, "policy", "test", a_file(tmp_path, SCAM, test))

    assert code == 2
    assert out.splitlines() == [
        "FAILED  scam: sure: expected match, got no match",
        "        no   scores.scam >= 0.8",
        "             scores.scam = 0.7",
        "1 tests, 1 failed.",
    ]


async def test_a_test_may_name_a_stored_case(tmp_path: Path) -> None:
    case = await remember(tmp_path)
    words = a_rule(f"text.content.contains('{CANARY}')", name="words")
    test = f'[[rule.test]]\ncase = "{case}"\nexpect = "match"\n'

    code, out, _ = await command(tmp_path, "policy", "test", a_file(tmp_path, words, test))

    assert (code, out.splitlines()[-1]) == (0, "1 tests, 0 failed.")


async def test_a_test_may_name_a_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(a_picture()))
    rule = a_rule("image.count == 1 && complete && text.content.contains('hello')", name="r")
    test = '[[rule.test]]\nimage = "a.png"\ntext = "hello"\nexpect = "match"\n'

    code, out, _ = await command(tmp_path, "policy", "test", a_file(tmp_path, rule, test))

    assert (code, out.splitlines()[-1]) == (0, "1 tests, 0 failed.")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ('case = "none"', 'policy.toml:7: rule "scam", test: there is no case "none"; take an id'),
        ('case = "playground:a:b:c"', 'there is no case "playground:a:b:c"'),
        ('image = "none.png"', "the picture 'none.png' cannot be read: No such file or directory"),
        ('image = "."', "the picture '.' cannot be read: Is a directory"),
        ('image = "a"\ncase = "b"', "a test looks at an image or at a case, not at both"),
    ],
)
async def test_what_a_test_names_and_is_not_there_is_said(
    tmp_path: Path, names: str, message: str
) -> None:
    test = f'[[rule.test]]\n{names}\nexpect = "match"\n'

    code, _, err = await command(tmp_path, "policy", "test", a_file(tmp_path, SCAM, test))

    assert code == 2
    assert message in err


async def test_a_picture_that_is_none_fails_its_test_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"not a picture")
    test = '[[rule.test]]\nimage = "a.png"\nexpect = "match"\n'

    code, out, _ = await command(tmp_path, "policy", "test", a_file(tmp_path, SCAM, test))

    assert code == 2
    assert "could not be looked at: " in out


async def test_the_effective_policy_says_where_each_part_was_written(tmp_path: Path) -> None:
    file = a_file(
        tmp_path, SCAM, '[[community]]\nid = "G"\n[[community.rule]]\nid = "scam"\nmode = "shadow"'
    )

    code, out, _ = await command(tmp_path, "policy", "show", "--policy", file, "--community", "G")

    assert code == 0
    assert out.splitlines()[2:] == [
        "scam: shadow  (policy.toml:11 (community G))",
        "  when  scores.scam >= 0.8  (policy.toml:3)",
        "  then  delete, flag  (policy.toml:4)",
    ]


async def test_a_backtest_as_json_is_one_document(tmp_path: Path) -> None:
    await remember(tmp_path)
    file = a_file(tmp_path, SCAM)

    code, out, _ = await command(tmp_path, "policy", "backtest", "--candidate", file, "--json")

    document = json.loads(out)
    assert code == 0
    assert document["rules"]["scam"]["now"] == {"live": 1, "shadow": 0}
    assert document["rules"]["trial"]["then"] == {"live": 0, "shadow": 1}


async def test_a_case_is_explained_with_its_words(tmp_path: Path) -> None:
    case = await remember(tmp_path)
    file = a_file(tmp_path, a_rule("text.content.contains('canary')", name="words"))

    code, out, _ = await command(tmp_path, "policy", "explain", case, "--policy", file)

    assert code == 0
    assert "words: match" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("explain", "nothing"), "nothing is remembered of 'nothing'"),
        (("backtest", "--since", "soon"), "--since: "),
        (("tune", "scma"), 'no rule "scma" to tune; did you mean "scam"'),
    ],
)
async def test_a_slip_ends_with_2_and_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, _, err = await command(tmp_path, "policy", *arguments)

    assert code == 2
    assert message in " ".join(err.split())


async def test_a_communitys_own_preset_is_what_is_shown_and_explained(tmp_path: Path) -> None:
    case = await remember(tmp_path)
    url = f"sqlite+aiosqlite:///{tmp_path}/data/bifocal.db"
    async with opened(Storage(url=url, evidence_url=f"file://{tmp_path}/e"), _now) as store:
        await store.communities.change(
            "playground", "home", lambda one: dataclasses.replace(one, preset="strict"), by="ada"
        )

    _, everywhere, _ = await command(tmp_path, "policy", "show")
    _, home, _ = await command(tmp_path, "policy", "show", "--community", "home")
    _, other, _ = await command(tmp_path, "policy", "show", "--community", "away")
    _, why, _ = await command(tmp_path, "policy", "explain", case)

    assert everywhere.startswith("standard.toml, version")
    assert home.startswith("strict.toml, version")
    assert other.startswith("standard.toml, version")
    assert "by strict.toml" in why
