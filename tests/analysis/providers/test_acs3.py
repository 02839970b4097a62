"""Signatures equal those of the official SDK, to the byte (golden vectors)."""

from datetime import UTC, datetime

import httpx
import pytest

from analysis.providers.acs3 import AccessKey, form, sign, string_to_sign
from analysis.providers.alibaba_oss import authorization

KEY = AccessKey("testAccessKeyId0001", "testAccessKeySecret0001")
STS = AccessKey("testAccessKeyId0001", "testAccessKeySecret0001", "STSTOKEN")
HOST = "https://green-cip.ap-southeast-1.aliyuncs.com/"
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
HELLO = '{"content":"hello ~*world* 你好","dataId":"msg-1"}'
TEXT = {"Service": "ugc_moderation_byllm_global", "ServiceParameters": HELLO}
PICTURE = {"ImageBase64Str": "iVBORw0KGgo=", "ServiceParameters": '{"dataId":"msg-2"}'}
IMAGE = {
    "Service": "baselineCheck_global",
    "ServiceParameters": '{"imageUrl":"https://example.com/a.png"}',
}


def signed(
    action: str, body: dict[str, str] | None, key: AccessKey = KEY, query: str = ""
) -> httpx.Request:
    kind = {} if body is None else {"content-type": "application/x-www-form-urlencoded"}
    content = None if body is None else form(body)
    request = httpx.Request("POST", HOST + query, content=content, headers=kind)
    sign(
        request,
        key,
        action=action,
        version="2022-03-02",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        nonce="0123456789abcdef0123456789abcdef",
    )
    return request


@pytest.mark.parametrize(
    ("request_", "payload", "canonical", "signature"),
    [
        pytest.param(
            signed("TextModerationPlus", TEXT),
            "05695912064432440b992a01e6881bb1a8b5ec5efdf97bd9d7172e70d145c245",
            "5a2864b86d0006078d461eea1e6798ba0b3d0f81d617f890bc2c3d2515a58ede",
            "a99d77889c6f01ab7f6768fa2c93d9605ba427b3c2c1dd95a8887b67847f6d74",
            id="text",
        ),
        pytest.param(
            signed("MultiModalGuardForBase64", PICTURE, query="?Service=img_security_check_intl"),
            "8d9e389dddad1a32ead572fc11085d879a20b24d75c9b6baada6c77fcd94066f",
            "73371fd6a2e65c33df3c44c28fd22c5912607518046640398f62aceee7194203",
            "5ec1906deb82752ecffbf4c9d2cfab5f14e6f5b7324ad3b9b4d205f5c1a1bfa9",
            id="picture",
        ),
        pytest.param(
            signed("DescribeUploadToken", None),
            NOTHING,
            "38bb68705b323f3efba5178c7d1a17912f05740846804e85d260b3faaa304ce1",
            "6ab04c4fc329037ac803b7ceefd6c7d8e2af68525e31ddbdb4a00bf467959293",
            id="no-body",
        ),
        pytest.param(
            signed("ImageModeration", IMAGE, STS),
            "5dd5493aaed50ec8dad6714e5c1e47e7c3adb259094fbe8e8454b14c954f934e",
            "abd2195dcc3166a70176792198e8e7fa80bd72f8ac11c8dd4be8f1d3c1ab2f04",
            "4d070cda5d8a567265517aff95b1fc28d870f5107c44c0a10d19177e7a1867ab",
            id="temporary-key",
        ),
    ],
)
def test_a_signature_equals_the_official_one(
    request_: httpx.Request, payload: str, canonical: str, signature: str
) -> None:
    assert request_.headers["x-acs-content-sha256"] == payload
    assert string_to_sign(request_) == f"ACS3-HMAC-SHA256\n{canonical}"
    assert request_.headers["authorization"].endswith(f",Signature={signature}")


def test_a_signature_equals_the_one_in_the_vendor_s_documentation() -> None:
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    url = f"https://ecs.cn-shanghai.aliyuncs.com/?RegionId=cn-shanghai&ImageId={image}"
    request = httpx.Request("POST", url)
    sign(
        request,
        AccessKey("YourAccessKeyId", "YourAccessKeySecret"),
        action="RunInstances",
        version="2014-05-26",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )

    assert request.headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_an_upload_s_signature_equals_the_official_one() -> None:
    key = AccessKey("STS.testId", "testStsSecret", "testToken")

    assert (
        authorization(
            key,
            bucket="bkt",
            name="upload/1A/abc.png",
            media_type="image/png",
            date="Sun, 22 Nov 2026 00:00:00 GMT",
        )
        == "OSS STS.testId:EUMIrsre7s8rPjRClXlF/Zu+os0="
    )


def test_a_key_shows_only_its_id() -> None:
    assert repr(STS) == "AccessKey(id='testAccessKeyId0001')"
