"""Commands of ``bifocal``, one a file; the tuple is the list."""

COMMANDS = (
    "bot.cli.run",
    "bot.cli.analyze",
    "bot.cli.check",
    "bot.cli.pause",
    "bot.cli.resume",
    "bot.cli.banks",
    "bot.cli.tokens",
    "bot.cli.db",
)
"""In the order ``--help`` shows them. Each module has ``add(app: typer.Typer) -> None``."""
