"""The settings: every key, its default and what it is for.

Frozen, and passed down from ``__main__``; nothing else reads the environment.
"""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MEBIBYTE = 1 << 20
Seconds = Annotated[float, Field(gt=0, le=3600)]


def _listed(value: object) -> object:
    """A list written in the environment: ``a, b`` or ``["a", "b"]``."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip(" \t\"'") for part in value.strip("[] ").split(",") if part.strip())


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Numbers = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_listed)]


class Table(BaseModel):
    """One table of the file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Web(Table):
    """The web pages and the HTTP API."""

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on. Beyond this machine, put a proxy with TLS in front.",
    )
    port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="Port to listen on; 0 picks a free one. PORT in the environment also sets it.",
    )
    public_url: str = Field(
        "", description="How people reach it from outside, such as https://bifocal.example.org."
    )
    trusted_proxies: Names = Field((), description="Addresses whose X-Forwarded-For is believed.")
    allowed_ips: Names = Field(
        (), description="When not empty, only these addresses or networks are served."
    )


class Storage(Table):
    """Where records, cases and evidence are kept."""

    url: str = Field(
        "sqlite+aiosqlite:///data/bifocal.db",
        repr=False,
        description="The database. One with a password belongs in DATABASE_URL, not in this file.",
    )
    evidence_url: str = Field(
        "file://data/evidence", description="Object store for the pictures of cases, encrypted."
    )
    record_days: int = Field(
        30, ge=1, le=3650, description="Days a record (hashes and scores, no text) is kept."
    )
    case_days: int = Field(
        180, ge=1, le=3650, description="Days a closed case with its text and pictures is kept."
    )
    left_days: Annotated[int, Field(ge=0, le=3650)] | Literal["keep"] = Field(
        30,
        description=(
            "Days until everything of a community that the bot was removed from is erased: 0 at "
            'once, "keep" never.'
        ),
    )
    encryption_key: SecretStr | None = Field(
        None,
        description=(
            "Key for evidence, urlsafe base64 of 32 bytes; several, newest first, by "
            "commas. Made at first run when unset."
        ),
    )


class Queue(Table):
    """The durable queue between what arrives and what is judged."""

    url: str = Field("", repr=False, description="Empty: an SQLite inbox beside the database.")
    concurrency: int = Field(8, ge=1, le=1000, description="Posts judged at the same time.")


class Policy(Table):
    """The rules."""

    file: str = Field(
        "", description="Your policy file; read again whenever it changes. Empty: the preset alone."
    )
    preset: Literal["relaxed", "standard", "strict"] = Field(
        "standard",
        description="Bundled rules used when no file is named: relaxed, standard or strict.",
    )
    language: Literal["en", "es"] = Field(
        "en", description="The language authors are told in what was done about their posts."
    )
    appeal: str = Field(
        "",
        max_length=300,
        description=(
            "How an author appeals, in a sentence of yours; empty: by writing to a moderator."
        ),
    )


class Analysis(Table):
    """How posts are looked at."""

    remote: Literal["always", "undecided", "never"] = Field(
        "always",
        description=(
            "When providers are asked: always, only when their answer could change the "
            "verdict, or never."
        ),
    )
    providers: Names = Field(
        ("gemini",),
        description="Order of fallback. One without a key is off, and that is no failure.",
    )
    answers_hours: float = Field(
        1.0,
        gt=0,
        le=720,
        description="Hours a provider's answer is kept for equal pictures and words.",
    )
    cache_url: str = Field(
        "mem://",
        repr=False,
        description="Where answers are kept. One with a password belongs in the environment.",
    )
    calls_per_minute: int = Field(
        0, ge=0, description="The most calls a minute to each provider; 0: no limit."
    )
    tokens_per_minute: int = Field(
        0, ge=0, description="The most tokens a minute to each provider; 0: no limit."
    )
    calls_at_once: int = Field(
        64, ge=1, le=1000, description="The most calls to each provider at the same time."
    )
    wait_s: Seconds = Field(
        5, description="Seconds a post waits for its turn before the next provider is asked."
    )
    deadline_s: Seconds = Field(
        30, description="Seconds one detector may take before it counts as failed."
    )
    text_only: bool = Field(
        default=True, description="Whether posts without pictures are judged too."
    )
    ocr: bool = Field(
        default=True, description="Read text in pictures. It takes 600 to 800 MB while warm."
    )
    decode_workers: int = Field(2, ge=1, le=64, description="Processes that decode pictures.")
    model_workers: int = Field(1, ge=1, le=64, description="Processes that run OCR.")


