"""The chart of an indicator: its values with their gaps and limits, a comparator, and what its target expects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from portal.charts.drawing import (
    ChartPoint,
    Frame,
    bounds,
    end_names,
    image,
    line,
    shape,
    short,
    slot_axis,
    text,
    value_axis,
)
from portal.charts.slots import Labelled, labelled_slots

Points = Sequence[Mapping[str, Any]]
_SMALL: Final = {"width": 300, "height": 150, "left": 48, "right": 12, "top": 12, "bottom": 32}


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. ``points`` are observations in order of their periods; every value is a decimal's text.

    ``trajectory``: periods with what the target expects in each, as the API gives them. ``within``: values that the
    frame has to hold beside its own, so that several charts have one scale.
    """

    name: str
    kind: str
    points: Points
    compared: Points = ()
    compared_name: str = ""
    trajectory: Points = ()
    identity: str = "chart"
    within: Sequence[str] = ()


def line_chart(chart: Chart) -> Markup:
    """An image with its title and what it shows in words; empty where there is no value."""
    return _drawn(chart, small=False)


def small_chart(chart: Chart) -> Markup:
    """One of several that are looked at side by side."""
    return _drawn(chart, small=True)


def _drawn(chart: Chart, *, small: bool) -> Markup:
    slots = labelled_slots(chart.points, chart.kind, [each["period"] for each in chart.trajectory])
    values = [point["value"] for _, point in slots if point and point["value"] is not None]
    if not values:
        return Markup("")
    places = {label: at for at, (label, _) in enumerate(slots)}
    compared = _places(chart.compared, "value", places)
    expected = _places(chart.trajectory, "expected", places)
    others = [value for _, value in (*compared, *expected)]
    low, high = bounds([*values, *others, *_ends(slots), *_ends_of_ranges(chart, places), *chart.within])
    frame = Frame(low, high, len(slots), **(_SMALL if small else {}))
    parts = [
        *value_axis(frame),
        *slot_axis(frame, _shown_labels([label for label, _ in slots], small=small)),
        *_ranges(chart, places, frame),
        *line(expected, frame, "chart__target"),
        *line(compared, frame, "chart__compared"),
        *([] if small else _limits(slots, frame)),
        *_values(slots, frame),
        *([] if small else _names(chart, slots, compared, expected, frame)),
    ]
    return image(chart.identity, (frame.width, frame.height), chart.name, _about(slots, expected), parts)


def _shown_labels(labels: Sequence[str], *, small: bool) -> list[str | None]:
    """A small chart has room for its first and its last period."""
    if not small:
        return [*labels]
    return [label if at in {0, len(labels) - 1} and len(labels) > 1 else None for at, label in enumerate(labels)]


def _places(points: Points, name: str, places: Mapping[str, int]) -> list[ChartPoint]:
    found = ((places[each["period"]], each[name]) for each in points if each["period"] in places)
    return [(at, value) for at, value in found if value is not None]


def _ends(slots: Sequence[Labelled]) -> list[str]:
    """The 95% limits that values have."""
    limits = (point.get("limits") for _, point in slots if point and point["value"] is not None)
    return [found[end] for found in limits if found for end in ("lower", "upper")]


def _ends_of_ranges(chart: Chart, places: Mapping[str, int]) -> list[str]:
    return [each[end] for each in chart.trajectory if each["period"] in places for end in ("low", "high") if each[end]]


def _ranges(chart: Chart, places: Mapping[str, int], frame: Frame) -> Iterator[Markup]:
    """The ends of a target that is a range, period by period."""
    for end in ("low", "high"):
        yield from line(_places(chart.trajectory, end, places), frame, "chart__target")


def _limits(slots: Sequence[Labelled], frame: Frame) -> Iterator[Markup]:
    """The 95% limits of a value: a bar from the one to the other."""
    for at, (_, point) in enumerate(slots):
        found = point.get("limits") if point and point["value"] is not None else None
        if found:
            x, top, foot = frame.across(at), frame.down(found["upper"]), frame.down(found["lower"])
            yield Markup('<path class="chart__bar" d="M{} {}V{}M{} {}h10M{} {}h10"/>').format(
                x, top, foot, x - 5, top, x - 5, foot
            )


def _values(slots: Sequence[Labelled], frame: Frame) -> Iterator[Markup]:
    found = [(at, point) for at, (_, point) in enumerate(slots) if point and point["value"] is not None]
    yield from line([(at, point["value"]) for at, point in found], frame, "chart__line")
    for at, point in found:
        kind = "square" if point.get("revision", 1) > 1 else "circle"
        style = "chart__point chart__point--hollow" if point.get("status") == "provisional" else "chart__point"
        yield shape(kind, frame.across(at), frame.down(point["value"]), style)
    for at, (_, seen) in enumerate(slots):
        if seen is not None:
            yield from _marks(at, seen, frame)


def _marks(at: int, point: Mapping[str, Any], frame: Frame) -> Iterator[Markup]:
    if point["value"] is None:
        yield text(frame.across(at), frame.foot - 6, point["missing"], "middle")
    if "[b]" in point["marks"]:
        x = frame.across(at - 0.5)
        yield Markup('<path class="chart__break" d="M{} {}V{}"/>').format(x, frame.top, frame.foot)
        yield text(x + 4, frame.top + 12, "break")


def _names(
    chart: Chart,
    slots: Sequence[Labelled],
    compared: Sequence[ChartPoint],
    expected: Sequence[ChartPoint],
    frame: Frame,
) -> Iterator[Markup]:
    """Names at the ends of their lines."""
    latest = next(point["value"] for _, point in reversed(slots) if point and point["value"] is not None)
    ends = [(latest, "Value")]
    ends += [(compared[-1][1], chart.compared_name)] if compared else []
    ends += [(expected[-1][1], "Target")] if expected else []
    return end_names([(frame.down(value), f"{name} {short(value)}") for value, name in ends], frame)


def _about(slots: Sequence[Labelled], expected: Sequence[ChartPoint]) -> str:
    seen = [(label, point) for label, point in slots if point and point["value"] is not None]
    (start, first), (end, last) = seen[0], seen[-1]
    said = f"From {first['value']} in {start} to {last['value']} in {end}."
    observed = [label for label, point in slots if point]
    last_slot = [label for label, _ in slots].index(observed[-1])
    gaps = sum(1 for _, point in slots[: last_slot + 1] if point is None or point["value"] is None)
    revised = sum(1 for _, point in seen if point.get("revision", 1) > 1)
    breaks = [label for label, point in slots if point and "[b]" in point["marks"]]
    said += f" {gaps} periods between have no value." if gaps else ""
    said += f" {revised} values were revised." if revised else ""
    said += f" The series breaks at {', '.join(breaks)}." if breaks else ""
    said += f" The target expects {expected[-1][1]} in {slots[expected[-1][0]][0]}." if expected else ""
    return said + " The table below has the same figures."
