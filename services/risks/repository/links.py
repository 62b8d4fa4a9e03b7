"""Risks' ties to indicators."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, Row, Table, bindparam, delete, insert, select, update

from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, row_period_or_none
from services.risks.domain.links import IndicatorLink, IndicatorSignals, LinkKey, NewLink
from services.risks.domain.records import TaskState
from services.risks.domain.severity import Signal
from services.risks.models import IndicatorSignalRow, ReviewTaskRow, RiskLinkRow

_LINK, _SIGNAL = cast("Table", RiskLinkRow.__table__), IndicatorSignalRow.__table__
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_LINKS = (  # built once, as every statement here that an event needs: building costs more than running it
    select(
        *(_LINK.c[name] for name in ("id", "risk_id", "indicator", "area", "causal_group", "signal")),
        *(_LINK.c[name] for name in ("severity_at", "review_opened")),
        *(_SIGNAL.c[name] for name in ("version", "event_id", *PERIOD)),
        *(_SIGNAL.c[name] for name in ("target", "benchmark", "trend", "best")),
    )
    .outerjoin_from(_LINK, _SIGNAL, _LINK.c.subject == _SIGNAL.c.subject)
    .where(_LINK.c.risk_id.in_(_KEYS))
    .order_by(_LINK.c.id)
)


async def get_links(tx: Tx, risk_ids: Collection[int]) -> dict[int, list[IndicatorLink]]:
    """The links of risks with where their indicators stand now, in the order they were added."""
    connection = await tx.session.connection()
    rows = await connection.execute(_LINKS, {"keys": list(risk_ids)})
    found: dict[int, list[IndicatorLink]] = {risk_id: [] for risk_id in risk_ids}
    for row in rows:
        found[row.risk_id].append(_link(row))
    return found


def _link(row: Row[*tuple[Any, ...]]) -> IndicatorLink:
    return IndicatorLink(
        key=LinkKey(row.indicator, row.area, Signal(row.signal)),
        group=row.causal_group,
        at=row.severity_at,
        now=getattr(row, row.signal),
        version=row.version or 0,
        event_id=row.event_id,
        latest=row_period_or_none(row),
        link_id=row.id,
        review_opened=row.review_opened,
    )


async def save_new_links(
    tx: Tx, risk_id: int, links: Sequence[NewLink], signals: Mapping[str, IndicatorSignals]
) -> None:
    """Add links, each with its snapshot as the ``signals`` of its subject, which the caller has locked, stand now."""
    if links:
        await tx.session.execute(
            insert(RiskLinkRow), [_row(tx, risk_id, link, signals[link.key.subject]) for link in links]
        )


def _row(tx: Tx, risk_id: int, link: NewLink, signals: IndicatorSignals) -> dict[str, Any]:
    return {
        "risk_id": risk_id,
        "subject": link.key.subject,
        "indicator": link.key.indicator,
        "area": link.key.area,
        "causal_group": link.group,
        "signal": link.key.signal.value,
        "severity_at": signals.severities[link.key.signal],
        "snapshot_version": signals.version,
        "snapshot_at": tx.now,
        "review_opened": False,
    }


async def delete_links(tx: Tx, link_ids: Collection[int]) -> None:
    """Take links away, and close the review tasks they opened."""
    if not link_ids:
        return
    await tx.session.execute(
        update(ReviewTaskRow)
        .where(ReviewTaskRow.link_id.in_(link_ids), ReviewTaskRow.state == TaskState.OPEN)
        .values(state=TaskState.DONE, closed_at=tx.now)
    )
    await tx.session.execute(delete(RiskLinkRow).where(RiskLinkRow.id.in_(link_ids)))


async def save_groups(tx: Tx, groups: Mapping[int, str]) -> None:
    """Count links in other groups, by the links' keys. Their snapshots stay."""
    for link_id, group in sorted(groups.items()):
        statement = update(RiskLinkRow).where(RiskLinkRow.id == link_id).values(causal_group=group)
        await tx.session.execute(statement.execution_options(synchronize_session=False))


_SNAPSHOT = (
    update(_LINK)
    .where(_LINK.c.id == bindparam("key"))
    .values(
        severity_at=bindparam("severity"),
        snapshot_version=bindparam("version"),
        snapshot_at=bindparam("moment"),
        review_opened=False,
    )
)
_REVIEW_OPENED = update(_LINK).where(_LINK.c.id.in_(_KEYS)).values(review_opened=True)


async def save_snapshots(tx: Tx, links: Sequence[IndicatorLink]) -> None:
    """Make where each link stands now its snapshot."""
    if links:
        connection = await tx.session.connection()
        await connection.execute(
            _SNAPSHOT,
            [{"key": link.link_id, "severity": link.now, "version": link.version, "moment": tx.now} for link in links],
        )


async def record_reviews_opened(tx: Tx, link_ids: Collection[int]) -> None:
    """Remember that a review was asked for, so that it is asked for once."""
    if link_ids:
        connection = await tx.session.connection()
        await connection.execute(_REVIEW_OPENED, {"keys": list(link_ids)})
