"""The composition root: settings in, what each command needs out.

What is heavy is loaded by the command that needs it: a short command is to answer at once.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.sandbox import ForkServer, prepare
from analysis.types import Banks, NoBanks
from bot import log
from bot.cli import command_line
from bot.cli.root import called
from bot.clock import SteadyClock
from bot.config.load import load as load_settings
from bot.config.tables import Settings
from bot.policy.file import PolicyFile
from bot.queue import open_queue
from bot.queue.port import Queue
from bot.storage.store import Store, data_directory, database_exists, opened

if TYPE_CHECKING:
    from bot.analyser import Analyser
    from bot.core import Core
    from bot.ports import Erases, Platform

now = SteadyClock()
"""The time, aware and in UTC."""


class Build:
    """Builds from settings what each command needs (``bot.cli.root.Root``)."""

    def __init__(self) -> None:
        self._server: ForkServer | None = None

    def settings(self, file: Path | None, *, sandboxed: bool = False) -> Settings:
        """Read the settings; ``sandboxed`` starts the fork server before any secret is read."""
        if sandboxed:
            self._server = prepare()
        settings = load_settings(file)
        log.configure(settings.log.level, settings.log.format)
        return settings

    def storage(self, settings: Settings) -> AbstractAsyncContextManager[Store]:
        """The database and the evidence store, migrated."""
        return opened(settings.storage, now)

    def policy(self, settings: Settings, file: Path | None = None) -> PolicyFile:
        """The rules in force; ``file`` instead of the settings' where it is given."""
        named = file or (Path(settings.policy.file) if settings.policy.file else None)
        return PolicyFile(named, settings.policy.preset)

    def core(
        self, settings: Settings, store: Store | None = None
    ) -> "AbstractAsyncContextManager[Core]":
        """The sandbox and the pipeline; ``store`` keeps what providers cost."""
        from bot.core import opened_core  # noqa: PLC0415 - as for ``serve``

        return opened_core(settings, self._server or prepare(), store.spend if store else None)

    @asynccontextmanager
    async def queue(self, settings: Settings) -> AsyncIterator[Queue]:
        """The queue, of which only one process may have hold."""
        queue = await open_queue(_queue_url(settings))
        try:
            yield queue
        finally:
            await queue.close()

    def platforms(self, settings: Settings, store: Store) -> "Sequence[Platform]":
        """The chat platforms that have a token, not started: to be examined."""
        from bot.policy.choice import chosen_in  # noqa: PLC0415 - as for ``serve``
        from bot.serving import chat_platforms  # noqa: PLC0415

        choice = chosen_in(store.communities, self.policy(settings))
        return chat_platforms(settings, store, choice, now)

    def keepers(self, settings: Settings) -> "Mapping[str, Erases]":
        """The playground, where it has ever been opened; other platforms keep their own posts."""
        from bot.serving import keepers  # noqa: PLC0415 - as for ``serve``

        return keepers(settings)

    @asynccontextmanager
    async def analyser(self, settings: Settings, policy: Path | None) -> "AsyncIterator[Analyser]":
        """The core and the policy alone; with the banks where there is a database already."""
        from bot.analyser import Analyser  # noqa: PLC0415 - as for ``serve``
        from bot.journey.judge import Judge  # noqa: PLC0415

        rules = self.policy(settings, policy)
        async with AsyncExitStack() as stack:
            store: Store | None = None
            if database_exists(settings.storage):
                store = await stack.enter_async_context(self.storage(settings))
            core = await stack.enter_async_context(self.core(settings, store))
            banks: Callable[[str], Awaitable[Banks]] = store.banks.view if store else _no_banks
            judge = Judge(core.pipeline, rules, banks, settings.analysis.remote)
            yield Analyser(core.decode, judge)

    async def serve(self, settings: Settings, roles: frozenset[str]) -> None:
        """Run the application until it is told to stop."""
        from bot.serving import serve  # noqa: PLC0415 - other commands do without the application

        await serve(self, settings, roles, now)


def _queue_url(settings: Settings) -> str:
    return settings.queue.url or f"sqlite:///{data_directory(settings.storage) / 'inbox.db'}"


async def _no_banks(_community: str) -> Banks:
    return NoBanks()


def main() -> None:
    """Run the command line."""
    sys.exit(called(command_line(sys.argv[1:]), Build()))


if __name__ == "__main__":
    main()
