"""The entries that bring a ledger to what observations ask for. The one way indicated money is posted."""

from collections.abc import Iterator, Mapping

from contracts.period import Period
from services.finance.domain.ledger import (
    Basis,
    Entry,
    PostedAmounts,
    State,
    indicated_by_period,
    is_correction,
    posting_quarter,
)
from services.finance.domain.savings import (
    NO_AMOUNTS,
    Amounts,
    Link,
    Observation,
    difference,
    period_saving,
    rule_version,
)
from services.finance.domain.scheme import KnownPolarity, SchemeAccount


def entries_to_post(account: SchemeAccount) -> list[Entry]:
    """The differences between what the observations are worth and what is posted, one a period."""
    link, known = account.scheme.definition.link, account.polarity
    if link is None or known is None or account.scheme.withdrawal is not None:
        return []
    return list(_differences(account, link, known))


def _differences(account: SchemeAccount, link: Link, known: KnownPolarity) -> Iterator[Entry]:
    already = indicated_by_period(account.posted)
    for observation in account.observations:
        saving = period_saving(link, known.polarity, observation)
        posted = already.get(observation.period, NO_AMOUNTS)
        change = None if saving is None else difference(saving.amounts, posted)
        if change is not None:
            basis = _basis(link, known, observation)
            reason = f"Indicator, revision {observation.revision} ({observation.status})"
            yield _entry(account, observation.period, change, basis, reason, already)


def entries_to_reverse(account: SchemeAccount, reason: str) -> list[Entry]:
    """Entries that take back all that was indicated, period by period, in open quarters."""
    link, known = account.scheme.definition.link, account.polarity
    observations = {one.period: one for one in account.observations}
    already, entries = indicated_by_period(account.posted), []
    for period, amounts in already.items():
        change, observation = difference(NO_AMOUNTS, amounts), observations.get(period)
        if change is None or observation is None or link is None or known is None:
            continue
        made = _basis(link, known, observation)
        basis = Basis(made.indicator, made.area, made.revision, f"{made.rule_version}.withdrawn", None)
        entries.append(_entry(account, period, change, basis, reason, already))
    return entries


def _basis(link: Link, known: KnownPolarity, observation: Observation) -> Basis:
    return Basis(
        link.indicator, link.area, observation.revision, rule_version(known.since), event_id=observation.event_id
    )


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
        corrects=is_correction(period, quarter, first=period not in already),
        reason=reason,
        basis=basis,
    )
