"""Define funds, read them, close their quarters."""

from collections.abc import Sequence

from chassis.errors import FieldError
from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from chassis.web.paging import OldPage, old_page
from services.finance.errors import (
    BudgetLineInUse,
    FundUnknown,
    InvalidFinance,
    YearUnknown,
)
from services.finance.models import BudgetLine, Fund, FundAgreement
from services.finance.repository import books as ledger
from services.finance.repository import funds, schemes
from services.finance.schemas.funds import AgreementBody, FundBody, FundOut, FundSummary, PartnerOut
from services.finance.service.restatement import publish
from services.finance.service.rows import agreement_out, line_out, line_row


async def put(tx: Tx, code: str, body: FundBody) -> tuple[FundOut, bool]:
    """Define the whole of a fund; true when it is new. Schemes whose line changed are published anew."""
    _check(body)
    new = await funds.put_fund(tx, code, body.name, body.host)
    await _check_in_use(tx, code, body)
    await funds.put_partners(tx, code, [{"fund": code, **partner.model_dump()} for partner in body.partners])
    rows = [line_row(code, line) for line in body.budget_lines]
    await funds.put_lines(tx, code, sorted(rows, key=lambda row: (row["financial_year"], row["code"])))
    await funds.put_printed_totals(tx, code, _total_rows(code, body))
    await _put_agreement(tx, code, body.agreement)
    codes = await schemes.codes_of_fund(tx, code)
    if codes:
        await ledger.lock_schemes(tx, codes)
        for book in await ledger.open_books(tx, codes):
            await publish(tx, book, ())
    return await get(tx, code), new


def _total_rows(code: str, body: FundBody) -> list[dict[str, object]]:
    return [
        {"fund": code, "financial_year": t.financial_year.label, "column": t.column, "amount": t.amount.amount}
        for t in body.printed_totals
    ]


def _check(body: FundBody) -> None:
    """Everything named is named once, and every partner named is a partner."""
    errors = []
    partners = [partner.code for partner in body.partners]
    if len(set(partners)) < len(partners):
        errors.append(FieldError("partners", "a partner is listed twice"))
    lines = [(line.financial_year, line.code) for line in body.budget_lines]
    if len(set(lines)) < len(lines):
        errors.append(FieldError("budget_lines", "a line is listed twice in a year"))
    printed = [(total.financial_year, total.column) for total in body.printed_totals]
    if len(set(printed)) < len(printed):
        errors.append(FieldError("printed_totals", "a total is listed twice in a year"))
    for field, strangers in _strangers(body, set(partners)).items():
        errors.extend(FieldError(field, f"{stranger} is no partner") for stranger in sorted(strangers))
    if errors:
        raise InvalidFinance("The fund does not fit together.", errors)


def _strangers(body: FundBody, partners: set[str]) -> dict[str, set[str]]:
    found = {"host": {body.host} - partners if body.host else set[str]()}
    if body.agreement is not None:
        found["agreement.contributions"] = {c.partner for c in body.agreement.contributions} - partners
        if body.agreement.risk_share is not None:
            found["agreement.risk_share"] = body.agreement.risk_share.partners() - partners
    return found


async def _check_in_use(tx: Tx, code: str, body: FundBody) -> None:
    """Schemes keep the line and the partner they were defined on."""
    kept = {(line.financial_year.label, line.code) for line in body.budget_lines}
    lost = sorted(await funds.lines_in_use(tx, code) - kept)
    if lost:
        raise BudgetLineInUse("Schemes stand on " + ", ".join(f"{line} in {year}" for year, line in lost) + ".")
    gone = sorted(await funds.partners_of_schemes(tx, code) - {partner.code for partner in body.partners})
    if gone:
        raise BudgetLineInUse(f"Schemes belong to {', '.join(gone)}, who must stay a partner.")


async def _put_agreement(tx: Tx, code: str, body: AgreementBody | None) -> None:
    """Append a version where the agreement says something else than the last one, in whatever digits."""
    if body is None:
        return
    known = await funds.agreements(tx, code)
    if known and AgreementBody.model_validate(known[-1].terms) == body:
        return
    version = known[-1].version + 1 if known else 1
    agreement = FundAgreement(
        fund=code,
        version=version,
        effective_from=body.effective_from,
        terms=body.model_dump(mode="json"),
        recorded_at=tx.now,
        recorded_by=tx.actor,
    )
    funds.add_agreement(tx, agreement)
    await tx.session.flush()


async def known(tx: Tx, code: str) -> Fund:
    fund = await funds.get(tx, code)
    if fund is None:
        raise FundUnknown(f"There is no fund {code}.")
    return fund


def year_of(code: str, lines: Sequence[BudgetLine], wanted: str | None) -> str:
    """The financial year asked for, by default the latest that has budget lines.

    Raises:
        YearUnknown: the fund has no line in it.
    """
    there = {line.financial_year for line in lines}
    if not there or (wanted is not None and wanted not in there):
        raise YearUnknown(f"{code} has budget lines in {', '.join(sorted(there)) or 'no year'}.")
    return wanted or max(there)


async def get(tx: Tx, code: str) -> FundOut:
    fund = await known(tx, code)
    closed = (await ledger.closed_quarters(tx, [code])).get(code, frozenset())
    return FundOut(
        code=fund.code,
        name=fund.name,
        host=fund.host,
        partners=[PartnerOut(code=p.code, name=p.name, role=p.role) for p in await funds.partners(tx, code)],
        agreements=[agreement_out(row) for row in await funds.agreements(tx, code)],
        budget_lines=[line_out(row) for row in await funds.lines(tx, code)],
        closed_quarters=[quarter.label for quarter in sorted(closed)],
    )


async def find(tx: Tx, paging: PageRequest) -> OldPage[FundSummary]:
    rows = await funds.page(tx, paging.after, paging.limit)
    shown = [FundSummary(code=row.code, name=row.name, host=row.host) for row in rows]
    return old_page(shown, paging.limit, key=lambda fund: fund.code)
