"""The trend colour: the latest change, and how many changes in a row went the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from contracts.colours import Colour, Polarity
from contracts.indicators import Mark
from contracts.period import Period
from services.indicators.domain.observations import Observation, missing_reason

SMALL_CHANGE = Decimal("0.025")
LONG_RUN = 3


@dataclass(frozen=True, slots=True)
class TrendColour:
    """Provisional by either of its two last values."""

    colour: Colour
    reason: str
    provisional: bool = False


def trend(observations: Sequence[Observation], polarity: Polarity, ends: Sequence[str] | None = None) -> TrendColour:
    """The trend at the last of ``observations``, which are those of its six periods, oldest first.

    ``ends`` are their :func:`run_ends`, where those are known.

    Reasons for none: ``fewer_than_two_values``, ``no_local_value``, ``neutral_polarity``, ``overlapping_periods``,
    ``missing: ...`` with the symbol in place of the latest value, or what ends the run before it: a ``gap: ...``
    naming the periods that lack a value, a symbol or a break in the series.
    """
    none = _none(observations, polarity)
    if none:
        return TrendColour(Colour.NONE, none)
    run, end = _run(observations, run_ends(observations) if ends is None else ends)
    if len(run) == 1:
        return TrendColour(Colour.NONE, end)
    colour, reason = _judged([each.value or Decimal(0) for each in run], polarity)
    provisional = any(each.is_provisional for each in run[-2:])
    return TrendColour(colour, f"{reason}; {end}" if end else reason, provisional)


def _none(observations: Sequence[Observation], polarity: Polarity) -> str:
    latest = observations[-1] if observations else None
    if latest and latest.missing is not None:
        return missing_reason(latest.missing)
    if latest and latest.value is None:
        return "no_local_value"
    if sum(each.value is not None for each in observations) < 2:  # noqa: PLR2004  a change needs two values
        return "fewer_than_two_values"
    if polarity is Polarity.NEUTRAL:
        return "neutral_polarity"
    return "overlapping_periods" if latest and latest.period.overlaps else ""


def run_ends(observations: Sequence[Observation]) -> list[str]:
    """Of each, why a run does not go on from it to the one before; empty where it does."""
    return ["", *map(_end, observations, observations[1:])][: len(observations)]


def _run(observations: Sequence[Observation], ends: Sequence[str]) -> tuple[Sequence[Observation], str]:
    """Those with values whose periods follow one another, ending at the latest; and what ends the run before them."""
    for n in range(len(observations) - 1, 0, -1):
        if ends[n]:
            return observations[n:], ends[n]
    return observations, ""


def _end(before: Observation, after: Observation) -> str:
    """Why a run does not go on from ``after`` to the one before; empty where it does."""
    if Mark.BREAK in after.marks:
        return f"break in the series in {after.period}"
    if not before.period.followed_by(after.period):
        return _gap(before.period, after.period)
    if before.missing is not None:
        return f"{missing_reason(before.missing)} in {before.period}"
    return ""


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
        return "unchanged at 0" if not latest else f"from 0 to {latest:f}"
    return f"{(latest - previous) * 100 / abs(previous):+.2f} per cent, from {previous:f} to {latest:f}"
