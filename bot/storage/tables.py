"""The schema: one set of tables for SQLite and PostgreSQL.

What is remembered of every message carries no text. What a case keeps of a post's words stands
in the ``sealed`` columns, encrypted. Change a table here and add a migration beside the others
in ``bot/storage/migrations/versions``; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.storage import tables_authors, tables_communities  # noqa: F401 - they belong to the schema
from bot.storage.chain import a_salt, digest_of, mark_of
from bot.storage.columns import Json, RowId, UtcTime
from bot.storage.schema import belongs_to, metadata

messages = Table(
    "messages",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("sent_at", UtcTime, nullable=False),
    UniqueConstraint("platform", "community_id", "channel_id", "message_id"),
    Index("ix_messages_author", "platform", "community_id", "author_id", "sent_at"),
    Index("ix_messages_sent", "sent_at", "id"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String, primary_key=True),
    Column("message", RowId, belongs_to("messages"), nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    # Empty, or what it waits for where it is a case only because nothing answered.
    Column("waiting", String, nullable=False, server_default=""),
    # How often it changed, and how many of these changes its card knows of.
    Column("changes", Integer, nullable=False, server_default="0"),
    Column("shown", Integer, nullable=False, server_default="0"),
    # Whether its card waits until there is a place for it.
    Column("held", Boolean, nullable=False, server_default=false()),
    Index("ix_cases_queue", "state", "opened_at", "id"),
    Index("ix_cases_opened", "opened_at", "id"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("message", RowId, belongs_to("messages"), nullable=False),
    Column("revision", String, nullable=False),
    Column("round", Integer, nullable=False),
    Column("cause", String, nullable=False),
    Column("case_id", String, ForeignKey("cases.id", ondelete="SET NULL")),
    Column("judged_at", UtcTime, nullable=False),
    Column("finished", Boolean, nullable=False, server_default=false()),
    Column("media_count", Integer, nullable=False),
    Column("scores", Json, nullable=False),
    Column("made_by", Json, nullable=False),
    Column("unasked", Json, nullable=False),
    Column("failures", Json, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("timings_ms", Json, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("matched", Json, nullable=False),
    Column("unanswered", Json, nullable=False),
    Column("actions", Json, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("policy_version", String, nullable=False),
    # The message, passages, quotes and facts' words of a judgement that a case rests on.
    Column("sealed", Text),
    UniqueConstraint("message", "revision", "round", "cause"),
    Index("ix_judgements_case", "case_id"),
    Index("ix_judgements_judged", "judged_at", "id"),
)
Index(
    "ix_cases_waiting",
    cases.c.waiting,
    cases.c.opened_at,
    cases.c.id,
    sqlite_where=cases.c.waiting != "",
    postgresql_where=cases.c.waiting != "",
)
Index(
    "ix_cases_changed",
    cases.c.opened_at,
    cases.c.id,
    sqlite_where=cases.c.changes > cases.c.shown,
    postgresql_where=cases.c.changes > cases.c.shown,
)
Index(
    "ix_cases_held",
    cases.c.id,
    sqlite_where=cases.c.held.is_(True),
    postgresql_where=cases.c.held.is_(True),
)
Index(
    "ix_judgements_unfinished",
    judgements.c.id,
    sqlite_where=judgements.c.finished.is_(False),
    postgresql_where=judgements.c.finished.is_(False),
)

media = Table(
    "media",
    metadata,
    Column("judgement", RowId, belongs_to("judgements"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("pdq", String, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("media_type", String, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("animated", Boolean, nullable=False),
    Index("ix_media_sha256", "sha256"),
)

signals = Table(
    "signals",
    metadata,
    Column("judgement", RowId, belongs_to("judgements"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("category", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("modality", String, nullable=False),
    Column("grounds", String, nullable=False),
    Column("source", String, nullable=False),
    # Where the evidence stands, never its words: those are sealed with the case.
    Column("evidence", Json),
    Index("ix_signals_category", "category", "score"),
)

facts = Table(
    "facts",
    metadata,
    Column("judgement", RowId, belongs_to("judgements"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("value", Text, nullable=False),
    # The value folded and cut: a link of 8 KB does not fit PostgreSQL's index pages.
    Column("term", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("modality", String, nullable=False),
    Column("media", Integer),
    Column("box", Json),
    # Copied in: "logo X and negative sentiment" is then one walk along an index, newest first.
    Column("sentiment", Float),
    Column("at", UtcTime, nullable=False),
    Index("ix_facts_newest", "kind", "term", "at", "judgement", "sentiment"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("judgement", RowId, belongs_to("judgements"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("action", String, nullable=False),
    Column("status", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("receipt", Json),
    Column("detail", Text, nullable=False),
    # Empty, or where its undoing stands: wanted, done, or left as it is.
    Column("undo", String, nullable=False, server_default=""),
    UniqueConstraint("judgement", "action"),
)
Index(
    "ix_outcomes_undo",
    outcomes.c.undo,
    sqlite_where=outcomes.c.undo == "wanted",
    postgresql_where=outcomes.c.undo == "wanted",
)
Index(
    "ix_outcomes_withheld",
    outcomes.c.at,
    sqlite_where=outcomes.c.status == "withheld",
    postgresql_where=outcomes.c.status == "withheld",
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("case_id", String, belongs_to("cases"), nullable=False),
    Column("kind", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", String, nullable=False),
    Column("sealed_note", Text, nullable=False),
    Index("ix_case_events_case", "case_id", "id"),
)

case_evidence = Table(
    "case_evidence",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("case_id", String, belongs_to("cases"), nullable=False),
    Column("image", String, nullable=False),
    Column("media", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    UniqueConstraint("case_id", "media", "sha256"),
)

banks = Table(
    "banks",
    metadata,
    Column("id", RowId, primary_key=True),
    # Empty: shared by every community.
    Column("community", String, nullable=False),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    UniqueConstraint("community", "name"),
)

bank_entries = Table(
    "bank_entries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bank", RowId, belongs_to("banks"), nullable=False),
    Column("category", String, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("sha256", String, nullable=False),
    Column("pdq", String, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("added_by", String, nullable=False),
    # The case whose decision put it there; a second case's confirms it.
    Column("from_case", String, nullable=False, server_default=""),
    # Since when it is out of force, having matched what it should not.
    Column("quarantined_at", UtcTime),
    UniqueConstraint("bank", "sha256", "pdq"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("digest", String, nullable=False, unique=True),
    Column("scope", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

# Sign-in links and the sessions they open: both are secrets that run out.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("who", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_sessions_expires", "expires_at"),
)

settings = Table(
    "settings",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", String, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", String, nullable=False),
    Column("what", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Json, nullable=False),
    # The chain, in the order in which each is made; the salt goes when a person is erased.
    Column("salt", String, nullable=False, default=a_salt, server_default=""),
    Column("mark", String, nullable=False, default=mark_of, server_default=""),
    Column("digest", String, nullable=False, default=digest_of, server_default=""),
    Index("ix_audit_at", "at", "id"),
)

# Money for providers. The purse is a community's id: no person is named here.
spend = Table(
    "spend",
    metadata,
    Column("day", Date, primary_key=True),
    Column("purse", String, primary_key=True),
    Column("provider", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("usd", Float, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
)

# Calls to providers that were not made, and why.
spared = Table(
    "spared",
    metadata,
    Column("day", Date, primary_key=True),
    Column("provider", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("calls", BigInteger, nullable=False),
)

# Which words stand in a case, each as a keyed digest: found with the key, read by nobody.
case_words = Table(
    "case_words",
    metadata,
    Column("case_id", String, belongs_to("cases"), primary_key=True),
    Column("mark", String, primary_key=True),
    Column("origin", String, primary_key=True),
    Index("ix_case_words_mark", "mark", "origin", "case_id"),
)

# What was counted of posts that are remembered no more: numbers, and nobody's name.
tallies = Table(
    "tallies",
    metadata,
    Column("community_id", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("what", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

# Pictures no case needs any more, until they are gone from the evidence store too.
discarded = Table(
    "discarded",
    metadata,
    Column("image", String, primary_key=True),
)
