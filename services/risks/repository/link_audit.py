"""What an audit of links reads: the risks that have some, a batch at a time, and who made which of their links."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Select, Table, select

from chassis.storage.pages import parse_sort_key, sort_key
from chassis.storage.transaction import Tx
from services.risks.domain.link_audit import (
    LinkAuditFilter,
    LinkChange,
    LinkedRisk,
    LinkOrigin,
    StandingLink,
    names_in,
)
from services.risks.domain.rating import Kind, Status
from services.risks.models import RiskLinkRow, RiskRow

RISKS_AT_ONCE: Final = 200
_RISK, _LINK = cast("Table", RiskRow.__table__).c, cast("Table", RiskLinkRow.__table__).c
_ACTIONS: Final = ("risk.entered", "links.replaced")
"""What links are told of in the audit record."""


class Place(NamedTuple):
    """Where a page begins: after a link of a risk, or after all of them where it names none."""

    ref: str
    link_id: int | None = None

    def is_before(self, found: StandingLink) -> bool:
        return found.risk.ref != self.ref or self.link_id is None or found.link.link_id > self.link_id


def place_of(found: StandingLink) -> str:
    """The sort key of a link."""
    return sort_key(found.risk.ref, found.link.link_id)


def read_place(text: str) -> Place:
    """What :func:`place_of` wrote.

    Raises:
        BadRequest: it did not.
    """
    return Place(*parse_sort_key(text, [_RISK.ref.type, _LINK.id.type]))


async def list_linked_risks(tx: Tx, wanted: LinkAuditFilter, after: Place | None) -> list[LinkedRisk]:
    """Risks that are not closed and have links, by reference, the next :data:`RISKS_AT_ONCE` of them."""
    query = _linked(wanted)
    if after is not None:
        query = query.where(_RISK.ref > after.ref if after.link_id is None else _RISK.ref >= after.ref)
    rows = await tx.session.execute(query.order_by(_RISK.ref).limit(RISKS_AT_ONCE))
    return [
        LinkedRisk(row.id, row.ref, row.title, row.owner, Kind(row.kind), row.assessment_id is not None) for row in rows
    ]


def _linked(wanted: LinkAuditFilter) -> Select[Any]:
    columns = (_RISK.id, _RISK.ref, _RISK.title, _RISK.owner, _RISK.kind, _RISK.assessment_id)
    query = select(*columns).where(_RISK.status != Status.CLOSED.value, _RISK.id.in_(select(_LINK.risk_id)))
    conditions = {_RISK.register: wanted.register, _RISK.owner: wanted.owner, _RISK.ref: wanted.risk}
    return query.where(*(column == value for column, value in conditions.items() if value is not None))


async def get_changes(tx: Tx, refs: Collection[str]) -> dict[str, list[LinkChange]]:
    """What people changed of the links of risks, by reference, oldest first, as far back as the audit record goes."""
    entry = tx.table("audit_entry").c
    query = select(entry.subject, entry.changed_at, entry.actor, entry.reason, entry.before, entry.after)
    query = query.where(entry.subject.in_(sorted(refs)), entry.action.in_(_ACTIONS)).order_by(entry.id)
    found = defaultdict[str, list[LinkChange]](list)
    for row in await tx.session.execute(query):
        origin = LinkOrigin(row.changed_at, row.actor, row.reason)
        found[row.subject].append(LinkChange(origin, names_in(row.before), names_in(row.after)))
    return found
