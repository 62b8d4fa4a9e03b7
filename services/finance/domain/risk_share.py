"""Who bears a variance of a pooled fund. Every split is exact in sum, mirrored in sign and blind to order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.money import allocate

NOTHING: Final = Decimal(0)


class RiskShareRule(StrEnum):
    """Who pays: each its own, the host, agreed shares, as contributed, or shares that vary with the size."""

    OWN = "own"
    HOST = "host"
    FIXED_SHARE = "fixed_share"
    PRO_RATA = "pro_rata"
    TIERED = "tiered"


class UnderspendRule(StrEnum):
    RETAIN = "retain"
    CARRY_FORWARD = "carry_forward"
    RETURN = "return"


class SourceKind(StrEnum):
    """What kind of money absorbs an overspend, in the order in which agreements usually name them."""

    UNDERSPENDS = "underspends"
    RISK_POOL = "risk_pool"
    UNCOMMITTED = "uncommitted"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Source:
    """Money that may absorb an overspend before partners do, in pounds.

    Of underspends ``available`` may be null: then it is what other lines of the fund underspend and leave in the pool.
    """

    name: str
    available: Decimal | None
    kind: SourceKind | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What each source absorbed, in order, and the variance that is left for the partners."""

    drawn: tuple[tuple[str, Decimal], ...]
    left: Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """The weights of partners up to a size of the variance; the last tier has no upper end."""

    up_to: Decimal | None
    weights: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Cap:
    """The most a partner bears, and who takes the rest; nobody: it stays unallocated."""

    limit: Decimal
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class SplitTerms:
    """By what partners split a variance.

    ``weights`` are the agreed shares (fixed_share), the contributions (pro_rata) or the size of each
    partner's own variance (own).
    """

    rule: RiskShareRule
    host: str | None = None
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    tiers: Sequence[Tier] = ()
    caps: Mapping[str, Cap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """Pounds a partner, and what no partner takes."""

    by_partner: dict[str, Decimal]
    unallocated: Decimal


@dataclass(frozen=True, slots=True)
class UnderspendParts:
    """Where an underspend goes: kept in the pool, carried into next year, or returned to partners."""

    retained: Decimal
    carried_forward: Decimal
    returned: dict[str, Decimal]


def variance(outturn: Decimal, budget: Decimal) -> Decimal:
    """Positive is overspent, negative underspent."""
    return outturn - budget


def draw_on_sources(amount: Decimal, sources: Sequence[Source]) -> Drawn:
    """Let the sources absorb an overspend in the order given. An underspend draws on nothing.

    The order of an agreement is: underspends of the pool, the risk pool, uncommitted money.
    """
    drawn: list[tuple[str, Decimal]] = []
    left = amount
    for source in sources:
        taken = max(min(left, source.available or NOTHING), NOTHING)
        drawn.append((source.name, taken))
        left -= taken
    return Drawn(tuple(drawn), left)


def split_variance(amount: Decimal, terms: SplitTerms) -> Split:
    """Split a variance (whole pence) between partners.

    Raises:
        ValueError: no host, no weights, a negative weight, weights that sum to zero, or tiers that end.
    """
    return _capped(_by_rule(amount, terms), terms.caps)


def dispose_of_underspend(amount: Decimal, rule: UnderspendRule, weights: Mapping[str, Decimal]) -> UnderspendParts:
    """Dispose of an underspend, given as a negative variance; what is returned goes by ``weights``."""
    if rule is UnderspendRule.RETURN:
        return UnderspendParts(NOTHING, NOTHING, _by_weights(amount, weights))
    if rule is UnderspendRule.RETAIN:
        return UnderspendParts(amount, NOTHING, {})
    return UnderspendParts(NOTHING, amount, {})


def _by_rule(amount: Decimal, terms: SplitTerms) -> dict[str, Decimal]:
    if terms.rule is RiskShareRule.HOST:
        if terms.host is None:
            raise ValueError("the rule names no host")
        return {terms.host: amount}
    if terms.rule is RiskShareRule.TIERED:
        return _tiered(amount, terms.tiers)
    return _by_weights(amount, terms.weights)


def _by_weights(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By largest remainder; partners in the order of their codes, so that the order given cannot matter."""
    partners = sorted(weights)
    return dict(zip(partners, allocate(amount, [weights[p] for p in partners]), strict=True))


def _tiered(amount: Decimal, tiers: Sequence[Tier]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for band, weights in _bands(amount, tiers):
        for partner, part in _by_weights(band, weights).items():
            total[partner] = total.get(partner, NOTHING) + part
    return total


def _bands(amount: Decimal, tiers: Sequence[Tier]) -> list[tuple[Decimal, Mapping[str, Decimal]]]:
    """The part of the variance that falls in each tier, with its sign."""
    if not tiers or tiers[-1].up_to is not None:
        raise ValueError("the last tier must have no upper end")
    size, sign, floor = abs(amount), -1 if amount < 0 else 1, NOTHING
    bands = []
    for tier in tiers:
        top = size if tier.up_to is None else min(size, tier.up_to)
        bands.append((sign * max(top - floor, NOTHING), tier.weights))
        floor = max(floor, top)
    return bands


def _capped(shares: Mapping[str, Decimal], caps: Mapping[str, Cap]) -> Split:
    """Hand what is above a cap to its fallback, whose own cap holds as well, until it fits or nobody is left.

    Every partner first bears its own share; then excess is handed on, in the order of the partners' codes.
    """
    borne = {partner: _clip(shares[partner], caps.get(partner)) for partner in sorted(shares)}
    unallocated = NOTHING
    for partner in sorted(shares):
        excess, asked, taker = shares[partner] - _clip(shares[partner], caps.get(partner)), {partner}, partner
        while excess:
            fallback = caps[taker].fallback if taker in caps else None
            if fallback is None or fallback in asked:
                break
            taker = fallback
            asked.add(taker)
            before = borne.get(taker, NOTHING)
            borne[taker] = _clip(before + excess, caps.get(taker))
            excess -= borne[taker] - before
        unallocated += excess
    return Split(borne, unallocated)


def _clip(amount: Decimal, cap: Cap | None) -> Decimal:
    return amount if cap is None else max(min(amount, cap.limit), -cap.limit)
