"""Dependencies of actions on what is outside of them."""

from typing import Any

from sqlalchemy import Select, select

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.cases import refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.dependencies import (
    Dependency,
    DependencyDefinition,
    DependencyFilter,
    DependencyKind,
    DependencyState,
)

_TABLE = models.Base.metadata.tables["dependency"]
_CHANGING = ("priority", "action", "kind", "title", "partners", "state", "needed_by", "number", "source")


async def save_dependency(tx: Tx, dependency: Dependency) -> bool:
    """Insert a dependency, or replace the one of its code; whether it was inserted.

    Raises:
        CodeInOtherCase
    """
    row = _row(dependency)
    if await insert_or_ignore(tx, models.Dependency, [row], ("code",), returning=("code",)):
        await refuse_other_case(tx, _TABLE.c.code, dependency.code)
        return True
    await upsert(tx, models.Dependency, [row], ("code",), _CHANGING)
    return False


def _row(dependency: Dependency) -> dict[str, Any]:
    definition = dependency.definition
    return {
        "code": dependency.code,
        "priority": definition.priority,
        "action": definition.action,
        "kind": definition.kind,
        "title": definition.title,
        "partners": list(definition.partners),
        "state": dependency.state,
        "needed_by": definition.needed_by,
        "number": definition.number,
        "source": definition.source,
    }


def _dependency(row: Any) -> Dependency:
    definition = DependencyDefinition(
        title=row.title,
        kind=DependencyKind(row.kind),
        priority=row.priority,
        action=row.action,
        partners=tuple(row.partners),
        needed_by=row.needed_by,
        number=row.number,
        source=row.source,
    )
    return Dependency(row.code, definition, DependencyState(row.state))


async def get_dependency(tx: Tx, code: str) -> Dependency | None:
    found = await _read(tx, select(_TABLE).where(_TABLE.c.code == code))
    return found[0] if found else None


async def list_all(tx: Tx) -> list[Dependency]:
    """By code."""
    return await _read(tx, select(_TABLE).order_by(_TABLE.c.code))


async def list_unmet(tx: Tx) -> list[Dependency]:
    """All that are awaited or broken, by code."""
    return await _read(tx, select(_TABLE).where(_TABLE.c.state != DependencyState.MET).order_by(_TABLE.c.code))


async def list_dependencies(tx: Tx, wanted: DependencyFilter, request: PageRequest) -> Page[Dependency]:
    found = select(_TABLE)
    for name in ("priority", "action", "kind", "state"):
        value = getattr(wanted, name)
        if value is not None:
            found = found.where(_TABLE.c[name] == value)
    return (await list_page(tx, found, Orders((_TABLE.c.code,)), request)).of(_dependency)


async def _read(tx: Tx, statement: Select[Any]) -> list[Dependency]:
    return [_dependency(row) for row in await tx.session.execute(statement)]
