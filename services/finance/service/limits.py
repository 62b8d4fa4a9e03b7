"""What a caller whose key is limited to directorates may change: what is of their budget lines."""

from collections.abc import Collection, Iterable

from chassis.access import require_within_directorates
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.budget import BudgetLine
from services.finance.domain.scheme import SchemeDefinition
from services.finance.repository import funds


def require_own_lines(tx: Tx, lines: Iterable[BudgetLine], wanted: Collection[tuple[Period, str]]) -> None:
    """Let the caller write for lines, given by year and code, if they are of directorates that the key is for.

    Raises:
        DirectorateForbidden: one is of another.
    """
    require_within_directorates(tx, {each.directorate for each in lines if each.key in wanted})


async def require_own_line(tx: Tx, scheme: SchemeDefinition) -> None:
    """Let the caller write for a scheme; only of a caller that is limited the line is looked up.

    Raises:
        DirectorateForbidden: its line is of another directorate.
    """
    if tx.caller.directorates:
        lines = await funds.list_lines(tx, scheme.fund)
        require_own_lines(tx, lines, {(scheme.financial_year, scheme.budget_line)})
