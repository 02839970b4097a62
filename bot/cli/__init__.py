"""Commands of ``bifocal``, one a file; the tuple is the list."""

from importlib import import_module

import typer

COMMANDS = {
    "Run it": ("run", "check", "doctor", "pause", "resume"),
    "Look, and decide": ("analyze", "search", "rescan", "cases", "policy", "stats", "audit"),
    "Look after it": ("export", "erase", "banks", "webhooks", "tokens", "keys", "db"),
}
"""As ``--help`` shows them. Each is a module here with ``add(app) -> None``."""


def command_line() -> typer.Typer:
    """The whole command line; the composition root comes in as the context's object."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        help="Moderates posts by looking at picture and words together.",
        epilog="Begin with `bifocal run`; each command tells more with --help.",
    )
    for panel, names in COMMANDS.items():
        for name in names:
            made = len(app.registered_commands), len(app.registered_groups)
            import_module(f"bot.cli.{name}").add(app)
            for one in app.registered_commands[made[0] :]:
                one.rich_help_panel = panel
            for group in app.registered_groups[made[1] :]:
                group.rich_help_panel = panel
    return app
