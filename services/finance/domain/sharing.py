"""Who bears or keeps a variance, by the terms that apply to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.finance.domain.risk_share import (
    NOTHING,
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
    """What a variance obliges partners to where their agreement does not say: null where there is none.

    Of a published one (markettransfer.info/clause/risk-sharing-arrangements): an action plan, and progress every six
    weeks of an overspend. Where an underspend goes is for the agreement of the fund to say.
    """
    if variance > 0:
        return "An action plan at the next meeting of the partners, and progress every six weeks until it is dealt with"
    if variance < 0:
        return "An action plan at the next meeting of the partners"
    return None
