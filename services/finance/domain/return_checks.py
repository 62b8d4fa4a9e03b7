"""Which cells of a return contradict another one, or what the suite knows. The check is ours, not the form's."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from operator import ge, le
from typing import Final

from contracts.colours import Polarity
from services.finance.domain.return_template_2025 import SOURCES
from services.finance.domain.return_templates import QUARTERS, CellKind, Filled, Template, quarter_number

Values = Mapping[str, str]
"""By the code of a cell, as text; money in whole pounds. Beside cells it has what indicators tell of metrics."""
Faults = Iterator[tuple[str, tuple[str, ...]]]


def day_of(value: str) -> date | None:
    """A day as it is written in full, with dashes; null for any other text, such as a week's day."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value else None


def contradictions(template: Template, values: Values, budgets_before: str | None) -> Faults:
    """Codes of cells, and what each contradicts."""
    yield from _beyond_cells(template, values)
    yield from _late_days(template, values)
    yield from _unexplained(template, values)
    yield from _budgets(values, budgets_before)
    yield from _differences(template, values)
    yield from _unlike_the_fund(template, values)
    yield from _progress(template, values)


def _beyond_cells(template: Template, values: Values) -> Faults:
    """What the suite fills in can be less or more than the form takes, which nobody can type."""
    for cell in template.cells:
        is_filled = cell.filled is Filled.SUITE and cell.kind is CellKind.MONEY and cell.code in values
        if is_filled and not 0 <= int(values[cell.code]) <= template.ceiling:
            yield cell.code, (f"is not within 0 to {template.ceiling:,}, which is all that the form takes",)


def _late_days(template: Template, values: Values) -> Faults:
    """What is not so yet is expected after the quarter."""
    for cell in template.cells:
        day = day_of(values.get(cell.code, "")) if cell.code.endswith(".expected") else None
        if day is not None and day <= template.quarter.end:
            yield cell.code, (f"is not after the end of {template.quarter}",)


def _unexplained(template: Template, values: Values) -> Faults:
    """A year that comes to another sum than the pooled fund, or than was planned, needs a comment."""
    codes = {cell.code for cell in template.cells}
    for flow in ("income", "expenditure"):
        why = f"money.{flow}.why"
        if why not in codes or why in values:
            continue
        against = values.get("money.pooled", values.get(f"money.{flow}.planned.year"))
        for state in ("planned", "forecast", "actual"):
            total = values.get(f"money.{flow}.{state}.year")
            is_whole = state != "actual" or quarter_number(template.quarter) == len(QUARTERS)
            if is_whole and None not in (total, against) and total != against:
                yield why, (f"needs a comment: {flow} {state} is {total}, and {against} was agreed",)
                break


def _budgets(values: Values, before: str | None) -> Faults:
    """Personal health budgets: what ends is what began, and what is new, less what stopped."""
    start, new, stopped, end = (values.get(f"measures.budgets.{one}") for one in ("start", "new", "stopped", "end"))
    if start is not None and new is not None and stopped is not None and end is not None:
        expected = int(start) + int(new) - int(stopped)
        if int(end) != expected:
            yield "measures.budgets.end", (f"start and new less stopped is {expected}",)
    if start is not None and before is not None and int(start) != int(before):
        yield "measures.budgets.start", (f"the return before ended with {before}",)


def _differences(template: Template, values: Values) -> Faults:
    """In today's form: a source that is forecast otherwise than planned."""
    codes = {cell.code for cell in template.cells}
    for source in SOURCES:
        comment, differs = f"money.{source}.comment", values.get(f"money.{source}.variance", "0")
        if comment in codes and comment not in values and int(differs):
            yield comment, (f"needs a comment: the forecast differs by {differs} from what was planned",)


def _unlike_the_fund(template: Template, values: Values) -> Faults:
    """In today's form: what is added up of all sources and is not what the fund says."""
    comment = "money.total.comment"
    if comment in values or comment not in {cell.code for cell in template.cells}:
        return
    unlike = []
    for state in ("planned", "to_date"):
        added, known = values.get(f"money.total.{state}"), values.get(f"money.fund.{state}")
        if None not in (added, known) and added != known:
            unlike.append(f"needs a comment: {added} is added up, and {known} is the fund's")
    if unlike:
        yield comment, tuple(unlike)


_IS_GOOD: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    Polarity.LOW_IS_GOOD: le,
    Polarity.HIGH_IS_GOOD: ge,
}
"""Of an actual and its plan, by the polarity of the indicator."""


def _progress(template: Template, values: Values) -> Faults:
    """Progress of metrics: that there is no data while there is, or on track while the actual is behind the plan."""
    for cell in template.cells:
        if not (cell.code.startswith("metrics.") and cell.code.endswith(".progress")):
            continue
        metric, answer = cell.code.removesuffix(".progress"), values.get(cell.code)
        known = values.get(f"{metric}.known")
        if answer == cell.choices[-1] and known is not None:
            yield cell.code, (f"the indicator that it is linked to has a value of {known}",)
        elif answer == cell.choices[0] and _is_behind(metric, values) and f"{metric}.reason" not in values:
            yield cell.code, ("the actual is not as good as the plan: say why in the reason",)


def _is_behind(metric: str, values: Values) -> bool:
    plan, actual = values.get(f"{metric}.plan"), values.get(f"{metric}.actual")
    is_good = _IS_GOOD.get(values.get(f"{metric}.polarity", ""))
    return (
        plan is not None and actual is not None and is_good is not None and not is_good(Decimal(actual), Decimal(plan))
    )
