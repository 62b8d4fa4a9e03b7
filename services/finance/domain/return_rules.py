"""What the checker of consistency holds the cells of a return to, rule by rule. The check is ours, not the form's.

The forms test presence alone. A rule here follows from what is known of a form, and says by what. Of a cell that no
rule holds of none is known: it is ``unsourced``, and none is made up.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import ge, le
from typing import Final

from contracts.colours import Polarity
from services.finance.domain.return_cells import (
    QUARTERS,
    Basis,
    Cell,
    CellKind,
    Condition,
    Filled,
    Template,
    quarter_number,
)
from services.finance.domain.return_sums import parts_of, sum_of
from services.finance.domain.return_template_2025 import SOURCES
from services.finance.domain.return_templates import DATA_SHARING, SETTINGS

Values = Mapping[str, str]
"""By the code of a cell, as text; money in whole pounds. Beside cells it has what indicators tell of metrics."""
BUDGETS_BEFORE: Final = "measures.budgets.before"
"""Among the values: how many personal health budgets the return of the quarter before ended with."""
_ONLY_WHERE_ASKED: Final = ("why", "expected", "signed_on")
_FLOWS: Final = ("income", "expenditure")
_STATES: Final = ("planned", "forecast", "actual")


@dataclass(frozen=True, slots=True)
class Rule:
    """What some cells have to be to one another, in words, and by what that is known.

    ``fault`` says what of values contradicts it, null where nothing does; it is shown at one of the cells.
    """

    cells: tuple[str, ...]
    shown_at: str
    words: str
    basis: Basis
    fault: Callable[[Values], str | None]


def day_of(value: str) -> date | None:
    """A day as it is written in full, with dashes; null for any other text, such as a week's day."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value else None


def rules_of(template: Template) -> tuple[Rule, ...]:
    """Every rule of a form, in the order of its sections."""
    return tuple(_rules(template, {cell.code: cell for cell in template.cells}))


def by_cell(rules: Iterable[Rule]) -> Mapping[str, tuple[Rule, ...]]:
    """The rules that hold of each cell, by its code; of one that is unsourced there is no key."""
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        for code in rule.cells:
            found[code] = (*found.get(code, ()), rule)
    return found


def contradictions(rules: Iterable[Rule], values: Values) -> Mapping[str, tuple[str, ...]]:
    """Codes of cells, and what each contradicts."""
    found: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        if fault := rule.fault(values):
            found[rule.shown_at].append(fault)
    return {code: tuple(faults) for code, faults in found.items()}


Cells = Mapping[str, Cell]


def _rules(template: Template, cells: Cells) -> Iterator[Rule]:
    for cell in template.cells:
        yield from _of_one_cell(template, cell)
    for flow in _FLOWS:
        yield from _year_explained(template, cells, flow)
    for source in SOURCES:
        yield from _source_explained(cells, source)
        yield from _source_at_the_end(cells, source)
    for state in ("planned", "to_date"):
        yield from _like_the_fund(cells, state)
    for setting in SETTINGS:
        yield from _live(template, cells, setting)
    if "measures.budgets.end" in cells:
        yield from _budgets()
    if "conditions.4.nhs_number" in cells:
        yield _data_shared()


def _of_one_cell(template: Template, cell: Cell) -> Iterator[Rule]:
    if cell.kind in (CellKind.MONEY, CellKind.INTEGER) and not cell.less:
        yield _in_range(template, cell)
    if cell.filled is Filled.COMPUTED:
        yield _adds_up(template, cell)
    field = cell.code.rsplit(".", 1)[-1]
    if field == "expected":
        yield _after_the_quarter(template, cell)
    if cell.when is not None and field in _ONLY_WHERE_ASKED:
        yield _only_where_asked(cell, cell.when)
    if cell.code.startswith("metrics.") and field == "progress":
        yield from _progress({one.code for one in template.cells}, cell)


def _in_range(template: Template, cell: Cell) -> Rule:
    """What is filled in can be less or more than the form takes, and so can a sum; nobody can type that."""
    bounds = f"0 to {template.ceiling:,}"

    def fault(values: Values) -> str | None:
        value = values.get(cell.code)
        is_within = value is None or 0 <= int(value) <= template.ceiling
        return None if is_within else f"is not within {bounds}, which is all that the form takes"

    basis = Basis.FOUND if template.version == "2015-17" else Basis.INFERRED
    return Rule((cell.code,), cell.code, f"is within {bounds}", basis, fault)


