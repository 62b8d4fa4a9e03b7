"""A scheme's position, from its account: its figures, period by period, and how the indicated one was made."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.finance.domain.as_at import AsAt
from services.finance.domain.explanation import explain
from services.finance.domain.figures import SchemeFigures, scheme_figures, total_entries
from services.finance.domain.ledger import PostedAmounts, State, total_posted
from services.finance.domain.savings import period_saving
from services.finance.domain.scheme import Scheme, SchemeAccount


@dataclass(frozen=True, slots=True)
class LineEffect:
    """A budget line before and after what is banked on it, as far as it counts."""

    code: str
    before: Decimal
    banked: Decimal

    @property
    def after(self) -> Decimal:
        return self.before - self.banked


@dataclass(frozen=True, slots=True)
class PeriodTotals:
    """What the entries of a period add to, in cash and for indicated money also in non-cash; nothing is capped."""

    period: Period
    indicated: Decimal
    non_cash: Decimal
    validated: Decimal
    banked: Decimal


@dataclass(frozen=True, slots=True)
class SchemePosition:
    scheme: Scheme
    figures: SchemeFigures
    line: LineEffect
    periods: Sequence[PeriodTotals]
    why: str
    as_at: AsAt


def scheme_position(account: SchemeAccount) -> SchemePosition:
    budget = account.budget
    return SchemePosition(
        scheme=account.scheme,
        figures=figures_of(account),
        line=LineEffect(budget.code, budget.current, account.line_cap.total.counted),
        periods=period_totals(account.posted),
        why=explanation_of(account),
        as_at=account.as_at,
    )


def figures_of(account: SchemeAccount) -> SchemeFigures:
    scheme = account.scheme
    return scheme_figures(scheme, total_entries(account.posted), account.line_cap.of(scheme.code), _flags(account))


def explanation_of(account: SchemeAccount) -> str:
    """How the indicated figure was made, in words."""
    if account.scheme.withdrawal is not None:
        return f"Withdrawn, so worth nothing: {account.scheme.withdrawal.reason}"
    if not account.as_at.is_present:
        return "Added up from what had been posted by then"
    polarity = None if account.polarity is None else account.polarity.polarity
    return explain(account.scheme.definition.link, polarity, account.observations)


def _flags(account: SchemeAccount) -> set[str]:
    """What a reader of the indicated figure has to know besides; of a past one not what observations say."""
    found = {"illustrative"} if account.scheme.definition.illustrative else set()
    if account.scheme.withdrawal is not None:
        return found | {"withdrawn_scheme"}
    if account.scheme.definition.link is None or not account.as_at.is_present:
        return found
    if account.polarity is None or not account.observations:
        return found | {"nothing_heard"}
    return found | _cost_flags(account.scheme) | _observation_flags(account)


def _cost_flags(scheme: Scheme) -> set[str]:
    """That a scheme which is no illustration reckons with a unit cost that is one."""
    link = scheme.definition.link
    cost = None if link is None else link.terms.unit_cost.newest
    is_example = cost is not None and cost.illustrative and not scheme.definition.illustrative
    return {"illustrative_unit_cost"} if is_example else set()


def _observation_flags(account: SchemeAccount) -> set[str]:
    link, polarity, found = account.scheme.definition.link, account.polarity, set()
    for observation in account.observations:
        saving = None if link is None or polarity is None else period_saving(link, polarity.polarity, observation)
        if saving is not None and saving.flag is not None:
            found.add(saving.flag)
        elif saving is not None and observation.status is ObservationStatus.PROVISIONAL:
            found.add("provisional")
    return found


def period_totals(posted: Collection[PostedAmounts]) -> list[PeriodTotals]:
    by_period: dict[Period, list[PostedAmounts]] = defaultdict(list)
    for entry in posted:
        by_period[entry.period].append(entry)
    return [_period_totals(period, by_period[period]) for period in sorted(by_period)]


def _period_totals(period: Period, posted: Collection[PostedAmounts]) -> PeriodTotals:
    indicated = total_posted(State.INDICATED, posted)
    return PeriodTotals(
        period,
        indicated.cash,
        indicated.non_cash,
        total_posted(State.VALIDATED, posted).cash,
        total_posted(State.BANKED, posted).cash,
    )
