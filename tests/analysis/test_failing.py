"""Every exception becomes the failure that says what a person needs to know, and no more."""

import logging

import pytest

from analysis.errors import (
    AnalysisError,
    ProviderGarbled,
    ProviderOverBudget,
    ProviderRejected,
    ProviderUnavailable,
    SandboxBusy,
    UnreadableMedia,
    UnsupportedMedia,
    WorkerLost,
)
from analysis.failing import failure_of, said_by_one
from analysis.types import Failure, FailureKind


@pytest.mark.parametrize(
    ("exc", "kind"),
    [
        (ProviderUnavailable("x", provider="p"), FailureKind.UNAVAILABLE),
        (ProviderRejected("x", provider="p"), FailureKind.REJECTED),
        (ProviderGarbled("x", provider="p"), FailureKind.GARBLED),
        (ProviderOverBudget("x", provider="p"), FailureKind.OVER_BUDGET),
        (UnreadableMedia("x"), FailureKind.UNREADABLE),
        (UnsupportedMedia("x"), FailureKind.NOT_SUPPORTED),
        (WorkerLost("a worker died"), FailureKind.UNREADABLE),
        (WorkerLost("a job took longer than 0:00:10"), FailureKind.TIMEOUT),
        (WorkerLost("it used up its time"), FailureKind.TIMEOUT),
        (SandboxBusy("9 jobs wait for a worker"), FailureKind.UNAVAILABLE),
        (TimeoutError(), FailureKind.TIMEOUT),
        (AnalysisError("x"), FailureKind.GARBLED),
        (ZeroDivisionError("x"), FailureKind.GARBLED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_an_error_is_the_failure_it_stands_for(exc: Exception, kind: FailureKind) -> None:
    assert failure_of(exc, "ocr").kind is kind


def test_our_own_errors_explain_themselves() -> None:
    assert failure_of(UnreadableMedia("cut short"), "ocr", 2) == Failure(
        "ocr", FailureKind.UNREADABLE, "cut short", media=2
    )


def test_a_foreign_error_is_logged_by_type_and_place_without_what_it_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        int("the words of the post")
    except ValueError as exc:
        with caplog.at_level(logging.ERROR):
            failure_of(exc, "ocr")

    assert "ValueError at test_failing.py:" in caplog.text
    assert "the words" not in caplog.text


def unread(detector: str, *, media: int | None = None, reason: str = "9 letters") -> Failure:
    return Failure(detector, FailureKind.UNREADABLE, reason, media)


def test_unread_text_is_one_failure_however_many_judges_say_so() -> None:
    failures = [unread("links"), unread("threats"), unread("slurs")]

    assert said_by_one(failures) == (unread("text"),)


def test_one_judge_alone_keeps_its_name() -> None:
    assert said_by_one([unread("links")]) == (unread("links"),)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(unread("threats", reason="8 letters"), id="other-text"),
        pytest.param(unread("threats", media=0), id="a-file"),
        pytest.param(Failure("threats", FailureKind.TIMEOUT, "9 letters"), id="other-trouble"),
    ],
)
def test_what_differs_stays_apart(other: Failure) -> None:
    assert said_by_one([unread("links"), other]) == (unread("links"), other)
