"""Tables of what communities chose, what stands before their moderators, and what members ask."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from bot.storage.columns import Json, RowId, UtcTime
from bot.storage.schema import belongs_to, metadata

communities = Table(
    "communities",
    metadata,
    Column("platform", String, primary_key=True),
    Column("community_id", String, primary_key=True),
    # Every field of bot.communities.Community but the two above.
    Column("choices", Json, nullable=False),
    # Copied out of the choices, so that retention finds those that were left.
    Column("left_at", UtcTime),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("name", String, primary_key=True),
    Column("note", Json, nullable=False),
    Column("at", UtcTime, nullable=False),
)

installations = Table(
    "installations",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    # What the platform gave us to act there with, its tokens among it.
    Column("sealed", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("platform", "community_id"),
)

cards = Table(
    "cards",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    # What the platform knows it by, until the card goes up again under another.
    Column("nonce", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    # Whose posts it is about; empty for an incident.
    Column("author_id", String, nullable=False),
    # What an incident's cases wait for; empty for every other card.
    Column("about", String, nullable=False),
    # When the newest of its posts was sent, or the incident began.
    Column("latest_at", UtcTime, nullable=False),
    # The platform's id of it; empty until it stands.
    Column("card_id", String, nullable=False),
    # A keyed digest of what it showed last, and when that was.
    Column("drawn", String, nullable=False),
    Column("drawn_at", UtcTime),
    # Empty while it is kept true; else how its case stood when a person took it away, or "over".
    Column("gone", String, nullable=False),
    Column("times", Integer, nullable=False),
    Index("ix_cards_burst", "platform", "community_id", "author_id", "latest_at"),
)
Index(
    "ix_cards_incident",
    cards.c.platform,
    cards.c.community_id,
    sqlite_where=(cards.c.about != "") & (cards.c.gone != "over"),
    postgresql_where=(cards.c.about != "") & (cards.c.gone != "over"),
)

card_cases = Table(
    "card_cases",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("card", RowId, belongs_to("cards"), nullable=False),
    Column("case_id", String, belongs_to("cases"), nullable=False, unique=True),
    Index("ix_card_cases_card", "card", "id"),
)

# Cards whose posts are forgotten, until they are gone from the platform too.
card_removals = Table(
    "card_removals",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    Column("card_id", String, nullable=False),
)

# What members said of posts, until it stands in a case. Nobody's id: a keyed digest tells one
# reporter from another.
reports = Table(
    "reports",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column("sealed_words", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    # When it was written into the case.
    Column("told_at", UtcTime),
    UniqueConstraint("platform", "community_id", "channel_id", "message_id", "reporter"),
)

Index(
    "ix_reports_untold",
    reports.c.id,
    sqlite_where=reports.c.told_at.is_(None),
    postgresql_where=reports.c.told_at.is_(None),
)

# Pictures that are left out of the judgement in one channel.
ignored = Table(
    "ignored",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    Column("channel_id", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("pdq", String, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("from_case", String, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("added_by", String, nullable=False),
    UniqueConstraint("platform", "community_id", "channel_id", "sha256"),
)

# Members who ask to be erased. One that was carried out stays until the next start, when what
# the queue held of the person goes, too.
erasures = Table(
    "erasures",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("platform", String, nullable=False),
    Column("community_id", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("sealed_name", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    # asked, declined or carried.
    Column("state", String, nullable=False),
    Column("by", String, nullable=False),
    UniqueConstraint("platform", "community_id", "author_id"),
)
