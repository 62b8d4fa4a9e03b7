"""Risks' ties to indicators."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import BindParameter, Row, Select, Table, bindparam, delete, insert, select, update

from chassis.storage.bulk import given_rows, given_values, look_up, table_of
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
_SERIES, _SIGNAL = table_of(IndicatorSeriesRow), table_of(IndicatorSignalRow)
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_OF_SIGNAL = ("severity", "unconfirmed", "counting_severity", "counting_unconfirmed")
_OF_LINK = ("id", "risk_id", "indicator", "area", "breakdown", "causal_group", "signal", "provisional")


@cache
def _links(dialect: str) -> Select[Any]:
    """The statement of :func:`get_links`, built once, as every statement here that an event needs.

    Building costs more than running it. What a link stands on is looked up link by link, whatever the size of the
    register: of some hundred keys PostgreSQL thinks that reading all links and signals once is less.
    """
    given = given_rows(dialect, "given", [_LINK.c.risk_id])
    link, on_risk = look_up(dialect, given, RiskLinkRow, [_LINK.c.risk_id])
    series, on_series = look_up(dialect, link, IndicatorSeriesRow, [_SERIES.c.subject])
    signal, on_signal = look_up(dialect, link, IndicatorSignalRow, [_SIGNAL.c.subject, _SIGNAL.c.signal])
    return (
        select(
            *(link.c[name] for name in (*_OF_LINK, "severity_at", "review_opened", "snapshot_at")),
            *(series.c[name] for name in ("generation", "version", "event_id", "points", *PERIOD)),
            *(signal.c[name] for name in _OF_SIGNAL),
        )
        .select_from(given)
        .join(link, on_risk)
        .outerjoin(series, on_series)
        .outerjoin(signal, on_signal)
        .order_by(link.c.id)
    )


async def get_links(tx: Tx, risk_ids: Collection[int]) -> dict[int, list[IndicatorLink]]:
    """The links of risks with where their indicators stand now, in the order they were added."""
    connection = await tx.session.connection()
    values = given_values(tx, "given", [_LINK.c.risk_id], [(risk_id,) for risk_id in sorted(set(risk_ids))])
    rows = await connection.execute(_links(tx.dialect), values)
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
