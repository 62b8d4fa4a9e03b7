"""Recording and reading observations. :func:`record_observations` is the one way in, for one or for many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chassis.clock import london_date
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.entry import Entry, Fault, Observation, Outcome, entry_faults, outcome
from services.indicators.domain.readings import ENGLAND, Reading, Unit
from services.indicators.errors import FinalValue, NothingToWithdraw, ObservationInvalid
from services.indicators.repository import observations
from services.indicators.repository.observations import Place
from services.indicators.repository.series import Key
from services.indicators.service.definitions import require_indicator
from services.indicators.service.held import Held, Published, hold, publish
from services.indicators.service.known import Known, load_held

Sent = tuple[str, Entry]
"""An indicator's code, and an observation of it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands after an entry was sent: whether it is new, the version of its series, and the event of it."""

    observation: Observation
    new: bool
    version: int
    event: str | None


async def record_observation(tx: Tx, code: str, entry: Entry) -> tuple[Recorded, Unit]:
    """Record one observation; what stands, and the unit it is in."""
    recorded, known = await _record(tx, [(code, entry)])
    return recorded[0], known.measures[code].unit


async def record_observations(tx: Tx, sent: Sequence[Sent]) -> list[Recorded]:
    """Record observations, all or none, and publish every series whose state changes. In the order sent.

    A value of the comparator may change the state of every area of its indicator; those are published too.
    The same number of statements for any number of observations; give it a few thousand at a time.

    Raises:
        IndicatorUnknown: an indicator is not known.
        ReferenceInvalid: an area is not known.
        ObservationInvalid: names every faulty field, as ``observations.3.value`` where several were sent.
        FinalValue: a final observation would change without a reason.
        NothingToWithdraw: there is no observation to withdraw.
    """
    return (await _record(tx, sent))[0]


async def _record(tx: Tx, sent: Sequence[Sent]) -> tuple[list[Recorded], Known]:
    keys = {(indicator, entry.area) for indicator, entry in sent}
    whole = {indicator for indicator, entry in sent if entry.area == ENGLAND}
    held = await hold(tx, keys, whole)
    indicators, areas = {indicator for indicator, _ in keys}, {area for _, area in keys}
    ends = {entry.period.end for _, entry in sent}
    known = await load_held(tx, indicators, None if whole else areas, ends)
    before = {key: known.body(key) for key in held.before if key not in keys}
    _refuse_faults(sent, known, london_date(tx.now))
    standing = [_take(tx, known, indicator, entry) for indicator, entry in sent]
    await observations.add(tx, [observation for observation, new in standing if new])
    changed = _changed([observation for observation, new in standing if new])
    published = await publish(tx, held, known, {key: list(c.values()) for key, c in changed.items()}, before)
    return _told(standing, held, changed, published), known


def _told(
    standing: Sequence[tuple[Observation, bool]],
    held: Held,
    changed: Mapping[Key, Mapping[Period, Reading]],
    published: Mapping[Key, Published],
) -> list[Recorded]:
    """Each observation with the version of its series and the event that lists its period."""
    places = {key: {period: n for n, period in enumerate(periods)} for key, periods in changed.items()}
    told = []
    for observation, new in standing:
        key = (observation.indicator, observation.entry.area)
        news = published.get(key, Published(held.before[key]))
        event = news.event_of(places[key][observation.entry.period]) if new else None
        told.append(Recorded(observation, new, news.version, event))
    return told


def _refuse_faults(sent: Sequence[Sent], known: Known, today: date) -> None:
    errors = [
        FieldError(f"observations.{n}.{field}" if len(sent) > 1 else field, message)
        for n, (indicator, entry) in enumerate(sent)
        for field, message in _faults(indicator, entry, known, today)
    ]
    if errors:
        raise ObservationInvalid("; ".join(f"{e.field}: {e.message}" for e in errors[:3]) + ".", errors)


def _faults(indicator: str, entry: Entry, known: Known, today: date) -> list[Fault]:
    faults = entry_faults(entry, known.measures[indicator], today)
    if not known.areas[entry.area].existed(entry.period):
        faults.append(("area", f"{entry.area} did not exist in {entry.period}"))
    return faults


def _take(tx: Tx, known: Known, indicator: str, entry: Entry) -> tuple[Observation, bool]:
    """What stands after ``entry``, and whether that is new."""
    standing = known.find((indicator, entry.area), entry.period)
    where = f"{indicator} in {entry.area}, {entry.period}"
    match outcome(standing.entry if standing else None, entry):
        case Outcome.NEEDS_REASON:
            raise FinalValue(where)
        case Outcome.NOTHING_TO_WITHDRAW:
            raise NothingToWithdraw(where)
        case Outcome.SAME if standing:
            return standing, False
    revision = standing.revision + 1 if standing else 1
    observation = Observation(indicator, entry, revision, tx.actor, tx.now)
    known.put(observation)
    return observation, True


def _changed(new: Sequence[Observation]) -> dict[Key, dict[Period, Reading]]:
    """The periods that changed, each as it stands in the end."""
    changed: dict[Key, dict[Period, Reading]] = {}
    for observation in new:
        key = (observation.indicator, observation.entry.area)
        changed.setdefault(key, {})[observation.entry.period] = observation.reading
    return changed


async def list_observations(
    tx: Tx,
    code: str,
    *,
    area: str | None,
    period: Period | None,
    status: ObservationStatus | None,
    as_of: datetime | None,
    revisions: bool,
    after: Place | None,
    limit: int,
) -> tuple[list[Observation], str]:
    """Observations of an indicator, and the unit they are in."""
    found = await require_indicator(tx, code)
    listed = await observations.listing(
        tx,
        code,
        area=area,
        period=period,
        status=status,
        as_of=as_of,
        revisions=revisions,
        after=after,
        limit=limit,
    )
    return listed, found.unit
