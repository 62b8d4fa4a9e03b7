"""The trend colour: the latest change, and how many changes in a row went the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from contracts.colours import Colour, Polarity
from contracts.period import Period
from services.indicators.domain.observations import Observation

WINDOW = 6
"""How many of the latest values a trend reads, and a graph shows."""

SMALL_CHANGE = Decimal("0.025")
LONG_RUN = 3


@dataclass(frozen=True, slots=True)
class TrendColour:
    colour: Colour
    reason: str


_Valued = tuple[Period, Decimal]


def trend(observations: Sequence[Observation], polarity: Polarity) -> TrendColour:
    """The trend at the last of ``observations`` (oldest first; only the latest six count).

    Reasons for none: ``fewer_than_two_values``, ``no_local_value`` (the latest was withdrawn), ``neutral_polarity``,
    ``overlapping_periods``, or ``gap: ...`` naming the periods that lack a value.
    """
    values = [(o.period, o.value) for o in observations[-WINDOW:] if o.value is not None]
    none = _none(observations, values, polarity)
    if none:
        return TrendColour(colour=Colour.NONE, reason=none)
    run = _run(values)
    gap = _gap(values[-len(run) - 1][0], run[0][0]) if len(run) < len(values) else ""
    if len(run) == 1:
        return TrendColour(colour=Colour.NONE, reason=gap)
    colour, reason = _judged([value for _, value in run], polarity)
    return TrendColour(colour=colour, reason=f"{reason}; {gap}" if gap else reason)


def _none(observations: Sequence[Observation], values: Sequence[_Valued], polarity: Polarity) -> str:
    if observations and observations[-1].value is None:
        return "no_local_value"
    if len(values) < 2:  # noqa: PLR2004  a change needs two values
        return "fewer_than_two_values"
    if polarity is Polarity.NEUTRAL:
        return "neutral_polarity"
    return "overlapping_periods" if values[-1][0].overlaps else ""


def _run(values: Sequence[_Valued]) -> list[_Valued]:
    """The values whose periods follow one another, ending at the latest."""
    run = [values[-1]]
    for earlier in reversed(values[:-1]):
        if not earlier[0].followed_by(run[0][0]):
            break
        run.insert(0, earlier)
    return run


def _gap(before: Period, after: Period) -> str:
    first, last = before.next(), after.previous()
    if first == last:
        return f"gap: no value for {first}"
    return f"gap: no value from {first} to {last}" if first < last else f"gap: {after} does not follow {before}"


def _judged(values: Sequence[Decimal], polarity: Polarity) -> tuple[Colour, str]:
    """At least two values. By multiplication, so that exactly 2.5 per cent is amber and zero divides nothing."""
    previous, latest = values[-2:]
    change = (latest - previous) * polarity.sign
    if abs(change) <= SMALL_CHANGE * abs(previous):
        return Colour.AMBER, f"{_size(previous, latest)}, no more than 2.5 per cent"
    steps = [(after - before) * polarity.sign for before, after in pairwise(values)]
    if change > 0:
        k = _streak([step > 0 for step in steps])
        return (Colour.DARK_GREEN if k >= LONG_RUN else Colour.GREEN), _reason("improved", previous, latest, k)
    k = _streak([step < 0 for step in steps])
    return (Colour.DARK_RED if k >= LONG_RUN else Colour.RED), _reason("deteriorated", previous, latest, k)


def _streak(same_way: Sequence[bool]) -> int:
    """How many at the end are true."""
    return next((n for n, yes in enumerate(reversed(same_way)) if not yes), len(same_way))


def _reason(verb: str, previous: Decimal, latest: Decimal, k: int) -> str:
    times = f"{k} changes" if k > 1 else "1 change"
    return f"{verb}: {_size(previous, latest)}, {times} in a row"


def _size(previous: Decimal, latest: Decimal) -> str:
    if not previous:
        return "unchanged at 0" if not latest else f"from 0 to {latest}"
    return f"{(latest - previous) * 100 / abs(previous):+.2f} per cent, from {previous} to {latest}"
