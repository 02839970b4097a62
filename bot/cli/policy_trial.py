"""Runs the tests of a policy file, looking at the pictures and cases that some of them name."""

import asyncio
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
from bot.policy.rules import Rule
from bot.policy.trial import NEWCOMER, Tried, every_test, try_test
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
            if test.case is not None and store is not None:
                post = await _told(test.case, _place(policy, rule, test), store)
            elif test.image is not None and analyser is not None:
                place = _place(policy, rule, test)
                post = await _seen(test.image, test.text or "", place, file, analyser)
            yield where, try_test(rule, test, post)


def _place(policy: Policy, rule: Rule, test: RuleTest) -> str:
    return f'{policy.name}:{test.line}: rule "{rule.id}", test'


async def _told(case: str, place: str, store: Store) -> Post:
    found = await replay.told(store.journal, case)
    if not found:
        raise Misconfigured(
            f'{place}: there is no case "{case[:60]}"; take an id from the desk, and mind that'
            " cases are forgotten in time"
        )
    return Post(found[-1].assessment, found[-1].context)


async def _seen(image: str, text: str, place: str, file: Path | None, analyser: Analyser) -> Post:
    path = (file.parent if file else Path()) / image
    try:
        data = await asyncio.to_thread(path.read_bytes)
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise Misconfigured(
            f"{place}: the picture {image[:60]!r} cannot be read: {reason};"
            " its path begins at the policy file"
        ) from exc
    analysis = await analyser.analyse([(path.name, data)], text)
    return Post(analysis.assessment, NEWCOMER)
