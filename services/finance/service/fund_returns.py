"""Better Care Fund returns: filled from the fund, answered, checked and signed off."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.fund import Fund
from services.finance.domain.fund_return import (
    FundReturn,
    ReturnContent,
    ReturnRevision,
    answer_faults,
    fill_from_fund,
    fund_return,
)
from services.finance.domain.ledger import financial_year, has_ended
from services.finance.domain.return_templates import Template, template_of
from services.finance.errors import FundUnknown, InvalidFinance, QuarterNotEnded, ReturnIncomplete, TemplateUnknown
from services.finance.repository import fund_returns, funds, ledger_balances
from services.finance.service.auditing import record_return
from services.finance.service.funds import budgeted_year, get_fund


async def get_return(tx: Tx, code: str, quarter: Period, number: int | None = None) -> FundReturn:
    """A fund's return of a quarter, by default its newest revision; blank but for what the fund says where none is.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it.
        TemplateUnknown: no form of the quarter is known, or the return has no such revision.
    """
    fund, template = await get_fund(tx, code), _template(quarter)
    revision = await fund_returns.get_revision(tx, code, quarter, number)
    if number is not None and revision is None:
        raise TemplateUnknown(f"The return of {code} for {quarter} has no revision {number}.")
    return await _shown(tx, fund, template, revision)


def _template(quarter: Period) -> Template:
    template = template_of(quarter)
    if template is None:
        raise TemplateUnknown(f"No form of {quarter} is known: only those of 2015/16 to 2017/18 are.")
    return template


async def _shown(tx: Tx, fund: Fund, template: Template, revision: ReturnRevision | None) -> FundReturn:
    code, quarter = fund.summary.code, template.quarter
    before = await fund_returns.get_revision(tx, code, _quarter_before(quarter))
    budgets = None if before is None else before.content.answers.get("measures.budgets.end")
    return fund_return(code, template, await _filled(tx, fund, template), revision, budgets)


def _quarter_before(quarter: Period) -> Period:
    month = quarter.start.month - 3
    year = quarter.start.year if month > 0 else quarter.start.year - 1
    return Period.quarter_of(quarter.start.replace(year=year, month=month if month > 0 else month + 12))


async def _filled(tx: Tx, fund: Fund, template: Template) -> Mapping[str, str]:
    year = budgeted_year(fund, financial_year(template.quarter))
    spent: dict[Period, Decimal] = {}
    for (_, period), amount in (await ledger_balances.get_spent(tx, fund.summary.code, year)).items():
        if period.end <= template.quarter.end:
            spent[period] = spent.get(period, Decimal(0)) + amount
    lines = [line for line in fund.lines if line.financial_year == year]
    budget = sum((fund.budgets[year.label, line.code].current for line in lines), Decimal(0))
    return fill_from_fund(template, fund, spent, budget)


async def save_return(
    tx: Tx, code: str, quarter: Period, wanted: ReturnContent, reason: str | None
) -> tuple[FundReturn, bool]:
    """Save what is said of a quarter as the next revision, and whether it is the first; the same again changes nothing.

    With every role that the form asks for it is signed off: what the fund says is frozen then.

    Raises:
        FundUnknown, YearUnknown, TemplateUnknown: there is no such fund, year or form.
        QuarterNotEnded: the quarter is not over.
        InvalidFinance: an answer does not fit its cell, or a sign-off the form.
        ReasonNeeded: it was signed off, and it is not said why it changes.
        ReturnIncomplete: it is signed off with cells that are missing or contradict one another.
    """
    if not await funds.lock_fund(tx, code):
        raise FundUnknown(f"There is no fund {code}.")
    fund, template = await get_fund(tx, code), _template(quarter)
    before = await fund_returns.get_revision(tx, code, quarter)
    if before is not None and replace(before.content, frozen=None) == wanted:
        record_unchanged(tx)
        return await _shown(tx, fund, template, before), False
    today = await tx.business_date()
    if not has_ended(quarter, today):
        raise QuarterNotEnded(f"{quarter} ends on {quarter.end}; the business date is {today}.")
    _check(template, wanted)
    if before is not None and before.content.frozen is not None and not reason:
        raise ReasonNeeded
    number = 1 if before is None else before.number + 1
    revision = ReturnRevision(number, wanted, tx.actor, tx.now, today, reason)
    found = await _shown(tx, fund, template, revision)
    if wanted.sign_offs and not found.missing_roles:
        found = await _signed(tx, fund, found)
    recorded = found.revision or revision
    await fund_returns.insert_revision(tx, code, quarter, recorded)
    record_return(tx, code, template, before, recorded)
    return found, before is None


def _check(template: Template, wanted: ReturnContent) -> None:
    faults = [FieldError(f"answers.{code}", why) for code, why in answer_faults(template, wanted.answers)]
    for place, one in enumerate(wanted.sign_offs):
        if one.role not in template.signed_by:
            faults.append(FieldError(f"sign_offs.{place}.role", "is none of: " + "; ".join(template.signed_by)))
        if one.ratified_on is not None and one.ratified_on < one.signed_on:
            faults.append(FieldError(f"sign_offs.{place}.ratified_on", "is before the day of signing"))
    if faults:
        raise InvalidFinance("The return does not fit its form.", faults)


async def _signed(tx: Tx, fund: Fund, found: FundReturn) -> FundReturn:
    """The return with what the fund says frozen; refused while a cell is missing or contradicts another."""
    wrong = [one.cell.code for one in found.cells if not one.complete or not one.consistent]
    if wrong:
        named = ", ".join(wrong[:10]) + (f" and {len(wrong) - 10} more" if len(wrong) > 10 else "")  # noqa: PLR2004  enough to begin with
        raise ReturnIncomplete(f"Missing or contradicting: {named}.")
    assert found.revision is not None  # noqa: S101  it was made of one
    frozen = await _filled(tx, fund, found.template)
    content = replace(found.revision.content, frozen=frozen)
    return replace(found, revision=replace(found.revision, content=content))
