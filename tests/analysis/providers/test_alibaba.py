"""Alibaba: what is asked, what comes of the answers. The emulator refuses a wrong request."""

import json
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from analysis.detector import Needs, Tier
from analysis.errors import ProviderGarbled, ProviderRejected
from analysis.providers import PROVIDERS
from analysis.providers.alibaba import Alibaba as Provider
from analysis.registry import load
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    Evidence,
    Fact,
    FactKind,
    FailureKind,
    Findings,
    Modality,
    Origin,
    Passage,
    Scope,
    Usage,
)
from tests.analysis.providers.alibaba_kit import a_cloud, options
from tests.analysis.providers.loopback import CANARY, Time, a_photo, a_post
from tests.emulators.alibaba import BUCKET, a_hit
from tests.emulators.server import Answer

TEXT = "alibaba/ugc_moderation_byllm_global@2022-03-02"
GUARD = "alibaba/img_query_security_check@2022-03-02"
BLOCK = {
    "Suggestion": "block",
    "Detail": [
        {
            "Type": "contentModeration",
            "Level": "high",
            "Suggestion": "block",
            "Result": [{"Label": "violent_gun", "Level": "medium", "Confidence": 80.0}],
        }
    ],
}


def scored(found: Findings) -> dict[Category, tuple[float, Modality]]:
    return {s.category: (round(s.score, 6), s.modality) for s in found.signals}


def test_the_registry_names_it() -> None:
    assert load(PROVIDERS, "alibaba") is Provider


async def test_a_clean_post_has_no_signals_and_says_what_it_used() -> None:
    async with a_cloud() as (_, alibaba):
        found = await alibaba.detect(a_post("hello", a_photo()), Scope())

    assert (found.signals, found.failures) == ((), ())
    assert found.usage == (
        Usage("ugc_moderation_byllm_global"),
        Usage("img_query_security_check", images=1),
    )


async def test_words_become_signals_that_quote_them() -> None:
    async with a_cloud() as (cloud, alibaba):
        cloud.by_word["pills"] = a_hit(
            "contraband_drug",
            81.0,
            RiskWords="PILLS",
            RiskPositions=[{"RiskWord": "pills", "StartPos": 4, "EndPos": 9}],
        )
        found = await alibaba.detect(a_post("buy pills"), Scope())

    (signal,) = found.signals
    assert signal.evidence == Evidence("pills", Origin.CAPTION)
    assert (signal.category, signal.score, signal.source) == (Category.DRUGS, 0.81, TEXT)
    assert Fact(FactKind.LANGUAGE, "en") in found.facts


async def test_a_quote_names_the_passage_it_stands_in() -> None:
    alt = Passage("gun for sale", Origin.ALT, media=3)
    content = Content(passages=(Passage("look", Origin.CAPTION), alt))
    async with a_cloud() as (cloud, alibaba):
        cloud.by_word["sale"] = a_hit("violent_weapons", RiskWords="sale")
        (signal,) = (await alibaba.detect(content, Scope())).signals

    assert signal.evidence == Evidence("sale", Origin.ALT, 3)


async def test_a_picture_is_judged_by_the_guard() -> None:
    async with a_cloud() as (cloud, alibaba):
        cloud.guard = BLOCK
        found = await alibaba.detect(a_post("", a_photo(media=2)), Scope())

    (signal,) = found.signals
    assert (signal.category, signal.modality, signal.source) == (
        Category.WEAPONS,
        Modality.IMAGE,
        GUARD,
    )
    assert signal.score == pytest.approx(0.56)
    assert signal.evidence == Evidence(media=2)
    assert cloud.actions == ["MultiModalGuardForBase64"]


async def test_a_mixed_service_sees_picture_and_words_together() -> None:
    async with a_cloud(mixed_service="text_img_mix_guard") as (cloud, alibaba):
        cloud.guard = BLOCK
        found = await alibaba.detect(a_post("hello", a_photo()), Scope())

    assert [s.modality for s in found.signals] == [Modality.JOINT]
    assert found.signals[0].source == "alibaba/text_img_mix_guard@2022-03-02"
    assert cloud.texts == ["hello"]


