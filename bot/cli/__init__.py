"""Commands of ``bifocal``, one a file; the tuple is the list."""

from importlib import import_module

import typer

COMMANDS = (
    "run",
    "analyze",
    "check",
    "doctor",
    "policy",
    "cases",
    "pause",
    "resume",
    "webhooks",
    "banks",
    "rescan",
    "search",
    "export",
    "erase",
    "audit",
    "tokens",
    "keys",
    "stats",
    "db",
)
"""In the order ``--help`` shows them. Each is a module here with ``add(app) -> None``."""


def command_line() -> typer.Typer:
    """The whole command line; the composition root comes in as the context's object."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        help="Moderates posts by looking at picture and words together.",
    )
    for name in COMMANDS:
        import_module(f"bot.cli.{name}").add(app)
    return app
