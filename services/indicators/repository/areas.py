"""Areas, and everything they ever were."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import in_parts, insert_many, insert_or_ignore
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.indicators.domain.areas import Area, AreaOrder
from services.indicators.domain.formats import area_from_json, area_to_json, codes_from_json, codes_to_json
from services.indicators.models import AreaRevisionRow, AreaRow
from services.indicators.repository.histories import add_revision, get_content

_COLUMNS = tuple(AreaRow.__table__.c)


def _area(row: Row[Any]) -> Area:
    links = (codes_from_json(row.parents), codes_from_json(row.successors))
    return Area(row.code, row.name, row.type, row.valid_from, row.valid_to, *links)


def _values(area: Area) -> dict[str, Any]:
    return {
        "code": area.code,
        "name": area.name,
        "type": area.type,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
        "parents": codes_to_json(area.parents) if area.parents else null(),
        "successors": codes_to_json(area.successors) if area.successors else null(),
    }


async def get_areas(tx: Tx, codes: Collection[str]) -> dict[str, Area]:
    """Areas by code; what is not known is absent."""
    found: dict[str, Area] = {}
    for part in in_parts(codes):
        rows = await tx.session.execute(select(*_COLUMNS).where(AreaRow.code.in_(part)))
        found.update((row.code, _area(row)) for row in rows)
    return found


async def get_parents(tx: Tx) -> dict[str, tuple[str, ...]]:
    """The parents of every area that has some."""
    query = select(AreaRow.code, AreaRow.parents).where(AreaRow.parents.is_not(None))
    return {code: codes_from_json(parents) for code, parents in await tx.session.execute(query)}


async def get_area_as_of(tx: Tx, code: str, as_of: datetime) -> Area | None:
    """The area as it was known at a moment; None where it was not."""
    content = await get_content(tx, AreaRevisionRow, {"area": code}, as_of)
    return None if content is None else area_from_json(content)


async def lock_areas_for_reading(tx: Tx, codes: Collection[str]) -> set[str]:
    """Keep others from changing these areas until this transaction ends. Those that are known."""
    found: set[str] = set()
    for part in in_parts(codes):
        query = select(AreaRow.code).where(AreaRow.code.in_(part)).order_by(AreaRow.code)
        found.update(await tx.session.scalars(query.with_for_update(read=True)))
    return found


async def lock_area(tx: Tx, code: str) -> Area | None:
    """Lock the area for changing it."""
    query = select(*_COLUMNS).where(AreaRow.code == code).with_for_update()
    row = (await tx.session.execute(query)).one_or_none()
    return None if row is None else _area(row)


async def list_areas(tx: Tx, page: PageRequest, type_: str | None) -> Page[Area]:
    query = select(*_COLUMNS)
    if type_ is not None:
        query = query.where(AreaRow.type == type_)
    return (await list_page(tx, query, _ORDERS, page)).of(_area)


_OF = AreaRow.__table__.c
_ORDERS = Orders((_OF.code,), {AreaOrder.CODE: (), AreaOrder.NAME: (_OF.name,)})


async def add_area(tx: Tx, area: Area) -> bool:
    """Add an area with its first revision; false where the code is taken."""
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    query = insert(AreaRow).values(_values(area)).on_conflict_do_nothing(index_elements=["code"])
    if (await tx.session.execute(query.returning(AreaRow.code))).one_or_none() is None:
        return False
    await add_revision(tx, AreaRevisionRow, {"area": area.code}, area_to_json(area))
    return True


async def add_areas(tx: Tx, areas: Sequence[Area]) -> set[str]:
    """Add areas, each with its first revision, leaving those whose codes are taken; the codes that were added.

    The same number of statements for any number of areas. Sorted, so that two writers wait in one order.
    """
    by_code = {area.code: area for area in sorted(areas, key=lambda area: area.code)}
    rows = [_values(area) | {"parents": None, "successors": None} | _links(area) for area in by_code.values()]
    added = {row.code for row in await insert_or_ignore(tx, AreaRow, rows, ["code"], returning=["code"])}
    said = {"revision": 1, "actor": tx.actor, "reason": None, "recorded_at": tx.now}
    first = [{"area": code, "content": area_to_json(by_code[code]), **said} for code in by_code if code in added]
    await insert_many(tx, AreaRevisionRow, first)
    return added


def _links(area: Area) -> dict[str, Any]:
    """Its links as rows of a bulk statement have them, which knows no expressions."""
    named = {"parents": area.parents, "successors": area.successors}
    return {name: codes_to_json(codes) for name, codes in named.items() if codes}


async def save_area(tx: Tx, area: Area, reason: str) -> None:
    """Save a changed area, as its newest revision too. The caller has locked it."""
    await tx.session.execute(update(AreaRow).where(AreaRow.code == area.code).values(_values(area)))
    await add_revision(tx, AreaRevisionRow, {"area": area.code}, area_to_json(area), reason=reason)
