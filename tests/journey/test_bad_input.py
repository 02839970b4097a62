"""Bad input is one clear sentence and the right exit code, or a failure that goes to review.

Through the real command line: 1 the environment failed, 2 bad usage, configuration or policy,
3 the analysis is incomplete (design.md §9).
"""

import asyncio
import json
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import pictures
from tests.journey.process import Bot, command
from tests.pictures import a_picture, an_animation, encoded

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bad-input")]

ENVIRONMENT, USAGE, INCOMPLETE = 1, 2, 3
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_REFUSED: Mapping[str, tuple[bytes, str]] = {
    "prose.png": (b"This is not an image.", "not a picture"),
    "truncated.png": (encoded(a_picture())[:-400], "cannot be decoded"),
    "empty.png": (b"", "the file is empty"),
    "huge.png": (pictures.png_header(50_000, 50_000), "more than 50,000,000 pixels"),
    "scans.jpg": (pictures.scan_bomb(), "a JPEG of more than 100 scans"),
    "drawing.svg": (_SVG, "an SVG drawing"),
    "postscript.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n(canary) show\n", "a PostScript document"),
}
_ANALYSED: Mapping[str, bytes] = {
    "polyglot.gif": an_animation("GIF", 3) + b"PK\3\4" + bytes(26) + b"evil.sh" + b"PK\5\6",
    "frames.gif": pictures.long_gif(10_000),
}


@dataclass(frozen=True)
class Told:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """All that was said, which is one line, or more only where a caret points."""
        assert "Traceback" not in self.err
        assert self.err.startswith("bifocal: ")
        return self.err.strip()


async def told(folder: Path, *arguments: str, **settings: str) -> Told:
    return Told(*await command(folder, *arguments, **settings))


def analysis(folder: Path, files: Mapping[str, bytes]) -> tuple[Told, dict[str, Any]]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    # At the most talkative level: even then standard output holds the document alone.
    told_ = asyncio.run(told(folder, "analyze", *files, "--json", BIFOCAL_LOG__LEVEL="debug"))
    return told_, json.loads(told_.out)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, dict[str, Any]]:
    """What ``analyze --json`` makes of every hostile file at once."""
    files = {name: data for name, (data, _) in _REFUSED.items()}
    return analysis(tmp_path_factory.mktemp("refused"), files)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, dict[str, Any]]:
    """What it makes of those that are pictures after all."""
    return analysis(tmp_path_factory.mktemp("analysed"), _ANALYSED)


def test_hostile_files_end_as_3_with_one_document_and_no_traceback(
    refused: tuple[Told, dict[str, Any]],
) -> None:
    told_, document = refused

    assert told_.code == INCOMPLETE
    assert told_.out.count("\n") == 1
    assert "Traceback" not in told_.err
    assert document["complete"] is False
    assert document["verdict"]["needs_review"] is True


@pytest.mark.parametrize("name", _REFUSED)
def test_each_hostile_file_is_a_failure_with_its_reason(
    refused: tuple[Told, dict[str, Any]], name: str
) -> None:
    place = list(_REFUSED).index(name)

    (failure,) = [each for each in refused[1]["failures"] if each["media"] == place]

    assert _REFUSED[name][1] in failure["reason"]


def test_a_polyglot_and_ten_thousand_frames_are_analysed(
    analysed: tuple[Told, dict[str, Any]],
) -> None:
    told_, document = analysed

    assert (told_.code, document["complete"], document["failures"]) == (0, True, [])
    assert [media["frames"] for media in document["media"]] == [3, 10_000]


async def test_nothing_but_a_sentence_is_said_of_a_hostile_file_to_people(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"not a picture")
    result = await told(tmp_path, "analyze", "x.png")

    assert result.code == INCOMPLETE
    assert "not analysed: media: the file is not a picture" in result.out
    assert result.err == ""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a\ud800b", id="lone-surrogate"),
        pytest.param("\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd", id="right-to-left"),
        pytest.param("\u200b\u200d\ufeff", id="invisible"),
    ],
)
async def test_strange_text_is_analysed(tmp_path: Path, text: str) -> None:
    result = await told(tmp_path, "analyze", "--text", text, "--json")

    assert result.code == 0
    assert json.loads(result.out)["complete"] is True


