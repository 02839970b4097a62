"""Settings: where they come from, and what is said when they are wrong."""

from pathlib import Path

import pytest

from bot import toml
from bot.config import example
from bot.config.load import load
from bot.errors import Misconfigured


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and none of our variables."""
    monkeypatch.chdir(tmp_path)
    for name in ("PORT", "DATABASE_URL", "BIFOCAL_CONFIG", "BIFOCAL_SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)


def written(text: str) -> Path:
    path = Path("config.toml")
    path.write_text(text, encoding="utf-8")
    return path


def complaint(text: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load(written(text))
    return str(caught.value)


def test_without_a_file_the_defaults_serve_the_playground_on_loopback() -> None:
    settings = load()

    assert (settings.web.host, settings.web.port, settings.playground_on) == (
        "127.0.0.1",
        8080,
        True,
    )


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_WEB__PORT", "8081")

    assert load(written("[web]\nport = 9000\n")).web.port == 8081


def test_dotenv_wins_over_the_file_and_its_other_lines_are_left_alone() -> None:
    Path(".env").write_text("OTHER=1\nBIFOCAL_WEB__PORT=8082\n", encoding="utf-8")

    assert load(written("[web]\nport = 9000\n")).web.port == 8082


def test_port_and_database_url_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8083")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db/b")
    settings = load()

    assert settings.web.port == 8083
    assert settings.storage.url == "postgresql+psycopg://u:p@db/b"


def test_a_secret_comes_from_a_secrets_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "BIFOCAL_DISCORD__TOKEN").write_text("canary\n", encoding="utf-8")
    monkeypatch.setenv("BIFOCAL_SECRETS_DIR", str(tmp_path / "s"))
    token = load().discord.token

    assert token is not None
    assert token.get_secret_value() == "canary"


def test_settings_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_DISCORD__TOKEN", "canary")
    monkeypatch.setenv("BIFOCAL_PROVIDERS__GEMINI__API_KEY", "canary")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:canary@db/b")

    assert "canary" not in repr(load())


def test_lists_may_be_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_ANALYSIS__PROVIDERS", "gemini, alibaba")

    assert load().analysis.providers == ("gemini", "alibaba")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[wbe]\nport=1", 'wbe: no such setting; did you mean "web"?', id="table"),
        pytest.param(
            "[web]\nprot=1", '[web] prot: no such setting; did you mean "port"?', id="key"
        ),
        pytest.param("[web]\nport='x'", "[web] port: input should be a valid integer", id="type"),
        pytest.param("[web]\nport=99999", "[web] port: input should be less than", id="range"),
        pytest.param("[web", "not valid TOML", id="syntax"),
        pytest.param("a" + ".a" * 20_000 + "=1", "line 1: a key of more than 16", id="dots"),
        pytest.param(
            "[discord]\ntoken='canary'", "set BIFOCAL_DISCORD__TOKEN in the env", id="secret"
        ),
        pytest.param(
            "[providers.gemini]\napi_key='canary'",
            "set BIFOCAL_PROVIDERS__GEMINI__API_KEY",
            id="provider-secret",
        ),
        pytest.param(
            "[providers.alibaba]\naccess_key_secret='canary'",
            "set BIFOCAL_PROVIDERS__ALIBABA__ACCESS_KEY_SECRET",
            id="provider-own-secret",
        ),
        pytest.param(
            "[storage]\nurl='postgresql://u:canary@h/d'", "BIFOCAL_STORAGE__URL", id="url-password"
        ),
    ],
)
def test_a_wrong_file_is_told_by_name_and_key(text: str, said: str) -> None:
    message = complaint(text)

    assert message.startswith("config.toml")
    assert said in message
    assert "canary" not in message


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_WBE__PORT", "1")

    with pytest.raises(Misconfigured, match=r"BIFOCAL_WBE__PORT is not a setting.*BIFOCAL_WEB"):
        load()


def test_a_wrong_variable_is_named_not_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_WEB__PORT", "many")

    with pytest.raises(Misconfigured, match=r"^BIFOCAL_WEB__PORT: input should be a valid integer"):
        load(written("[storage]\nrecord_days = 3\n"))


def test_a_missing_file_is_told() -> None:
    with pytest.raises(Misconfigured, match=r"nowhere\.toml: cannot be read: No such file"):
        load(Path("nowhere.toml"))


def test_bytes_that_are_not_text_are_told() -> None:
    Path("config.toml").write_bytes(b"[web]\n\xff\xfe")

    with pytest.raises(Misconfigured, match="not UTF-8 at byte 6"):
        load()


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a." * 20_000 + "b = 1", "16 dotted parts", id="dotted"),
        pytest.param("'a b'." * 20_000 + "b = 1", "16 dotted parts", id="quoted"),
        pytest.param("[" + "a . " * 20_000 + "b]", "16 dotted parts", id="header"),
        pytest.param("x = " + "[" * 100_000, "not valid TOML", id="brackets"),
        pytest.param("x = " + "{a=" * 100_000, "not valid TOML", id="braces"),
        pytest.param('"' * 999_000, "not valid TOML", id="quotes"),
        pytest.param("x = 2026-02-30", "not valid TOML", id="no-such-day"),
    ],
)
def test_a_hostile_file_is_refused_at_once(text: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        load(written(text))


def test_a_file_of_a_megabyte_is_refused() -> None:
    with pytest.raises(Misconfigured, match="larger than"):
        load(written("#" * (toml.MAX_BYTES + 1)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config.example.toml", example.toml()),
        ("docs/configuration.md", example.markdown()),
    ],
)
def test_the_written_references_are_those_of_the_classes(path: str, text: str) -> None:
    """Otherwise run ``python -m bot.config.example``."""
    root = Path(__file__).parents[2]

    assert (root / path).read_text(encoding="utf-8") == text


def test_the_example_loads_as_it_is() -> None:
    assert load(written(example.toml())).model_dump() == load(written("")).model_dump()
