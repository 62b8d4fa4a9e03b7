"""Publishing schemes and funds once more, and forgetting series, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from services.finance.domain.restating import Reversal, entries_to_reverse
from services.finance.domain.series import Series
from services.finance.events import ACTION_PLAN, FUND, UNIT_COST
from services.finance.repository import action_plans, observations, schemes
from services.finance.repository.accounts import get_accounts
from services.finance.repository.published_funds import list_published_funds
from services.finance.repository.unit_costs import list_published
from services.finance.service.action_plans import emit_plans_again
from services.finance.service.fund_publication import emit_funds_again, emit_funds_moved
from services.finance.service.ledger import post_entries
from services.finance.service.restatement import emit_again, emit_moved
from services.finance.service.unit_costs import emit_unit_costs_again

REASON = "The indicators' database went back in time, and has this series no longer"


async def list_subjects(tx: Tx) -> Sequence[str]:
    """Of every scheme, fund, unit cost and action plan that has an event."""
    funds = [FUND + code for code in await list_published_funds(tx)]
    costs = [UNIT_COST + code for code in await list_published(tx)]
    plans = [f"{ACTION_PLAN}{fund}/{reference}" for fund, reference in await action_plans.list_published(tx)]
    return [*await schemes.list_published_codes(tx), *funds, *costs, *plans]


async def emit_states(tx: Tx, subjects: Sequence[str]) -> None:
    """Lock these, and emit the state of each as its next version."""
    costs = [subject.removeprefix(UNIT_COST) for subject in subjects if subject.startswith(UNIT_COST)]
    await emit_unit_costs_again(tx, costs)
    codes = [subject for subject in subjects if not subject.startswith((FUND, UNIT_COST, ACTION_PLAN))]
    await schemes.lock_schemes(tx, codes)
    for account in await get_accounts(tx, codes):
        await emit_again(tx, account)
    await emit_funds_again(tx, [subject.removeprefix(FUND) for subject in subjects if subject.startswith(FUND)])
    plans = [subject.removeprefix(ACTION_PLAN) for subject in subjects if subject.startswith(ACTION_PLAN)]
    await emit_plans_again(tx, [(fund, reference) for fund, _, reference in (plan.partition("/") for plan in plans)])


async def forget_series(tx: Tx, subjects: Sequence[str]) -> None:
    """Delete series that their producer no longer has, and take back what they indicated, in open quarters."""
    series = {Series.parse(subject) for subject in subjects}
    await observations.lock_series(tx, series)
    codes = await observations.list_schemes_linked_to(tx, series)
    await schemes.lock_schemes(tx, codes)
    accounts = await get_accounts(tx, codes)
    reversals = [entries_to_reverse(account, Reversal.FORGOTTEN, REASON) for account in accounts]
    posting = [entry for entries in reversals for entry in entries]
    await post_entries(tx, posting, (account.scheme for account in accounts))
    await observations.delete_series(tx, series)
    for account in await get_accounts(tx, codes):
        await emit_moved(tx, account, ())
    await emit_funds_moved(tx, {account.scheme.definition.fund for account in accounts})


REPUBLICATION = Republication(list_subjects, emit_states)
