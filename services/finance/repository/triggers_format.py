"""Triggers that partners agree on, and what was told of them last, as they are stored in JSON."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from services.finance.domain.triggers import NO_TRIGGERS, BudgetKey, Direction, Level, Levels, Trigger, Triggers

Json = dict[str, Any]


def written(triggers: Triggers) -> Json:
    return {
        "fund": _trigger_written(triggers.fund),
        "line": _trigger_written(triggers.line),
        "lines": {code: _trigger_written(one) for code, one in triggers.lines.items()},
    }


def _trigger_written(one: Trigger | None) -> Json | None:
    if one is None:
        return None
    amount, percent = (None if part is None else f"{part:f}" for part in (one.amount, one.percent))
    return {"amount": amount, "percent": percent, "direction": one.direction.value}


def read(stored: Mapping[str, Any] | None) -> Triggers:
    """Triggers; none where the terms are of a format that had none."""
    if stored is None:
        return NO_TRIGGERS
    lines = {code: _trigger(one) for code, one in stored["lines"].items()}
    fund, line = (None if stored[name] is None else _trigger(stored[name]) for name in ("fund", "line"))
    return Triggers(fund, line, lines)


def _trigger(stored: Mapping[str, Any]) -> Trigger:
    amount, percent = (None if stored[name] is None else Decimal(stored[name]) for name in ("amount", "percent"))
    return Trigger(amount, percent, Direction(stored["direction"]))


def levels_written(levels: Levels) -> list[list[str | None]] | None:
    """What is not within its trigger, each as year, line and level; null where all is."""
    ordered = sorted(levels.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    return [[year, line, level.value] for (year, line), level in ordered] or None


def read_levels(stored: Iterable[tuple[str, str | None, str]] | None) -> dict[BudgetKey, Level]:
    return {(year, line): Level(level) for year, line, level in stored or ()}
