"""The store's databases, for the desk."""

from tests.bot.storage.conftest import (
    database,
    journal,
    postgres_url,
    schemas,
    seal,
    sqlite,
    sqlite_url,
    url,
)

__all__ = ["database", "journal", "postgres_url", "schemas", "seal", "sqlite", "sqlite_url", "url"]
