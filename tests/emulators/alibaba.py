"""Alibaba's Content Moderation 2.0 and its object store, as the vendor documents them.

It checks every signature by its own arithmetic, refuses a nonce it has seen, a clock that is off,
and any parameter that is not documented.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.emulators.server import Answer, Emulator, Received

TEXT_SERVICES = {"ugc_moderation_byllm_global", "ugc_moderation_byllm_ec", "chat_detection_pro"}
IMAGE_SERVICES = {"baselineCheck_global", "postImageCheckByVL_global"}
GUARD_SERVICES = {"img_query_security_check", "text_img_mix_guard"}
SKEW = 15 * 60
BUCKET = "tmp-bucket"
Json = dict[str, Any]


def a_hit(label: str, confidence: float | None = 90.0, **more: object) -> Json:
    return {"Label": label, **({} if confidence is None else {"Confidence": confidence}), **more}


CLEAN = {"Label": "nonLabel", "Description": "none"}


class Refusal(Exception):
    """What the gateway says no with."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


@dataclass
class Alibaba:
    """The cloud. ``text``, ``image`` and ``guard`` are the next verdicts; else all is clean."""

    key_id: str = "LTAI-test"
    secret: str = "test-secret"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    by_word: dict[str, Json] = field(default_factory=dict)
    """A text that contains this word gets this hit, at level high."""
    image: Json | None = None
    guard: Json | None = None
    codes: deque[int] = field(default_factory=deque)
    """Business codes of the next calls."""
    endpoint: str = "oss-ap-southeast-1.aliyuncs.com"
    lifetime_s: int = 3600
    objects: dict[str, bytes] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    actions: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    emulator: Emulator = field(init=False)

    def __post_init__(self) -> None:
        self.emulator = Emulator(self._answer)

    def _answer(self, request: Received) -> Answer:
        try:
            if request.method == "PUT":
                return self._store(request)
            self._authentic(request)
            action = request.headers["x-acs-action"]
            self.actions.append(action)
            return self._verdict(action, request)
        except Refusal as no:
            error = {"RequestId": "R", "HostId": "H", "Code": no.word, "Message": "no"}
            return Answer.of(error, no.status)

    def _authentic(self, request: Received) -> None:
        headers = request.headers
        if request.method != "POST" or request.path != "/":
            raise Refusal(404, "InvalidAction.NotFound")
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        parts = dict(part.split("=", 1) for part in rest.split(","))
        if scheme != "ACS3-HMAC-SHA256" or parts["Credential"] != self.key_id:
            raise Refusal(404, "InvalidAccessKeyId.NotFound")
        stamped = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%S%z")
        if abs((self.now() - stamped).total_seconds()) > SKEW:
            raise Refusal(400, "InvalidTimeStamp.Expired")
        if not hmac.compare_digest(parts["Signature"], self._expected(request, parts)):
            raise Refusal(400, "SignatureDoesNotMatch")
        nonce = headers["x-acs-signature-nonce"]
        if nonce in self.nonces:
            raise Refusal(400, "SignatureNonceUsed")
        self.nonces.add(nonce)

    def _expected(self, request: Received, parts: Mapping[str, str]) -> str:
        headers = request.headers
        must = {name for name in headers if name.startswith("x-acs-")} | {"host"}
        must |= {"content-type"} if request.body else set()
        names = parts["SignedHeaders"].split(";")
        if not must <= set(names) or names != sorted(names):
            raise Refusal(400, "IncompleteSignature")
        digest = hashlib.sha256(request.body).hexdigest()
        if headers["x-acs-content-sha256"] != digest:
            raise Refusal(400, "SignatureDoesNotMatch")
        escaped = sorted((quote(k, "~"), quote(v, "~")) for k, v in request.query.items())
        canonical = f"{request.method}\n{request.path}\n"
        canonical += "&".join(f"{k}={v}" for k, v in escaped) + "\n"
        for name in names:
            canonical += f"{name}:{headers[name].strip()}\n"
        canonical += f"\n{';'.join(names)}\n{digest}"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"ACS3-HMAC-SHA256\n{hashed}"
        return hmac.new(self.secret.encode(), text.encode(), "sha256").hexdigest()

    def _verdict(self, action: str, request: Received) -> Answer:
        if request.headers["x-acs-version"] != "2022-03-02":
            raise Refusal(404, "InvalidVersion")
        if self.codes:
            return Answer.of({"RequestId": "R", "Code": self.codes.popleft(), "Message": "no"})
        form = _form(request)
        match action:
            case "TextModerationPlus":
                return self._text(form)
            case "ImageModeration":
                return self._image(form)
            case "MultiModalGuardForBase64":
                return self._guard(form, request.query)
            case "DescribeUploadToken" if not request.body:
                return _ok(self._token())
        raise Refusal(404, "InvalidAction.NotFound")

    def _text(self, form: Json) -> Answer:
        _only(form, {"Service", "ServiceParameters"})
        parameters = _parameters(form, {"content", "dataId"})
        content = parameters["content"]
        if form["Service"] not in TEXT_SERVICES or not 0 < len(content) <= 600:
            return Answer.of({"Code": 400, "Message": "bad request"})
        self.texts.append(content)
        hits = [hit for word, hit in self.by_word.items() if word in content]
        level = "high" if hits else "none"
        return _ok(
            {
                "DataId": parameters["dataId"],
                "RiskLevel": level,
                "DetectedLanguage": "en",
                "Result": hits or [CLEAN],
            }
        )

    def _image(self, form: Json) -> Answer:
        _only(form, {"Service", "ServiceParameters"})
        parameters = _parameters(form, {"ossBucketName", "ossObjectName", "dataId"})
        if form["Service"] not in IMAGE_SERVICES or parameters["ossBucketName"] != BUCKET:
            return Answer.of({"Code": 400, "Msg": "bad request"})
        if parameters["ossObjectName"] not in self.objects:
            return Answer.of({"Code": 480, "Msg": "download failed"})
        clean = {"RiskLevel": "none", "Result": [{**CLEAN, "RiskLevel": "none"}]}
        return _ok({"DataId": parameters["dataId"], **(self.image or clean)})

    def _guard(self, form: Json, query: Mapping[str, str]) -> Answer:
        _only(form, {"ImageBase64Str", "ServiceParameters"})
        parameters = _parameters(form, {"content", "dataId"})
        _a_picture(form["ImageBase64Str"])
        mixed = query.get("Service") == "text_img_mix_guard"
        if query.get("Service") not in GUARD_SERVICES or mixed != ("content" in parameters):
            return Answer.of({"Code": 400, "Message": "bad request"})
        passed = {"Type": "contentModeration", "Level": "none", "Suggestion": "pass", "Result": []}
        clean = {"Suggestion": "pass", "Detail": [passed]}
        return _ok({"DataId": parameters.get("dataId"), **(self.guard or clean)})

    def _token(self) -> Json:
        return {
            "AccessKeyId": "STS.test",
            "AccessKeySecret": "sts-secret",
            "SecurityToken": "sts-token",
            "BucketName": BUCKET,
            "FileNamePrefix": "upload/1A/",
            "OssInternetEndPoint": self.endpoint,
            "OssInternalEndPoint": "oss-internal.aliyuncs.com",
            "Expiration": int(self.now().timestamp()) + self.lifetime_s,
        }

    def _store(self, request: Received) -> Answer:
        """OSS: the V1 signature, checked by its own arithmetic."""
        headers = request.headers
        bucket = headers["host"].split(".")[0]
        name = request.path.removeprefix(f"/{BUCKET}").removeprefix("/")
        bucket = bucket if bucket == BUCKET else request.path.split("/")[1]
        lines = ["PUT", "", headers["content-type"], headers["date"]]
        lines += [f"x-oss-security-token:{headers['x-oss-security-token']}", f"/{bucket}/{name}"]
        digest = hmac.new(b"sts-secret", "\n".join(lines).encode(), "sha1").digest()
        expected = f"OSS STS.test:{base64.b64encode(digest).decode()}"
        late = abs((parsedate_to_datetime(headers["date"]) - self.now()).total_seconds()) > SKEW
        if late or bucket != BUCKET or headers["authorization"] != expected:
            return Answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if headers["x-oss-security-token"] != "sts-token":
            return Answer(403, b"<Error><Code>InvalidSecurityToken</Code></Error>")
        self.objects[name] = request.body
        return Answer(200)


def _ok(data: Json) -> Answer:
    return Answer.of({"RequestId": "R", "Code": 200, "Message": "OK", "Data": data})


def _form(request: Received) -> Json:
    if not request.body:
        return {}
    if request.headers["content-type"] != "application/x-www-form-urlencoded":
        raise Refusal(400, "UnsupportedContentType")
    pairs = parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
    if len(dict(pairs)) != len(pairs):
        raise Refusal(400, "InvalidParameter")
    return dict(pairs)


def _only(form: Json, known: set[str]) -> None:
    if set(form) != known:
        raise Refusal(400, "InvalidParameter")


def _parameters(form: Json, known: set[str]) -> Json:
    parameters = json.loads(form["ServiceParameters"])
    if not isinstance(parameters, dict) or not set(parameters) <= known:
        raise Refusal(400, "InvalidParameter.ServiceParameters")
    if not all(isinstance(value, str) for value in parameters.values()):
        raise Refusal(400, "InvalidParameter.ServiceParameters")
    return parameters


def _a_picture(text: str) -> None:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise Refusal(400, "InvalidParameter.ImageBase64Str") from exc
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        raise Refusal(400, "InvalidParameter.ImageBase64Str")
