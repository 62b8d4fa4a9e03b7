"""The chart of an indicator: its values with their gaps, a comparator, what is expected, and limits."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from portal.charts.slots import slots_of

_WIDTH: Final = 860
_HEIGHT: Final = 340
_LEFT: Final = 70
_RIGHT: Final = 150
_TOP: Final = 20
_BOTTOM: Final = 50
_TICKS: Final = 5
_LABELS: Final = 8

Points = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. ``points`` are observations in order of their periods; every value is a decimal's text."""

    name: str
    kind: str
    points: Points
    compared: Points = ()
    compared_name: str = ""
    expected: str | None = None
    lower: str | None = None
    upper: str | None = None


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values and slots to places on the drawing."""

    low: float
    high: float
    slots: int

    def down(self, value: str) -> float:
        part = (float(Decimal(value)) - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - part * (_HEIGHT - _BOTTOM - _TOP), 1)

    def across(self, slot: int) -> float:
        return round(_LEFT + (slot + 0.5) * (_WIDTH - _LEFT - _RIGHT) / self.slots, 1)


def line_chart(chart: Chart) -> Markup:
    """An image with its title and what it shows in words; empty where there is no value."""
    slots = slots_of(chart.points, chart.kind)
    values = [slot["value"] for slot in slots if slot and slot["value"] is not None]
    if not values:
        return Markup("")
    shown_periods = {slot["period"]: at for at, slot in enumerate(slots) if slot}
    compared = [each for each in chart.compared if each["value"] is not None and each["period"] in shown_periods]
    lines = [chart.expected, chart.lower, chart.upper, *(each["value"] for each in compared)]
    scale = _scale([*values, *(each for each in lines if each is not None)], len(slots))
    parts = [
        *_axes(scale, [slot["period"] if slot else None for slot in slots]),
        *_limits(chart, scale),
        *_expected(chart, scale),
        *_line([(shown_periods[each["period"]], each["value"]) for each in compared], scale, "chart__compared"),
        *_values(slots, scale),
        *_end_labels(chart, slots, compared, scale),
    ]
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="chart-title chart-about" '
        'focusable="false"><title id="chart-title">{}</title><desc id="chart-about">{}</desc>{}</svg>'
    ).format(_WIDTH, _HEIGHT, chart.name, _about(chart, slots), Markup("").join(parts))


def _scale(values: Sequence[str], slots: int) -> _Scale:
    numbers = [float(Decimal(value)) for value in values]
    low, high = min(numbers), max(numbers)
    step = _step((high - low) or abs(high) or 1.0)
    return _Scale(math.floor(low / step) * step, math.ceil(high / step) * step + (step if low == high else 0), slots)


def _step(span: float) -> float:
    """A round number of which about five make the span."""
    power: float = 10.0 ** math.floor(math.log10(span / _TICKS))
    return next(power * each for each in (1, 2, 2.5, 5, 10) if power * each * _TICKS >= span)


def _axes(scale: _Scale, periods: Sequence[str | None]) -> Iterator[Markup]:
    step = _step(scale.high - scale.low)
    for at in range(round((scale.high - scale.low) / step) + 1):
        value = f"{scale.low + at * step:.10g}"
        y = scale.down(value)
        yield Markup('<path class="chart__grid" d="M{} {}H{}"/>').format(_LEFT, y, _WIDTH - _RIGHT)
        yield Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(
            _LEFT - 8, y + 5, f"{float(value):,.10g}"
        )
    yield Markup('<path class="chart__axis" d="M{} {}H{}"/>').format(_LEFT, _HEIGHT - _BOTTOM, _WIDTH - _RIGHT)
    every = math.ceil(len(periods) / _LABELS)
    for slot in range(len(periods) - 1, -1, -every):
        if period := periods[slot]:
            yield Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
                scale.across(slot), _HEIGHT - _BOTTOM + 24, period
            )


def _limits(chart: Chart, scale: _Scale) -> Iterator[Markup]:
    if chart.lower is not None and chart.upper is not None:
        top, foot = scale.down(chart.upper), scale.down(chart.lower)
        yield Markup('<rect class="chart__limits" x="{}" y="{}" width="{}" height="{}"/>').format(
            _LEFT, top, _WIDTH - _LEFT - _RIGHT, round(foot - top, 1)
        )


def _expected(chart: Chart, scale: _Scale) -> Iterator[Markup]:
    if chart.expected is not None:
        y = scale.down(chart.expected)
        yield Markup('<path class="chart__target" d="M{} {}H{}"/>').format(_LEFT, y, _WIDTH - _RIGHT)


def _values(slots: Sequence[Mapping[str, Any] | None], scale: _Scale) -> Iterator[Markup]:
    found = [(at, slot["value"]) for at, slot in enumerate(slots) if slot and slot["value"] is not None]
    yield from _line(found, scale, "chart__line")
    for at, value in found:
        yield Markup('<circle class="chart__point" cx="{}" cy="{}" r="5"/>').format(scale.across(at), scale.down(value))
    foot = _HEIGHT - _BOTTOM - 6
    for at, slot in enumerate(slots):
        if slot is not None and slot["value"] is None:
            yield Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
                scale.across(at), foot, slot["missing"]
            )
        if slot is not None and "[b]" in slot["marks"]:
            x = round(scale.across(at) - (scale.across(1) - scale.across(0)) / 2, 1)
            yield Markup('<path class="chart__break" d="M{} {}V{}"/>').format(x, _TOP, _HEIGHT - _BOTTOM)


def _line(found: Sequence[tuple[int, str]], scale: _Scale, style: str) -> Iterator[Markup]:
    """One line for each run of slots that follow one another."""
    run: list[str] = []
    before = -2
    for at, value in [*found, (-9, "0")]:
        if at != before + 1:
            if len(run) > 1:
                yield Markup('<polyline class="{}" points="{}"/>').format(style, " ".join(run))
            run = []
        if at >= 0:
            run.append(f"{scale.across(at)},{scale.down(value)}")
        before = at


def _end_labels(
    chart: Chart, slots: Sequence[Mapping[str, Any] | None], compared: Points, scale: _Scale
) -> Iterator[Markup]:
    """Names at the ends of their lines, moved apart where they would cover one another."""
    latest = next(slot["value"] for slot in reversed(slots) if slot and slot["value"] is not None)
    wanted = [(scale.down(latest), f"Value {_short(latest)}")]
    if compared:
        wanted.append((scale.down(compared[-1]["value"]), f"{chart.compared_name} {_short(compared[-1]['value'])}"))
    if chart.expected is not None:
        wanted.append((scale.down(chart.expected), f"Target {_short(chart.expected)}"))
    below = 0.0
    for y, text in sorted(wanted):
        below = max(y, below + 18)
        yield Markup('<text x="{}" y="{}">{}</text>').format(_WIDTH - _RIGHT + 8, round(below + 5, 1), text)


def _short(value: str) -> str:
    return f"{float(Decimal(value)):,.6g}"


def _about(chart: Chart, slots: Sequence[Mapping[str, Any] | None]) -> str:
    seen = [slot for slot in slots if slot and slot["value"] is not None]
    first, last = seen[0], seen[-1]
    said = f"From {first['value']} in {first['period']} to {last['value']} in {last['period']}."
    gaps = sum(1 for slot in slots if slot is None or slot["value"] is None)
    if gaps:
        said += f" {gaps} periods between have no value."
    if chart.expected is not None:
        said += f" Expected: {chart.expected}."
    if chart.lower is not None and chart.upper is not None:
        said += f" Process-control limits: {chart.lower} to {chart.upper}."
    return said + " The table below has the same figures."
