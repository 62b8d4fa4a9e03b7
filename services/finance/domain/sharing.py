"""Who bears or keeps the variance of a fund's year, by the agreement in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.finance.domain.risk_share import (
    NOTHING,
    Agreement,
    Source,
    UnderspendRule,
    share,
    underspend,
    waterfall,
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """A variance in pounds, all of it accounted for.

    An overspend is what the sources absorb (``drawn``), what partners bear and what nobody does (``unallocated``); an
    underspend, which is negative, is kept in the pool, carried forward, or returned to partners.
    """

    drawn: tuple[tuple[str, Decimal], ...] = ()
    by_partner: Mapping[str, Decimal] = field(default_factory=dict)
    retained: Decimal = NOTHING
    carried_forward: Decimal = NOTHING
    unallocated: Decimal = NOTHING


def share_variance(amount: Decimal, sources: Sequence[Source], agreement: Agreement, spare: UnderspendRule) -> Sharing:
    """Overspent: the waterfall, then the partners by rule and caps. Underspent: the rule for underspends.

    Where the agreement does not say enough (no host, no contributions of the year) nothing is guessed: the whole of it
    is unallocated. What is returned goes by the shares in which an overspend would be borne, without caps.
    """
    if amount < 0:
        return _kept(amount, agreement, spare)
    absorbed = waterfall(amount, sources)
    if not absorbed.left:
        return Sharing(absorbed.drawn)
    try:
        borne = share(absorbed.left, agreement)
    except ValueError:
        return Sharing(absorbed.drawn, unallocated=absorbed.left)
    return Sharing(absorbed.drawn, borne.by_partner, unallocated=borne.unallocated)


def _kept(amount: Decimal, agreement: Agreement, spare: UnderspendRule) -> Sharing:
    uncapped = Agreement(agreement.rule, agreement.host, agreement.weights, agreement.tiers)
    try:
        weights = {}
        if spare is UnderspendRule.RETURN:
            weights = {partner: abs(part) for partner, part in share(amount, uncapped).by_partner.items()}
        left = underspend(amount, spare, weights)
    except ValueError:
        return Sharing(unallocated=amount)
    return Sharing(by_partner=left.returned, retained=left.retained, carried_forward=left.carried_forward)
