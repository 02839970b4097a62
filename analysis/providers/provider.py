"""What every vendor's file keeps: typed options, the tools it is given, and a check for doctor.

A provider is a detector of tier remote. It calls its vendor and reads the answer strictly; it
knows nothing of budgets, caches, breakers or other vendors: those are put around it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from analysis.detector import Detector
from analysis.http import Sleep
from analysis.types import Image


class Options(BaseModel):
    """What every provider can be told. Its own class adds its own; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_key: SecretStr | None = Field(None, description="The key. Without one it is off.")
    base_url: str = Field("", description="Where it answers; empty: the vendor's own address.")
    model: str = Field("", description="Which model; empty: the provider's default.")
    timeout_s: float = Field(20.0, gt=0, le=300, description="Seconds one call may take.")

    @property
    def ready(self) -> bool:
        """Whether enough is set to call the vendor."""
        return self.api_key is not None

    @property
    def lacks(self) -> tuple[str, ...]:
        """Which options must be set before it can be called."""
        return ("api_key",) if self.api_key is None else ()

    @property
    def at_home(self) -> bool:
        """Whether it runs on a machine of the operator's, so that calls cost nothing."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ip_address(host).is_private
        except ValueError:
            # A vendor's name has a dot; a container's or this machine's does not.
            return bool(host) and ("." not in host or host.endswith((".local", ".internal")))


@dataclass(frozen=True, slots=True)
class Fit:
    """What a vendor takes: so many bytes, so long a side in pixels, these media types."""

    max_bytes: int
    max_side: int = 1024
    media_types: tuple[str, ...] = ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture re-encoded from decoded pixels, so without metadata, within a ``Fit``."""

    data: bytes = field(repr=False)
    media_type: str


Prepare = Callable[[Image, Fit], Awaitable[Picture]]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the composition root gives every provider."""

    client: httpx.AsyncClient
    prepare: Prepare
    sleep: Sleep = asyncio.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Provider(Detector, Protocol):
    """A detector that asks a vendor. Constructed as ``Class(options, tools)``."""

    options_type: ClassVar[type[Options]]

    async def check(self) -> str:
        """Make one tiny call, and say in one sentence that it works and with which model.

        Raises:
            ProviderError: it does not; the message says what is wrong and how to mend it.
        """
        ...