async def test_words_and_pictures_are_asked_about_at_the_same_time() -> None:
    async with a_cloud() as (cloud, alibaba):
        cloud.emulator.latency_s = 0.1
        await alibaba.detect(a_post("hello", a_photo(), a_photo(media=1)), Scope())

    assert cloud.emulator.most_at_once == 3


async def test_no_more_calls_are_in_flight_than_allowed() -> None:
    async with a_cloud(at_once=1) as (cloud, alibaba):
        cloud.emulator.latency_s = 0.02
        await alibaba.detect(a_post("hello", a_photo(), a_photo(media=1)), Scope())

    assert cloud.emulator.most_at_once == 1


async def test_long_words_are_judged_to_the_end() -> None:
    async with a_cloud() as (cloud, alibaba):
        cloud.by_word["nitro"] = a_hit("pt_to_sites", RiskWords="nitro")
        found = await alibaba.detect(a_post("a" * 597 + "nitro" + "b" * 900), Scope())

    assert Category.SCAM in scored(found)
    assert all(len(text) <= 600 for text in cloud.texts)
    assert found.usage == (Usage("ugc_moderation_byllm_global", calls=3),)


async def test_a_post_with_nothing_to_send_calls_nobody() -> None:
    async with a_cloud() as (cloud, alibaba):
        found = await alibaba.detect(a_post(""), Scope())

    assert (found, cloud.actions) == (Findings(), [])


async def test_nothing_private_is_sent() -> None:
    async with a_cloud(mixed_service="text_img_mix_guard") as (cloud, alibaba):
        scope = Scope(purse=CANARY)
        await alibaba.detect(a_post("hello", a_photo()), scope)
        received = cloud.emulator.received

    wire = [request.body + repr((request.headers, request.query)).encode() for request in received]
    assert len(wire) == 2
    assert not any(CANARY.encode() in sent for sent in wire)


async def test_text_read_from_pictures_is_left_to_the_picture_services() -> None:
    content = Content(passages=(Passage("read", Origin.OCR), Passage("http://qr", Origin.QR)))
    async with a_cloud() as (cloud, alibaba):
        await alibaba.detect(content, Scope())

    assert cloud.texts == []


async def test_the_secret_never_leaves() -> None:
    async with a_cloud() as (cloud, alibaba):
        await alibaba.detect(a_post("hello"), Scope())
        request = cloud.emulator.received[0]

    assert "test-secret" not in repr((request, options()))


async def test_unverified_keys_are_settings() -> None:
    async with a_cloud(
        mixed_service="text_img_mix_guard",
        content_key="words",
        data_id_key="",
        guard_parameters={"extra": "1"},
    ) as (cloud, alibaba):
        await alibaba.detect(a_post("hello", a_photo()), Scope())
        bodies = [parse_qs(request.body.decode()) for request in cloud.emulator.received]

    (sent,) = [json.loads(b["ServiceParameters"][0]) for b in bodies if "ImageBase64Str" in b]
    assert sent == {"extra": "1", "words": "hello"}


async def test_an_uploaded_picture_is_judged_by_its_place() -> None:
    async with a_cloud(image="oss") as (cloud, alibaba):
        cloud.image = {
            "RiskLevel": "high",
            "Result": [
                a_hit("pt_toSocialNetwork_tii", 90.0, RiskLevel="high"),
                a_hit("sexual_cleavage", 50.0, RiskLevel="low"),
            ],
            "Ext": {
                "OcrResult": [{"Text": "add me", "Location": {"X": 1, "Y": 2, "W": 3, "H": 4}}],
                "Recognition": [{"Classification": "cat", "Confidence": 80.0}],
                "PublicFigure": [{"FigureName": CANARY}],
                "VlContent": {"OutputText": "A cat."},
            },
        }
        found = await alibaba.detect(a_post("", a_photo()), Scope())

    assert scored(found) == {
        Category.SCAM: (0.9, Modality.IMAGE),
        Category.SUGGESTIVE: (0.2, Modality.IMAGE),
    }
    assert found.signals[0].evidence == Evidence(origin=Origin.OCR, media=0)
    assert [(fact.kind, fact.value, fact.score) for fact in found.facts] == [
        (FactKind.OCR, "add me", 1.0),
        (FactKind.LABEL, "cat", 0.8),
        (FactKind.EXPLANATION, "A cat.", 1.0),
    ]
    assert [data[:3] for data in cloud.objects.values()] == [b"\xff\xd8\xff"]


