"""Bad input is one clear sentence and the right exit code, or a failure that goes to review.

Through the whole command line, as a process of its own where it runs on and inside the test where
it ends at once: 1 the environment failed, 2 bad usage, configuration or policy,
3 the analysis is incomplete (design.md §9).
"""

import asyncio
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analysis.taxonomy import Category
from analysis.types import Assessment
from bot.__main__ import Build
from bot.cli import command_line
from bot.cli.root import called
from tests import pictures
from tests.journey.process import Bot, command
from tests.pictures import a_picture, an_animation, encoded

pytestmark = [pytest.mark.slow]

ENVIRONMENT, USAGE, INCOMPLETE = 1, 2, 3
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_REFUSED: Mapping[str, tuple[bytes, str]] = {
    "prose.png": (b"This is not an image.", "not a picture"),
    "truncated.png": (encoded(a_picture())[:200], "cannot be decoded"),
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
    return Told(*await command(folder, *arguments, **{"BIFOCAL_LOG__LEVEL": "error"} | settings))


class Here:
    """The command line inside this process, in an empty folder, with none of our variables."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.build = Build()
        self._capsys = capsys

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def names(self) -> list[str]:
        """What lies in the folder."""
        return sorted(path.name for path in self.folder.iterdir())

    def told(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Told:
        """Run a command to its end."""
        monkeypatch.setattr("sys.argv", ["bifocal", *arguments])
        code = called(command_line(), self.build)
        return Told(code, *self._capsys.readouterr())


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Here]:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("BIFOCAL_") or name in {"PORT", "DATABASE_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("BIFOCAL_ANALYSIS__OCR", "false")
    monkeypatch.setenv("BIFOCAL_LOG__LEVEL", "error")
    here = Here(tmp_path, capsys)
    yield here
    if here.build._server is not None:
        here.build._server.stop()


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
        pytest.param("a\udced\udca0\udc80b", id="lone-surrogate"),
        pytest.param("\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd", id="right-to-left"),
        pytest.param("\u200b\u200d\ufeff", id="invisible"),
    ],
)
async def test_strange_text_is_analysed(tmp_path: Path, text: str) -> None:
    result = await told(tmp_path, "analyze", "--text", text, "--json")

    assert result.code == 0
    assert json.loads(result.out)["complete"] is True


_CONFIGS = [
    pytest.param(
        "[web]\nprot = 1\n", '[web] prot: no such setting; did you mean "port"?', id="key"
    ),
    pytest.param("[webb]\n", 'webb: no such setting; did you mean "web"?', id="table"),
    pytest.param('[queue]\nconcurrency = "x"\n', "[queue] concurrency: input should be", id="type"),
    pytest.param("[web\n", "not valid TOML", id="toml"),
    pytest.param('[discord]\ntoken = "canary"\n', "set BIFOCAL_DISCORD__TOKEN", id="secret"),
]


@pytest.mark.parametrize(("text", "said"), _CONFIGS)
def test_a_wrong_config_is_named_and_nothing_is_made(
    here: Here, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    here.write("mine.toml", text)
    result = here.told(monkeypatch, "run", "--config", "mine.toml")

    assert result.code == USAGE
    assert "mine.toml" in result.sentence
    assert said in result.sentence
    assert "canary" not in result.err
    assert here.names() == ["mine.toml"]


def test_a_missing_config_is_named(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    result = here.told(monkeypatch, "run", "--config", "none.toml")

    assert (result.code, result.out) == (USAGE, "")
    assert result.sentence == "bifocal: none.toml: cannot be read: No such file or directory"


@pytest.mark.parametrize("verb", ["run", "pause"])
def test_a_place_that_cannot_be_written_is_1(
    here: Here, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    # A file where the directory should be: no user, not even root, can write beneath it.
    here.write("data", "mine")
    result = here.told(monkeypatch, verb)

    assert result.code == ENVIRONMENT
    assert "data" in result.sentence
    assert (here.folder / "data").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bifocal.db", "is not a database, or is damaged"),
        ("inbox.db", "is not a database; move it away"),
        ("playground.db", "Move it away to start anew"),
    ],
)
def test_a_damaged_database_is_1_and_left_as_it_is(
    here: Here, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setenv("BIFOCAL_WEB__PORT", "0")
    damaged = here.folder / "data" / name
    damaged.parent.mkdir()
    damaged.write_bytes(b"no database, and 16 bytes long at least")
    result = here.told(monkeypatch, "run")

    assert result.code == ENVIRONMENT
    assert name in result.sentence
    assert said in result.sentence
    assert damaged.read_bytes() == b"no database, and 16 bytes long at least"


def test_a_port_in_use_is_1_and_names_another(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("BIFOCAL_WEB__PORT", str(port))
        result = here.told(monkeypatch, "run")

    assert result.code == ENVIRONMENT
    assert f"port {port} on 127.0.0.1 is in use" in result.sentence


async def test_a_second_run_on_the_same_database_is_1_and_the_first_goes_on(
    tmp_path: Path,
) -> None:
    async with Bot(tmp_path) as bot, bot.client() as client:
        result = await told(tmp_path, "run")
        alive = await client.get("/readyz")

    assert result.code == ENVIRONMENT
    assert "another Bifocal (process " in result.sentence
    assert alive.json()["status"] == "ready"


def test_a_broken_rule_is_2_with_a_caret_and_a_suggestion(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write("mine.toml", '[[rule]]\nid = "a"\nwhen = "scores.scan >= 0.8"\nthen = ["flag"]\n')
    monkeypatch.setenv("BIFOCAL_POLICY__FILE", "mine.toml")
    result = here.told(monkeypatch, "run")

    assert result.code == USAGE
    assert result.sentence.splitlines() == [
        'bifocal: mine.toml:3: rule "a": "scores.scan" is not known; did you mean "scores.scam"?',
        "    scores.scan >= 0.8",
        "    ^",
    ]
    assert here.names() == ["mine.toml"]


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
def test_wrong_usage_is_2_in_one_sentence(
    here: Here, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    result = here.told(monkeypatch, *arguments)

    assert (result.code, result.out) == (USAGE, "")
    assert said in result.sentence
    assert "\n" not in result.sentence


def looked_at(here: Here, text: str) -> Assessment:
    """What the core makes of words that no command line can carry."""
    settings = here.build.settings(None, sandboxed=True)

    async def look() -> Assessment:
        async with here.build.analyser(settings, None) as analyser:
            return (await analyser.analyse([], text)).assessment

    return asyncio.run(look())


def test_a_megabyte_of_text_is_read_at_both_ends_and_said_to_be_unread_between(here: Here) -> None:
    assessment = looked_at(here, "claim your free nitro " * 48_000)

    assert (assessment.scores[Category.SCAM] or 0) > 0.5
    assert not assessment.complete
    assert "in the middle of long text were not read" in assessment.failures[0].reason


def test_text_with_nul_is_analysed(here: Here) -> None:
    assert looked_at(here, "free\0 nitro\0").complete
