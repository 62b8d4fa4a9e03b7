"""Boards with their members, who is responsible for what, meetings, reports with their front sheets, and decisions."""

from collections.abc import Callable, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from suite.load import row_types
from suite.load.api_client import for_each
from suite.load.csv_files import FileRow
from suite.load.dataset import Reference
from suite.load.upsert import Load, create_missing

ROOT = "/pledges/v1"
Body = Callable[[Any], dict[str, Any]]


async def load_governance(load: Load) -> None:
    """In the order in which they name one another."""
    reference = load.reference
    boards = {row.code: row for row in reference.boards}
    await _put_in_order(load, "boards", boards, lambda row: [row.reports_to] if row.reports_to else [], _board(load))
    await _put(load, "responsibilities", reference.responsibilities, _plain)
    await _put(load, "reports", reference.reports, lambda row: report_body(reference, row))
    await _put(load, "meetings", reference.meetings, _plain)
    decisions = {row.code: row for row in reference.decisions}
    await _put_in_order(load, "decisions", decisions, lambda row: row.depends_on, _plain)


def _plain(row: FileRow) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude={"code"})


def _board(load: Load) -> Body:
    return lambda row: board_body(load.reference, row)


def board_body(reference: Reference, row: row_types.BoardRow) -> dict[str, Any]:
    members = [
        {"member": one.member, "position": one.position} for one in reference.board_members if one.board == row.code
    ]
    return _plain(row) | {"members": members}


def report_body(reference: Reference, row: row_types.ReportRow) -> dict[str, Any]:
    signed = [
        {"service": one.service, "code": one.code} for one in reference.report_sign_offs if one.report == row.code
    ]
    return _plain(row) | {"sign_offs": signed}


async def _put(load: Load, kind: str, rows: Iterable[Any], body: Body) -> None:
    existing = await load.once(f"{ROOT}/{kind}")

    async def one(row: Any) -> None:
        path = f"{ROOT}/{kind}/{row.code}"
        await create_missing(load, kind, "PUT", path, body(row), existing.get(row.code))

    await for_each(list(rows), one)


async def _put_in_order(
    load: Load, kind: str, rows: Mapping[str, Any], needs: Callable[[Any], Iterable[str]], body: Body
) -> None:
    """Those that name no other first, then those that name them."""
    order = TopologicalSorter({code: needs(row) for code, row in rows.items()})
    order.prepare()
    while order.is_active():
        ready = order.get_ready()
        await _put(load, kind, [rows[code] for code in ready], body)
        order.done(*ready)
