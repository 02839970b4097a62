"""The manifest asks for exactly what is used, and the docs say why."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # its stubs are no dependency of ours

import adapters.slack
from adapters.slack import scopes
from bot.chat.commands import MENUS

MANIFEST: dict[str, Any] = yaml.safe_load(
    (Path(adapters.slack.__file__).parent / "manifest.yaml").read_text("utf-8")
)
DOCS = (Path(adapters.slack.__file__).parents[2] / "docs" / "slack.md").read_text("utf-8")


@pytest.mark.parametrize(("kind", "needed"), [("bot", scopes.BOT), ("user", scopes.USER)])
def test_the_scopes_are_those_the_doctor_asks_for(kind: str, needed: dict[str, str]) -> None:
    assert MANIFEST["oauth_config"]["scopes"][kind] == sorted(needed)


def test_every_menu_is_a_shortcut_under_its_own_name() -> None:
    offered = {one["callback_id"]: one["name"] for one in MANIFEST["features"]["shortcuts"]}

    assert offered == {menu.verb: menu.label for menu in MENUS}


def test_the_names_are_no_longer_than_slack_takes() -> None:
    features = MANIFEST["features"]

    assert all(len(one["name"]) <= 24 for one in features["shortcuts"])
    assert all(len(one["description"]) <= 150 for one in features["shortcuts"])
    assert all(len(one["description"]) <= 2000 for one in features["slash_commands"])
    assert len(MANIFEST["display_information"]["description"]) <= 140


@pytest.mark.parametrize("scope", [*scopes.BOT, *scopes.USER])
def test_every_scope_has_its_sentence_in_the_docs(scope: str) -> None:
    assert f"`{scope}`" in DOCS


@pytest.mark.parametrize("event", MANIFEST["settings"]["event_subscriptions"]["bot_events"])
def test_every_event_has_its_sentence_in_the_docs(event: str) -> None:
    assert f"`{event}`" in DOCS
