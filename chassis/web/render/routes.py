"""Operations that answer with a table as a file, alike for every table of every service."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends
from starlette.responses import Response

from chassis.web.problems import problems
from chassis.web.render.answers import file_responses, ods_answer, table_csv_answer, xlsx_answer
from chassis.web.render.table import Table
from contracts.large_bodies import CSV, ODS, XLSX

TableFor = Callable[..., Awaitable[Table]]
"""A dependency that makes the table of a call."""


class _Format(NamedTuple):
    words: str
    media_type: str
    answer: Callable[[Table], Awaitable[Response]]


_FORMATS: Final = {
    "csv": _Format("CSV", CSV, table_csv_answer),
    "xlsx": _Format("an Excel workbook", XLSX, xlsx_answer),
    "ods": _Format("an OpenDocument spreadsheet", ODS, ods_answer),
}
SPREADSHEETS: Final = ("xlsx", "ods")
ALL_FORMATS: Final = tuple(_FORMATS)


def add_table_routes(
    router: APIRouter,
    path: str,
    table_for: TableFor,
    *,
    name: str,
    title: str,
    description: str,
    formats: tuple[str, ...] = ALL_FORMATS,
    tags: Sequence[str] = (),
) -> None:
    """Have ``router`` answer ``path`` with each of these endings by the table that ``table_for`` makes.

    Args:
        router: of the service.
        path: without an ending, such as ``/scorecards/{code}``.
        table_for: a dependency; its parameters are those of the operations.
        name: what operation ids begin with; the ending follows.
        title: what summaries begin with, such as ``A scorecard``.
        description: of each operation.
        formats: among :data:`ALL_FORMATS`.
        tags: beside those of the router.
    """
    for ending in formats:
        form = _FORMATS[ending]
        router.add_api_route(
            f"{path}.{ending}",
            _endpoint(table_for, form),
            name=f"{name}_{ending}",
            summary=f"{title} as {form.words}",
            description=description,
            tags=list(tags),
            response_class=Response,
            responses={**file_responses(form.media_type), **problems(401, 404, 422)},
        )


def _endpoint(table_for: TableFor, form: _Format) -> Callable[..., Any]:
    async def answer(table: Annotated[Table, Depends(table_for)]) -> Response:
        return await form.answer(table)

    return answer
