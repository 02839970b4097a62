"""The rules: what they did beside what their shadows would have done, and trying a change."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse

from analysis.taxonomy import Category
from bot.errors import BotError
from bot.model import Mode
from bot.policy.tune import FEWEST
from bot.policy.whatif import Wish
from bot.review.trials import Document
from bot.web.access import Administrator, Moderator, Scope
from bot.web.pages import Pages
from bot.web.plain import Plain
from bot.web.rules_view import RuleView, curve, gone, post_views, rule_views
from bot.web.services import Rules, Services

LONGEST = 200_000
"""Characters of a policy that is pasted; a form of 256 KiB is the most that is read."""
SHOWN = 30
"""Changed outcomes on the page; chosen by eye."""
Days = Annotated[int, Form(ge=1, le=365)]
Of = Annotated[str, Query(alias="preset", max_length=40)]
"""Which policy: a preset that some community chose, or empty for the settings'."""


def add(router: APIRouter, services: Services, pages: Pages) -> None:
    """Add the routes under ``/desk``."""
    page = RulesPage(services, pages)
    router.add_api_route("/rules", page.show)
    router.add_api_route("/rules/{rule}", page.one)
    router.add_api_route("/rules/{rule}/try", page.what_if, methods=["POST"])
    router.add_api_route("/rules/{rule}/tune", page.tune, methods=["POST"])
    router.add_api_route("/try", page.form)
    router.add_api_route("/try", page.try_text, methods=["POST"])
    router.add_api_route("/why", page.why)


class Wanted(BaseModel):
    """How a rule is to be different, as the form sends it."""

    mode: Mode = Mode.LIVE
    score: Category | None = None
    threshold: float | None = Field(None, ge=0, le=1)
    days: int = Field(30, ge=1, le=365)

    def wish(self, v: RuleView) -> Wish:
        """The same as a value, without what the rule has already."""
        mode = None if self.mode is v.rule.mode else self.mode
        same = any(
            (one.category, one.value) == (self.score, self.threshold) for one in v.thresholds
        )
        if self.score is None or self.threshold is None or same:
            return Wish(v.rule.id, mode)
        return Wish(v.rule.id, mode, {self.score: self.threshold})


class RulesPage:
    """The endpoints. Nothing here changes anything: a policy's file is written by people."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._books = services.rules
        self._pages = pages

    async def show(
        self, request: Request, by: Moderator, mode: Mode | None = None, of: Of = ""
    ) -> HTMLResponse:
        """Every rule with what it did lately."""
        book = self._book(of)
        conduct, policy = await book.conduct(), book.policy
        views = rule_views(policy, conduct)
        return self._pages.render(
            request,
            "rules.html",
            active="rules",
            policy=policy,
            of=of,
            chosen=self._books.chosen,
            main=self._book("").policy,
            error=book.error,
            views=[view for view in views if mode in {None, view.rule.mode}],
            by_mode={m.value: sum(view.rule.mode is m for view in views) for m in Mode},
            mode=mode,
            number=len(views),
            gone=gone(views, conduct),
            admin=by.may(Scope.ADMIN),
        )

    async def one(self, request: Request, rule: str, of: Of = "") -> HTMLResponse:
        """One rule, its newest posts, and the forms of a rehearsal."""
        return await self._answer(request, rule, of)

    async def what_if(
        self, request: Request, rule: str, wanted: Annotated[Wanted, Form()], of: Of = ""
    ) -> HTMLResponse:
        """What the policy would have made of the last days, with this rule changed."""
        book = self._book(of)
        wish = wanted.wish(await self._found(rule, book))
        try:
            trial = await book.what_if(wish, wanted.days)
        except BotError as exc:
            return await self._answer(request, rule, of, refusal=str(exc), wish=wish)
        to_write = book.written(wish)
        return await self._answer(request, rule, of, trial=trial, wish=wish, to_write=to_write)

    async def tune(
        self,
        request: Request,
        rule: str,
        *,
        days: Days = 30,
        score: Annotated[Category | None, Form()] = None,
        precision: Annotated[float, Form(ge=0, le=1)] = 0.95,
        of: Of = "",
    ) -> HTMLResponse:
        """A threshold proposed from what moderators decided."""
        try:
            tuning = await self._book(of).tune(rule, score, precision, days)
        except BotError as exc:
            return await self._answer(request, rule, of, refusal=str(exc), wanted=precision)
        return await self._answer(request, rule, of, tuning=tuning, wanted=precision)

    async def form(
        self,
        request: Request,
        by: Administrator,  # noqa: ARG002 - who may
        of: Of = "",
    ) -> HTMLResponse:
        """Where a whole policy is pasted."""
        return self._tried(request, self._book(of).text, of)

    async def try_text(
        self,
        request: Request,
        by: Administrator,  # noqa: ARG002 - who may
        candidate: Annotated[str, Form(max_length=LONGEST), Plain],
        days: Days = 30,
        of: Of = "",
    ) -> HTMLResponse:
        """What that policy would have made of the last days."""
        try:
            trial = await self._book(of).try_text(candidate.replace("\r\n", "\n"), days)
        except BotError as exc:
            return self._tried(request, candidate, of, days=days, refusal=str(exc))
        return self._tried(request, candidate, of, days=days, trial=trial)

    async def why(self, request: Request, which: str = "") -> HTMLResponse:
        """Why any message was flagged, or not."""
        which = which.strip()
        found = await self._book("").why(which) if which else None
        return self._pages.render(request, "why.html", active="rules", which=which, found=found)

    def _tried(
        self,
        request: Request,
        candidate: str,
        of: str,
        *,
        days: int = 30,
        trial: Document | None = None,
        refusal: str = "",
    ) -> HTMLResponse:
        return self._pages.render(
            request,
            "try.html",
            active="rules",
            of=of,
            places=self._places(of),
            candidate=candidate,
            days=days,
            trial=trial,
            refusal=refusal,
            shown=SHOWN,
            wish=None,
        )

    async def _answer(
        self,
        request: Request,
        rule: str,
        of: str,
        *,
        trial: Document | None = None,
        tuning: Document | None = None,
        wish: Wish | None = None,
        to_write: str = "",
        refusal: str = "",
        wanted: float = 0.95,
    ) -> HTMLResponse:
        book = self._book(of)
        v = await self._found(rule, book)
        return self._pages.render(
            request,
            "rule.html",
            active="rules",
            v=v,
            of=of,
            places=self._places(of),
            policy=book.policy,
            posts=post_views(v.conduct),
            trial=trial,
            tuning=tuning,
            curve=curve(tuning, wanted) if tuning else None,
            wanted=wanted,
            wish=wish,
            to_write=to_write,
            refusal=refusal,
            shown=SHOWN,
            fewest=FEWEST,
            modes=tuple(Mode),
        )

    def _book(self, of: str) -> Rules:
        """The policy that is asked for, or 404."""
        found = self._books.of(of)
        if found is None:
            raise HTTPException(404, "No community chose that policy.")
        return found

    def _places(self, of: str) -> Sequence[str]:
        """The names of the communities that chose a preset."""
        chosen = [one.communities for one in self._books.chosen if of and one.preset == of]
        return [place.name or place.id for places in chosen for place in places]

    @staticmethod
    async def _found(rule: str, book: Rules) -> RuleView:
        views = rule_views(book.policy, await book.conduct())
        found = next((view for view in views if view.rule.id == rule), None)
        if found is None:
            raise HTTPException(404, "There is no such rule.")
        return found