_CONFIGS = [
    pytest.param("[web]\nprot = 1\n", "[web] prot: no such setting; did you mean port?", id="key"),
    pytest.param("[webb]\n", "webb: no such setting; did you mean web?", id="table"),
    pytest.param('[web]\nport = "x"\n', "[web] port: input should be a valid integer", id="type"),
    pytest.param("[web\n", "not valid TOML", id="toml"),
    pytest.param('[discord]\ntoken = "canary"\n', "set BIFOCAL_DISCORD__TOKEN", id="secret"),
]


@pytest.mark.parametrize(("text", "said"), _CONFIGS)
async def test_a_wrong_config_is_named_and_nothing_is_made(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    result = await told(tmp_path, "run", "--config", "mine.toml")

    assert result.code == USAGE
    assert "mine.toml" in result.sentence
    assert said in result.sentence
    assert "canary" not in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


async def test_a_missing_config_is_named(tmp_path: Path) -> None:
    result = await told(tmp_path, "run", "--config", "none.toml")

    assert (result.code, result.out) == (USAGE, "")
    assert result.sentence == "bifocal: none.toml: cannot be read: No such file or directory"


@pytest.mark.parametrize("verb", ["run", "pause"])
async def test_a_place_that_cannot_be_written_is_1(tmp_path: Path, verb: str) -> None:
    # A file where the directory should be: no user, not even root, can write beneath it.
    (tmp_path / "data").write_text("mine")
    result = await told(tmp_path, verb)

    assert result.code == ENVIRONMENT
    assert "data" in result.sentence
    assert (tmp_path / "data").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bifocal.db", "is not a database, or is damaged"),
        ("inbox.db", "is not a database; move it away"),
        ("playground.db", "Move it away to start anew"),
    ],
)
async def test_a_damaged_database_is_1_and_left_as_it_is(
    tmp_path: Path, name: str, said: str
) -> None:
    damaged = tmp_path / "data" / name
    damaged.parent.mkdir()
    damaged.write_bytes(b"no database, and 16 bytes long at least")
    result = await told(tmp_path, "run", BIFOCAL_LOG__LEVEL="error")

    assert result.code == ENVIRONMENT
    assert name in result.sentence
    assert said in result.sentence
    assert damaged.read_bytes() == b"no database, and 16 bytes long at least"


async def test_a_port_in_use_is_1_and_names_another(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        result = await told(tmp_path, "run", BIFOCAL_WEB__PORT=str(port))

    assert result.code == ENVIRONMENT
    assert f"port {port} on 127.0.0.1 is in use" in result.sentence


async def test_a_second_run_on_the_same_database_is_1_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    bot = Bot(tmp_path)
    await bot.start()
    result = await told(tmp_path, "run")
    async with bot.client() as client:
        alive = await client.get("/readyz")

    assert result.code == ENVIRONMENT
    assert "another Bifocal (process " in result.sentence
    assert alive.json()["status"] == "ready"
    assert await bot.stop() == 0


async def test_a_broken_rule_is_2_with_a_caret_and_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[rule]]\nid = "a"\nwhen = "scores.scan >= 0.8"\nthen = ["flag"]\n', encoding="utf-8"
    )
    result = await told(tmp_path, "run", BIFOCAL_POLICY__FILE="mine.toml")

    assert result.code == USAGE
    assert result.sentence.splitlines() == [
        'bifocal: mine.toml:3: rule "a": "scores.scan" is not known; did you mean "scores.scam"?',
        "    scores.scan >= 0.8",
        "    ^",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nope"], "No such command 'nope'.", id="command"),
        pytest.param(["analyze", "--jsno"], "No such option: --jsno", id="option"),
        pytest.param(["analyze"], "nothing to analyse: name a picture", id="nothing"),
        pytest.param(["analyze", "none.png"], "none.png: cannot be read: No such", id="file"),
        pytest.param(["analyze", "."], ".: cannot be read: Is a directory", id="directory"),
        pytest.param(["run", "--only", "mars"], "--only mars: no such role", id="role"),
        pytest.param(["tokens", "create", "x", "--scope", "all"], "'all' is not", id="scope"),
        pytest.param(["tokens", "revoke", "x"], "no token is called x", id="token"),
    ],
)
async def test_wrong_usage_is_2_in_one_sentence(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    result = await told(tmp_path, *arguments)

    assert (result.code, result.out) == (USAGE, "")
    assert said in result.sentence
    assert "\n" not in result.sentence
