"""The process control chart of an indicator, and the icons of what it comes to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from portal.charts.drawing import Frame, bounds, end_names, image, line, shape, short, slot_axis, text, value_axis
from portal.charts.slots import Labelled, labelled_slots

_SHAPES: Final = {
    "common_cause": ("circle", "chart__point"),
    "improvement": ("up", "chart__point chart__point--improvement"),
    "concern": ("down", "chart__point chart__point--concern"),
    "neutral_high": ("diamond", "chart__point chart__point--neutral"),
    "neutral_low": ("diamond", "chart__point chart__point--neutral"),
}
"""A shape for each kind of point; its colour says the same again."""
_ICON: Final = 34
_CURVES: Final = {
    "common_cause": "M7 19l4 -4l4 4l4 -4l4 4l4 -4",
    "none": "M12 17h10",
    "high": "M7 23l6 -4l5 -1l8 -9M20 9h6v6",
    "low": "M7 11l6 4l5 1l8 9M20 25h6v-6",
}
_LETTERS: Final = {"pass": "P", "fail": "F", "hit_or_miss": "?", "none": "\N{EN DASH}"}


def control_chart(control: Mapping[str, Any], kind: str) -> Markup:
    """An image with its title and what it shows in words; empty where there is no value. ``kind``: of its periods."""
    slots = labelled_slots(control["points"], kind)
    values = [point["value"] for _, point in slots if point and point["value"] is not None]
    if not values:
        return Markup("")
    places = {label: at for at, (label, _) in enumerate(slots)}
    target = control["assurance"]["target"]
    frame = Frame(*bounds([*values, *_limits(control), *([target] if target else [])]), len(slots))
    parts = [
        *value_axis(frame),
        *slot_axis(frame, [label for label, _ in slots]),
        *_segments(control["segments"], places, frame),
        *_target(target, frame),
        *line([(at, p["value"]) for at, (_, p) in enumerate(slots) if p and p["value"] is not None], frame, _LINE),
        *_points(slots, frame),
        *_names(control, values[-1], frame),
    ]
    title = f"{control['name']}: process control"
    return image("control", (frame.width, frame.height), title, _about(control), parts)


_LINE: Final = "chart__line chart__line--thin"


def _limits(control: Mapping[str, Any]) -> list[str]:
    return [each[name] for each in control["segments"] for name in ("lower", "upper", "mean") if each[name] is not None]


def _segments(segments: Sequence[Mapping[str, Any]], places: Mapping[str, int], frame: Frame) -> Iterator[Markup]:
    """Between the limits of each segment a band, with the mean as a line."""
    for each in segments:
        if each["last"] not in places:
            continue
        x, end = frame.across(places.get(each["first"], 0) - 0.5), frame.across(places[each["last"]] + 0.5)
        if each["upper"] is not None:
            top, foot = frame.down(each["upper"]), frame.down(each["lower"])
            yield Markup('<rect class="chart__limits" x="{}" y="{}" width="{}" height="{}"/>').format(
                x, top, round(end - x, 1), round(foot - top, 1)
            )
            yield Markup('<path class="chart__limit" d="M{} {}H{}M{} {}H{}"/>').format(x, top, end, x, foot, end)
        if each["mean"] is not None:
            yield Markup('<path class="chart__mean" d="M{} {}H{}"/>').format(x, frame.down(each["mean"]), end)


def _target(target: str | None, frame: Frame) -> Iterator[Markup]:
    if target is not None:
        yield Markup('<path class="chart__target" d="M{} {}H{}"/>').format(frame.left, frame.down(target), frame.end)


def _points(slots: Sequence[Labelled], frame: Frame) -> Iterator[Markup]:
    noted = 0
    for at, (_, point) in enumerate(slots):
        if point is None:
            continue
        x = frame.across(at)
        if point["value"] is None:
            yield text(x, frame.foot - 6, point["missing"], "middle")
            continue
        y = frame.down(point["value"])
        kind, style = _SHAPES[point["type"]]
        yield shape(kind, x, y, style)
        if point["annotation"]:
            noted += 1
            yield text(x + 10, y + 5, f"({noted})")


def _names(control: Mapping[str, Any], latest: str, frame: Frame) -> Iterator[Markup]:
    found, target = control["limits"], control["assurance"]["target"]
    ends = [
        ("Value", latest),
        ("Mean", found["mean"]),
        ("Upper limit", found["upper"]),
        ("Lower limit", found["lower"]),
    ]
    ends += [("Target", target)]
    return end_names(
        [(frame.down(value), f"{name} {short(value)}") for name, value in ends if value is not None], frame
    )


def _about(control: Mapping[str, Any]) -> str:
    causes = [f"{each['period']} ({each['rules'][0]['words']})" for each in control["special_causes"]]
    said = f"{control['variation']['words']}. {control['assurance']['words']}."
    said += f" Special causes: {', '.join(causes)}." if causes else " No special cause."
    return said + " The table below has the same figures."


def variation_icon(name: str) -> Markup:
    """A circle with the way of the process; the words beside it say the same."""
    side = name.rpartition("_")[2]
    kind = side if side in {"high", "low"} else name if name in _CURVES else "none"
    style = name.partition("_")[0] if kind in {"high", "low"} else "common"
    letter = {"high": "H", "low": "L"}.get(kind, "")
    curve = Markup('<path class="icon__curve" d="{}"/>').format(_CURVES[kind])
    if letter:
        curve += Markup('<text x="9" y="{}">{}</text>').format(16 if kind == "high" else 27, letter)
    return _icon(style, curve)


def assurance_icon(name: str) -> Markup:
    """A circle with a letter: P passes, F fails, ? is by chance; the words beside it say the same."""
    letter = Markup('<text x="17" y="23" text-anchor="middle">{}</text>').format(_LETTERS.get(name, _LETTERS["none"]))
    return _icon(f"assurance-{name.replace('_', '-')}", letter)


def _icon(style: str, within: Markup) -> Markup:
    return Markup(
        '<svg class="icon icon--{}" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
        '<circle class="icon__ring" cx="17" cy="17" r="15"/>{}</svg>'
    ).format(style, _ICON, _ICON, within)
