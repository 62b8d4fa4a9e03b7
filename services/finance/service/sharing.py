"""The risk-share rule of an agreement, applied to what a fund's year stands at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from contracts.money import pounds
from contracts.period import Period
from services.finance.domain.risk_share import NOTHING, Agreement, Cap, ShareRule, Source, Tier
from services.finance.domain.sharing import share_variance
from services.finance.models import FundAgreement
from services.finance.schemas.funds import AgreementBody, DrawnOut, PartnerShareOut, RiskShareBody, RiskShareOut


def in_force(agreements: Iterable[FundAgreement], year: Period) -> FundAgreement | None:
    """The last version that takes effect before the year is over."""
    return max((a for a in agreements if a.effective_from <= year.end), key=lambda a: a.version, default=None)


def risk_share(
    agreements: Sequence[FundAgreement],
    year: Period,
    variance: Decimal,
    *,
    host: str | None,
    banked: Mapping[str, Decimal],
) -> RiskShareOut | None:
    """Who bears or keeps ``variance``; null while no agreement says. ``banked`` is what each partner's schemes did."""
    found = in_force(agreements, year)
    terms = None if found is None else AgreementBody.model_validate(found.terms)
    if found is None or terms is None or terms.risk_share is None:
        return None
    rule = terms.risk_share
    sign = 1 if variance > 0 else -1
    own = {partner: max(-amount * sign, NOTHING) for partner, amount in banked.items()}
    agreed = _agreement(rule, host, _weights(terms, rule, year, own))
    made = share_variance(
        variance, [Source(s.name, s.available.amount) for s in rule.waterfall], agreed, rule.underspend
    )
    return RiskShareOut(
        agreement=found.version,
        rule=rule.rule,
        drawn=[DrawnOut(name=name, amount=pounds(amount)) for name, amount in made.drawn],
        partner_shares=[PartnerShareOut(partner=p, amount=pounds(a)) for p, a in sorted(made.by_partner.items())],
        retained=pounds(made.retained),
        carried_forward=pounds(made.carried_forward),
        unallocated=pounds(made.unallocated),
    )


def _weights(
    terms: AgreementBody, rule: RiskShareBody, year: Period, own: Mapping[str, Decimal]
) -> Mapping[str, Decimal]:
    if rule.rule is ShareRule.OWN:
        return own
    if rule.rule is not ShareRule.PRO_RATA:
        return rule.shares
    given: dict[str, Decimal] = defaultdict(Decimal)
    for contribution in terms.contributions:
        if contribution.financial_year == year:
            given[contribution.partner] += contribution.amount.amount
    return given


def _agreement(rule: RiskShareBody, host: str | None, weights: Mapping[str, Decimal]) -> Agreement:
    return Agreement(
        rule=rule.rule,
        host=host,
        weights=weights,
        tiers=[Tier(None if tier.up_to is None else tier.up_to.amount, tier.shares) for tier in rule.tiers],
        caps={partner: Cap(cap.limit.amount, cap.fallback) for partner, cap in rule.caps.items()},
    )
