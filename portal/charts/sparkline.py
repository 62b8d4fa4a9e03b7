"""The small graph of a row: up to six values, gaps as gaps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from portal.charts.slots import slots_of

SHOWN: Final = 6
_WIDTH: Final = 132
_HEIGHT: Final = 34
_EDGE: Final = 7

Slot = Mapping[str, Any] | None


def sparkline(points: Sequence[Mapping[str, Any]], kind: str, name: str) -> Markup:
    """The latest six periods. A line joins values whose periods follow one another; a cross stands where none is."""
    found = slots_of(points, kind)[-SHOWN:]
    before: list[Slot] = [None] * (SHOWN - len(found) if found else 0)
    slots = [*before, *found]
    heights = _heights(slots)
    drawn = [_run(run) for run in _runs(heights)]
    drawn += [
        _point(x, y) if y is not None else _gap(x) for x, y in heights if y is not None or _is_between(x, heights)
    ]
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}</svg>'
    ).format(_WIDTH, _HEIGHT, _described(slots, name), Markup("").join(drawn))


def _heights(slots: Sequence[Slot]) -> list[tuple[float, float | None]]:
    """Where each slot is across, and how far down its value is."""
    values = [Decimal(slot["value"]) for slot in slots if slot and slot["value"] is not None]
    low, high = (min(values), max(values)) if values else (Decimal(0), Decimal(0))
    step = (_WIDTH - 2 * _EDGE) / (SHOWN - 1)

    def down(slot: Slot) -> float | None:
        if slot is None or slot["value"] is None:
            return None
        part = float((Decimal(slot["value"]) - low) / (high - low)) if high > low else 0.5
        return round(_HEIGHT - _EDGE - part * (_HEIGHT - 2 * _EDGE), 1)

    return [(round(_EDGE + at * step, 1), down(slot)) for at, slot in enumerate(slots)]


def _runs(heights: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in heights:
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if len(run) > 1]


def _is_between(x: float, heights: Sequence[tuple[float, float | None]]) -> bool:
    """Whether a period without a value is one of the graph's: it comes after a value."""
    return any(y is not None and at < x for at, y in heights)


def _run(run: Sequence[tuple[float, float]]) -> Markup:
    return Markup('<polyline class="spark__line" points="{}"/>').format(" ".join(f"{x},{y}" for x, y in run))


def _point(x: float, y: float) -> Markup:
    return Markup('<circle class="spark__point" cx="{}" cy="{}" r="3"/>').format(x, y)


def _gap(x: float) -> Markup:
    foot = _HEIGHT - _EDGE
    return Markup('<path class="spark__gap" d="M{} {}l5 5m0 -5l-5 5"/>').format(x - 2.5, foot - 2.5)


def _described(slots: Sequence[Slot], name: str) -> str:
    """In words: each value with its period, and where there is none."""
    if not slots:
        return f"{name}: no values"
    said = [f"{slot['period']} {slot['value'] or slot['missing']}" if slot else "no value" for slot in slots]
    first = next(at for at, slot in enumerate(slots) if slot)
    return f"{name}: " + ", ".join(said[first:])