class MediaLimits(Table):
    """What files may be like."""

    max_bytes: int = Field(
        25 * MEBIBYTE, ge=1024, description="Larger files are not read and go to review."
    )
    max_pixels: int = Field(
        50_000_000, ge=10_000, description="Pictures with more pixels go to review."
    )
    max_frames: int = Field(
        8, ge=1, le=64, description="Frames looked at in an animation, first and last included."
    )
    unsupported: Literal["note", "review"] = Field(
        "review", description="What becomes of video, voice and other kinds we cannot look into."
    )
    extra_hosts: Names = Field(
        (),
        description=(
            'Further hosts attachments may come from, as "host:port"; http is accepted '
            "only for these."
        ),
    )


class ModelPrice(Table):
    """What one model costs, in US dollars."""

    input_per_million: float = Field(0.0, ge=0, description="A million tokens in.")
    output_per_million: float = Field(0.0, ge=0, description="A million tokens out.")
    per_image: float = Field(0.0, ge=0, description="A picture.")
    per_call: float = Field(0.0, ge=0, description="A call.")


class Budget(Table):
    """Money for providers."""

    usd_per_day: float = Field(
        5.0,
        ge=0,
        description=(
            "US dollars a day in all; beyond it local detectors go on and the rest waits in review."
        ),
    )
    usd_per_day_per_community: float = Field(2.0, ge=0, description="The same for one community.")
    author_share: float = Field(
        0.2,
        ge=0,
        le=1,
        description=(
            "How much of its community's money one author may use a day, so that nobody's flood "
            "takes everybody's; 1: all of it."
        ),
    )
    prices: dict[str, ModelPrice] = Field(
        default_factory=dict,
        description=(
            "US dollars by model or provider, where the built-in price list is out of date: "
            "[budget.prices.MODEL] with input_per_million, output_per_million, per_image, per_call."
        ),
    )


class Limits(Table):
    """How much may be done before a person is asked."""

    actions_per_hour: int = Field(
        60,
        ge=0,
        description="Destructive actions per community and hour; more are withheld for a person.",
    )
    actions_per_day: int = Field(300, ge=0, description="The same per day.")
    analyze_per_user_per_hour: int = Field(
        60, ge=0, description="Analyses one person may ask for by hand."
    )


class Provider(BaseModel):
    """What every provider has; its own options are checked by the provider."""

    model_config = ConfigDict(extra="allow", frozen=True)

    api_key: SecretStr | None = Field(None, description="The key. Without one the provider is off.")
    base_url: str = Field("", description="Where it answers; empty: the vendor's own address.")
    model: str = Field("", description="Which model; empty: the provider's default.")


class Webhook(Table):
    """A URL of yours that is told what was done. A rule names it: then = ["webhook NAME"]."""

    url: str = Field("", description="Where it answers; https, or http on this machine.")
    secret: SecretStr = Field(description="Signs every request, so that the receiver knows us.")
    include_text: bool = Field(
        default=False, description="Whether the post's words are sent too; otherwise none is."
    )

    @model_validator(mode="after")
    def _reachable_safely(self) -> Self:
        parts = urlsplit(self.url)
        loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if not parts.hostname or not (
            parts.scheme == "https" or (parts.scheme == "http" and loopback)
        ):
            raise ValueError("url must begin with https://, or http:// for this machine alone")
        if not self.secret.get_secret_value():
            raise ValueError("secret must not be empty")
        return self


