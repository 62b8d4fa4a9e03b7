"""Who bears or keeps the variance of a fund's year, by the agreement in force."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.agreement import Agreement, AgreementTerms, RiskShareTerms, in_force
from services.finance.domain.risk_share import (
    NOTHING,
    RiskShareRule,
    Source,
    SplitTerms,
    UnderspendRule,
    dispose_of_underspend,
    draw_on_sources,
    split_variance,
)


@dataclass(frozen=True, slots=True)
class SharedVariance:
    """A variance in pounds, all of it accounted for.

    An overspend is what the sources absorb (``drawn``), what partners bear and what nobody does (``unallocated``); an
    underspend, which is negative, is kept in the pool, carried forward, or returned to partners.
    """

    drawn: tuple[tuple[str, Decimal], ...] = ()
    by_partner: Mapping[str, Decimal] = field(default_factory=dict)
    retained: Decimal = NOTHING
    carried_forward: Decimal = NOTHING
    unallocated: Decimal = NOTHING

    @property
    def blocks_closing(self) -> bool:
        """A part that is nobody's blocks, an underspend's as well as an overspend's."""
        return self.unallocated != 0


@dataclass(frozen=True, slots=True)
class RiskShare:
    """A year's variance as shared by a version of the agreement."""

    agreement: int
    rule: RiskShareRule
    shared: SharedVariance


def risk_share_of(
    agreements: Iterable[Agreement],
    year: Period,
    variance: Decimal,
    *,
    host: str | None,
    banked: Mapping[str, Decimal],
) -> RiskShare | None:
    """Who bears or keeps ``variance``; null while no agreement says. ``banked`` is what each partner's schemes did."""
    agreement = in_force(agreements, year)
    if agreement is None or agreement.terms.risk_share is None:
        return None
    terms = agreement.terms.risk_share
    weights = _weights(agreement.terms, terms, year, _own(variance, banked))
    split = SplitTerms(terms.rule, host, weights, terms.tiers, terms.caps)
    return RiskShare(agreement.version, terms.rule, share_variance(variance, terms.sources, split, terms.underspend))


def _own(variance: Decimal, banked: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """The size of each partner's own part in a variance of this sign."""
    sign = 1 if variance > 0 else -1
    return {partner: max(-amount * sign, NOTHING) for partner, amount in banked.items()}


def _weights(
    agreed: AgreementTerms, terms: RiskShareTerms, year: Period, own: Mapping[str, Decimal]
) -> Mapping[str, Decimal]:
    if terms.rule is RiskShareRule.OWN:
        return own
    if terms.rule is not RiskShareRule.PRO_RATA:
        return terms.shares
    given: dict[str, Decimal] = defaultdict(Decimal)
    for contribution in agreed.contributions:
        if contribution.financial_year == year:
            given[contribution.partner] += contribution.amount
    return given


def share_variance(
    amount: Decimal, sources: Sequence[Source], terms: SplitTerms, rule: UnderspendRule
) -> SharedVariance:
    """Overspent: the sources in order, then the partners by rule and caps. Underspent: the rule for underspends.

    Where the agreement does not say enough (no host, no contributions of the year) nothing is guessed: the whole of it
    is unallocated. What is returned goes by the shares in which an overspend would be borne, without caps.
    """
    if amount < 0:
        return _underspent(amount, terms, rule)
    absorbed = draw_on_sources(amount, sources)
    if not absorbed.left:
        return SharedVariance(absorbed.drawn)
    try:
        borne = split_variance(absorbed.left, terms)
    except ValueError:
        return SharedVariance(absorbed.drawn, unallocated=absorbed.left)
    return SharedVariance(absorbed.drawn, borne.by_partner, unallocated=borne.unallocated)


def _underspent(amount: Decimal, terms: SplitTerms, rule: UnderspendRule) -> SharedVariance:
    uncapped = SplitTerms(terms.rule, terms.host, terms.weights, terms.tiers)
    try:
        weights = {}
        if rule is UnderspendRule.RETURN:
            weights = {partner: abs(part) for partner, part in split_variance(amount, uncapped).by_partner.items()}
        parts = dispose_of_underspend(amount, rule, weights)
    except ValueError:
        return SharedVariance(unallocated=amount)
    return SharedVariance(by_partner=parts.returned, retained=parts.retained, carried_forward=parts.carried_forward)


def obligation(variance: Decimal) -> str | None:
    """What a variance obliges partners to, by the clauses of agreements: null where there is none.

    Of a published one (markettransfer.info/clause/risk-sharing-arrangements): an action plan, and progress every six
    weeks of an overspend. Where an underspend goes is for the agreement of the fund to say.
    """
    if variance > 0:
        return "An action plan at the next meeting of the partners, and progress every six weeks until it is dealt with"
    if variance < 0:
        return "An action plan at the next meeting of the partners"
    return None
