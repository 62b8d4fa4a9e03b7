"""The table of savings that councils publish: what was proposed, achieved, and is missing, by workstream and in total.

``proposed`` is the middle of the plans of schemes that were in the plan. ``achieved`` is what finance validated of
them, ``unachieved`` what of the proposed is not achieved yet. ``pressure`` is what of the proposed the forecast's
middle does not reach any more; ``mitigation`` is what the forecast's middle expects of the schemes that mitigate, and
``net_pressure`` the rest. Rounded half up to the penny, column by column of each scheme, so that rows add up.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.scheme import Delivery, SchemeAccount, Workstream
from services.finance.domain.scheme_position import figures_of

NOTHING: Final = Decimal(0)
_HUNDREDTH: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class SavingsRow:
    """Pounds of a workstream, or of all where ``workstream`` is null; of the year's schemes that are not withdrawn."""

    workstream: Workstream | None
    schemes: int
    proposed: Decimal
    proposed_low: Decimal
    proposed_high: Decimal
    achieved: Decimal
    banked: Decimal
    pressure: Decimal
    mitigation: Decimal
    net_budget: Decimal

    @property
    def unachieved(self) -> Decimal:
        return self.proposed - self.achieved

    @property
    def net_pressure(self) -> Decimal:
        return self.pressure - self.mitigation

    @property
    def percent_of_budget(self) -> Decimal | None:
        """What was achieved, in per cent of the fund's net budget; null where that is nought."""
        if not self.net_budget:
            return None
        return (self.achieved * 100 / self.net_budget).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class SavingsTable:
    fund: str
    name: str
    financial_year: Period
    net_budget: Decimal
    rows: Sequence[SavingsRow]
    total: SavingsRow
    illustrative: bool
    as_at: AsAt = PRESENT


def savings_table(
    fund: str, name: str, year: Period, net_budget: Decimal, accounts: Iterable[SchemeAccount], as_at: AsAt = PRESENT
) -> SavingsTable:
    """The table of a fund's year, a row for each workstream, and for schemes of none where there are any.

    ``accounts`` are its schemes of the year.
    """
    running = [one for one in accounts if one.scheme.withdrawal is None]
    by_workstream: dict[Workstream, list[SchemeAccount]] = defaultdict(list)
    for one in running:
        by_workstream[one.scheme.definition.workstream].append(one)
    shown = [one for one in Workstream if one is not Workstream.UNASSIGNED or by_workstream[one]]
    rows = [_row(workstream, by_workstream[workstream], net_budget) for workstream in shown]
    illustrative = any(one.scheme.definition.illustrative for one in running)
    return SavingsTable(fund, name, year, net_budget, rows, _row(None, running, net_budget), illustrative, as_at)


def _row(workstream: Workstream | None, accounts: Sequence[SchemeAccount], net_budget: Decimal) -> SavingsRow:
    parts = [_part(one) for one in accounts]
    return SavingsRow(
        workstream=workstream,
        schemes=len(parts),
        proposed=sum((one.proposed for one in parts), NOTHING),
        proposed_low=sum((one.low for one in parts), NOTHING),
        proposed_high=sum((one.high for one in parts), NOTHING),
        achieved=sum((one.achieved for one in parts), NOTHING),
        banked=sum((one.banked for one in parts), NOTHING),
        pressure=sum((one.pressure for one in parts), NOTHING),
        mitigation=sum((one.mitigation for one in parts), NOTHING),
        net_budget=net_budget,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What a scheme adds to its row: one that mitigates proposes nothing, and its money is mitigation."""

    proposed: Decimal = NOTHING
    low: Decimal = NOTHING
    high: Decimal = NOTHING
    achieved: Decimal = NOTHING
    banked: Decimal = NOTHING
    pressure: Decimal = NOTHING
    mitigation: Decimal = NOTHING


def _part(account: SchemeAccount) -> _Part:
    figures = figures_of(account)
    expected = to_penny(figures.forecast.middle)
    if account.scheme.definition.delivered_by is Delivery.MITIGATION:
        return _Part(mitigation=expected)
    proposed = to_penny(figures.plan.middle)
    return _Part(
        proposed=proposed,
        low=figures.plan.low,
        high=figures.plan.high,
        achieved=figures.validated,
        banked=figures.banked.counted,
        pressure=proposed - expected,
    )
