"""Runs the tests of a policy file, looking at the pictures and cases that some of them name."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from bot.analyser import Analyser
from bot.cli.root import Root
from bot.config.tables import Settings
from bot.errors import Misconfigured
from bot.policy.examples import RuleTest
from bot.policy.policy import Policy
from bot.policy.post import Post
from bot.policy.trial import NEWCOMER, Tried, beyond_words, every_test, try_test
from bot.storage import replay
from bot.storage.store import Store


async def run_tests(
    root: Root, settings: Settings, policy: Policy, file: Path | None
) -> AsyncIterator[tuple[str, Tried]]:
    """Each test with where its rule holds, as it is run; nothing is started that none needs.

    Raises:
        Misconfigured: a picture cannot be read, or there is no such case.
    """
    tests = list(every_test(policy))
    async with AsyncExitStack() as stack:
        analyser = store = None
        if any(test.image for _, _, test in tests):
            analyser = await stack.enter_async_context(root.analyser(settings, file))
        if any(test.case for _, _, test in tests):
            store = await stack.enter_async_context(root.storage(settings))
        for where, rule, test in tests:
            post = None
            if beyond_words(test):
                post = await _seen(test, analyser, store, file)
            yield where, try_test(rule, test, post)


async def _seen(
    test: RuleTest, analyser: Analyser | None, store: Store | None, file: Path | None
) -> Post | None:
    if test.case is not None and store is not None:
        found = await replay.told(store.journal, test.case)
        if not found:
            raise Misconfigured(f'line {test.line}: there is no case "{test.case[:60]}"')
        return Post(found[-1].assessment, found[-1].context)
    if test.image is None or analyser is None:
        return None
    path = (file.parent if file else Path()) / test.image
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise Misconfigured(f"line {test.line}: {path}: {exc.strerror}") from exc
    analysis = await analyser.analyse([(path.name, data)], test.text or "")
    return Post(analysis.assessment, NEWCOMER)
