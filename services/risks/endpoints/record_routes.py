"""The operations that controls, assurances and actions have in common: list, entry, one of them, change, and files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.risks.domain.treatment import Kind, RecordFilter
from services.risks.schemas.treatment_tables import records_table
from services.risks.service import treating

RecordPath = Annotated[str, Path(max_length=40, description="Reference of the record", examples=["quality-terms"])]


@dataclass(frozen=True, slots=True)
class RecordRoutes:
    """A kind of record.

    Args:
        of: the dataclass.
        path: its collection, such as ``/controls``.
        noun: one of the kind as operations name it; ``one`` and ``many`` the same in words, one with its article.
        sent: the body of one, ``changed`` that of a change; both have ``to_domain()``.
        shown: the body of one; has ``of(view)``.
        wanted: a dependency, whose parameters filter the list.
        about: what there is to know of listing, entering, reading and changing, in that order.
        changing: what changing is called.
    """

    of: Kind
    path: str
    noun: str
    one: str
    many: str
    sent: type[Any]
    changed: type[Any]
    shown: type[Any]
    wanted: Callable[..., RecordFilter]
    about: tuple[str, str, str, str]
    changing: str = "Change"

    @property
    def single(self) -> str:
        """``One control``."""
        return f"One {self.one.split(' ', 1)[1]}"


def add_record_routes(router: APIRouter, kind: RecordRoutes) -> None:
    list_, create, get, amend = _operations(kind)
    listed, entered, read, changed = kind.about
    one = f"{kind.path}/{{ref}}"
    router.add_api_route(
        kind.path,
        list_,
        name=f"list_{kind.noun}s",
        summary=kind.many,
        description=listed,
        response_model=PageBody[kind.shown],  # type: ignore[name-defined]  # the kind says which
        responses=problems(422),
    )
    router.add_api_route(
        kind.path,
        create,
        methods=["POST"],
        name=f"create_{kind.noun}",
        summary=f"Enter {kind.one}",
        description=entered,
        response_model=kind.shown,
        responses=made(kind.shown) | problems(409, 422),
    )
    router.add_api_route(
        one,
        get,
        name=f"get_{kind.noun}",
        summary=kind.single,
        description=read,
        response_model=kind.shown,
        responses=problems(404),
    )
    router.add_api_route(
        one,
        amend,
        methods=["PATCH"],
        name=f"amend_{kind.noun}",
        summary=f"{kind.changing} {kind.one}",
        description=changed,
        response_model=kind.shown,
        responses=problems(404, 422),
    )
    _add_files(router, kind)


def _operations(kind: RecordRoutes) -> tuple[Callable[..., Any], ...]:
    async def list_(read: Read, paging: Paging, wanted: Any) -> Any:
        page = await read(lambda tx: treating.list_records(tx, kind.of, wanted, paging.request))
        return paging.body(page, kind.shown.of)

    async def create(write: Write, body: Any, response: Response) -> Any:
        entered, created = await write(lambda tx: treating.enter(tx, body.to_domain()))
        set_made(response, created=created)
        return kind.shown.of(entered)

    async def get(read: Read, ref: RecordPath) -> Any:
        return kind.shown.of(await read(lambda tx: treating.get_record(tx, kind.of, ref)))

    async def amend(write: Write, ref: RecordPath, body: Any) -> Any:
        return kind.shown.of(await write(lambda tx: treating.amend(tx, kind.of, ref, body.to_domain())))

    list_.__annotations__["wanted"] = Annotated[RecordFilter, Depends(kind.wanted)]
    create.__annotations__["body"], amend.__annotations__["body"] = kind.sent, kind.changed
    return list_, create, get, amend


def _add_files(router: APIRouter, kind: RecordRoutes) -> None:
    async def table(request: Request, read: Read, wanted: Any) -> Table:
        views = await read(lambda tx: treating.list_all_records(tx, kind.of, wanted))
        return records_table(kind.of, views, request.app.state.resources.clock())

    table.__annotations__["wanted"] = Annotated[RecordFilter, Depends(kind.wanted)]
    add_table_routes(
        router,
        kind.path,
        table,
        name=f"get_risk_{kind.path[1:]}",
        title=kind.many,
        description=f"{kind.many} with the risks that each is for, by reference, and what is wrong with it.",
    )
