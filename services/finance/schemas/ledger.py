"""The ledger of a fund: its entries, its trial balance, and whether it is what was written."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from chassis.web.render.table import Column, Note, Row, Table, known_at
from contracts.money import Money, pounds
from contracts.reasons import Reason
from services.finance.domain.ledger_check import LedgerCheck, LedgerFault
from services.finance.domain.transfers import (
    AccountBalance,
    Layer,
    RecordedTransfer,
    TrialBalance,
)


class LedgerEntryOut(OutBody):
    """Money from one account of a layer to another. It is balanced by its form, and never changed.

    ``debit`` and ``credit`` are accounts: a budget line, a scheme or a partner by its code, or ``~control``, which
    balances all others of the layer. ``hash`` is that of the entry before it and of all that this one says.
    """

    id: Annotated[str, Field(description="Code of the fund and number of the entry", examples=["integrated-fund.17"])]
    fund: str
    number: Annotated[int, Field(description="Number of the entry within its fund, from 1, without gaps")]
    financial_year: str
    layer: Layer
    debit: Annotated[str, Field(description="Account that is debited")]
    credit: Annotated[str, Field(description="Account that is credited")]
    amount: Money
    effective_on: date
    period: Annotated[str | None, Field(description="Period that the money is for; null where it is for none")]
    reason: str
    reference: Annotated[str | None, Field(description="Reference of the posting; null where there is none")]
    relates_to: Annotated[str | None, Field(description="What it follows from, corrects or restates, in words")]
    scheme_entry: Annotated[int | None, Field(description="Id of the scheme's entry that it stands for, if any")]
    event_id: Annotated[str | None, Field(description="Id of the event that led to it; null for a person's")]
    reverses: Annotated[str | None, Field(description="Id of the entry that it takes back; null for others")]
    actor: str
    recorded_at: datetime
    business_date: date
    hash: Annotated[str, Field(description="SHA-256 by which the entry is chained to the one before it")]

    @classmethod
    def of(cls, recorded: RecordedTransfer) -> Self:
        one = recorded.transfer
        return cls(
            id=recorded.id,
            fund=one.fund,
            number=recorded.number,
            financial_year=one.financial_year.label,
            layer=one.layer,
            debit=one.debit,
            credit=one.credit,
            amount=pounds(one.amount),
            effective_on=one.effective_on,
            period=None if one.period is None else one.period.label,
            reason=one.reason,
            reference=one.reference,
            relates_to=one.relates_to,
            scheme_entry=one.entry,
            event_id=one.event_id,
            reverses=None if one.reverses is None else f"{one.fund}.{one.reverses}",
            actor=recorded.actor,
            recorded_at=recorded.recorded_at,
            business_date=recorded.business_date,
            hash=recorded.hash,
        )


class ReversalBody(StrictBody):
    """That an entry is taken back, with effect on which day, and why."""

    effective_on: Annotated[date, Field(description="Day with effect on which it is taken back, in an open quarter")]
    reason: Annotated[Reason, Field(examples=["Posted to the wrong division"])]


class AccountBalanceOut(OutBody):
    """What was debited and credited to an account."""

    layer: Layer
    financial_year: str
    account: Annotated[str, Field(description="Line, scheme or partner by its code, or `~control`")]
    debit: Annotated[Money, Field(description="All that was debited")]
    credit: Annotated[Money, Field(description="All that was credited")]
    balance: Annotated[Money, Field(description="Debits less credits")]

    @classmethod
    def of(cls, found: AccountBalance) -> Self:
        return cls(
            layer=found.account.layer,
            financial_year=found.account.financial_year.label,
            account=found.account.owner,
            debit=pounds(found.debit),
            credit=pounds(found.credit),
            balance=pounds(found.balance),
        )


class TrialBalanceOut(OutBody):
    """Every account of a fund. Debits equal credits, in all and layer by layer, at any time."""

    fund: str
    at: Annotated[date | None, Field(description="Entries with effect up to this day; null for all")]
    known_at: Annotated[datetime | None, Field(description="As it was known at this moment; null for now")]
    debit: Annotated[Money, Field(description="Debits of all accounts")]
    credit: Annotated[Money, Field(description="Credits of all accounts")]
    difference: Annotated[Money, Field(description="Debits less credits: nought")]
    accounts: Annotated[list[AccountBalanceOut], Field(description="By layer, year and account")]

    @classmethod
    def of(cls, found: TrialBalance) -> Self:
        return cls(
            fund=found.fund,
            at=found.at,
            known_at=found.known_at,
            debit=pounds(found.debit),
            credit=pounds(found.credit),
            difference=pounds(found.difference),
            accounts=[AccountBalanceOut.of(one) for one in found.accounts],
        )


_COLUMNS = (
    Column("layer", "Layer", "What kind of money the account counts"),
    Column("financial_year", "Financial year", "Year that the money belongs to"),
    Column("account", "Account", "Line, scheme or partner by its code, or ~control"),
    Column("debit", "Debit (£)", "All that was debited, in pounds", is_number=True),
    Column("credit", "Credit (£)", "All that was credited, in pounds", is_number=True),
    Column("balance", "Balance (£)", "Debits less credits, in pounds", is_number=True),
)


def trial_balance_table(found: TrialBalance, made_at: datetime) -> Table:
    """A row for each account, and one of totals."""
    at = "" if found.at is None else f" at {found.at.isoformat()}"
    known = known_at(found.known_at)
    return Table(
        name=f"trial-balance-{found.fund}",
        title=f"Trial balance of {found.fund}{at}{known}",
        about="What was debited and credited to every account of the fund's ledger.",
        columns=_COLUMNS,
        rows=[*(_cells(one) for one in found.accounts), _total(found)],
        made_at=made_at,
        notes=(Note("Each layer balances by itself; ~control is the account that balances all others of its layer."),),
    )


def _cells(one: AccountBalance) -> Row:
    account = one.account
    return account.layer, account.financial_year.label, account.owner, one.debit, one.credit, one.balance


def _total(found: TrialBalance) -> Row:
    return "total", None, None, found.debit, found.credit, found.difference


class LedgerFaultOut(OutBody):
    """A row that is not what was written."""

    table: Annotated[str, Field(description="Table that the row is of", examples=["transfer"])]
    row: Annotated[str, Field(description="Key of the row", examples=["integrated-fund.17"])]
    fault: Annotated[str, Field(description="What is wrong with it, in words")]

    @classmethod
    def of(cls, found: LedgerFault) -> Self:
        return cls(table=found.table, row=found.row, fault=found.fault)


class LedgerCheckOut(OutBody):
    """Whether every ledger is what was written: the chains, the balances, and the entries behind them."""

    clean: Annotated[bool, Field(description="Whether no row is wrong")]
    funds: Annotated[int, Field(description="How many ledgers were read")]
    transfers: Annotated[int, Field(description="How many entries of ledgers were read")]
    entries: Annotated[int, Field(description="How many entries of schemes were compared with them")]
    faults: Annotated[list[LedgerFaultOut], Field(description="The rows that are wrong, at most 1,000")]

    @classmethod
    def of(cls, found: LedgerCheck) -> Self:
        return cls(
            clean=found.is_clean,
            funds=found.funds,
            transfers=found.transfers,
            entries=found.entries,
            faults=[LedgerFaultOut.of(one) for one in found.faults],
        )
