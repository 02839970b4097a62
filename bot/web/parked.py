"""Jobs that took their worker down three times, over the API."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from bot.web.access import MODERATOR
from bot.web.plain import Plain
from bot.web.problems import described
from bot.web.services import Services


class ParkedJob(BaseModel):
    """One job that was set aside. Of the post, nothing but its name is told."""

    key: str
    reason: str
    at: datetime
    attempts: int


class Redrive(BaseModel):
    """Which job to try again."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(min_length=1, max_length=1000), Plain]


class Redriven(BaseModel):
    """The job is in the queue again."""

    key: str


def routes(services: Services) -> APIRouter:
    """``/api/v1/parked``."""
    router = APIRouter(prefix="/api/v1/parked", tags=["parked"], dependencies=[Depends(MODERATOR)])

    @router.get("", responses=described(401, 403))
    async def parked() -> list[ParkedJob]:
        """Every job that was set aside, newest first."""
        return [
            ParkedJob(key=one.job.key, reason=one.reason, at=one.at, attempts=one.job.attempt)
            for one in await services.parked.parked()
        ]

    @router.post("/redrive", responses=described(400, 401, 403, 404, 415, 422))
    async def redrive(wanted: Redrive) -> Redriven:
        """Try a job again, its attempts forgotten."""
        if not await services.parked.redrive(wanted.key):
            raise HTTPException(404, "No job of this key is set aside.")
        return Redriven(key=wanted.key)

    return router
