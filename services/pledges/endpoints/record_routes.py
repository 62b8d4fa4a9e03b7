"""The operations that every kind of record has: its list, one of it, making one and putting one in place, its files."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.pledges.domain.governance import RecordFilter
from services.pledges.endpoints.answers import NewCode
from services.pledges.schemas.fields import WHOLE_TEXT
from services.pledges.schemas.record_table import records_table
from services.pledges.service import governance

MADE_ANEW = "By its code. The same content again answers 200, other content 409: `PUT` replaces."
RecordInPath = Annotated[str, Path(max_length=80, pattern=WHOLE_TEXT, examples=["cabinet"])]


def no_filter() -> RecordFilter:
    return RecordFilter()


def filter_by(
    field: str, description: str, example: str, of: type[StrEnum] | None = None
) -> Callable[..., RecordFilter]:
    """A filter by one field of the record, which is a parameter of this name; ``of`` has the values there are."""

    def wanted(value: str | None = None) -> RecordFilter:
        return RecordFilter(fields=((field, value),) if value is not None else ())

    told: dict[str, Any] = {"alias": field, "description": description, "examples": [example]}
    free = Annotated[str | None, Query(max_length=200, pattern=WHOLE_TEXT, **told)]
    wanted.__annotations__["value"] = free if of is None else Annotated[of | None, Query(**told)]
    return wanted


@dataclass(frozen=True, slots=True)
class RecordRoutes:
    """A kind of record.

    Args:
        path: its collection, such as ``/boards``.
        one: one of the kind in words, with its article.
        many: several in words.
        of: the dataclass.
        sent: the body of one; has ``record(code)``.
        coded: the same with the code in it.
        shown: the body of one; has ``of(record)``.
        wanted: a dependency, whose parameters filter the list.
        about: what there is to know of putting one in place.
    """

    path: str
    one: str
    many: str
    of: type[Any]
    sent: type[Any]
    coded: type[Any]
    shown: type[Any]
    wanted: Callable[..., RecordFilter] = no_filter
    about: str = "The same again changes nothing."

    @property
    def noun(self) -> str:
        return self.one.split(" ", 1)[1].replace(" ", "_")


def add_record_routes(router: APIRouter, kind: RecordRoutes) -> None:
    plural = kind.path[1:].replace("-", "_")
    get, put, list_ = _operations(kind)
    _add_files(router, kind, plural)
    _add_making(router, kind)
    router.add_api_route(
        kind.path,
        list_,
        name=f"list_{plural}",
        summary=f"List {kind.many}",
        description="By code.",
        response_model=PageBody[kind.shown],  # type: ignore[name-defined]  # the kind says which
        responses=problems(400, 401, 422),
    )
    router.add_api_route(
        f"{kind.path}/{{code}}",
        get,
        name=f"read_{kind.noun}",
        summary=f"Read {kind.one}",
        description="As it was put last.",
        response_model=kind.shown,
        responses=problems(401, 404),
    )
    router.add_api_route(
        f"{kind.path}/{{code}}",
        put,
        methods=["PUT"],
        name=f"put_{kind.noun}",
        summary=f"Make or replace {kind.one}",
        description=kind.about,
        response_model=kind.shown,
        responses=made(kind.shown) | problems(401, 409, 413, 415, 422),
    )


def _operations(kind: RecordRoutes) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    wanted_by = Annotated[RecordFilter, Depends(kind.wanted)]

    async def get(read: Read, code: RecordInPath) -> Any:
        return kind.shown.of(await read(lambda tx: governance.get_record(tx, kind.of, code)))

    async def put(write: Write, code: NewCode, body: Any, response: Response) -> Any:
        found, created = await write(lambda tx: governance.put_record(tx, body.record(code)))
        set_made(response, created=created)
        return kind.shown.of(found)

    async def list_(read: Read, paging: Paging, wanted: Any) -> Any:
        page = await read(lambda tx: governance.list_records(tx, kind.of, wanted, paging.request))
        return paging.body(page, kind.shown.of)

    put.__annotations__["body"] = kind.sent
    list_.__annotations__["wanted"] = wanted_by
    return get, put, list_


def _add_making(router: APIRouter, kind: RecordRoutes) -> None:
    async def make(write: Write, body: Any, response: Response) -> Any:
        found, created = await write(lambda tx: governance.put_record(tx, body.record(body.code), anew=True))
        set_made(response, created=created)
        return kind.shown.of(found)

    make.__annotations__["body"] = kind.coded
    router.add_api_route(
        kind.path,
        make,
        methods=["POST"],
        name=f"make_{kind.noun}",
        summary=f"Make {kind.one}",
        description=f"{MADE_ANEW} {kind.about}",
        status_code=201,
        response_model=kind.shown,
        responses=made(kind.shown) | problems(401, 409, 413, 415, 422),
    )


def _add_files(router: APIRouter, kind: RecordRoutes, plural: str) -> None:
    async def table(request: Request, read: Read, wanted: Any) -> Table:
        found = await read(lambda tx: governance.export_records(tx, kind.of, wanted))
        title = kind.many[0].upper() + kind.many[1:]
        return records_table(plural, title, kind.shown, found, request.app.state.resources.clock())

    table.__annotations__["wanted"] = Annotated[RecordFilter, Depends(kind.wanted)]
    add_table_routes(
        router,
        kind.path,
        table,
        name=f"list_{plural}",
        title=kind.many[0].upper() + kind.many[1:],
        description=f"{kind.many[0].upper()}{kind.many[1:]} by code, a row each, with the same filters as the list.",
    )
