"""Over HTTP, what names nobody as its owner: asked of every service with the caller's own rights."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.paging import page_of
from chassis.web.identity import Calling
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from gateway.access import people_service
from gateway.access.mentions import SuiteAsked, list_mentions
from gateway.access.owners import Unowned, UnownedMention, unowned
from gateway.access.owners_schemas import UnownedOut, unowned_table

router = APIRouter(tags=["people"])


async def _found(
    request: Request,
    read: Read,
    caller: Calling,
    kind: Annotated[str | None, Query(max_length=40, description="Only of this kind", examples=["risk"])] = None,
    why: Annotated[Unowned | None, Query(description="Only for this reason")] = None,
) -> Sequence[UnownedMention]:
    suite_api: SuiteAsked = request.app.state.suite_api
    directory, today = await read(people_service.get_directory)
    found = unowned(await list_mentions(suite_api.of(caller), today), directory)
    return [each for each in found if kind in {None, each.mention.kind} and why in {None, each.why}]


Found = Annotated[Sequence[UnownedMention], Depends(_found)]


@router.get("/unowned", summary="What names nobody as its owner", responses=problems(400, 403, 422, 503))
async def list_unowned(paging: Paging, found: Found) -> PageBody[UnownedOut]:
    """Indicators, risks, controls, pledges, priorities, actions, benefits and keys that go on.

    Each text that is neither a person's name, code or e-mail address nor a post that somebody holds on the business
    date; it stays as it was printed.
    """
    after = paging.request.after
    rows = [each for each in found if after is None or each.mention.key > after]
    page = page_of(rows[: paging.request.fetch], paging.request, key=lambda each: each.mention.key)
    return paging.body(page, UnownedOut.of)


async def _table(request: Request, found: Found) -> Table:
    return unowned_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/unowned",
    _table,
    name="export_unowned",
    title="What names nobody as its owner",
    description="A row for each, by service, kind and code.",
)
