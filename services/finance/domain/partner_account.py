"""A partner's memorandum account of a fund's year: what it put in, its part of what was spent, and of the variance.

What was spent is divided by what partners put in, to the penny; where nobody put anything in, no part is anybody's.
So contributions less parts of the spend, over all partners, are the fund's balance.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.money import allocate
from contracts.period import Period
from services.finance.domain.agreement import in_force
from services.finance.domain.fund import Fund, Partner
from services.finance.domain.fund_position import FundPosition, Savings
from services.finance.domain.scheme import SchemeAccount
from services.finance.domain.scheme_position import figures_of
from services.finance.domain.year_end import YearEnd

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class ContributionLine:
    """What the partner puts in by the agreement in force, and in words how that may vary."""

    amount: Decimal
    varies: str | None


@dataclass(frozen=True, slots=True)
class PartnerAccount:
    """Pounds of a partner in a year. ``variance`` is its part by the agreement's rule: an overspend is positive.

    ``savings`` are those of its schemes; ``agreement`` is the version that applied, null where there is none. Once the
    end of the year is ``signed_off``, the variance and that version are what was signed.
    """

    fund: str
    financial_year: Period
    partner: Partner
    agreement: int | None
    contributions: tuple[ContributionLine, ...]
    spent: Decimal
    fund_contributed: Decimal
    fund_spent: Decimal
    variance: Decimal
    savings: Savings
    signed_off: bool = False

    @property
    def contributed(self) -> Decimal:
        return sum((line.amount for line in self.contributions), NOTHING)

    @property
    def balance(self) -> Decimal:
        """Contributed less the part of what was spent."""
        return self.contributed - self.spent

    @property
    def fund_balance(self) -> Decimal:
        return self.fund_contributed - self.fund_spent


def partner_accounts(
    fund: Fund, position: FundPosition, accounts: Iterable[SchemeAccount], end: YearEnd | None = None
) -> list[PartnerAccount]:
    """The account of every partner, in the order of their codes; ``accounts`` are the year's schemes."""
    year, agreement = position.financial_year, in_force(fund.agreements, position.financial_year)
    lines: dict[str, list[ContributionLine]] = defaultdict(list)
    for part in () if agreement is None else agreement.terms.contributions:
        if part.financial_year == year:
            lines[part.partner].append(ContributionLine(part.amount, part.varies))
    given = {partner: sum((line.amount for line in each), NOTHING) for partner, each in lines.items()}
    spent, savings = _divided(position.spent, given), _savings(accounts)
    borne, version = _borne(position, end), None if agreement is None else agreement.version
    return [
        PartnerAccount(
            fund=fund.summary.code,
            financial_year=year,
            partner=partner,
            agreement=version if end is None else end.result.agreement,
            contributions=tuple(lines[partner.code]),
            spent=spent.get(partner.code, NOTHING),
            fund_contributed=sum(given.values(), NOTHING),
            fund_spent=position.spent,
            variance=borne.get(partner.code, NOTHING),
            savings=savings.get(partner.code, Savings()),
            signed_off=end is not None,
        )
        for partner in sorted(fund.partners, key=lambda one: one.code)
    ]


def _borne(position: FundPosition, end: YearEnd | None) -> Mapping[str, Decimal]:
    if end is not None:
        return end.result.shared.by_partner
    return {} if position.risk_share is None else position.risk_share.shared.by_partner


def _divided(spent: Decimal, given: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """By largest remainder, in the order of the partners' codes."""
    partners = sorted(given)
    if not any(given.values()):
        return {}
    return dict(zip(partners, allocate(spent, [given[partner] for partner in partners]), strict=True))


def _savings(accounts: Iterable[SchemeAccount]) -> Mapping[str, Savings]:
    found: dict[str, Savings] = defaultdict(Savings)
    for account in accounts:
        one, partner = figures_of(account), account.scheme.definition.partner
        added = Savings(one.plan.low, one.plan.high, one.indicated, one.validated, one.banked.counted)
        found[partner] = found[partner].plus(added)
    return found
