"""The loss exceedance curve of a register: how likely a year costs more than so many pounds."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from portal.charts.drawing import Frame, bounds, image, shape, text, value_axis


def loss_chart(curve: Sequence[Mapping[str, Any]], expected: str) -> Markup:
    """An image with its title and what it shows in words; empty where nothing would be lost.

    Args:
        curve: points with ``chance`` (0 to 1) and ``loss`` (pounds), the likeliest first, as the API gives them.
        expected: pounds that a year costs on average.
    """
    if not any(Decimal(point["loss"]) for point in curve):
        return Markup("")
    low, high = bounds(["0", *(point["loss"] for point in curve)])
    frame = Frame(0.0, 100.0, 1, right=40, left=80, bottom=70)
    places = [(_across(point["loss"], low, high, frame), frame.down(Decimal(point["chance"]) * 100)) for point in curve]
    mean = _across(expected, low, high, frame)
    parts = [
        *value_axis(frame, after="%"),
        *(
            text(_across(str(pounds), low, high, frame), frame.foot + 24, f"£{pounds:,.0f}", "middle")
            for pounds in (low, (low + high) / 2, high)
        ),
        text((frame.left + frame.end) / 2, frame.foot + 50, "Pounds that a year costs more than", "middle"),
        Markup('<path class="chart__mean" d="M{} {}V{}"/>').format(mean, frame.top, frame.foot),
        text(mean + 6, frame.top + 14, "on average"),
        Markup('<polyline class="chart__line" points="{}"/>').format(" ".join(f"{x},{y}" for x, y in places)),
        *(shape("circle", x, y) for x, y in places),
    ]
    return image("losses", (frame.width, frame.height), "What a year could cost", _about(curve), parts)


def _across(pounds: str, low: float, high: float, frame: Frame) -> float:
    part = (float(Decimal(pounds)) - low) / (high - low)
    return round(frame.left + part * (frame.end - frame.left), 1)


def _about(curve: Sequence[Mapping[str, Any]]) -> str:
    said = [f"£{Decimal(each['loss']):,.0f} with {float(Decimal(each['chance']) * 100):.4g}%" for each in curve]
    return f"A year costs more than: {', '.join(said)}. An estimate. The table below has the same figures."
