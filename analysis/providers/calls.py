"""One provider's calls: its key, its retries, and its vendor's refusals in plain words."""

from collections.abc import Mapping

import httpx

from analysis.errors import ProviderError, ProviderRejected, ProviderUnavailable
from analysis.http import Http, Refused, Reply
from analysis.providers.provider import Options, Tools
from analysis.providers.refusals import Address, explained, worth_retrying

Json = Mapping[str, object]


class Calls:
    """POSTs JSON for one provider."""

    def __init__(self, options: Options, tools: Tools, address: Address, *, base_url: str) -> None:
        """``base_url`` is the vendor's own address, used where the options name none."""
        self.address = address
        self._base = (options.base_url or base_url).rstrip("/")
        self._key = "" if options.api_key is None else options.api_key.get_secret_value().strip()
        self._client = tools.client
        self._now = tools.now
        self._http = Http(
            tools.client,
            address.provider,
            timeout_s=options.timeout_s,
            sleep=tools.sleep,
            now=tools.now,
        )

    @property
    def key(self) -> str:
        """The key as it goes into a header.

        Raises:
            ProviderRejected: there is none, or none that a header could carry.
        """
        if self._key and self._key.isascii() and self._key.isprintable():
            return self._key
        wrong = "has characters that no key has" if self._key else "is not set"
        raise ProviderRejected(f"{self.address.key} {wrong}", provider=self.address.provider)

    async def post(self, path: str, headers: Mapping[str, str], body: Json) -> Reply:
        """Send and return an answer of status 2xx.

        Raises:
            ProviderUnavailable: no answer, or not today.
            Explained: a refusal for good, with its ``reply``.
            ProviderRejected: ``base_url`` is no address.
        """
        try:
            request = self._client.build_request(
                "POST", f"{self._base}{path}", headers=dict(headers), json=body
            )
        except httpx.InvalidURL as exc:
            raise self._misaddressed() from exc
        try:
            return await self._http.send(request, worth_retrying=worth_retrying)
        except Refused as exc:
            raise explained(exc, self.address, self._now()) from exc

    def unreached(self, exc: ProviderUnavailable) -> ProviderUnavailable:
        """The same trouble as ``doctor`` tells it: with the address, and what to look at."""
        return ProviderUnavailable(
            f"{self.address.vendor} did not answer as it should at {self._base} ({exc}): check the "
            f"network and base_url in {self.address.table}, or try later",
            provider=self.address.provider,
            retry_after=exc.retry_after,
        )

    def _misaddressed(self) -> ProviderError:
        return ProviderRejected(
            f"base_url in {self.address.table} is not an address", provider=self.address.provider
        )
