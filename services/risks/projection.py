"""What the register makes of the bus: the state of indicators and of funds, and the ratings of the risks on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection, of_types
from chassis.events.subscription import Subscription
from chassis.storage.transaction import Tx
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.finance import EVENT_TYPES as FINANCE_TYPES
from contracts.finance import FUND_STATES, fund_of
from contracts.indicators import EVENT_TYPES, INDICATOR_UPDATED, ObservationStatus, is_series
from contracts.money import Money
from contracts.period import Period
from contracts.topics import events_topic
from services.risks.domain.funds import FundEvent, JudgedVariance
from services.risks.domain.links import SeriesSignals, SeriesWindow
from services.risks.domain.points import write_points
from services.risks.domain.severity import OF_INDICATORS, signal_severities
from services.risks.service import funds, signals
from services.risks.service.republication import forget_funds, forget_signals


class PointRead(Body):
    """What of a period matters here. The rest of the contract's body is not even read.

    Its label stays text until it is the latest with a value: parsing all six of every event would cost the most.
    """

    period: str
    value: Any
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    target_provisional: bool = False
    process_control: Colour = Colour.NONE


class IndicatorRead(Body):
    series: tuple[PointRead, ...]


def by_subject(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    """The events of each subject, the newest first."""
    found: dict[str, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda each: each.order, reverse=True):
        found.setdefault(delivery.subject, []).append(delivery)
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """The periods that an event of a series showed, and the same as they are kept."""

    series: Sequence[PointRead]
    window: SeriesWindow


def read_shown(delivery: Delivery) -> Shown:
    """What an event of a series showed.

    Raises:
        ValueError: the body does not fit.
    """
    series = delivery.data(IndicatorRead).series
    first = series[0].period if series else ""
    window = SeriesWindow(delivery.subject, delivery.generation, delivery.version, first, write_points(series))
    return Shown(series, window)


def signals_of(delivery: Delivery, shown: Shown) -> SeriesSignals:
    """An event of a series reduced to its confirmed severities.

    Raises:
        ValueError: its latest period is none.
    """
    series = shown.series
    with_value = [p.period for p in series if p.value is not None and p.status is not ObservationStatus.WITHDRAWN]
    return SeriesSignals(
        subject=delivery.subject,
        generation=delivery.generation,
        version=delivery.version,
        event_id=delivery.id,
        latest=Period.parse(with_value[-1]) if with_value else None,
        severities={signal: signal_severities(series, signal) for signal in OF_INDICATORS},
        points=shown.window.points,
    )


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[str]:
    """Keep what is newest of each series, and what it shows.

    Each event carries the whole present state, so the newest alone is judged. What periods it shows moves by as many as
    it changed, so whatever comes in one batch with it, each older one may be all that shows some of its own.
    """
    told, shown = [], []
    for newest, *older in by_subject(deliveries).values():
        periods = read_shown(newest)
        told.append(signals_of(newest, periods))
        shown.append(periods.window)
        shown += [read_shown(each).window for each in older]
    return await signals.save_newest(tx, told, shown)


async def list_contradicted(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
    return await signals.list_contradicted(tx, [signals_of(event, read_shown(event)) for event in newest_events])


SUBSCRIPTION = Subscription(
    consumer="risks",
    topics=(events_topic("indicators"),),
    types=EVENT_TYPES,
    projection=of_types(
        Projection(
            fold=fold_indicator_updates,
            evaluate=signals.rescore_changed,
            evaluate_all=signals.rescore_all,
            drop=signals.delete_all,
            forget=forget_signals,
            list_contradicted=list_contradicted,
            list_evaluated=signals.list_evaluated,
        ),
        (INDICATOR_UPDATED,),
        is_series,
    ),
    supersedes=True,
)


# ---- funds


class TriggerRead(Body):
    """A variance against its trigger, as finance judged it."""

    variance: Money
    limit: Money
    level: Literal["within", "beyond", "twice"]


class LineRead(Body):
    code: str
    trigger: TriggerRead | None = None


class YearRead(Body):
    financial_year: str
    lines: tuple[LineRead, ...]
    trigger: TriggerRead | None = None


class FundRead(Body):
    """What of a fund matters here. The rest of the contract's body is not even read."""

    fund: str
    closed_quarters: tuple[str, ...]
    years: tuple[YearRead, ...]


def fund_event(delivery: Delivery) -> FundEvent:
    """An event of a fund reduced to the variances that a trigger is agreed for, of the years that are not closed.

    Raises:
        ValueError: the body does not fit.
    """
    data = delivery.data(FundRead)
    places: dict[str | None, list[JudgedVariance]] = {None: []}
    for year in data.years:
        is_open = f"{year.financial_year} Q4" not in data.closed_quarters
        for line, trigger in ((None, year.trigger), *((each.code, each.trigger) for each in year.lines)):
            judged = places.setdefault(line, [])
            if trigger is not None and is_open:
                judged.append(_judged(year.financial_year, trigger))
    return FundEvent(data.fund, delivery.generation, delivery.version, delivery.id, places)


def _judged(year: str, trigger: TriggerRead) -> JudgedVariance:
    return JudgedVariance(year, f"{trigger.variance.amount:f}", f"{trigger.limit.amount:f}", trigger.level)


async def fold_fund_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[str]:
    return await funds.save_newest(tx, [fund_event(newest) for newest, *_ in by_subject(deliveries).values()])


async def list_contradicted_funds(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
    return await funds.list_contradicted(tx, {event.subject: fund_event(event) for event in newest_events})


FUNDS = Subscription(
    consumer="risks-finance",
    topics=(events_topic("finance"),),
    types=FINANCE_TYPES,
    projection=of_types(
        Projection(
            fold=fold_fund_updates,
            evaluate=signals.rescore_changed,
            evaluate_all=signals.rescore_all,
            drop=funds.delete_all,
            forget=forget_funds,
            list_contradicted=list_contradicted_funds,
        ),
        FUND_STATES,
        lambda subject: fund_of(subject) is not None,
    ),
    supersedes=True,
)
