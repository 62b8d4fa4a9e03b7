"""Over HTTP, what names nobody as its owner: asked of every service with the caller's own rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.paging import page_of
from chassis.web.identity import Calling
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from gateway.access import mentions, people_service
from gateway.access.mentions import SuiteAsked, Wanted
from gateway.access.owners import Directory, Unowned, UnownedMention
from gateway.access.owners_schemas import UnownedOut, unowned_table
from portal.api import Api

router = APIRouter(tags=["people"])


@dataclass(frozen=True, slots=True)
class _Unowned:
    """What a caller may see of what names nobody, read as far as is asked for."""

    api: Api
    directory: Directory
    today: date
    wanted: Wanted

    async def found(self, after: str = "", most: int | None = None) -> Sequence[UnownedMention]:
        return await mentions.list_unowned(
            self.api, self.directory, self.today, wanted=self.wanted, after=after, most=most
        )


async def _asked(
    request: Request,
    read: Read,
    caller: Calling,
    kind: Annotated[str | None, Query(max_length=40, description="Only of this kind", examples=["risk"])] = None,
    why: Annotated[Unowned | None, Query(description="Only for this reason")] = None,
) -> _Unowned:
    suite_api: SuiteAsked = request.app.state.suite_api
    directory, today = await read(people_service.get_directory)
    return _Unowned(suite_api.of(caller), directory, today, Wanted(kind, why))


Asked = Annotated[_Unowned, Depends(_asked)]


@router.get("/unowned", summary="What names nobody as its owner", responses=problems(400, 403, 422, 503))
async def list_unowned(paging: Paging, asked: Asked) -> PageBody[UnownedOut]:
    """Indicators, risks, controls, pledges, priorities, actions, benefits and keys that go on.

    Each text that is neither a person's name, code or e-mail address nor a post that somebody holds on the business
    date; it stays as it was printed.
    """
    wanted = paging.request
    found = await asked.found(wanted.after or "", wanted.fetch)
    return paging.body(page_of(found[: wanted.fetch], wanted, key=lambda each: each.mention.key), UnownedOut.of)


async def _table(request: Request, asked: Asked) -> Table:
    return unowned_table(await asked.found(), request.app.state.resources.clock())


add_table_routes(
    router,
    "/unowned",
    _table,
    name="export_unowned",
    title="What names nobody as its owner",
    description="A row for each, by service, kind and code.",
)
