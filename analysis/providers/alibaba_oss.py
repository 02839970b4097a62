"""Uploading a picture to Alibaba's own temporary bucket, for services that take no base64.

The upload token comes from the API and is used until it expires. The address in it is checked
before anything is sent there, since whoever could forge one would receive the pictures.
"""

import asyncio
import base64
import hashlib
import hmac
import re
from datetime import datetime
from email.utils import format_datetime
from uuid import uuid4

import httpx

from analysis.errors import ProviderGarbled, ProviderRejected
from analysis.http import Http
from analysis.providers.acs3 import AccessKey
from analysis.providers.alibaba_gateway import NAME, Gateway
from analysis.providers.alibaba_options import AlibabaOptions
from analysis.providers.alibaba_replies import UploadToken, read
from analysis.providers.provider import Picture, Tools

_HOST = re.compile(r"(?:https?://)?([a-z0-9][a-z0-9.-]{0,200}\.aliyuncs\.com)/?")
_MARGIN = 60
"""Seconds before its end at which a token is no longer used: an upload takes some."""


def authorization(key: AccessKey, *, bucket: str, name: str, media_type: str, date: str) -> str:
    """OSS's V1 signature of a PUT with a security token (the tests hold it to oss2's)."""
    text = (
        f"PUT\n\n{media_type}\n{date}\nx-oss-security-token:{key.token}\n/{bucket}/{name}".encode()
    )
    digest = hmac.new(key.secret.encode(), text, hashlib.sha1).digest()
    return f"OSS {key.id}:{base64.b64encode(digest).decode('ascii')}"


class Store:
    """The temporary bucket of one AccessKey."""

    def __init__(self, gateway: Gateway, options: AlibabaOptions, tools: Tools) -> None:
        self._gateway = gateway
        self._options = options
        self._tools = tools
        self._http = Http(
            tools.client, NAME, timeout_s=options.timeout_s, sleep=tools.sleep, now=tools.now
        )
        self._token: UploadToken | None = None
        self._renewing = asyncio.Lock()

    async def put(self, picture: Picture) -> dict[str, str]:
        """Upload it under a random name; returns the parameters that name it to the API.

        Raises:
            ProviderError: no token, or the bucket did not take it.
        """
        token = await self._fresh()
        name = f"{token.prefix}{uuid4().hex}"
        try:
            await self._http.send(self._request(token, name, picture))
        except ProviderRejected:
            self._token = None  # it may have been revoked; the next picture asks for a new one
            raise
        return {"ossBucketName": token.bucket, "ossObjectName": name}

    async def _fresh(self) -> UploadToken:
        async with self._renewing:
            token = self._token
            if token is None or token.expires - _MARGIN <= self._tools.now().timestamp():
                token = read(UploadToken, await self._gateway.call("DescribeUploadToken"))
                self._token = token
            return token

    def _request(self, token: UploadToken, name: str, picture: Picture) -> httpx.Request:
        key = AccessKey(token.key_id, token.secret, token.token)
        date = _http_date(self._tools.now())
        signature = authorization(
            key, bucket=token.bucket, name=name, media_type=picture.media_type, date=date
        )
        return self._tools.client.build_request(
            "PUT",
            f"{self._address(token)}/{name}",
            content=picture.data,
            headers={
                "authorization": signature,
                "content-type": picture.media_type,
                "date": date,
                "x-oss-security-token": token.token,
            },
        )

    def _address(self, token: UploadToken) -> str:
        if self._options.oss_base_url:
            return f"{self._options.oss_base_url.rstrip('/')}/{token.bucket}"
        if (match := _HOST.fullmatch(token.endpoint)) is None:
            raise ProviderGarbled("an upload address that is not Alibaba's", provider=NAME)
        return f"https://{token.bucket}.{match.group(1)}"


def _http_date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)
