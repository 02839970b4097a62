"""Jinja pages on the common frame, everything escaped, for ourselves and for platforms' pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.web.access import csrf_token, who
from bot.web.words import FILTERS

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class NavLink:
    """One entry of the top bar. ``key`` is what a page passes as ``active``."""

    name: str
    address: str
    key: str


def environment(*folders: Path) -> Environment:
    """An autoescaping environment over our templates, and a platform's own folders before them.

    A name that a template uses and nobody set is an error, never an empty string.
    """
    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made


class Pages:
    """Renders a page for the person who asks for it."""

    def __init__(self, *folders: Path) -> None:
        self._environment = environment(*folders)

    def render(
        self,
        request: Request,
        template: str,
        context: Mapping[str, object] = MappingProxyType({}),
        *,
        status: int = 200,
        **more: object,
    ) -> HTMLResponse:
        """The page, with the frame's own values (navigation, CSRF token, name) filled in."""
        nav: Sequence[NavLink] = getattr(request.app.state, "nav", ())
        identity = who(request)
        page = self._environment.get_template(template).render(
            nav=[(link.name, link.address, link.key) for link in nav],
            csrf=csrf_token(request),
            signed_in=identity.name if identity else "",
            **context,
            **more,
        )
        return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


def renderer(*folders: Path) -> Callable[..., HTMLResponse]:
    """``render(request, template, **context)`` for a platform's own pages on our frame."""
    pages = Pages(*folders)

    def render(request: Request, template: str, /, **context: object) -> HTMLResponse:
        return pages.render(request, template, context)

    return render
