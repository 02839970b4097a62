"""``bifocal cases``: what waits for a person, from the command line, beside a running bot too."""

import getpass
import json
import sys
from collections.abc import Awaitable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.actions.spec import parse
from bot.case_report import Cursor, a_cursor, cursor, document, summary
from bot.cli import cases_text as text
from bot.cli.columns import show as show_rows
from bot.cli.root import existing, finished, root_of, said, well_told
from bot.communities import CommunityName
from bot.errors import Misconfigured
from bot.model import Case, CaseState
from bot.review.desk import Desk
from bot.review.states import IllegalMove
from bot.review.teaching import Teacher
from bot.storage.decisions import CaseChanged, NoSuchCase, wanted
from bot.storage.store import Store

Config = Annotated[Path | None, typer.Option(help="The settings file; else config.toml here.")]
Which = Annotated[str, typer.Argument(metavar="CASE", help="Its id, as `cases list` prints it.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


class State(StrEnum):
    """Which cases are listed."""

    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"
    ALL = "all"


class Verb(StrEnum):
    """What a person makes of a case."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"
    ESCALATE = "escalate"
    NOTE = "note"


def add(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, help="List, read and decide cases, as at the desk.")
    app.add_typer(group, name="cases")
    group.command("list")(list_)
    group.command()(show)
    group.command()(decide)


@well_told
def list_(
    context: typer.Context,
    state: Annotated[State, typer.Option(help="Only those in this state.")] = State.OPEN,
    community: Annotated[str, typer.Option(help="Only of this one: ID or PLATFORM:ID.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=1000)] = 50,
    before: Annotated[str, typer.Option(help="What an earlier page said it goes on from.")] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List cases, newest first, those of an outage too; with the words of posts only as JSON."""
    older_than = _a_cursor(before) if before else None
    root = root_of(context)

    async def work() -> None:
        async with root.storage(existing(root.settings(config))) as store:
            found = await store.journal.cases(
                None if state is State.ALL else CaseState(state),
                before=older_than,
                limit=limit,
                community=CommunityName.read(community) if community else None,
            )
            rows = [text.row(case, store.communities.of) for case in found]
        more = cursor(found[-1]) if len(found) == limit else None
        if as_json:
            listed = {"cases": [summary(case) for case in found], "next": more}
            sys.stdout.write(json.dumps(listed) + "\n")
            return
        if not found:
            typer.echo("No cases here.")
            return
        show_rows(text.HEAD, rows)
        if more:
            said.print(f"Older ones: --before {more}", markup=False, soft_wrap=True)

    finished(work())


@well_told
def show(
    context: typer.Context, case_id: Which, as_json: AsJson = False, config: Config = None
) -> None:
    """Show a case: its words, scores, rules, what was done, its history, where its pictures are."""
    root = root_of(context)
    settings = existing(root.settings(config))

    async def work() -> None:
        async with root.storage(settings) as store:
            case = await _case(store, case_id)
            place = store.communities.of(*case.message.ref[:2])
        if as_json:
            sys.stdout.write(json.dumps(document(case)) + "\n")
            return
        for line in text.whole(case, place, settings.storage.evidence_url):
            typer.echo(line)

    finished(work())


@well_told
def decide(
    context: typer.Context,
    case_id: Which,
    verb: Annotated[Verb, typer.Argument(metavar="WHAT", help="What to make of it.")],
    note: Annotated[str, typer.Option(help="Words for its history.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
) -> None:
    """Decide a case, or note something about it; the bot may run meanwhile.

    An overturn undoes on the platform through the running bot, within seconds, or at its next
    start. Who decided is the name you are signed in with on this machine.
    """
    root = root_of(context)

    async def work() -> None:
        async with root.storage(existing(root.settings(config))) as store:
            case = await _case(store, case_id)
            if verb is not Verb.NOTE and not yes:
                place = store.communities.of(*case.message.ref[:2])
                said.print(text.glimpse(case, place), markup=False, soft_wrap=True)
                typer.confirm(f"{verb.capitalize()} it?", abort=True, err=True)
            try:
                await _step(store, case, verb, note)
            except (NoSuchCase, IllegalMove, CaseChanged) as exc:
                raise Misconfigured(str(exc)) from exc
            typer.echo(text.DONE[verb])
            if left := [one.outcome.action for one in await wanted(store.journal, case_id)]:
                typer.echo(
                    f"The bot undoes, within seconds or at its next start: {', '.join(left)}."
                )

    finished(work())


def _step(store: Store, case: Case, verb: Verb, note: str) -> Awaitable[object]:
    """Take the step at a desk that has no platforms, so that the bot undoes what is to be."""
    by, version = getpass.getuser(), case.version

    def now() -> datetime:
        return datetime.now(UTC)

    teacher = Teacher(store.journal, store.banks, now)
    desk = Desk(store.journal, store.evidence, lambda _: None, parse, now, learn=teacher.overturned)
    if verb is Verb.NOTE:
        return desk.note(case.id, by=by, note=note)
    if verb is Verb.UPHOLD:
        return desk.uphold(case.id, by=by, version=version, note=note)
    if verb is Verb.ESCALATE:
        return desk.escalate(case.id, by=by, version=version, note=note)
    return desk.overturn(case.id, by=by, version=version, note=note)


async def _case(store: Store, case_id: str) -> Case:
    """A case by its id.

    Raises:
        Misconfigured: there is none.
    """
    found = await store.journal.case(case_id) if case_id.isascii() else None
    if found is None:
        raise Misconfigured(f"there is no case {case_id[:60]!r}; see: bifocal cases list")
    return found


def _a_cursor(before: str) -> Cursor:
    found = a_cursor(before)
    if found is None:
        raise Misconfigured(f"--before {before!r} is not what an earlier page said")
    return found