def _adds_up(template: Template, cell: Cell) -> Rule:
    parts = (*parts_of(template, cell), *cell.less)

    def fault(values: Values) -> str | None:
        shown, added = values.get(cell.code), sum_of(template, cell, values)
        return None if shown is None or added is None or int(shown) == added else f"its parts come to {added}"

    words = f"{cell.code} is what {', '.join(parts)} come to"
    return Rule((cell.code, *parts), cell.code, words, Basis.INFERRED, fault)


def _after_the_quarter(template: Template, cell: Cell) -> Rule:
    """What is not so yet is expected after the quarter."""

    def fault(values: Values) -> str | None:
        day = day_of(values.get(cell.code, ""))
        return None if day is None or day > template.quarter.end else f"is not after the end of {template.quarter}"

    return Rule((cell.code,), cell.code, "is a day after the quarter", Basis.RECOLLECTED, fault)


def _only_where_asked(cell: Cell, when: Condition) -> Rule:
    """A cell that is not relevant to whoever answers stays empty."""
    wanted = " or ".join(when.values)

    def fault(values: Values) -> str | None:
        is_said = cell.code in values and not when.holds(values.get(when.cell))
        return f"is said, and {when.cell} is not {wanted}" if is_said else None

    words = f"{cell.code} is said only where {when.cell} is {wanted}"
    return Rule((when.cell, cell.code), cell.code, words, Basis.INFERRED, fault)


def _year_explained(template: Template, cells: Cells, flow: str) -> Iterator[Rule]:
    """A year that comes to another sum than the pooled fund, or than was planned, needs a comment."""
    why = f"money.{flow}.why"
    if why not in cells:
        return
    is_last = quarter_number(template.quarter) == len(QUARTERS)
    against = "money.pooled" if "money.pooled" in cells else f"money.{flow}.planned.year"

    def fault(values: Values) -> str | None:
        agreed = values.get("money.pooled", values.get(f"money.{flow}.planned.year"))
        for state in _STATES if is_last else _STATES[:2]:
            total = values.get(f"money.{flow}.{state}.year")
            if why not in values and None not in (total, agreed) and total != agreed:
                return f"needs a comment: {flow} {state} is {total}, and {agreed} was agreed"
        return None

    named = tuple(code for code in cells if code == against or code.startswith(f"money.{flow}."))
    words = f"{flow} of the year is that of {against}, or {why} says why not"
    yield Rule(named, why, words, Basis.RECOLLECTED, fault)


def _source_explained(cells: Cells, source: str) -> Iterator[Rule]:
    """In today's form: a source that is forecast otherwise than planned."""
    comment, variance = f"money.{source}.comment", f"money.{source}.variance"
    if comment not in cells:
        return

    def fault(values: Values) -> str | None:
        differs = values.get(variance, "0")
        is_unexplained = comment not in values and int(differs)
        return f"needs a comment: the forecast differs by {differs} from what was planned" if is_unexplained else None

    named = (f"money.{source}.planned", f"money.{source}.forecast", variance, comment)
    words = f"what is forecast of a source is what was planned, or {comment} says why not"
    yield Rule(named, comment, words, Basis.INFERRED, fault)


def _source_at_the_end(cells: Cells, source: str) -> Iterator[Rule]:
    """In today's form, once the year is over: what was spent to date is all of it, and nothing is left to forecast."""
    spent = f"year_end.{source}.spent"
    if spent in cells:
        to_date = f"money.{source}.to_date"
        for other in (f"money.{source}.forecast", spent):
            words = f"at the end of the year {other} is {to_date}"
            yield Rule((to_date, other), other, words, Basis.INFERRED, _differs(other, to_date))


def _differs(one: str, other: str) -> Callable[[Values], str | None]:
    def fault(values: Values) -> str | None:
        is_other = None not in (values.get(one), values.get(other)) and int(values[one]) != int(values[other])
        return f"is not {other}, which is {values[other]}" if is_other else None

    return fault


def _like_the_fund(cells: Cells, state: str) -> Iterator[Rule]:
    """In today's form: what is added up of all sources and is not what the fund says."""
    comment, total, of_fund = "money.total.comment", f"money.total.{state}", f"money.fund.{state}"
    if comment not in cells:
        return

    def fault(values: Values) -> str | None:
        added, known = values.get(total), values.get(of_fund)
        is_unlike = comment not in values and None not in (added, known) and added != known
        return f"needs a comment: {added} is added up, and {known} is the fund's" if is_unlike else None

    words = f"{total} is {of_fund}, or {comment} says why not"
    yield Rule((total, of_fund, comment), comment, words, Basis.INFERRED, fault)


