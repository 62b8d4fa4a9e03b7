"""How a pledge's definition and what it published are stored as JSON: one format with a version, every one readable.

Format 0 has no ``format`` of its own: it is the body that a caller once sent, or an event once carried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from contracts.colours import Colour
from contracts.period import Period, PeriodKind
from services.pledges.domain.indicators import Colours, LinkedIndicator, SeriesKey
from services.pledges.domain.pledges import Assignment, PledgeDefinition
from services.pledges.domain.status import Delivery, Evidence

FORMAT = 1


def write_definition(definition: PledgeDefinition) -> dict[str, Any]:
    return {"format": FORMAT, **asdict(definition), "due": definition.due and definition.due.isoformat()}


def read_definition(stored: Mapping[str, Any]) -> PledgeDefinition:
    """A definition of any format: both spell the fields alike."""
    return PledgeDefinition(
        number=stored["number"],
        theme=stored["theme"],
        title=stored["title"],
        assignments=tuple(map(read_assignment, stored["assignments"])),
        top=stored["top"],
        due=stored["due"] and date.fromisoformat(stored["due"]),
        delivery=Delivery(stored["delivery"]),
        evidence=Evidence(stored["evidence"]),
    )


def read_assignment(stored: Mapping[str, Any]) -> Assignment:
    return Assignment(
        stored["portfolio_holder"], stored["department"], stored["director"], tuple(stored["lead_officers"])
    )


def write_published(indicators: Sequence[LinkedIndicator]) -> dict[str, Any]:
    return {"format": FORMAT, "indicators": [_write_indicator(one) for one in indicators]}


def read_published(stored: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[LinkedIndicator, ...]:
    """What a pledge's newest event carries; format 0 is the list of the event's own indicators."""
    if isinstance(stored, Mapping):
        return tuple(_read_indicator(one, _read_period(one["period"])) for one in stored["indicators"])
    return tuple(_read_indicator(one, one["period"] and Period.parse(one["period"])) for one in stored)


def _write_indicator(linked: LinkedIndicator) -> dict[str, Any]:
    colours, period = linked.colours, linked.colours.period
    return {
        "indicator": linked.key.indicator,
        "area": linked.key.area,
        "period": period and [period.kind, period.start.isoformat(), period.end.isoformat()],
        "benchmark": colours.benchmark,
        "trend": colours.trend,
        "target": colours.target,
    }


def _read_period(stored: Sequence[str] | None) -> Period | None:
    if stored is None:
        return None
    kind, start, end = stored
    return Period(PeriodKind(kind), date.fromisoformat(start), date.fromisoformat(end))


def _read_indicator(stored: Mapping[str, Any], period: Period | None) -> LinkedIndicator:
    benchmark, trend, target = (
        None if stored[name] is None else Colour(stored[name]) for name in ("benchmark", "trend", "target")
    )
    return LinkedIndicator(SeriesKey(stored["indicator"], stored["area"]), Colours(period, benchmark, trend, target))
