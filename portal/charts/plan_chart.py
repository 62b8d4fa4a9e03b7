"""Savings of a year by quarter: the plan as a band from low to high, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from portal.charts.drawing import Frame, bounds, image, shape, slot_axis, text, value_axis

_MARKS: Final = (
    ("indicated", "Indicated", "circle", "chart__point chart__point--hollow"),
    ("validated", "Validated", "square", "chart__point"),
    ("banked", "Banked", "diamond", "chart__point chart__point--improvement"),
)
_HALF: Final = 0.3
"""Half the width of a band, in slots."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the plan; money is pounds as a decimal's text, None where it is not known."""

    label: str
    low: str
    high: str
    indicated: str | None = None
    validated: str | None = None
    banked: str | None = None


def plan_chart(quarters: Sequence[Quarter]) -> Markup:
    """An image with its title and what it shows in words; empty where nothing was planned and nothing came."""
    values = [value for each in quarters for value in (each.low, each.high, *_came(each)) if value is not None]
    if not any(Decimal(value) for value in values):
        return Markup("")
    frame = Frame(*bounds(["0", *values]), len(quarters), left=95, right=130)
    parts = [*value_axis(frame, "£"), *slot_axis(frame, [each.label for each in quarters]), *_legend(frame)]
    for at, each in enumerate(quarters):
        parts += [_band(at, each, frame), *_marked(at, each, frame)]
    return image("plan", (frame.width, frame.height), "Savings by quarter", _about(quarters), parts)


def _came(quarter: Quarter) -> tuple[str | None, ...]:
    return tuple(getattr(quarter, name) for name, *_ in _MARKS)


def _band(at: int, quarter: Quarter, frame: Frame) -> Markup:
    top, foot = frame.down(quarter.high), frame.down(quarter.low)
    x, end = frame.across(at - _HALF), frame.across(at + _HALF)
    return Markup('<rect class="chart__limits" x="{}" y="{}" width="{}" height="{}"/>').format(
        x, top, round(end - x, 1), max(2.0, round(foot - top, 1))
    ) + Markup('<path class="chart__limit" d="M{} {}H{}M{} {}H{}"/>').format(x, top, end, x, foot, end)


def _marked(at: int, quarter: Quarter, frame: Frame) -> Iterator[Markup]:
    """Side by side, so that none covers another."""
    for number, (name, _, kind, style) in enumerate(_MARKS):
        value = getattr(quarter, name)
        if value is not None:
            yield shape(kind, frame.across(at + (number - 1) * _HALF / 2), frame.down(value), style)


def _legend(frame: Frame) -> Iterator[Markup]:
    yield Markup('<rect class="chart__limits" x="{}" y="{}" width="14" height="12"/>').format(frame.end + 12, frame.top)
    yield text(frame.end + 32, frame.top + 11, "Planned")
    for number, (_, words, kind, style) in enumerate(_MARKS, start=1):
        y = frame.top + 24 * number + 6
        yield shape(kind, frame.end + 19, y, style)
        yield text(frame.end + 32, y + 5, words)


def _about(quarters: Sequence[Quarter]) -> str:
    said = []
    for each in quarters:
        came = [
            f"{words.lower()} £{Decimal(value):,.0f}"
            for (_, words, *_), value in zip(_MARKS, _came(each), strict=True)
            if value
        ]
        said.append(
            f"{each.label}: planned £{Decimal(each.low):,.0f} to £{Decimal(each.high):,.0f}"
            + "".join(f", {one}" for one in came)
        )
    return f"{'; '.join(said)}. The table below has the same figures."
