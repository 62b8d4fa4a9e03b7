"""What charts are drawn with: a frame from values to places, axes, lines with gaps, and names at the ends of lines.

A chart is an image with a title and a description; the page has a table of the same behind it. Lines differ by their
dashes and points by their shapes, so that nothing is said by a colour alone.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

_TICKS: Final = 5
_LABELS: Final = 8
_APART: Final = 18
"""Pixels between names at the ends of lines."""

ChartPoint = tuple[int, str]
"""A slot, and the value in it as a decimal's text."""


@dataclass(frozen=True, slots=True)
class Frame:
    """From values and slots to places on a drawing.

    Args:
        low, high: the values at the foot and at the top.
        slots: how many places there are side by side.
        width, height: of the drawing.
        left, right, top, bottom: of its margins.
    """

    low: float
    high: float
    slots: int
    width: int = 860
    height: int = 340
    left: int = 70
    right: int = 150
    top: int = 20
    bottom: int = 50

    def down(self, value: str | float | Decimal) -> float:
        number = value if isinstance(value, float) else float(Decimal(value))
        part = (number - self.low) / (self.high - self.low)
        return round(self.foot - part * (self.foot - self.top), 1)

    def across(self, slot: float) -> float:
        """The middle of a slot; halves are the edges between two."""
        return round(self.left + (slot + 0.5) * (self.width - self.left - self.right) / self.slots, 1)

    @property
    def foot(self) -> int:
        return self.height - self.bottom

    @property
    def end(self) -> int:
        return self.width - self.right


def bounds(values: Iterable[str]) -> tuple[float, float]:
    """Round numbers below and above all values, apart from one another."""
    numbers = [float(Decimal(value)) for value in values]
    low, high = min(numbers), max(numbers)
    step = _step((high - low) or abs(high) or 1.0)
    return math.floor(low / step) * step, math.ceil(high / step) * step + (step if low == high else 0)


def _step(span: float) -> float:
    """A round number of which about five make the span."""
    power: float = 10.0 ** math.floor(math.log10(span / _TICKS))
    return next(power * each for each in (1, 2, 2.5, 5, 10) if power * each * _TICKS >= span)


def image(name: str, size: tuple[int, int], title: str, about: str, parts: Iterable[Markup]) -> Markup:
    """An image with its title and what it shows in words. ``name`` tells it from other images of the page."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-title {name}-about" '
        'focusable="false"><title id="{name}-title">{title}</title><desc id="{name}-about">{about}</desc>{parts}</svg>'
    ).format(name=name, width=size[0], height=size[1], title=title, about=about, parts=Markup("").join(parts))


def value_axis(frame: Frame, before: str = "", after: str = "") -> Iterator[Markup]:
    """Lines across at round values, each with its number between ``before`` and ``after``, such as a pound sign."""
    step = _step(frame.high - frame.low)
    for at in range(round((frame.high - frame.low) / step) + 1):
        value = frame.low + at * step
        y = frame.down(value)
        yield Markup('<path class="chart__grid" d="M{} {}H{}"/>').format(frame.left, y, frame.end)
        yield text(frame.left - 8, y + 5, f"{before}{value:,.10g}{after}", "end")
    yield Markup('<path class="chart__axis" d="M{} {}H{}"/>').format(frame.left, frame.foot, frame.end)


def slot_axis(frame: Frame, labels: Sequence[str | None]) -> Iterator[Markup]:
    """Names of slots below the axis: the last one, and as many before it as there is room for."""
    every = math.ceil(len(labels) / _LABELS)
    for slot in range(len(labels) - 1, -1, -every):
        if label := labels[slot]:
            yield text(frame.across(slot), frame.foot + 24, label, "middle")


def text(x: float, y: float, said: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, round(y, 1), anchor, said)


def line(places: Iterable[ChartPoint], frame: Frame, style: str) -> Iterator[Markup]:
    """One line for each run of slots that follow one another."""
    run: list[str] = []
    before = -2
    for at, value in [*places, (-9, "")]:
        if at != before + 1:
            if len(run) > 1:
                yield Markup('<polyline class="{}" points="{}"/>').format(style, " ".join(run))
            run = []
        if at >= 0:
            run.append(f"{frame.across(at)},{frame.down(value)}")
        before = at


def end_names(wanted: Iterable[tuple[float, str]], frame: Frame) -> Iterator[Markup]:
    """Names right of the drawing, at the heights of their lines, moved apart where they would cover one another."""
    named = sorted(wanted)
    places: list[float] = []
    for y, _ in named:
        places.append(max(y, places[-1] + _APART) if places else y)
    for at, (_, said) in enumerate(named):
        lowest = frame.height - 10 - _APART * (len(named) - 1 - at)
        yield text(frame.end + 8, min(places[at], lowest) + 5, said)


_SHAPES: Final = {
    "circle": "M{x} {y}m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0",
    "square": "M{x} {y}m-5 -5h10v10h-10z",
    "up": "M{x} {y}m0 -7l7 12h-14z",
    "down": "M{x} {y}m0 7l7 -12h-14z",
    "diamond": "M{x} {y}m0 -7l7 7l-7 7l-7 -7z",
}


def shape(kind: str, x: float, y: float, style: str = "chart__point") -> Markup:
    """A circle, square, diamond, or triangle that points ``up`` or ``down``, around a place."""
    return Markup('<path class="{}" d="{}"/>').format(style, _SHAPES[kind].format(x=x, y=y))


def short(value: str) -> str:
    """A number with six digits at most."""
    return f"{float(Decimal(value)):,.6g}"
