"""Whatever a program sends, the API answers as ``/openapi.json`` says it does."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.web.app import create_app
from bot.web.services import Reach
from tests.bot.web.fakes import World

TOKEN = {"Authorization": "Bearer token-admin"}
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ANYWHERE = Reach(host="0.0.0.0")  # noqa: S104 - bound to nothing: any host name is let in
schema = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(World(reach=ANYWHERE).services())
)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers=TOKEN, checks=CHECKS)
