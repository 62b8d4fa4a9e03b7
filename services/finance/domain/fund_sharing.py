"""Who bears or keeps the variance of a fund's year, by the agreement in force.

Lines with terms of their own are shared by them, all the others together by those of the fund. Lines that underspend
and leave that in the pool may cover what others overspend. A source that several terms name is one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.period import Period
from services.finance.domain.agreement import Agreement, AgreementTerms, RiskShareTerms, in_force
from services.finance.domain.risk_share import NOTHING, RiskShareRule, Source, SplitTerms, UnderspendRule
from services.finance.domain.sharing import SharedVariance, obligation, share_variance

Line = str | None
"""Code of a budget line that has terms of its own; null is all the others."""


@dataclass(frozen=True, slots=True)
class SharedPart:
    """The variance of a line with terms of its own, or of all the others, as shared by its rule."""

    line: Line
    rule: RiskShareRule
    variance: Decimal
    shared: SharedVariance


@dataclass(frozen=True, slots=True)
class RiskShare:
    """A year's variance as shared by a version of the agreement, and what it obliges partners to.

    ``shared`` is the sum of ``parts``, of which there are none where no line has terms of its own. ``asks_for_plan``
    says whether the agreement itself asks for what it ``obliges`` to.
    """

    agreement: int
    rule: RiskShareRule
    shared: SharedVariance
    parts: tuple[SharedPart, ...] = ()
    obliges: str | None = None
    asks_for_plan: bool = False

    @property
    def blocking(self) -> list[tuple[Line, Decimal]]:
        """What of which part is nobody's: parts of either sign do not make up for one another."""
        parts = [(part.line, part.shared) for part in self.parts] or [(None, self.shared)]
        return [(line, shared.unallocated) for line, shared in parts if shared.blocks_closing]


@dataclass(frozen=True, slots=True)
class LineVariance:
    """What a line's outturn differs by from its budget, and what each partner's schemes banked on it, in pounds."""

    amount: Decimal
    banked: Mapping[str, Decimal]


def risk_share_of(
    agreements: Iterable[Agreement], year: Period, lines: Mapping[str, LineVariance], *, host: str | None
) -> RiskShare | None:
    """Who bears or keeps the variances of these lines; null while no agreement says."""
    agreement = in_force(agreements, year)
    if agreement is None or agreement.terms.risk_share is None:
        return None
    terms = agreement.terms.risk_share
    groups = _groups(terms, lines)
    parts = _shared_parts([_part(agreement.terms, year, host, group) for group in groups])
    total = sum((part.variance for part in parts), NOTHING)
    return RiskShare(
        agreement.version,
        terms.rule,
        _total(parts) if terms.lines else parts[-1].shared,
        tuple(parts) if terms.lines else (),
        obliged_by(agreement, total),
        terms.obliges(total) is not None,
    )


def obliged_by(agreement: Agreement | None, variance: Decimal) -> str | None:
    """What a variance obliges partners to, by their agreement or else by a published one; null where it is nought."""
    shared = None if agreement is None else agreement.terms.risk_share
    return (None if shared is None else shared.obliges(variance)) or obligation(variance)


Group = tuple[Line, RiskShareTerms, LineVariance]


def _groups(terms: RiskShareTerms, lines: Mapping[str, LineVariance]) -> list[Group]:
    """Each line with terms of its own, in the order of codes, then all the others as one."""
    own = [(code, terms.lines[code], lines[code]) for code in sorted(lines) if code in terms.lines]
    others = [lines[code] for code in lines if code not in terms.lines]
    banked: dict[str, Decimal] = defaultdict(Decimal)
    for one in others:
        for partner, amount in one.banked.items():
            banked[partner] += amount
    return [*own, (None, terms, LineVariance(sum((one.amount for one in others), NOTHING), banked))]


@dataclass(frozen=True, slots=True)
class _Part:
    """A group with the terms that apply to it, and by what partners split its variance."""

    line: Line
    variance: Decimal
    terms: RiskShareTerms
    split: SplitTerms

    def shared(self, variance: Decimal, sources: Sequence[Source] = ()) -> SharedVariance:
        return share_variance(variance, sources, self.split, self.terms.underspend)


