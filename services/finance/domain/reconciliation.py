"""What partners put into a fund, against the budget lines that each pays for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.period import Period
from services.finance.domain.agreement import Agreement, in_force
from services.finance.domain.budget import BudgetLine

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A partner's contributions of a year by the agreement in force, and the budgets of its lines, in pounds.

    ``illustrative`` is what of the lines nobody printed.
    """

    partner: str
    contributed: Decimal
    lines: Decimal
    illustrative: Decimal

    @property
    def difference(self) -> Decimal:
        """What is put in beyond the lines; negative where they are not paid for."""
        return self.contributed - self.lines


def reconcile(
    agreements: Iterable[Agreement], year: Period, host: str | None, lines: Iterable[tuple[BudgetLine, Decimal]]
) -> list[Reconciled]:
    """Each partner that puts something in or pays for a line, in the order of codes; ``lines`` with budgets in force.

    A line that names no partner is the host's; where there is no host, nobody's, and left out.
    """
    agreement = in_force(agreements, year)
    given, budgets, made_up = (defaultdict[str, Decimal](Decimal) for _ in range(3))
    for part in () if agreement is None else agreement.terms.contributions:
        if part.financial_year == year:
            given[part.partner] += part.amount
    for line, budget in lines:
        payer = line.partner or host
        if payer is not None:
            budgets[payer] += budget
            made_up[payer] += budget if line.illustrative else NOTHING
    return [
        Reconciled(partner, given[partner], budgets[partner], made_up[partner])
        for partner in sorted({*given, *budgets})
    ]
