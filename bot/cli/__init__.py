"""Commands of ``bifocal``, one a file; the tuple is the list."""

from collections.abc import Sequence
from importlib import import_module

import typer

COMMANDS = {
    "Run it": ("run", "check", "doctor", "pause", "resume"),
    "Look, and decide": ("analyze", "search", "rescan", "cases", "policy", "stats", "audit"),
    "Look after it": ("export", "erase", "banks", "webhooks", "tokens", "keys", "db"),
}
"""As ``--help`` shows them. Each is a module here with ``add(app) -> None``."""


def command_line(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line; the composition root comes in as the context's object.

    Where ``arguments`` begin with a command's name, that one alone is loaded: it is to answer
    at once, and what the others need takes a second to load.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        help="Moderates posts by looking at picture and words together.",
        epilog="Begin with `bifocal run`; each command tells more with --help.",
    )
    # A group, even where it holds a single command.
    app.callback()(lambda: None)
    everything = [name for names in COMMANDS.values() for name in names]
    wanted = [name for name in arguments[:1] if name in everything] or everything
    for panel, names in COMMANDS.items():
        for name in names:
            if name in wanted:
                _add(app, name, panel)
    return app


def _add(app: typer.Typer, name: str, panel: str) -> None:
    made = len(app.registered_commands), len(app.registered_groups)
    import_module(f"bot.cli.{name}").add(app)
    for one in app.registered_commands[made[0] :]:
        one.rich_help_panel = panel
    for group in app.registered_groups[made[1] :]:
        group.rich_help_panel = panel
