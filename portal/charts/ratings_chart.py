"""How a risk was rated over time: in effect, as assessed, and as its indicators said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from portal.charts.drawing import Frame, end_names, image, shape, text, value_axis

_KINDS: Final = (
    ("after", "In effect", "chart__line"),
    ("assessed", "Assessed", "chart__compared"),
    ("indicated", "Indicated", "chart__target"),
)
_DAYS: Final = 6
"""Days that are named below the axis at most."""


@dataclass(frozen=True, slots=True)
class _Days:
    """From days to places across."""

    first: date
    last: date
    frame: Frame

    def across(self, day: date) -> float:
        whole = max(1, (self.last - self.first).days)
        width = self.frame.end - self.frame.left
        return round(self.frame.left + width * (day - self.first).days / whole, 1)


def ratings_chart(ref: str, history: Sequence[Mapping[str, Any]], today: date) -> Markup:
    """An image with its title and what it shows in words; empty where the risk was never scored.

    Args:
        ref: reference of the risk.
        history: changes of the rating in effect, oldest first, as the API gives them.
        today: the day up to which ratings go on.
    """
    scored = [each for each in history if each["after"]["score"] is not None]
    if not scored:
        return Markup("")
    days = [date.fromisoformat(each["business_date"]) for each in scored]
    highest = max(each[kind]["score"] for each in scored for kind, _, _ in _KINDS if each[kind])
    frame = Frame(0.0, float(max(25, highest)), 1, height=280)
    axis = _Days(min(days), max(today, *days), frame)
    parts = [*value_axis(frame), *_named_days(days, axis)]
    for kind, _, style in reversed(_KINDS):
        parts += _steps(scored, kind, style, axis)
    parts += [
        shape("circle", axis.across(day), frame.down(str(each["after"]["score"])))
        for day, each in zip(days, scored, strict=True)
    ]
    parts += _names(scored[-1], frame)
    return image("ratings", (frame.width, frame.height), f"{ref}: score of the rating over time", _about(scored), parts)


def _named_days(days: Sequence[date], axis: _Days) -> Iterator[Markup]:
    """The first day, the last, and changes between them that are not too close to one another."""
    room, before = (axis.frame.end - axis.frame.left) / _DAYS, -1.0e9
    for day in sorted({axis.first, *days, axis.last}):
        x = axis.across(day)
        if x - before >= room:
            yield text(x, axis.frame.foot + 24, f"{day.day} {day:%b %Y}", "middle")
            before = x


def _steps(scored: Sequence[Mapping[str, Any]], kind: str, style: str, axis: _Days) -> Iterator[Markup]:
    """A line that goes on as it is until the day of the next change; where it is not on record there is none."""
    ends = [*(axis.across(date.fromisoformat(each["business_date"])) for each in scored[1:]), float(axis.frame.end)]
    way, at = "", None
    for each, end in zip(scored, ends, strict=True):
        found = each[kind]
        if not found or found["score"] is None:
            at = None
            continue
        x, y = axis.across(date.fromisoformat(each["business_date"])), axis.frame.down(str(found["score"]))
        way += f"M{x} {y}" if at is None else f"L{x} {at}V{y}"
        way += f"H{end}"
        at = y
    if way:
        yield Markup('<path class="{}" d="{}"/>').format(style, way)


def _names(last: Mapping[str, Any], frame: Frame) -> Iterator[Markup]:
    found = [(last[kind]["score"], name) for kind, name, _ in _KINDS if last[kind] and last[kind]["score"] is not None]
    return end_names([(frame.down(str(score)), f"{name} {score}") for score, name in found], frame)


def _about(scored: Sequence[Mapping[str, Any]]) -> str:
    ways = [f"{each['after']['score']} from {each['business_date']}" for each in scored]
    return f"Score in effect: {', '.join(ways)}. The table below has the same, with what was assessed and indicated."
