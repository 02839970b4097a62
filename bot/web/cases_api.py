"""The desk for programs: cases, decisions, evidence and figures, under ``/api/v1``."""

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.responses import Response

from bot import activity_report
from bot.case_report import Cursor, a_cursor, cursor, document, summary
from bot.communities import CommunityName
from bot.errors import BotError, EnvironmentFailed
from bot.model import Case, CaseState
from bot.storage.evidence import NoSuchEvidence
from bot.web.access import MODERATOR, Moderator
from bot.web.analyse import as_json
from bot.web.case_models import CaseList, CaseTold, Decided, Decision, Stats
from bot.web.desk import EVIDENCE_HEADERS, NO_CASE, picture_kind
from bot.web.problems import described
from bot.web.services import Decided as Overturned
from bot.web.services import Services


class Listed(StrEnum):
    """Which cases."""

    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"
    ALL = "all"


def routes(services: Services) -> APIRouter:
    """``/api/v1/cases`` and ``/api/v1/stats``."""
    router = APIRouter(prefix="/api/v1", tags=["cases"], dependencies=[Depends(MODERATOR)])
    api = CasesApi(services)
    add, one = router.add_api_route, "/cases/{case_id}"
    add("/cases", api.cases, responses=_told(CaseList, 401, 403, 422))
    add(one, api.case, responses=_told(CaseTold, 401, 403, 404, 422))
    add(
        f"{one}/decisions",
        api.decide,
        methods=["POST"],
        responses=_told(Decided, 400, 401, 403, 404, 409, 415, 422),
    )
    picture: dict[str, Any] = {kind: {"schema": _BYTES} for kind in ("image/webp", "image/png")}
    kept: dict[int | str, dict[str, Any]] = {
        200: {"description": "The picture.", "content": picture}
    }
    add(
        f"{one}/evidence/{{n}}",
        api.evidence,
        response_class=Response,
        responses={**kept, **described(401, 403, 404, 422)},
    )
    add("/stats", api.stats, responses=_told(Stats, 401, 403, 422))
    return router


_BYTES = {"type": "string", "format": "binary"}


def _told(model: type, *problems: int) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model}, **described(*problems)}


class CasesApi:
    """The endpoints, over the same desk as the pages."""

    def __init__(self, services: Services) -> None:
        self._desk = services.desk
        self._services = services

    async def cases(
        self,
        state: Listed = Listed.OPEN,
        community: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        before: Annotated[str, Query(max_length=200)] = "",
        waiting: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        """A page of cases, newest first.

        `community` is `PLATFORM:ID` or an `ID`. What only waits because of an outage is listed
        by what it waits for (`waiting`), as the desk does.
        """
        found = await self._desk.cases(
            None if state is Listed.ALL else CaseState(state),
            before=_before(before),
            limit=limit + 1,
            waiting=waiting,
            community=CommunityName.read(community) if community else None,
        )
        shown = found[:limit]
        more = cursor(shown[-1]) if len(found) > limit else None
        return _json({"cases": [summary(case) for case in shown], "next": more})

    async def case(self, case_id: str) -> Response:
        """One case with its words, judgements and history."""
        return _json(document(await self._found(case_id)))

    async def decide(self, case_id: str, wanted: Decision, by: Moderator) -> Response:
        """Uphold, overturn or escalate a case, or add a note.

        409 says who was faster, or that the case changed since you looked. An overturn undoes at
        once what can be undone; `left` says what could not be.
        """
        await self._found(case_id)
        left: tuple[str, ...] = ()
        try:
            if wanted.decision == "overturn":
                left = (await self._overturn(case_id, wanted, by.name)).left
            else:
                await self._step(case_id, wanted, by.name)
        except EnvironmentFailed:
            raise
        except BotError as refusal:
            raise HTTPException(409, str(refusal)) from refusal
        return _json({"case": document(await self._found(case_id)), "left": list(left)})

    def _overturn(self, case_id: str, wanted: Decision, by: str) -> Awaitable[Overturned]:
        version = wanted.version or 0
        return self._desk.overturn(case_id, by=by, version=version, note=wanted.note)

    def _step(self, case_id: str, wanted: Decision, by: str) -> Awaitable[object]:
        if wanted.decision == "note":
            return self._desk.note(case_id, by=by, note=wanted.note)
        step = self._desk.uphold if wanted.decision == "uphold" else self._desk.escalate
        return step(case_id, by=by, version=wanted.version or 0, note=wanted.note)

    async def evidence(self, case_id: str, n: int) -> Response:
        """A picture that the case keeps, as it is shown at the desk."""
        await self._found(case_id)
        try:
            picture = await self._desk.evidence(case_id, n)
        except (LookupError, NoSuchEvidence) as exc:
            raise HTTPException(404, "This picture is not kept.") from exc
        return Response(picture, media_type=picture_kind(picture), headers=EVIDENCE_HEADERS)

    async def stats(
        self,
        days: Annotated[int, Query(ge=1, le=365)] = 30,
        community: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        """What happened in the last days, in each community or in one. Nobody is named."""
        until = self._services.clock()
        since = until - timedelta(days=days)
        count, known = self._services.activity, self._services.places.known()
        return _json(await activity_report.document(count, known, community, since, until))

    async def _found(self, case_id: str) -> Case:
        """The case, or 404."""
        try:
            case = await self._desk.case(case_id)
        except EnvironmentFailed:
            raise
        except BotError as exc:
            raise HTTPException(404, NO_CASE) from exc
        if case is None:
            raise HTTPException(404, NO_CASE)
        return case


def _before(text: str) -> Cursor | None:
    found = a_cursor(text) if text else None
    if text and found is None:
        raise HTTPException(422, "before is not what an earlier page gave as next.")
    return found


def _json(value: Mapping[str, object]) -> Response:
    return Response(as_json(value), media_type="application/json")
