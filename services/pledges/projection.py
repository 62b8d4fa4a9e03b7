"""What pledges make of the bus: the state of indicators, risks and schemes, and the pledges that show them."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from chassis.events.envelope import Delivery
from chassis.events.projection import Projection, of_types
from chassis.events.subscription import GATHER_SECONDS, Subscription
from chassis.storage.transaction import Tx
from contracts import finance, risks
from contracts.colours import Colour
from contracts.envelope import Body
from contracts.finance import ForecastState, PlanState
from contracts.indicators import EVENT_TYPES, INDICATOR_UPDATED, IndicatorUpdated, is_series
from contracts.money import Money
from contracts.risks import RatingState
from contracts.topics import events_topic
from services.pledges.domain.indicators import Colours, SeriesKey, SeriesUpdate
from services.pledges.domain.linked import LinkedKind, RiskRating, SavingsPosition, StateUpdate
from services.pledges.repository.elsewhere import delete_states
from services.pledges.repository.indicators import delete_colours
from services.pledges.service import publication
from services.pledges.service.republication import forget_elsewhere, forget_series


def _newest(deliveries: Sequence[Delivery]) -> Iterator[Delivery]:
    """The newest event of each subject; only these are decoded, for each carries the whole state."""
    newest: dict[str, Delivery] = {}
    for one in deliveries:
        before = newest.get(one.subject)
        if before is None or one.order > before.order:
            newest[one.subject] = one
    return iter(newest.values())


# ---- indicators


def _update(delivery: Delivery) -> SeriesUpdate:
    body = delivery.data(IndicatorUpdated)
    benchmark, trend, target, latest = body.benchmark, body.trend, body.target, body.latest
    colours = Colours(
        period=latest.period if latest else None,
        benchmark=benchmark.colour,
        trend=trend.colour,
        target=target.colour if target else None,
        benchmark_provisional=benchmark.provisional,
        trend_provisional=trend.provisional,
        target_provisional=target.provisional if target else False,
        value=latest.value if latest else None,
        unit=body.indicator.unit,
    )
    key = SeriesKey(body.indicator.code, body.area.code, body.breakdown)
    return SeriesUpdate(key, delivery.generation, delivery.version, delivery.id, colours)


async def fold_indicator_updates(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[SeriesKey]:
    return await publication.save_colours(tx, [_update(one) for one in _newest(deliveries)])


async def list_contradicted(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
    updates = {event.subject: _update(event) for event in newest_events}
    contradicted = await publication.list_contradicted(tx, updates.values())
    return [subject for subject, update in updates.items() if update.key in contradicted]


SUBSCRIPTION = Subscription(
    consumer="pledges",
    topics=(events_topic("indicators"),),
    types=EVENT_TYPES,
    projection=of_types(
        Projection(
            fold=fold_indicator_updates,
            evaluate=publication.emit_changed,
            evaluate_all=publication.emit_all_changed,
            drop=delete_colours,
            forget=forget_series,
            list_contradicted=list_contradicted,
        ),
        (INDICATOR_UPDATED,),
        is_series,
    ),
    supersedes=True,
    gather=GATHER_SECONDS,
)


# ---- risks and savings schemes


class RiskPart(Body):
    """What of a risk's event matters here; the effective rating is ``after`` where the event tells of its change."""

    title: str
    status: str = "open"
    after: RatingState | None = None
    effective: RatingState | None = None


class SchemePart(Body):
    """What of a scheme's event matters here. The rest of the contract's body is not even read."""

    name: str
    fund: str
    financial_year: str
    plan: PlanState
    indicated: Money
    validated: Money
    banked: Money
    forecast: ForecastState
    colour: Colour
    flags: tuple[str, ...] = ()


def risk_update(delivery: Delivery) -> StateUpdate:
    """What an event says of a risk.

    Raises:
        ValueError: the body does not fit, or says no rating.
    """
    body, told_at = delivery.dated(RiskPart)
    found = body.after or body.effective
    if found is None:
        raise ValueError("the event of a risk says no rating")
    rating = RiskRating(body.title, body.status, found.impact, found.likelihood, found.score, found.band, as_of=told_at)
    return _state_update(LinkedKind.RISK, delivery, rating)


def scheme_update(delivery: Delivery) -> StateUpdate:
    """What an event says of a scheme.

    Raises:
        ValueError: the body does not fit.
    """
    body, told_at = delivery.dated(SchemePart)
    position = SavingsPosition(
        title=body.name,
        fund=body.fund,
        financial_year=body.financial_year,
        plan_low=body.plan.low.amount,
        plan_high=body.plan.high.amount,
        indicated=body.indicated.amount,
        validated=body.validated.amount,
        banked=body.banked.amount,
        forecast_low=body.forecast.low.amount,
        forecast_high=body.forecast.high.amount,
        colour=body.colour,
        flags=body.flags,
        as_of=told_at,
    )
    return _state_update(LinkedKind.SCHEME, delivery, position)


def _state_update(kind: LinkedKind, delivery: Delivery, state: RiskRating | SavingsPosition) -> StateUpdate:
    return StateUpdate(kind, delivery.subject, delivery.generation, delivery.version, delivery.id, state)


def _elsewhere(kind: LinkedKind, update: Callable[[Delivery], StateUpdate]) -> Projection[Sequence[str]]:
    async def fold(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[str]:
        return await publication.save_states(tx, [update(one) for one in _newest(deliveries)])

    async def list_others(tx: Tx, newest_events: Sequence[Delivery]) -> Sequence[str]:
        return list(await publication.list_other_states(tx, kind, [update(one) for one in newest_events]))

    return Projection(
        fold=fold,
        evaluate=lambda tx, codes: publication.emit_changed_elsewhere(tx, kind, codes),
        evaluate_all=partial(publication.emit_all_changed_elsewhere, kind=kind),
        drop=partial(delete_states, kind=kind),
        forget=lambda tx, codes: forget_elsewhere(tx, kind, codes),
        list_contradicted=list_others,
    )


RISKS = Subscription(
    consumer="pledges-risks",
    topics=(events_topic("risks"),),
    types=risks.EVENT_TYPES,
    projection=of_types(_elsewhere(LinkedKind.RISK, risk_update), risks.OF_RISKS, risks.is_risk),
    supersedes=True,
    gather=GATHER_SECONDS,
)
SCHEMES = Subscription(
    consumer="pledges-finance",
    topics=(events_topic("finance"),),
    types=finance.EVENT_TYPES,
    projection=of_types(_elsewhere(LinkedKind.SCHEME, scheme_update), (finance.SAVING_RESTATED,), finance.is_scheme),
    supersedes=True,
    gather=GATHER_SECONDS,
)