class Discord(Table):
    """Discord."""

    token: SecretStr | None = Field(None, description="The bot's token.")
    api_base: str = Field("https://discord.com/api/v10", description="Base of the REST API.")
    gateway_url: str = Field("wss://gateway.discord.gg/", description="The gateway.")
    simulate: bool = Field(
        default=True, description="Only record what would be done. Switch off when you trust it."
    )
    shard_count: int | None = Field(
        None, ge=1, description="Shards in all; empty: as Discord recommends."
    )
    shard_ids: Numbers = Field((), description="The shards this process runs; empty: all.")
    log_channel: str = Field("", description="Id of the moderators' channel.")
    bots: bool = Field(default=False, description="Whether other bots' posts are judged, too.")
    webhooks: bool = Field(default=True, description="Whether webhooks' posts are judged, too.")
    cdn_base: str = Field("https://cdn.discordapp.com", description="Where stickers lie.")
    catch_up_messages: int = Field(
        10_000,
        ge=0,
        description="After an absence, so many missed posts are read per channel; newest first.",
    )
    catch_up_channels: int = Field(
        200, ge=0, description="The same in so many channels of each server."
    )
    catch_up_hours: float = Field(
        24, ge=0, le=24 * 30, description="Posts that are older are not caught up with."
    )

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if self.shard_ids and self.shard_count is None:
            raise ValueError("shard_ids needs shard_count, the number of shards in all")
        if self.shard_count and any(each >= self.shard_count for each in self.shard_ids):
            raise ValueError("shard_ids are counted from 0 and lie below shard_count")
        return self


class Slack(Table):
    """Slack."""

    bot_token: SecretStr | None = Field(None, description="xoxb-…")
    app_token: SecretStr | None = Field(None, description="xapp-…, for Socket Mode.")
    signing_secret: SecretStr | None = Field(None, description="For HTTP events.")
    user_token: SecretStr | None = Field(
        None, description="xoxp-… of an administrator, if messages are to be deleted."
    )
    client_id: str = Field(
        "",
        description="For many workspaces: the app's client id, and people install it themselves.",
    )
    client_secret: SecretStr | None = Field(None, description="The app's client secret, with it.")
    bots: bool = Field(
        default=False, description="Whether what other apps and bots post is judged too."
    )
    api_base: str = Field("https://slack.com/api/", description="Base of the Web API.")
    simulate: bool = Field(
        default=True, description="Only record what would be done. Switch off when you trust it."
    )
    log_channel: str = Field("", description="Id of the moderators' channel.")


class Playground(Table):
    """The chat room for trying things out."""

    enabled: bool | None = Field(None, description="Empty: on when no platform has a token.")
    simulate: bool = Field(default=False, description="Only record what would be done.")


class Log(Table):
    """What is written to standard error. Never content, never a secret."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="From this level up."
    )
    format: Literal["auto", "json", "text"] = Field(
        "auto", description="auto: text on a terminal, JSON lines elsewhere."
    )


class Settings(BaseSettings):
    """All tables. The field names are the tables of ``config.toml``."""

    model_config = SettingsConfigDict(
        env_prefix="BIFOCAL_",
        env_nested_delimiter="__",
        env_file=".env",
        dotenv_filtering="match_prefix",
        extra="forbid",
        frozen=True,
    )

    web: Web = Web()
    storage: Storage = Storage()
    queue: Queue = Queue()
    policy: Policy = Policy()
    analysis: Analysis = Analysis()
    media: MediaLimits = MediaLimits()
    budget: Budget = Budget()
    limits: Limits = Limits()
    providers: dict[str, Provider] = Field(default_factory=dict)
    webhooks: dict[str, Webhook] = Field(default_factory=dict)
    discord: Discord = Discord()
    slack: Slack = Slack()
    playground: Playground = Playground()
    log: Log = Log()

    @property
    def has_platform_token(self) -> bool:
        """Whether a chat platform can be reached."""
        slack = self.slack.bot_token or self.slack.client_secret
        return bool(self.discord.token or slack)

    @property
    def playground_on(self) -> bool:
        """Whether the playground runs."""
        on = self.playground.enabled
        return not self.has_platform_token if on is None else on
