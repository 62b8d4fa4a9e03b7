"""Outcomes and objectives, gaps of the system and priorities."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from chassis.errors import FieldError, Invalid
from chassis.web.moments import AsOf
from chassis.web.paging import CollectionPaging, PageBody, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.objectives import ObjectiveKind, ObjectiveOrder, ObjectivesQuery, RollUpQuery
from services.indicators.endpoints.parameters import (
    AreaFilter,
    CodeInPath,
    NewCode,
    PeriodFilter,
    answer_whether_new,
    parse_period,
)
from services.indicators.schemas.objectives import LinkedIn, LinkedOut
from services.indicators.service import objectives

router = APIRouter(tags=["Outcomes and objectives"])

_PUT: dict[int | str, dict[str, Any]] = {
    201: {"model": LinkedOut, "description": "It is new"},
    **problems(401, 413, 415, 422, 503),
}
_ROLLED_UP = (
    "In printed order. With `area` each has `roll_up`: how its indicators and those of its parts stand there. `as_of` "
    "reads it as it was known then, what there was and what it said too."
)
Paging = Annotated[CollectionPaging, Depends(sortable(ObjectiveOrder))]


def _query(area: AreaFilter = None, period: PeriodFilter = None, as_of: AsOf = None) -> ObjectivesQuery:
    if area is not None:
        return ObjectivesQuery(as_of, RollUpQuery(area, parse_period(period), as_of))
    if period is not None:
        raise Invalid("Nothing is rolled up.", [FieldError("area", "name one; period goes with it")])
    return ObjectivesQuery(as_of)


Wanted = Annotated[ObjectivesQuery, Depends(_query)]


def _add_routes(kind: ObjectiveKind, path: str, one: str, many: str, part_of: str | None = None) -> None:
    """The list of a kind, one of it, and how one is put in place.

    Args:
        kind: of what is read and written.
        path: the collection.
        one: one of the kind in words, with its article.
        many: several of the kind in words.
        part_of: what ``part_of`` of one names, where that is of another kind.
    """

    async def list_(read: Read, paging: Paging, wanted: Wanted) -> PageBody[LinkedOut]:
        page = await read(lambda tx: objectives.list_objectives(tx, kind, paging.request, wanted))
        return paging.body(page, LinkedOut.of)

    async def get(read: Read, code: CodeInPath, wanted: Wanted) -> LinkedOut:
        return LinkedOut.of(await read(lambda tx: objectives.get_objective(tx, kind, code, wanted)))

    async def put(write: Write, code: NewCode, body: LinkedIn, response: Response) -> LinkedOut:
        sent = body.to_domain(code)
        view, new = await write(lambda tx: objectives.save_objective(tx, kind, sent))
        answer_whether_new(response, new=new)
        return LinkedOut.of(view)

    router.add_api_route(
        path,
        list_,
        name=f"list_{path[1:].replace('-', '_')}",
        summary=f"List {many}",
        description=_ROLLED_UP,
        responses=problems(400, 401, 422),
    )
    router.add_api_route(
        f"{path}/{{code}}",
        get,
        name=f"get_{kind}",
        summary=f"{one[0].upper()}{one[1:]}",
        responses=problems(401, 404, 422),
    )
    router.add_api_route(
        f"{path}/{{code}}",
        put,
        methods=["PUT"],
        name=f"put_{kind}",
        summary=f"Put {one} in place",
        description=f"`part_of` is {part_of}." if part_of else None,
        responses=_PUT,
    )


_add_routes(ObjectiveKind.OUTCOME, "/outcomes", "an outcome", "outcomes")
_add_routes(
    ObjectiveKind.OBJECTIVE,
    "/objectives",
    "a system performance objective",
    "system performance objectives",
    "the outcome that it serves",
)
_add_routes(ObjectiveKind.SYSTEM_GAP, "/system-gaps", "a gap of the system", "gaps of the system")
_add_routes(
    ObjectiveKind.PRIORITY, "/priorities", "a priority", "priorities", "the gap of the system that it is to close"
)
