"""Writes ``config.example.toml`` and ``docs/configuration.md`` from the settings classes.

``python -m bot.config.example`` rewrites both; a test says when they are out of date.
"""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config.load import NAMED
from bot.config.tables import Settings

HEADER = """\
# Bifocal's settings. Copy to config.toml and change what you need: every line that is commented
# out shows the default. Anything can also be set in the environment, such as
# BIFOCAL_WEB__PORT=8081. Secrets are set there, in .env or in a secrets directory, never here.
"""
INTRO = """\
# Configuration

Settings come from `config.toml` (or the file `--config` or `BIFOCAL_CONFIG` names), the
environment, `.env` and a secrets directory (`/run/secrets`, or the one `BIFOCAL_SECRETS_DIR`
names). The environment wins. `PORT` and `DATABASE_URL` are honoured as hosting platforms set
them. Secrets are refused in the file. This page is generated from the settings classes.
"""


def toml() -> str:
    """The text of ``config.example.toml``."""
    return HEADER + "".join(_tables_as_toml())


def markdown() -> str:
    """The text of ``docs/configuration.md``."""
    return INTRO + "".join(_tables_as_markdown())


def _tables() -> Iterator[tuple[str, str, type[BaseModel]]]:
    for name, field in Settings.model_fields.items():
        table = NAMED.get(name, field.annotation)
        assert isinstance(table, type) and issubclass(table, BaseModel)  # noqa: S101, PT018 - the classes above
        yield (f"{name}.NAME" if name in NAMED else name), table.__doc__ or "", table


def _secret(field: FieldInfo) -> bool:
    return SecretStr in getattr(field.annotation, "__args__", (field.annotation,))


def _variable(table: str, key: str) -> str:
    return f"BIFOCAL_{table.replace('.', '__')}__{key}".upper()


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None:
        return ""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _tables_as_toml() -> Iterator[str]:
    for name, about, table in _tables():
        heading = f"[{name}]"
        yield f"\n# {about.splitlines()[0]}\n{'# ' if '.' in name else ''}{heading}\n"
        for key, field in table.model_fields.items():
            for line in textwrap.wrap(field.description or "", 96):
                yield f"# {line}\n"
            if _secret(field):
                yield f"#   secret: set {_variable(name, key)}\n"
            else:
                yield f"# {key} = {_default(field)}\n".replace("= \n", '= ""\n')


def _tables_as_markdown() -> Iterator[str]:
    for name, about, table in _tables():
        yield f"\n## `[{name}]`\n\n{about.splitlines()[0]}\n\n"
        yield "| key | default | what it is for |\n|---|---|---|\n"
        for key, field in table.model_fields.items():
            shown = (
                f"secret: `{_variable(name, key)}`" if _secret(field) else _code(_default(field))
            )
            yield f"| `{key}` | {shown} | {field.description} |\n"


def _code(text: str) -> str:
    return f"`{text}`" if text else "empty"


def main() -> None:
    """Rewrite both files in the current directory."""
    Path("config.example.toml").write_text(toml(), encoding="utf-8")
    Path("docs/configuration.md").write_text(markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
