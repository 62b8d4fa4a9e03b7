"""Who bears a variance of a pooled fund. Every split is exact in sum, mirrored in sign and blind to order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.money import allocate

NOTHING: Final = Decimal(0)


class ShareRule(StrEnum):
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


@dataclass(frozen=True, slots=True)
class Source:
    """Money that may absorb an overspend before partners do, in pounds."""

    name: str
    available: Decimal


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What each source absorbed, in order, and the variance that is left for the partners."""

    drawn: tuple[tuple[str, Decimal], ...]
    left: Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """Shares that hold up to a size of the variance; the last tier has no upper end."""

    up_to: Decimal | None
    shares: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Cap:
    """The most a partner bears, and who takes the rest; nobody: it stays unallocated."""

    limit: Decimal
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The risk-share part of an agreement version.

    ``weights`` are the agreed shares (fixed_share), the contributions (pro_rata) or the size of each
    partner's own variance (own).
    """

    rule: ShareRule
    host: str | None = None
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    tiers: Sequence[Tier] = ()
    caps: Mapping[str, Cap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shares:
    """Pounds a partner, and what no partner takes. An unallocated rest blocks closing."""

    by_partner: dict[str, Decimal]
    unallocated: Decimal

    @property
    def blocks_closing(self) -> bool:
        return self.unallocated != 0


@dataclass(frozen=True, slots=True)
class Underspend:
    """Where an underspend goes: kept in the pool, carried into next year, or returned to partners."""

    retained: Decimal
    carried_forward: Decimal
    returned: dict[str, Decimal]


def variance(outturn: Decimal, budget: Decimal) -> Decimal:
    """Positive is overspent, negative underspent."""
    return outturn - budget


def waterfall(amount: Decimal, sources: Sequence[Source]) -> Waterfall:
    """Let the sources absorb an overspend in the order given. An underspend draws on nothing.

    The order of an agreement is: underspends of the pool, the risk pool, uncommitted money.
    """
    drawn: list[tuple[str, Decimal]] = []
    left = amount
    for source in sources:
        taken = max(min(left, source.available), NOTHING)
        drawn.append((source.name, taken))
        left -= taken
    return Waterfall(tuple(drawn), left)


def share(amount: Decimal, agreement: Agreement) -> Shares:
    """Split a variance (whole pence) between partners.

    Raises:
        ValueError: no host, no weights, a negative weight, weights that sum to zero, or tiers that end.
    """
    return _capped(_by_rule(amount, agreement), agreement.caps)


def underspend(amount: Decimal, rule: UnderspendRule, weights: Mapping[str, Decimal]) -> Underspend:
    """Dispose of an underspend, given as a negative variance; what is returned goes by ``weights``."""
    if rule is UnderspendRule.RETURN:
        return Underspend(NOTHING, NOTHING, _split(amount, weights))
    kept = (amount, NOTHING) if rule is UnderspendRule.RETAIN else (NOTHING, amount)
    return Underspend(*kept, returned={})


def _by_rule(amount: Decimal, agreement: Agreement) -> dict[str, Decimal]:
    if agreement.rule is ShareRule.HOST:
        if agreement.host is None:
            raise ValueError("the rule names no host")
        return {agreement.host: amount}
    if agreement.rule is ShareRule.TIERED:
        return _tiered(amount, agreement.tiers)
    return _split(amount, agreement.weights)


def _split(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By largest remainder; partners in the order of their codes, so that the order given cannot matter."""
    partners = sorted(weights)
    return dict(zip(partners, allocate(amount, [weights[p] for p in partners]), strict=True))


def _tiered(amount: Decimal, tiers: Sequence[Tier]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for band, shares in _bands(amount, tiers):
        for partner, part in _split(band, shares).items():
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
        bands.append((sign * max(top - floor, NOTHING), tier.shares))
        floor = max(floor, top)
    return bands


def _capped(shares: Mapping[str, Decimal], caps: Mapping[str, Cap]) -> Shares:
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
    return Shares(borne, unallocated)


def _clip(amount: Decimal, cap: Cap | None) -> Decimal:
    return amount if cap is None else max(min(amount, cap.limit), -cap.limit)
