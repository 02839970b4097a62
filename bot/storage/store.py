"""Everything that is remembered, opened together: the database, the seal and the evidence."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.bank import BankIndex
from bot.actions.spec import parse
from bot.config.tables import Storage as Options
from bot.storage.audit import Audit
from bot.storage.authors import AuthorBook
from bot.storage.banks import BankStore
from bot.storage.bookmarks import StoredBookmarks
from bot.storage.communities import StoredCommunities
from bot.storage.database import Database
from bot.storage.erasures import Erasures
from bot.storage.evidence import EvidenceStore
from bot.storage.ignored import Ignored
from bot.storage.installations import Installations
from bot.storage.journal import Journal
from bot.storage.key_check import check_key
from bot.storage.outbox import OutboxStore
from bot.storage.reports import ReportBook
from bot.storage.seal import Seal, key_file
from bot.storage.search import Search
from bot.storage.sessions import Sessions
from bot.storage.spend import SpendLedger
from bot.storage.switch import Switch
from bot.storage.tokens import Tokens

KEY_FILE = "bifocal.key"
"""Beside the database; made at first run, readable by its owner alone."""


@dataclass(frozen=True, slots=True)
class Store:
    """The parts that share one database."""

    database: Database
    journal: Journal
    evidence: EvidenceStore
    banks: BankStore
    tokens: Tokens
    sessions: Sessions
    switch: Switch
    spend: SpendLedger
    authors: AuthorBook
    outbox: OutboxStore
    search: Search
    communities: StoredCommunities
    bookmarks: StoredBookmarks
    installations: Installations
    reports: ReportBook
    ignored: Ignored
    erasures: Erasures
    audit: Audit


@asynccontextmanager
async def opened(options: Options, clock: Callable[[], datetime]) -> AsyncIterator[Store]:
    """Open and migrate the database, and everything that stands on it.

    Raises:
        Misconfigured: a URL or a key is not one we can use.
        EnvironmentFailed: the database or the key file cannot be used; the message says why.
    """
    seal = _seal(options)
    evidence = EvidenceStore.open(options.evidence_url, seal)
    database = await Database.open(options.url)
    try:
        await check_key(database, seal, clock())
        journal = Journal(database, seal, parse)
        communities = StoredCommunities(database, clock)
        await communities.load()
        ignored = Ignored(journal, clock)
        await ignored.load()
        yield Store(
            database,
            journal,
            evidence,
            BankStore(database, clock, BankIndex),
            Tokens(database, clock),
            Sessions(database, clock),
            Switch(database, clock),
            SpendLedger(database),
            AuthorBook(database, clock),
            OutboxStore(database, seal, clock),
            Search(database, seal),
            communities,
            StoredBookmarks(database, clock),
            Installations(database, seal, clock),
            ReportBook(journal, clock),
            ignored,
            Erasures(database, seal, evidence, clock),
            Audit(database),
        )
    finally:
        await database.close()


def data_directory(options: Options) -> Path:
    """Where files of ours stand: the SQLite database's folder, else ``data``."""
    _, found, name = options.url.partition(":///")
    return Path(name).parent if found and options.url.startswith("sqlite") else Path("data")


def key_place(options: Options) -> Path | None:
    """The file that holds the keys; None where they come from the environment."""
    return None if options.encryption_key else data_directory(options) / KEY_FILE


def database_exists(options: Options) -> bool:
    """Whether there is a database to open, without making one. A server's is taken to be."""
    _, found, name = options.url.partition(":///")
    return not options.url.startswith("sqlite") or bool(found and Path(name).exists())


def _seal(options: Options) -> Seal:
    if options.encryption_key is None:
        return key_file(data_directory(options) / KEY_FILE)
    keys = [key.strip() for key in options.encryption_key.get_secret_value().split(",")]
    return Seal(keys, "BIFOCAL_STORAGE__ENCRYPTION_KEY")
