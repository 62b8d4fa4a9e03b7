"""Rows of a file that were not right, mended in the page and sent again."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from contracts.large_bodies import CSV
from portal.api import Api, Json, read_answer, together
from portal.errors import Refused
from portal.forms import read_form
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MOST_ROWS: Final = 50
"""Rows that are mended at once; more are mended in the file of errors."""
_MOST_COLUMNS: Final = 40
_OURS: Final = 2
"""Columns of the file of errors that come before those of the file itself: what is wrong, and the line."""


@dataclass(frozen=True, slots=True)
class WrongRows:
    """The first rows that were not right, as they were sent: what is wrong with each, its line, and its cells."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int

    def mended(self, fields: Mapping[str, str]) -> bytes:
        """The rows as a file, with what was written in the place of what was sent."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(self.columns)
        for number, row in enumerate(self.rows):
            sent = row[_OURS:]
            writer.writerow([fields.get(f"cell-{number}-{at}", cell) for at, cell in enumerate(sent)])
        return text.getvalue().encode()


def wrong_rows(content: str) -> WrongRows:
    """The rows of a file of errors; what is wrong with all of the file is none of them."""
    header, *rows = list(csv.reader(io.StringIO(content, newline=""))) or [[]]
    found = [row for row in rows if len(row) > _OURS and row[1] != "0"]
    columns = header[_OURS : _OURS + _MOST_COLUMNS]
    shown = [row[: _OURS + len(columns)] for row in found[:MOST_ROWS]]
    return WrongRows(columns, shown, len(found) - len(shown))


@router.get("/import/{number}/mend")
async def mend_page(request: Request, looker: SignedIn, number: int) -> Response:
    return await _form(request, looker, number)


@router.post("/import/{number}/mend")
async def send_mended(request: Request, looker: SignedIn, number: int) -> Response:
    """The mended rows are an import of their own, read as the file was that they are of."""
    fields = await read_form(request, most_fields=MOST_ROWS * _MOST_COLUMNS + 10, most_bytes=1_048_576)
    try:
        found, rows = await _asked(looker.api, number)
        started = await looker.api.upload("/indicators/v1/imports", rows.mended(fields), CSV, **_wanted(found, fields))
    except Refused as refused:
        return await _form(request, looker, number, refused=refused, written=fields)
    return RedirectResponse(f"/import/{started['id']}", status_code=303)


def _wanted(found: Json, fields: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "mapping": found["mapping"],
        "filename": f"mended-{found['filename']}"[:200],
        "dry_run": "false" if fields.get("what") == "save" else "true",
        "create_missing": "true" if fields.get("create_missing") else None,
        "reason": fields.get("reason") or None,
    }


async def _asked(api: Api, number: int) -> tuple[Json, WrongRows]:
    found, answer = await together(
        api.get(f"/indicators/v1/imports/{number}"), api.open(f"/indicators/v1/imports/{number}/errors.csv")
    )
    text = (await read_answer(answer)).text if answer.is_success else ""
    return found, wrong_rows(text)


async def _form(
    request: Request,
    looker: Looker,
    number: int,
    *,
    refused: Refused | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    found, rows = await _asked(looker.api, number)
    return page(
        request,
        "mend.html",
        status=refused.status if refused else 200,
        found=found,
        wrong=rows,
        written=written or {},
        problem=refused,
    )
