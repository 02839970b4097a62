"""The list of readers, where an extra is not installed."""

import sys

import pytest

from analysis.readers import READERS
from analysis.registry import MissingExtra, load


def test_a_missing_extra_is_said_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    monkeypatch.delitem(sys.modules, "analysis.readers.ocr")

    with pytest.raises(MissingExtra, match="ocr needs the package 'rapidocr'"):
        load(READERS, "ocr")
