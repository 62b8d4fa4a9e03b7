"""Risks' ties to indicators."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import BindParameter, Row, Table, and_, bindparam, delete, insert, select, update

from chassis.storage.transaction import Tx
from chassis.storage.types import PERIOD, row_period_or_none
from contracts.breakdown import Breakdown
from services.risks.domain.links import IndicatorLink, LinkKey, NewLink, SeriesKey, SeriesSignals
from services.risks.domain.records import TaskState
from services.risks.domain.severity import Provisional, Signal
from services.risks.models import IndicatorSeriesRow, IndicatorSignalRow, ReviewTaskRow, RiskLinkRow
from services.risks.repository.json_formats import series_columns
from services.risks.repository.signals import read_severities

_LINK = cast("Table", RiskLinkRow.__table__)
_SERIES, _SIGNAL = IndicatorSeriesRow.__table__, IndicatorSignalRow.__table__
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_OF_LINK = ("id", "risk_id", "indicator", "area", "breakdown", "causal_group", "signal", "provisional")
_LINKS = (  # built once, as every statement here that an event needs: building costs more than running it
    select(
        *(_LINK.c[name] for name in (*_OF_LINK, "severity_at", "review_opened", "snapshot_at")),
        *(_SERIES.c[name] for name in ("generation", "version", "event_id", "points", *PERIOD)),
        *(_SIGNAL.c[name] for name in ("severity", "unconfirmed", "counting_severity", "counting_unconfirmed")),
    )
    .outerjoin_from(_LINK, _SERIES, _LINK.c.subject == _SERIES.c.subject)
    .outerjoin(_SIGNAL, and_(_LINK.c.subject == _SIGNAL.c.subject, _LINK.c.signal == _SIGNAL.c.signal))
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


def read_series(row: Any) -> SeriesKey:
    """The series that a row names."""
    return SeriesKey(row.indicator, row.area, Breakdown.parse(row.breakdown))


def _link(row: Row[*tuple[Any, ...]]) -> IndicatorLink:
    provisional = Provisional(row.provisional)
    confirmed = read_severities(row).read_with(provisional)
    return IndicatorLink(
        key=LinkKey(read_series(row), Signal(row.signal), provisional),
        group=row.causal_group,
        at=row.severity_at,
        now=confirmed.severity,
        unconfirmed=bool(confirmed.unconfirmed),
        generation=row.generation or 1,
        version=row.version or 0,
        event_id=row.event_id,
        latest=row_period_or_none(row),
        link_id=row.id,
        review_opened=row.review_opened,
        points=row.points or "",
        snapshot_at=row.snapshot_at,
    )


async def save_new_links(tx: Tx, risk_id: int, links: Sequence[NewLink], signals: Mapping[str, SeriesSignals]) -> None:
    """Add links, each with its snapshot as the ``signals`` of its subject, which the caller has locked, stand now."""
    if links:
        today = await tx.business_date()
        rows = [_row(tx, risk_id, link, signals[link.key.series.subject], today) for link in links]
        await tx.session.execute(insert(RiskLinkRow), rows)


def _row(tx: Tx, risk_id: int, link: NewLink, signals: SeriesSignals, today: date) -> dict[str, Any]:
    return {
        "risk_id": risk_id,
        "subject": link.key.series.subject,
        **series_columns(link.key.series),
        "causal_group": link.group,
        "signal": link.key.signal.value,
        "provisional": link.key.provisional.value,
        "severity_at": signals.severity(link.key.signal, link.key.provisional),
        "snapshot_generation": signals.generation,
        "snapshot_version": signals.version,
        "snapshot_at": tx.now,
        "snapshot_on": today,
        "review_opened": False,
    }


async def delete_links(tx: Tx, link_ids: Collection[int]) -> None:
    """Take links away, and close the review tasks they opened."""
    if not link_ids:
        return
    await tx.session.execute(
        update(ReviewTaskRow)
        .where(ReviewTaskRow.link_id.in_(link_ids), ReviewTaskRow.state == TaskState.OPEN)
        .values(state=TaskState.DONE, closed_at=tx.now, closed_on=await tx.business_date())
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
        snapshot_generation=bindparam("generation"),
        snapshot_version=bindparam("version"),
        snapshot_at=bindparam("moment"),
        snapshot_on=bindparam("today"),
        review_opened=False,
    )
)
_REVIEW_OPENED = update(_LINK).where(_LINK.c.id.in_(_KEYS)).values(review_opened=True)


async def save_snapshots(tx: Tx, links: Sequence[IndicatorLink]) -> None:
    """Make where each link stands now its snapshot."""
    if links:
        moment = {"moment": tx.now, "today": await tx.business_date()}
        connection = await tx.session.connection()
        await connection.execute(_SNAPSHOT, [_snapshot(link) | moment for link in links])


def _snapshot(link: IndicatorLink) -> dict[str, Any]:
    return {
        "key": link.link_id,
        "severity": link.now,
        "generation": link.generation,
        "version": link.version,
    }


async def record_reviews_opened(tx: Tx, link_ids: Collection[int]) -> None:
    """Remember that a review was asked for, so that it is asked for once."""
    if link_ids:
        connection = await tx.session.connection()
        await connection.execute(_REVIEW_OPENED, {"keys": list(link_ids)})
