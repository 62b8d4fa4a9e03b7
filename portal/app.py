"""All pages: a router that the gateway includes, and what they read from its app."""

from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.staticfiles import StaticFiles

from chassis.clock import Clock
from portal.live.follower import Follower
from portal.pages import (
    action_plans,
    boards,
    controls,
    data_quality,
    desk,
    exposure,
    fund,
    fund_changes,
    fund_return,
    home,
    imports,
    indicator,
    live,
    mending,
    operations,
    people,
    promises,
    recipients,
    register,
    reports,
    risk,
    risk_links,
    roll_up,
    scorecard,
    signing_in,
    standards,
    subscriptions,
    timeline,
    unit_costs,
)
from portal.ports import Door
from portal.routes import PageRoute, problem_page
from portal.settings import PortalSettings
from portal.site import Site, get_looker, site_of

_FOLDERS: Final = frozenset(
    {
        "assets",
        "boards",
        "desk",
        "fund",
        "import",
        "live",
        "operations",
        "people",
        "promises",
        "register",
        "reports",
        "scorecard",
        "sign-in",
        "sign-out",
    }
)
"""First parts of the paths of pages. Who may see one is found out by its session."""

router = APIRouter()


@router.get("/assets/council.css", include_in_schema=False)
async def council_style(request: Request) -> Response:
    colour = site_of(request).settings.colour
    style = f":root{{--council-colour:{colour}}}\n"
    return Response(style, media_type="text/css", headers={"cache-control": "no-cache"})


for _page in (
    home,
    signing_in,
    scorecard,
    roll_up,
    data_quality,
    standards,
    indicator,
    register,
    risk,
    risk_links,
    controls,
    exposure,
    unit_costs,
    fund,
    fund_changes,
    fund_return,
    action_plans,
    timeline,
    promises,
    boards,
    reports,
    desk,
    imports,
    mending,
    operations,
    subscriptions,
    recipients,
    people,
    live,
):
    router.include_router(_page.router)

_nowhere = APIRouter(route_class=PageRoute, include_in_schema=False)


async def no_such_page(request: Request) -> Response:
    await get_looker(request)
    return problem_page(request, 404, "Page not found", "Check the address, or go to the first page.")


for _folder in sorted(_FOLDERS - {"assets"}):
    _nowhere.add_api_route(f"/{_folder}/{{rest:path}}", no_such_page, methods=["GET"])
router.include_router(_nowhere)


def install_pages(app: FastAPI, door: Door, settings: PortalSettings, clock: Clock, form_key: bytes) -> None:
    """Give ``app`` its pages, after all that it answers itself. Forms come back where ``form_key`` is the same."""
    app.state.portal = Site(door, settings, clock, form_key, Follower(door.follow))
    app.include_router(router)
    app.mount("/assets", StaticFiles(packages=[("portal", "static")]))


def is_page(path: str) -> bool:
    """Whether a path is a page's, or of what pages load. ``/operations/v1`` is the API's."""
    parts = path.split("/")
    return path == "/" or (len(parts) > 1 and parts[1] in _FOLDERS and parts[2:3] != ["v1"])
