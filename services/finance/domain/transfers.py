"""The ledger of a fund: transfers of pence between two accounts, chained so that none can be changed unseen.

A layer is one kind of money: what is budgeted, planned, indicated, validated, banked, spent, put in. A transfer lies
in one layer, so that layers never mix, and debits one account of it and credits another, so that it balances by its
form. An account is a budget line, a scheme or a partner by its code; the other side is the control account of the
layer. The balance of an account is what was debited less what was credited.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.money import PENNY
from contracts.period import Period
from services.finance.domain.ledger import RecordedEntry, State, posting_quarter
from services.finance.domain.scheme import SchemeDefinition


class Layer(StrEnum):
    """What kind of money an account counts. Accounts are lines, schemes or partners, by the layer."""

    BUDGET = "budget"
    VIREMENT = "virement"
    OUTTURN = "outturn"
    CONTRIBUTION = "contribution"
    PLANNED_LOW = "planned_low"
    PLANNED_HIGH = "planned_high"
    INDICATED = "indicated"
    NON_CASH = "non_cash"
    VALIDATED = "validated"
    BANKED = "banked"
    SHARE = "share"


CONTROL: Final = "~control"
"""The account of each layer that balances all others; no code begins so."""
NO_HASH: Final = "0" * 64
"""What the first transfer of a fund is chained to."""

_LAYER_OF: Final = {
    State.INDICATED: Layer.INDICATED,
    State.VALIDATED: Layer.VALIDATED,
    State.BANKED: Layer.BANKED,
}
ENTRY_LAYERS: Final = frozenset((*_LAYER_OF.values(), Layer.NON_CASH))
"""Layers whose transfers stand for entries of schemes."""
MOVING: Final = (Layer.VIREMENT, Layer.OUTTURN)
"""Layers that move what a budget line has, or has left."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Pence, never negative, debited to one account of a layer and credited to another, with effect on a day.

    ``entry`` is the id of the scheme's entry that it stands for, ``reverses`` the number of what it takes back,
    ``relates_to`` in words what it follows from, ``event_id`` the event that led to it.
    """

    fund: str
    financial_year: Period
    layer: Layer
    debit: str
    credit: str
    pence: int
    effective_on: date
    reason: str
    period: Period | None = None
    reference: str | None = None
    relates_to: str | None = None
    entry: int | None = None
    event_id: str | None = None
    reverses: int | None = None

    @property
    def amount(self) -> Decimal:
        """Pounds."""
        return self.pence * PENNY

    def amount_of(self, account: str) -> Decimal:
        """Pounds by which the account's balance rises, or falls where it is credited."""
        return self.amount if self.debit == account else -self.amount

    @property
    def owner(self) -> str:
        """The account that is not the control account: where neither is, the one debited."""
        return self.credit if self.debit == CONTROL else self.debit


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The end of a chain: the number and the hash of the last transfer."""

    number: int = 0
    hash: str = NO_HASH


@dataclass(frozen=True, slots=True)
class RecordedTransfer:
    """A transfer as it was written, numbered within its fund from 1 and chained to the one before."""

    number: int
    transfer: Transfer
    actor: str
    recorded_at: datetime
    business_date: date
    hash: str

    @property
    def id(self) -> str:
        return f"{self.transfer.fund}.{self.number}"


def split_id(text: str) -> tuple[str, int] | None:
    """The fund and the number of a transfer's id; null where it is none."""
    fund, dot, number = text.rpartition(".")
    if not (fund and dot and number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        return None
    return fund, int(number)


_MOST_DIGITS: Final = 15


def in_pence(amount: Decimal) -> int:
    """Whole pence.

    Raises:
        ValueError: the amount has parts of a penny.
    """
    pence = amount * 100
    if pence != pence.to_integral_value():
        raise ValueError(f"{amount} has parts of a penny")
    return int(pence)


def sides(account: str, amount: Decimal) -> tuple[str, str, int]:
    """Who is debited, who is credited and how many pence, for a balance that moves by pounds of either sign."""
    pence = in_pence(amount)
    return (CONTROL, account, -pence) if pence < 0 else (account, CONTROL, pence)


def chained(before: ChainEnd, recorded: RecordedTransfer) -> str:
    """The hash of a transfer: SHA-256 of the hash before it and of all that the transfer says, as a list in JSON."""
    one = recorded.transfer
    content = [
        before.hash,
        one.fund,
        recorded.number,
        one.financial_year.label,
        one.layer.value,
        one.debit,
        one.credit,
        one.pence,
        one.effective_on.isoformat(),
        None if one.period is None else one.period.label,
        one.reason,
        one.reference,
        one.relates_to,
        one.entry,
        one.event_id,
        one.reverses,
        recorded.actor,
        recorded.recorded_at.isoformat(timespec="microseconds"),
        recorded.business_date.isoformat(),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def transfers_of_entry(recorded: RecordedEntry, agreed: SchemeDefinition) -> Iterator[Transfer]:
    """How a scheme's entry stands in the ledger: its cash, and what it indicates beside that frees no money."""
    posted = recorded.entry.posted
    amounts = [(_LAYER_OF[posted.state], posted.amounts.cash)]
    if posted.amounts.non_cash:
        amounts.append((Layer.NON_CASH, posted.amounts.non_cash))
    for layer, amount in amounts:
        debit, credit, pence = sides(agreed.code, amount)
        yield Transfer(
            fund=agreed.fund,
            financial_year=agreed.financial_year,
            layer=layer,
            debit=debit,
            credit=credit,
            pence=pence,
            effective_on=effective_day(posted.period, posted.quarter),
            reason=recorded.entry.reason,
            period=posted.period,
            relates_to=_follows_from(recorded),
            entry=recorded.id,
            event_id=None if recorded.entry.basis is None else recorded.entry.basis.event_id,
        )


def _follows_from(recorded: RecordedEntry) -> str | None:
    """What an entry was made from or corrects, and whether it restates, as the chain keeps it."""
    entry = recorded.entry
    parts = [] if entry.corrects is None else [f"corrects {entry.corrects}"]
    if entry.basis is not None:
        version = entry.basis.version
        made = f"revision {version.number} of generation {version.generation} by rule {entry.basis.rule_version}"
        parts.append(f"{entry.basis.series}, {made}")
    if entry.reference is not None:
        parts.append(f"posted as {entry.reference}")
    return "; ".join([*parts, *(["restates"] if entry.restates else [])]) or None


def effective_day(period: Period, quarter: Period) -> date:
    """The last day of the period, or the first of the open quarter that it fell in where its own was closed."""
    return max(period.end, quarter.start)


def first_open_day(year: Period, closed: Iterable[Period]) -> date:
    """The first day of the year, or where its first quarters are closed the first day of the first that is not."""
    return posting_quarter(Period.quarter_of(year.start), frozenset(closed)).start


class Account(NamedTuple):
    """An account of a fund's ledger."""

    layer: Layer
    financial_year: Period
    owner: str


def transfers_to(
    fund: str,
    wanted: Mapping[Account, Decimal],
    balances: Mapping[Account, Decimal],
    *,
    closed: Iterable[Period],
    reason: str,
    relates_to: str,
) -> list[Transfer]:
    """What brings these accounts to what is wanted, in pounds; one that is not wanted any more goes to nought."""
    quarters, found = frozenset(closed), []
    for account in sorted({*wanted, *balances}, key=lambda one: (one.layer, one.financial_year, one.owner)):
        change = wanted.get(account, Decimal(0)) - balances.get(account, Decimal(0))
        if change:
            debit, credit, pence = sides(account.owner, change)
            day = first_open_day(account.financial_year, quarters)
            found.append(
                Transfer(
                    fund=fund,
                    financial_year=account.financial_year,
                    layer=account.layer,
                    debit=debit,
                    credit=credit,
                    pence=pence,
                    effective_on=day,
                    reason=reason,
                    relates_to=relates_to,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What was debited and credited to an account, in pounds."""

    account: Account
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account of a fund with effect up to a day, as known at a moment; debits equal credits, layer by layer."""

    fund: str
    at: date | None
    known_at: datetime | None
    accounts: Sequence[AccountBalance]

    @property
    def debit(self) -> Decimal:
        return sum((one.debit for one in self.accounts), Decimal(0))

    @property
    def credit(self) -> Decimal:
        return sum((one.credit for one in self.accounts), Decimal(0))

    @property
    def difference(self) -> Decimal:
        return self.debit - self.credit
