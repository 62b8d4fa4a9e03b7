"""Better Care Fund returns: filled from the fund, answered, checked and signed off."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from chassis.audit import record_unchanged
from chassis.errors import FieldError, ReasonNeeded
from chassis.identity import require_scope
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.agreement import in_force
from services.finance.domain.fund import Fund
from services.finance.domain.fund_return import (
    FilledIn,
    FundReturn,
    ReturnContent,
    ReturnRevision,
    answer_faults,
    fill_from_fund,
    fund_return,
    sign_off_faults,
)
from services.finance.domain.ledger import financial_year, has_ended
from services.finance.domain.return_cells import Template
from services.finance.domain.return_forms import template_of
from services.finance.domain.return_metrics import MetricFact, metric_fact
from services.finance.domain.savings import Observation
from services.finance.domain.series import Series
from services.finance.errors import FundUnknown, InvalidFinance, QuarterNotEnded, ReturnIncomplete, TemplateUnknown
from services.finance.repository import fund_returns, funds, observations
from services.finance.service.auditing import record_return
from services.finance.service.funds import budgeted_year, get_fund


async def get_return(tx: Tx, code: str, quarter: Period, number: int | None = None) -> FundReturn:
    """A fund's return of a quarter, by default its newest revision; blank but for what the fund says where none is.

    Raises:
        FundUnknown, YearUnknown: there is no such fund or year of it.
        TemplateUnknown: no form of the quarter is known, or the return has no such revision.
    """
    fund = await get_fund(tx, code)
    template = _template(fund, quarter)
    revision = await fund_returns.get_revision(tx, code, quarter, number)
    if number is not None and revision is None:
        raise TemplateUnknown(f"The return of {code} for {quarter} has no revision {number}.")
    return await _shown(tx, fund, template, revision)


def _template(fund: Fund, quarter: Period) -> Template:
    template = template_of(quarter, {link.metric.value for link in fund.summary.metrics})
    if template is None:
        raise TemplateUnknown(f"No form of {quarter} is known: those of 2015/16 to 2017/18 are, and from 2025/26 on.")
    return template


async def _shown(tx: Tx, fund: Fund, template: Template, revision: ReturnRevision | None) -> FundReturn:
    return fund_return(fund.summary.code, template, await _filled_in(tx, fund, template), revision)


async def _filled_in(tx: Tx, fund: Fund, template: Template) -> FilledIn:
    """What the fund says of a quarter now, and what the return of the quarter before ended with."""
    code, quarter = fund.summary.code, template.quarter
    year = budgeted_year(fund, financial_year(quarter))
    lines = [line for line in fund.lines if line.financial_year == year]
    spent: dict[Period, Decimal] = defaultdict(Decimal)
    for period, amount in (posted for line in lines for posted in fund.moves_of(line).outturn.items()):
        if period.end <= quarter.end:
            spent[period] += amount
    budget = sum((fund.budgets[year.label, line.code].current for line in lines), Decimal(0))
    agreed = in_force(fund.agreements, year) is not None
    before = await fund_returns.get_revision(tx, code, quarter.previous())
    budgets = None if before is None else before.content.answers.get("measures.budgets.end")
    metrics = await _get_metrics(tx, fund, quarter)
    return FilledIn(fill_from_fund(template, spent, budget, agreed=agreed, metrics=metrics), budgets)


async def _get_metrics(tx: Tx, fund: Fund, quarter: Period) -> Mapping[str, MetricFact]:
    """What the linked indicators tell of a quarter, by metric."""
    links = fund.summary.metrics
    series = {link.series for link in links}
    told: dict[Series, list[Observation]] = defaultdict(list)
    for (one, _), observation in (await observations.get_observations(tx, series)).items() if series else ():
        told[one].append(observation)
    polarities = await observations.get_polarities(tx, series) if series else {}
    facts = {link.metric.value: metric_fact(told[link.series], polarities.get(link.series), quarter) for link in links}
    return {metric: fact for metric, fact in facts.items() if fact is not None}


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
        InsufficientScope: the caller may write, and not sign, or the reverse; what is signed is undone with both.
    """
    require_scope(tx.caller, "finance:close" if wanted.sign_offs else "finance:write")
    if not await funds.lock_fund(tx, code):
        raise FundUnknown(f"There is no fund {code}.")
    fund = await get_fund(tx, code)
    template = _template(fund, quarter)
    before = await fund_returns.get_revision(tx, code, quarter)
    if before is not None and replace(before.content, frozen=None) == wanted:
        record_unchanged(tx)
        return await _shown(tx, fund, template, before), False
    if before is not None and before.content.sign_offs:
        require_scope(tx.caller, "finance:close")
    today = await tx.business_date()
    if not has_ended(quarter, today):
        raise QuarterNotEnded(f"{quarter} ends on {quarter.end}; the business date is {today}.")
    _check(template, wanted, today)
    if before is not None and before.content.frozen is not None and not reason:
        raise ReasonNeeded
    number = 1 if before is None else before.number + 1
    revision = ReturnRevision(number, wanted, tx.actor, tx.now, today, reason)
    found = await _checked(tx, fund, template, revision)
    await fund_returns.insert_revision(tx, code, quarter, found.revision or revision)
    record_return(tx, code, template, before, found.revision or revision)
    return found, before is None


def _check(template: Template, wanted: ReturnContent, today: date) -> None:
    faults = [FieldError(f"answers.{code}", why) for code, why in answer_faults(template, wanted.answers)]
    for place, one in enumerate(wanted.sign_offs):
        faults += [
            FieldError(f"sign_offs.{place}.{field}", why) for field, why in sign_off_faults(template, one, today)
        ]
    if faults:
        raise InvalidFinance("The return does not fit its form.", faults)


async def _checked(tx: Tx, fund: Fund, template: Template, revision: ReturnRevision) -> FundReturn:
    """The return, and where it is signed in every role, with what the suite knows of it frozen.

    Raises:
        ReturnIncomplete: it is signed while a cell is missing or contradicts another.
    """
    known = await _filled_in(tx, fund, template)
    found = fund_return(fund.summary.code, template, known, revision)
    if not revision.content.sign_offs or found.missing_roles:
        return found
    wrong = [one.cell.code for one in found.cells if not one.complete or not one.consistent]
    if wrong:
        named = ", ".join(wrong[:10]) + (f" and {len(wrong) - 10} more" if len(wrong) > 10 else "")  # noqa: PLR2004  enough to begin with
        raise ReturnIncomplete(f"Missing or contradicting: {named}.")
    return replace(found, revision=replace(revision, content=replace(revision.content, frozen=known)))