def _part(agreed: AgreementTerms, year: Period, host: str | None, group: Group) -> _Part:
    line, terms, variance = group
    weights = _weights(agreed, terms, year, _own(variance))
    return _Part(line, variance.amount, terms, SplitTerms(terms.rule, host, weights, terms.tiers, terms.caps))


def _own(variance: LineVariance) -> Mapping[str, Decimal]:
    """The size of each partner's own part in a variance of this sign."""
    sign = 1 if variance.amount > 0 else -1
    return {partner: max(-amount * sign, NOTHING) for partner, amount in variance.banked.items()}


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


def _shared_parts(parts: Sequence[_Part]) -> list[SharedPart]:
    """Overspends first, in order: what one draws on the pool, or on a source that others name, is gone for those."""
    pool = _Pool(parts)
    shared = {part.line: pool.cover(part) for part in parts if part.variance >= 0}
    shared |= {part.line: pool.give(part) for part in parts if part.variance < 0}
    return [SharedPart(part.line, part.terms.rule, part.variance, shared[part.line]) for part in parts]


def _amounts(sources: Iterable[Source]) -> Mapping[str, Decimal]:
    """By name, what terms say that there is of sources, but for those that are reckoned."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for source in sources:
        if source.available is not None:
            found[source.name] += source.available
    return found


class _Pool:
    """What absorbs overspends: the underspends that stay in the pool, and the sources that there is an amount of.

    Of each underspend it is kept what was taken: by line, then by the source that took it. Of a source that terms name
    with several amounts the greatest is there, of which those who name a smaller one draw no more than that.
    """

    def __init__(self, parts: Sequence[_Part]) -> None:
        stays = (part for part in parts if part.terms.underspend is UnderspendRule.RETAIN)
        self._left = {part.line: -part.variance for part in stays if part.variance < 0}
        self._taken: dict[Line, dict[str, Decimal]] = defaultdict(dict)
        self._sources: dict[str, Decimal] = {}
        for part in parts:
            for name, amount in _amounts(part.terms.sources).items():
                self._sources[name] = max(amount, self._sources.get(name, NOTHING))

    def cover(self, part: _Part) -> SharedVariance:
        """Share an overspend; what it draws on the pool is taken from the lines that underspend, in order."""
        shared = part.shared(part.variance, list(self._reckoned(part.terms.sources)))
        for source, (_, amount) in zip(part.terms.sources, shared.drawn, strict=True):
            if source.available is None:
                self._take(source.name, amount)
            else:
                self._sources[source.name] -= amount
        return shared

    def give(self, part: _Part) -> SharedVariance:
        """Share what is left of an underspend; what was taken of it stands as drawn, with the other sign."""
        taken = self._taken[part.line]
        shared = part.shared(part.variance + sum(taken.values(), NOTHING))
        return replace(shared, drawn=tuple((name, -amount) for name, amount in taken.items()))

    def _reckoned(self, sources: Iterable[Source]) -> Iterator[Source]:
        """Each with what is there for it, whatever those before it draw."""
        left = dict(self._sources)
        for source in sources:
            if source.available is None:
                there = sum(self._left.values(), NOTHING)
            else:
                there = min(source.available, left[source.name])
                left[source.name] -= there
            yield replace(source, available=there)

    def _take(self, name: str, amount: Decimal) -> None:
        for line, left in self._left.items():
            part = min(left, amount)
            if part:
                self._left[line], amount = left - part, amount - part
                self._taken[line][name] = self._taken[line].get(name, NOTHING) + part


def _total(parts: Sequence[SharedPart]) -> SharedVariance:
    """All parts added up; what one line took of another adds to nought."""
    drawn: dict[str, Decimal] = defaultdict(Decimal)
    borne: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        for name, amount in part.shared.drawn:
            drawn[name] += amount
        for partner, amount in part.shared.by_partner.items():
            borne[partner] += amount
    return SharedVariance(
        drawn=tuple(drawn.items()),
        by_partner=dict(borne),
        retained=sum((part.shared.retained for part in parts), NOTHING),
        carried_forward=sum((part.shared.carried_forward for part in parts), NOTHING),
        unallocated=sum((part.shared.unallocated for part in parts), NOTHING),
    )