async def test_an_upload_token_is_used_until_it_expires() -> None:
    time = Time()
    async with a_cloud(time, image="oss") as (cloud, alibaba):
        await alibaba.detect(a_post("", a_photo(), a_photo(media=1)), Scope())
        time.at += timedelta(hours=1)
        await alibaba.detect(a_post("", a_photo()), Scope())

    assert cloud.actions.count("DescribeUploadToken") == 2
    assert len(cloud.objects) == 3


async def test_a_refused_upload_asks_for_a_new_token_next_time() -> None:
    async with a_cloud(image="oss") as (cloud, alibaba):
        await alibaba.detect(a_post("", a_photo()), Scope())
        cloud.emulator.faults.append(Answer(403))
        with pytest.raises(ProviderRejected):
            await alibaba.detect(a_post("", a_photo()), Scope())
        await alibaba.detect(a_post("", a_photo()), Scope())

    assert cloud.actions.count("DescribeUploadToken") == 2


async def test_the_store_can_stand_behind_a_proxy() -> None:
    proxy = "https://proxy.aliyuncs.com/"
    async with a_cloud(image="oss", oss_base_url=proxy) as (cloud, alibaba):
        await alibaba.detect(a_post("", a_photo()), Scope())
        (put,) = [request for request in cloud.emulator.received if request.method == "PUT"]

    assert put.headers["host"] == "proxy.aliyuncs.com"
    assert put.path.startswith(f"/{BUCKET}/upload/1A/")


@pytest.mark.parametrize(
    "endpoint",
    [
        "evil.test",
        "oss.aliyuncs.com.evil.test",
        "evil.test/.aliyuncs.com",
        "user@evil.test#.aliyuncs.com",
        "127.0.0.1:80?.aliyuncs.com",
        "aliyuncs.com",
    ],
)
async def test_pictures_are_uploaded_only_to_alibaba(endpoint: str) -> None:
    async with a_cloud(image="oss") as (cloud, alibaba):
        cloud.endpoint = endpoint
        with pytest.raises(ProviderGarbled, match="not Alibaba's"):
            await alibaba.detect(a_post("", a_photo()), Scope())

    assert cloud.objects == {}


async def test_what_fails_is_a_failure_beside_what_was_found() -> None:
    async with a_cloud(at_once=1) as (cloud, alibaba):
        cloud.by_word["gun"] = a_hit("violent_gun")
        cloud.guard = {"Suggestion": "pass", "Detail": []}
        found = await alibaba.detect(a_post("gun", a_photo(media=1)), Scope())

    assert [s.category for s in found.signals] == [Category.WEAPONS]
    assert [(f.kind, f.media) for f in found.failures] == [(FailureKind.GARBLED, 1)]


async def test_a_check_names_the_services_that_answer() -> None:
    async with a_cloud() as (cloud, alibaba):
        said = await alibaba.check()

    assert said == (
        "alibaba answers at https://green-cip.ap-southeast-1.aliyuncs.com"
        " with ugc_moderation_byllm_global and img_query_security_check"
    )
    assert len(cloud.actions) == 2


@pytest.mark.parametrize(
    ("set_", "needs"),
    [
        ({}, Needs.EITHER),
        ({"guard_service": ""}, Needs.PASSAGES),
        ({"text_service": ""}, Needs.IMAGES),
    ],
)
async def test_it_needs_what_it_has_a_service_for(set_: dict[str, str], needs: Needs) -> None:
    async with a_cloud(**set_) as (_, alibaba):
        assert (alibaba.needs, alibaba.tier) == (needs, Tier.REMOTE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"text_service": "", "guard_service": ""},
        {"text_service": "", "mixed_service": "text_img_mix_guard"},
        {"levels": {"high": 2.0}},
        {"region": "evil.test/"},
        {"regoin": "cn-beijing"},
        {"labels": {"x": "no_such_category"}},
    ],
)
def test_a_wrong_option_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        options(**wrong)


def test_it_is_ready_with_both_halves_of_the_key() -> None:
    assert options().ready
    assert not options(access_key_secret=None).ready
    assert not options(access_key_id=None, api_key="unused").ready
