"""What risks and schemes last said of themselves, and which pledges are linked to them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import and_, bindparam, delete, select

from chassis.storage.bulk import in_parts, insert_many, upsert
from chassis.storage.transaction import Tx
from services.pledges.domain.linked import LinkedElsewhere, LinkedKind, LinkedState, StateUpdate
from services.pledges.domain.linked_formats import read_linked_state, write_linked_state
from services.pledges.models import Base, ElsewhereLink, ElsewhereState
from services.pledges.repository.grouping import grouped
from services.pledges.repository.indicators import is_newer

_STATE = Base.metadata.tables["elsewhere_state"]
_LINK = Base.metadata.tables["elsewhere_link"]
_KEY = ("kind", "code")
_TOLD = ("generation", "version", "event_id", "state")
_LINKED_TO = (
    select(_LINK.c.pledge)
    .where(_LINK.c.kind == bindparam("kind"), _LINK.c.code.in_(bindparam("codes", expanding=True)))
    .distinct()
)


async def save_updates(tx: Tx, updates: Collection[StateUpdate]) -> None:
    """Store states that are newer than those stored. Locks the row of each, in the order of their codes."""
    ordered = sorted(updates, key=lambda one: (one.kind, one.code))
    rows = [_row(one.kind, one.code, one.generation, one.version, one.event_id, one.state) for one in ordered]
    await upsert(tx, ElsewhereState, rows, _KEY, _TOLD, is_newer)


async def lock_states(tx: Tx, named: Collection[tuple[LinkedKind, str]]) -> None:
    """Lock the row of every risk and scheme, in order, making those that no event told of yet."""
    unknown = [_row(kind, code, 0, 0, None, None) for kind, code in sorted(named)]
    await upsert(tx, ElsewhereState, unknown, _KEY, ("version",), is_newer)


def _row(
    kind: LinkedKind, code: str, generation: int, version: int, event_id: str | None, state: LinkedState | None
) -> dict[str, Any]:
    told = {"generation": generation, "version": version, "event_id": event_id}
    return {"kind": kind, "code": code, **told, "state": state and write_linked_state(state)}


async def delete_states(tx: Tx, kind: LinkedKind) -> None:
    await tx.session.execute(delete(_STATE).where(_STATE.c.kind == kind))


async def delete_states_of(tx: Tx, kind: LinkedKind, codes: Collection[str]) -> None:
    for part in in_parts(codes):
        await tx.session.execute(delete(_STATE).where(_STATE.c.kind == kind, _STATE.c.code.in_(part)))


async def pledges_linked_to(tx: Tx, kind: LinkedKind, codes: Collection[str]) -> set[str]:
    found: set[str] = set()
    connection = await tx.session.connection()
    for part in in_parts(codes):
        found.update((await connection.execute(_LINKED_TO, {"kind": kind, "codes": list(part)})).scalars())
    return found


async def linked_pledges(tx: Tx, kind: LinkedKind) -> set[str]:
    return set(await tx.session.scalars(select(_LINK.c.pledge).where(_LINK.c.kind == kind).distinct()))


async def elsewhere_of_pledges(tx: Tx, pledges: Collection[str]) -> Mapping[str, LinkedElsewhere]:
    """By pledge that has any: its risks and schemes. One statement."""
    same = and_(*(_STATE.c[name] == _LINK.c[name] for name in _KEY))
    wanted = select(_LINK, _STATE.c.state).outerjoin(_STATE, same).where(_LINK.c.pledge.in_(pledges))
    found = grouped((row.pledge, _linked(row)) for row in await tx.session.execute(wanted))
    return {pledge: LinkedElsewhere.of(links) for pledge, links in found.items()}


def _linked(row: Any) -> tuple[LinkedKind, str, LinkedState | None]:
    kind = LinkedKind(row.kind)
    return kind, row.code, read_linked_state(kind, row.state)


async def get_updates(tx: Tx, kind: LinkedKind, codes: Collection[str]) -> Mapping[str, StateUpdate]:
    """What is stored of these, but for those that no event told of."""
    found = {}
    for part in in_parts(codes):
        wanted = select(_STATE).where(_STATE.c.kind == kind, _STATE.c.code.in_(part))
        for row in await tx.session.execute(wanted):
            if state := read_linked_state(kind, row.state):
                found[row.code] = StateUpdate(kind, row.code, row.generation, row.version, row.event_id, state)
    return found


async def save_links(tx: Tx, pledge: str, named: Collection[tuple[LinkedKind, str]]) -> None:
    """Replace the links of a pledge."""
    await tx.session.execute(delete(_LINK).where(_LINK.c.pledge == pledge))
    rows = [{"pledge": pledge, "kind": kind, "code": code} for kind, code in sorted(named)]
    await insert_many(tx, ElsewhereLink, rows)