def _live(template: Template, cells: Cells, setting: str) -> Iterator[Rule]:
    """An interface that is live went live up to the end of the quarter, any other one will after it."""
    interface, day_live = f"measures.interface.{setting}", f"measures.live_on.{setting}"
    if interface not in cells:
        return

    def fault(values: Values) -> str | None:
        state, day = values.get(interface), day_of(values.get(day_live, ""))
        if state is None or day is None or (state == "Live") == (day <= template.quarter.end):
            return None
        return f"the interface is {state.lower()}, and the day is {day}"

    words = f"{day_live} is within the quarter or before where {interface} is Live, else after it"
    yield Rule((interface, day_live), day_live, words, Basis.INFERRED, fault)


def _budgets() -> Iterator[Rule]:
    """Personal health budgets: what ends is what began, and what is new, less what stopped."""
    start, new, stopped, end = parts = tuple(f"measures.budgets.{one}" for one in ("start", "new", "stopped", "end"))
    some = "measures.budgets.healthcare"

    def ends(values: Values) -> str | None:
        if not all(part in values for part in parts):
            return None
        expected = int(values[start]) + int(values[new]) - int(values[stopped])
        return None if int(values[end]) == expected else f"start and new less stopped is {expected}"

    def begins(values: Values) -> str | None:
        before, now = values.get(BUDGETS_BEFORE), values.get(start)
        is_same = before is None or now is None or int(before) == int(now)
        return None if is_same else f"the return before ended with {before}"

    yield Rule(parts, end, f"{end} is {start} and {new} less {stopped}", Basis.CORROBORATED, ends)

    def are_some(values: Values) -> str | None:
        is_more = None not in (values.get(some), values.get(end)) and int(values[some]) > int(values[end])
        return f"is more than {end}, which is {values[end]}" if is_more else None

    yield Rule((some, end), some, f"{some} is at most {end}", Basis.INFERRED, are_some)
    yield Rule((start,), start, f"{start} is what the return before ended with", Basis.INFERRED, begins)


def _data_shared() -> Rule:
    met, parts = "conditions.4.met", tuple(f"conditions.4.{part}" for part in DATA_SHARING)

    def fault(values: Values) -> str | None:
        unmet = [part for part in parts if values.get(part, "Yes") != "Yes"]
        return f"is said to be met, and {', '.join(unmet)} is not" if values.get(met) == "Yes" and unmet else None

    return Rule((met, *parts), met, f"{met} is Yes only where each of its parts is", Basis.INFERRED, fault)


_IS_GOOD: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    Polarity.LOW_IS_GOOD: le,
    Polarity.HIGH_IS_GOOD: ge,
}
"""Of an actual and its plan, by the polarity of the indicator."""


def _progress(codes: set[str], cell: Cell) -> Iterator[Rule]:
    """Progress of metrics: that there is no data while there is, or on track while the actual is behind the plan."""
    metric = cell.code.removesuffix(".progress")
    actual, plan, reason = (f"{metric}.{name}" for name in ("actual", "plan", "reason"))

    def has_data(values: Values) -> str | None:
        known = values.get(f"{metric}.known")
        if values.get(cell.code) != cell.choices[-1]:
            return None
        if known is not None:
            return f"the indicator that it is linked to has a value of {known}"
        return f"the actual is {values[actual]}" if actual in values else None

    def is_on_track(values: Values) -> str | None:
        is_wrong = values.get(cell.code) == cell.choices[0] and _is_behind(metric, values) and reason not in values
        return "the actual is not as good as the plan: say why in the reason" if is_wrong else None

    named = tuple(code for code in (cell.code, actual) if code in codes)
    words = f"{cell.code} says that there is no data only where there is none"
    yield Rule(named, cell.code, words, Basis.INFERRED, has_data)
    if plan in codes:
        words = f"{cell.code} says on track only where {actual} is as good as {plan}, or {reason} says why"
        yield Rule((cell.code, plan, actual, reason), cell.code, words, Basis.INFERRED, is_on_track)


def _is_behind(metric: str, values: Values) -> bool:
    plan, actual = values.get(f"{metric}.plan"), values.get(f"{metric}.actual")
    is_good = _IS_GOOD.get(values.get(f"{metric}.polarity", ""))
    return (
        plan is not None and actual is not None and is_good is not None and not is_good(Decimal(actual), Decimal(plan))
    )
