"""Fetches a file of a post, from hosts that are allowed and from nowhere else.

A post's URLs are a stranger's. So: https, to an exact list of hosts, without following a redirect;
no body that was compressed on the way; so many bytes, so many seconds, whole or not at all.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from analysis.errors import UnreadableMedia
from bot.errors import Gone, PlatformUnavailable

TOTAL = timedelta(seconds=30)
"""For one file in all. A timeout per read is no limit: a byte now and then resets it."""

_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class LinkExpired(Gone):
    """The link does not open any more; a fresh one may."""


class WrongPage(UnreadableMedia):
    """A page was served where a file should be, as a login page is to a token without rights."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where files may come from."""

    own: frozenset[str]
    """The platform's hosts, reached over https on port 443."""
    extra: frozenset[str] = field(default=frozenset())
    """``[media] extra_hosts``, as ``host:port``; these may be http."""

    def allow(self, url: str) -> bool:
        """Whether a URL points at one of them, exactly, and carries no user name."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None or not parts.hostname:
            return False
        host = parts.hostname
        if parts.scheme == "https" and port in {None, 443} and host in self.own:
            return True
        known = {"https": 443, "http": 80}.get(parts.scheme)
        return known is not None and f"{host}:{port or known}" in self.extra


class Downloader:
    """Fetches files with one pool of connections."""

    def __init__(self, http: httpx.AsyncClient, hosts: Hosts, total: timedelta = TOTAL) -> None:
        self._http = http
        self._hosts = hosts
        self._total = total

    async def fetch(
        self,
        url: str,
        at_most: int,
        *,
        declared: int | None = None,
        headers: Mapping[str, str] | None = None,
        page_means: str = "",
    ) -> bytes:
        """The bytes of a file, at most so many; ``declared`` is its size as the platform says.

        ``headers`` go to this URL alone. With ``page_means``, an HTML page is refused with those
        words instead of being taken for a file.

        Raises:
            UnreadableMedia: too large, from a host that is not allowed, or not as declared.
            WrongPage: a page came, as ``page_means`` explains.
            LinkExpired: the link does not open any more (401, 403).
            Gone: there is no such file (404, 410).
            PlatformUnavailable: try again later.
        """
        if not self._hosts.allow(url):
            raise UnreadableMedia("the file lies on a host that files are not fetched from")
        if declared is not None and declared > at_most:
            raise UnreadableMedia(f"the file is larger than {at_most} bytes")
        try:
            async with asyncio.timeout(self._total.total_seconds()):
                return await self._fetched(url, at_most, declared, headers or {}, page_means)
        except TimeoutError as exc:
            raise PlatformUnavailable(
                f"the file did not arrive within {self._total.total_seconds():.0f} s"
            ) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise PlatformUnavailable(f"the file's host: {type(exc).__name__}") from exc

    async def _fetched(
        self,
        url: str,
        at_most: int,
        declared: int | None,
        headers: Mapping[str, str],
        page_means: str,
    ) -> bytes:
        asked = {**headers, "Accept-Encoding": "identity"}
        async with self._http.stream("GET", url, headers=asked, follow_redirects=False) as reply:
            _check_status(reply)
            if reply.headers.get("content-encoding", "identity").lower() != "identity":
                raise UnreadableMedia("the file's host compressed it although asked not to")
            if page_means and "text/html" in reply.headers.get("content-type", "").lower():
                raise WrongPage(page_means)
            data = bytearray()
            async for chunk in reply.aiter_raw():
                data += chunk
                if len(data) > at_most:
                    raise UnreadableMedia(f"the file is larger than {at_most} bytes")
        if declared is not None and len(data) != declared:
            # Cut short without a length, a file looks whole: what was declared tells.
            raise PlatformUnavailable(f"{len(data)} of {declared} bytes of the file arrived")
        return bytes(data)


def _check_status(reply: httpx.Response) -> None:
    status = reply.status_code
    if status == httpx.codes.OK:
        return
    if status in _GONE:
        raise Gone("the file is no longer there")
    if status in {401, 403}:
        raise LinkExpired("the file's link does not open any more")
    if status in _LATER:
        raise PlatformUnavailable(f"the file's host answered {status}")
    raise UnreadableMedia(f"the file's host answered {status}")
