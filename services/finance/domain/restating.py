"""The entries that bring a ledger to what observations ask for. The one way indicated money is posted."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from contracts.period import Period
from services.finance.domain.ledger import (
    Basis,
    Entry,
    PostedAmounts,
    State,
    indicated_by_period,
    is_restatement,
    posting_quarter,
)
from services.finance.domain.savings import (
    NO_AMOUNTS,
    Amounts,
    Observation,
    SchemeLink,
    difference,
    period_saving,
    rule_version,
)
from services.finance.domain.scheme import SchemeAccount, SeriesPolarity


def entries_to_post(account: SchemeAccount) -> list[Entry]:
    """The differences between what the observations are worth and what is posted, one a period."""
    link, polarity = account.scheme.definition.link, account.polarity
    if link is None or polarity is None or account.scheme.withdrawal is not None:
        return []
    return list(_differences(account, link, polarity))


def _differences(account: SchemeAccount, link: SchemeLink, polarity: SeriesPolarity) -> Iterator[Entry]:
    already = indicated_by_period(account.posted)
    for observation in account.observations:
        saving = period_saving(link, polarity.polarity, observation)
        posted = already.get(observation.period, NO_AMOUNTS)
        change = None if saving is None else difference(saving.amounts, posted)
        if change is not None:
            basis = _basis(link, polarity, observation)
            reason = f"Indicator, revision {observation.revision} ({observation.status})"
            yield _entry(account, observation.period, change, basis, reason, already)


def is_as_observed(account: SchemeAccount) -> bool:
    """Whether the ledger indicates of every period what its observation is worth, and nothing of any other."""
    indicated = {period for period, amounts in indicated_by_period(account.posted).items() if amounts != NO_AMOUNTS}
    if account.scheme.withdrawal is not None:
        return not indicated
    return not entries_to_post(account) and indicated <= {one.period for one in account.observations}


class Reversal(StrEnum):
    """Why all that was indicated is taken back: part of the rule that an entry names."""

    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


def entries_to_reverse(account: SchemeAccount, because: Reversal, reason: str) -> list[Entry]:
    """Entries that take back all that was indicated, period by period, in open quarters."""
    link, polarity = account.scheme.definition.link, account.polarity
    observations = {one.period: one for one in account.observations}
    already, entries = indicated_by_period(account.posted), []
    for period, amounts in already.items():
        change, observation = difference(NO_AMOUNTS, amounts), observations.get(period)
        if change is None or observation is None or link is None or polarity is None:
            continue
        made = _basis(link, polarity, observation)
        basis = replace(made, rule_version=f"{made.rule_version}.{because}", event_id=None)
        entries.append(_entry(account, period, change, basis, reason, already))
    return entries


def _basis(link: SchemeLink, polarity: SeriesPolarity, observation: Observation) -> Basis:
    cost = link.terms.unit_cost
    rule = rule_version(polarity.turned, cost.at(observation.period) or cost.newest)
    return Basis(link.series, observation.version, rule, observation.event_id)


def _entry(
    account: SchemeAccount,
    period: Period,
    change: Amounts,
    basis: Basis,
    reason: str,
    already: Mapping[Period, Amounts],
) -> Entry:
    quarter = posting_quarter(period, account.closed_quarters)
    return Entry(
        scheme=account.scheme.code,
        posted=PostedAmounts(State.INDICATED, period, quarter, change),
        restates=is_restatement(period, quarter, first=period not in already),
        reason=reason,
        basis=basis,
    )
