"""Builds the settings once from ``config.toml``, the environment, ``.env`` and a secrets directory.

The environment wins over ``.env``, that over the secrets directory, that over the file.
Secrets are refused in the file. Every complaint names its place and the fix.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsError,
)

from bot import toml
from bot.config.tables import Provider, Settings, Webhook
from bot.errors import Misconfigured
from bot.nearest import suggested

PREFIX = "BIFOCAL_"
SECRETS_DIR = "/run/secrets"
"""Where container platforms mount secrets; BIFOCAL_SECRETS_DIR names another."""
_OURS = frozenset({"BIFOCAL_CONFIG", "BIFOCAL_SECRETS_DIR"})
NAMED: dict[str, type[BaseModel]] = {"providers": Provider, "webhooks": Webhook}
"""Tables that stand under names of the operator's own, by the table above them."""
_SECRET_WORDS = ("key", "secret", "token", "password")


def load(file: Path | None = None) -> Settings:
    """Return the settings; without ``file``, ``config.toml`` here, where there is one.

    Raises:
        Misconfigured: a named file is missing, or anything in any source is wrong.
    """
    path = file or _default_file()
    written = toml.read(path) if path else {}
    name = str(path or "config.toml")
    _refuse_secrets(written, Settings, name)
    _refuse_unknown_variables(os.environ)
    try:
        return _sourced(written)()
    except ValidationError as exc:
        raise Misconfigured("\n".join(_explained(exc, written, name))) from exc
    except SettingsError as exc:
        raise Misconfigured(f"the environment: {exc}") from exc


def _default_file() -> Path | None:
    if named := os.environ.get("BIFOCAL_CONFIG"):
        return Path(named)
    here = Path("config.toml")
    return here if here.exists() else None


def _sourced(written: dict[str, Any]) -> type[Settings]:
    """The settings class with our order of sources."""

    class Sourced(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's shape
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            secrets = NestedSecretsSettingsSource(
                file_secret_settings,
                secrets_dir=os.environ.get("BIFOCAL_SECRETS_DIR", SECRETS_DIR),
                secrets_dir_missing="ok",
                secrets_prefix=PREFIX,
                secrets_nested_delimiter="__",
            )
            usual = InitSettingsSource(settings_cls, _platform_variables(os.environ))
            in_file = InitSettingsSource(settings_cls, written)
            return env_settings, dotenv_settings, secrets, usual, in_file

    return Sourced


def _platform_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """PORT and DATABASE_URL, as hosting platforms set them."""
    found: dict[str, Any] = {}
    if port := environ.get("PORT"):
        found["web"] = {"port": port}
    if url := environ.get("DATABASE_URL"):
        found["storage"] = {"url": _with_driver(url)}
    return found


def _with_driver(url: str) -> str:
    """``postgres://…`` as hosting platforms write it, for the driver we use."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    if url.startswith("sqlite://"):
        return "sqlite+aiosqlite://" + url.removeprefix("sqlite://")
    return url


def _refuse_secrets(
    written: Mapping[str, Any], model: type[BaseModel], name: str, at: tuple[str, ...] = ()
) -> None:
    for key, value in written.items():
        path = (*at, key)
        if isinstance(value, dict):
            _refuse_secrets(value, _table(model, key), name, path)
        elif _is_secret(model, key, value):
            variable = PREFIX + "__".join(path).upper()
            raise Misconfigured(
                f"{name}: [{'.'.join(at)}] {key} is a secret and does not belong in this file. "
                f"Take it out and set {variable} in the environment or in .env."
            )


def _table(model: type[BaseModel], key: str) -> type[BaseModel]:
    if key in NAMED:
        return NAMED[key]
    if model in NAMED.values():
        return model
    field = model.model_fields.get(key)
    inner = field.annotation if field else None
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else Provider


def _is_secret(model: type[BaseModel], key: str, value: object) -> bool:
    if isinstance(value, str) and "://" in value and urlsplit(value).password:
        return True
    if field := model.model_fields.get(key):
        return SecretStr in getattr(field.annotation, "__args__", (field.annotation,))
    return model is Provider and key.rsplit("_", 1)[-1] in _SECRET_WORDS


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    known = {PREFIX + table.upper() for table in Settings.model_fields}
    for variable in environ:
        table = variable.upper().split("__", 1)[0]
        if table.startswith(PREFIX) and table not in known | _OURS:
            raise Misconfigured(f"{variable} is not a setting{suggested(table, known)}")


def _explained(error: ValidationError, written: Mapping[str, Any], name: str) -> Iterator[str]:
    for detail in error.errors(include_url=False):
        place = [str(part) for part in detail["loc"]]
        yield f"{_where(place, written, name)} {_what(detail, place)}"


def _where(place: list[str], written: Mapping[str, Any], name: str) -> str:
    """The file's key, or the variable, wherever the value came from."""
    node: object = written
    for part in place:
        node = node.get(part) if isinstance(node, Mapping) else None
    if node is None:
        return f"{PREFIX}{'__'.join(place).upper()}:"
    return f"{name}: [{'.'.join(place[:-1])}] {place[-1]}:" if place[1:] else f"{name}: {place[0]}:"


def _what(detail: ErrorDetails, place: list[str]) -> str:
    if detail["type"] == "extra_forbidden":
        return f"no such setting{suggested(place[-1], _siblings(place))}"
    shown = "" if detail["type"] == "missing" else f", got {detail['input']!r}"
    return f"{detail['msg'][0].lower()}{detail['msg'][1:]}{shown}"


def _siblings(place: list[str]) -> Collection[str]:
    model: type[BaseModel] = Settings
    for part in place[:-1]:
        model = _table(model, part)
    return model.model_fields.keys()
