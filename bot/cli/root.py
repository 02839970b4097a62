"""What commands ask of the composition root, and how their trouble is told."""

import functools
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol

import typer
from rich.console import Console

from bot.config.tables import Settings
from bot.errors import BotError, Misconfigured
from bot.log import configure, logger
from bot.policy.file import PolicyFile
from bot.queue.port import Queue
from bot.storage.store import Store, database_exists

if TYPE_CHECKING:  # every command comes through here, and few need these
    from bot.analyser import Analyser
    from bot.core import Core
    from bot.ports import Erases, Platform

DONE, ENVIRONMENT, USAGE, INCOMPLETE = 0, 1, 2, 3
"""Exit codes (design.md §9): a bad post found is still 0; 3 is an incomplete analysis."""

INTERRUPTED = 130
"""As shells have it after Ctrl-C: 128 and the signal's number."""

P = ParamSpec("P")
_log = logger("cli")
# A ref such as `playground:a:b` holds what looks like the name of an emoji.
said = Console(stderr=True, highlight=False, emoji=False)
"""Everything for people that is not the answer itself."""


class Root(Protocol):
    """Builds the parts that a command needs, from settings."""

    def settings(self, file: Path | None, *, sandboxed: bool = False) -> Settings:
        """Read the settings, and set up logging by them.

        ``sandboxed`` starts the fork server first, so that no secret is in its memory.
        """
        ...

    async def serve(self, settings: Settings, roles: frozenset[str]) -> None:
        """Run the application until it is told to stop."""
        ...

    def policy(self, settings: Settings, file: Path | None = None) -> PolicyFile:
        """The rules in force; ``file`` instead of the settings' where it is given."""
        ...

    def core(
        self, settings: Settings, store: Store | None = None
    ) -> "AbstractAsyncContextManager[Core]":
        """The sandbox and the pipeline; ``store`` keeps what providers cost."""
        ...

    def analyser(
        self, settings: Settings, policy: Path | None
    ) -> "AbstractAsyncContextManager[Analyser]":
        """The core and the policy alone, as ``analyze`` needs them."""
        ...

    def storage(self, settings: Settings) -> AbstractAsyncContextManager[Store]:
        """The database and the evidence store, migrated."""
        ...

    def queue(self, settings: Settings) -> AbstractAsyncContextManager[Queue]:
        """The queue, of which only one process may have hold."""
        ...

    def platforms(self, settings: Settings, store: Store) -> "Sequence[Platform]":
        """The chat platforms that have a token, not started: to be examined."""
        ...

    def keepers(self, settings: Settings) -> "Mapping[str, Erases]":
        """The platforms that keep posts of their own, by name."""
        ...


def root_of(context: typer.Context) -> Root:
    """The composition root that ``__main__`` put into the context."""
    root: Root = context.obj
    return root


def existing(settings: Settings) -> Settings:
    """The settings, for a command that asks what is remembered and makes nothing.

    Raises:
        Misconfigured: there is no database: it was called in another folder than the bot.
    """
    if not database_exists(settings.storage):
        place = settings.storage.url.partition(":///")[2]
        raise Misconfigured(
            f"there is no database {place} here: go to the bot's folder, or name its settings "
            "with --config"
        )
    return settings


def tell(sentence: str) -> None:
    """Say on standard error what is wrong, unbroken, so that it can be searched and copied."""
    colour = "red" if said.is_terminal else None
    said.print(f"bifocal: {sentence}", style=colour, markup=False, soft_wrap=True)


def called(app: typer.Typer, root: Root) -> int:
    """Run the command line and return the exit code; what was mistyped is told in one sentence."""
    configure()  # until the settings say otherwise: what breaks before them is told like the rest
    try:
        code = app(obj=root, prog_name="bifocal", standalone_mode=False)
    except typer.TyperException as exc:
        # Without any argument the help was printed, and the sentence is empty.
        if sentence := exc.format_message().strip():
            tell(f"{sentence} See: bifocal --help")
        return USAGE
    except typer.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def well_told(command: Callable[P, None]) -> Callable[P, None]:
    """Turn our errors into one clear sentence and the right exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except BrokenPipeError:  # whoever read us, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except BotError as exc:
            tell(str(exc))
            raise typer.Exit(USAGE if isinstance(exc, Misconfigured) else ENVIRONMENT) from None
        except Exception as exc:  # noqa: BLE001 - no user is to see a traceback
            _log.exception("command.broke", command=command.__name__)
            tell(
                f"this is a fault of ours: {type(exc).__name__}. The line above says where; "
                "please report it."
            )
            raise typer.Exit(ENVIRONMENT) from None

    return wrapped


def finished(work: Coroutine[Any, Any, None]) -> None:
    """Run a command's asynchronous part; Ctrl-C ends it quietly."""
    import asyncio  # noqa: PLC0415 - `bifocal --help` does without it

    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
