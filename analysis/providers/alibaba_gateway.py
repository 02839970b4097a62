"""Calling an action of Alibaba's API: signed, and with its two layers of errors told apart.

The gateway refuses with an HTTP status and a word (``Throttling.User``); the business behind it
answers HTTP 200 with a number of its own. Only 200 and 200 is an answer.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from analysis.errors import ProviderError, ProviderGarbled, ProviderRejected
from analysis.http import RETRYABLE, Refused, Reply, retry_after
from analysis.providers.acs3 import form, sign
from analysis.providers.alibaba_options import AlibabaOptions
from analysis.providers.provider import Tools
from analysis.providers.resending import Later, Resender

NAME = "alibaba"
_OK = 200
_RETRYABLE = frozenset({500, 580, 581, 585, 588, 592})
"""Database, timeout, cache, queries per second, download time: help.aliyun.com, 53414."""
_WORD = re.compile(r"[A-Za-z0-9_.]{1,80}")
_HINTS = {
    "InvalidAccessKeyId": "the access_key_id is not known; create one in the RAM console",
    "SignatureDoesNotMatch": "the access_key_secret does not belong to the access_key_id",
    "InvalidTimeStamp": "this machine's clock is off; set it by NTP",
    "InvalidSecurityToken": "the security_token has expired or is wrong",
    "Forbidden": "grant the RAM user AliyunYundunGreenWebFullAccess",
    "NoPermission": "grant the RAM user AliyunYundunGreenWebFullAccess",
}
_MEANINGS = {
    400: "bad request; check the service codes and ServiceParameters keys",
    401: "not allowed",
    403: "no access",
    404: "not found",
    408: "no permission; activate Content Moderation in the console",
    411: "no permission; activate Content Moderation in the console",
    480: "the picture could not be fetched",
    588: "over the quota",
    589: "too large",
    590: "not a format it reads",
}


class Denied(Refused):
    """The gateway refused for good; the message names its word and the way to mend it."""

    def __init__(self, reply: Reply, word: str) -> None:
        super().__init__(reply, provider=NAME)
        hint = next((hint for begins, hint in _HINTS.items() if word.startswith(begins)), "")
        # Whatever has a hint is about the key or the account, not about this one post.
        self.lasting = self.lasting or bool(hint)
        self.args = (f"HTTP {reply.status} {word}".strip() + (f": {hint}" if hint else ""),)


class Gateway:
    """One endpoint and one AccessKey."""

    def __init__(self, options: AlibabaOptions, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self._resender = Resender(tools, NAME, options, paid=True)

    async def call(
        self,
        action: str,
        body: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """``Data`` of the answer.

        Raises:
            ProviderError: there is none; see ``analysis.errors``.
        """

        def build() -> httpx.Request:
            return self._signed(action, body, query)

        return await self._resender.send(build, self._read)

    def _signed(
        self, action: str, body: Mapping[str, str] | None, query: Mapping[str, str] | None
    ) -> httpx.Request:
        request = self._tools.client.build_request(
            "POST",
            f"{self._options.endpoint}/",
            params=query,
            content=None if body is None else form(body),
            headers=None if body is None else {"content-type": "application/x-www-form-urlencoded"},
        )
        sign(
            request,
            self._options.key,
            action=action,
            version=self._options.version,
            at=self._tools.now(),
            nonce=uuid4().hex,
        )
        return request

    def _read(self, reply: Reply) -> dict[str, Any]:
        if reply.status != _OK:
            raise self._refusal(reply)
        answer = reply.json(NAME)
        code = answer.get("Code") if isinstance(answer, dict) else None
        if not isinstance(code, int) or isinstance(code, bool):
            raise ProviderGarbled("an answer without a Code", provider=NAME)
        if code != _OK:
            message = f"code {code}" + (f": {_MEANINGS[code]}" if code in _MEANINGS else "")
            raise (Later if code in _RETRYABLE else ProviderRejected)(message, provider=NAME)
        if not isinstance(data := answer.get("Data"), dict):
            raise ProviderGarbled("an answer without Data", provider=NAME)
        return data

    def _refusal(self, reply: Reply) -> ProviderError:
        word = _error_word(reply)
        if reply.status in RETRYABLE or word.startswith("Throttling"):
            said = f"HTTP {reply.status} {word}".strip()
            return Later(said, provider=NAME, retry_after=self._asked(reply))
        return Denied(reply, word)

    def _asked(self, reply: Reply) -> float | None:
        header = reply.headers.get("x-acs-retry-after", "").strip()
        if re.fullmatch(r"[0-9]{1,12}", header) and int(header) > 0:
            return int(header) / (1000 if self._options.retry_after_unit == "ms" else 1)
        return retry_after(reply, self._tools.now())


def _error_word(reply: Reply) -> str:
    """The gateway's ``Code``, however its keys are written; empty where it has none.

    Its ``Message`` is left out: that of a bad signature repeats what was signed.
    """
    try:
        answer = reply.json(NAME)
    except ProviderGarbled:
        return ""
    keys = {str(key).lower(): value for key, value in answer.items()} if _mapping(answer) else {}
    word = keys.get("code")
    return word if isinstance(word, str) and _WORD.fullmatch(word) else ""


def _mapping(answer: object) -> bool:
    return isinstance(answer, dict)
