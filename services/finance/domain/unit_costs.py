"""The library of unit costs: what a unit of something costs, from where that is known, version by version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.money import to_penny
from contracts.period import Period
from services.finance.domain.savings import SharedCost, UnitCost


class CostKind(StrEnum):
    """Whose money it is: of the public purse, of individuals and businesses, or what well-being is worth."""

    FISCAL = "fiscal"
    ECONOMIC = "economic"
    SOCIAL = "social"


@dataclass(frozen=True, slots=True)
class UnitCostTerms:
    """What is recorded of a unit cost: pounds a unit in the prices of a year, and the days it applies to.

    ``cashable_share`` is what of it can be taken out of a budget by its source, null where that says nothing of it.
    Where it ``ends``, no version before applies to what is after ``effective_to`` either.
    """

    description: str
    unit: str
    amount: Decimal
    kind: CostKind
    price_year: Period
    source: str
    source_url: str | None = None
    agency: str | None = None
    cashable_share: Decimal | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    illustrative: bool = False
    ends: bool = False

    @property
    def counts_in_ledger(self) -> bool:
        """Only fiscal money can be saved; what well-being is worth pays no bill."""
        return self.kind is CostKind.FISCAL


@dataclass(frozen=True, slots=True)
class SentCost:
    """What somebody sent to be recorded of a unit cost, and why."""

    code: str
    terms: UnitCostTerms
    reason: str | None


@dataclass(frozen=True, slots=True)
class UnitCostVersion:
    """A version as it was recorded, from 1; by whom, when, on which business date, and why."""

    number: int
    terms: UnitCostTerms
    recorded_by: str
    recorded_at: datetime
    business_date: date
    reason: str | None

    def price(self) -> UnitCost:
        """What schemes reckon with."""
        terms = self.terms
        source = f"{terms.source}; per {terms.unit}"
        return UnitCost(
            amount=terms.amount,
            source=f"illustrative: {source}" if terms.illustrative else source,
            price_year=terms.price_year.label,
            effective_from=terms.effective_from,
            effective_to=terms.effective_to,
            version=self.number,
            illustrative=terms.illustrative,
            ends=terms.ends,
        )


@dataclass(frozen=True, slots=True)
class LibraryCost:
    """A unit cost with all its versions, oldest first, and the codes of the schemes that reckon with it."""

    code: str
    versions: Sequence[UnitCostVersion]
    schemes: Sequence[str] = ()

    @property
    def newest(self) -> UnitCostVersion:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class CostsRecorded:
    """Codes of what was sent at once: those that are new, that have another version now, and that are as they were."""

    new: Sequence[str]
    changed: Sequence[str]
    unchanged: Sequence[str]


def shared_cost(code: str, versions: Sequence[UnitCostVersion]) -> SharedCost:
    """What schemes that name a unit cost reckon with: its fiscal versions."""
    return SharedCost(code, tuple(one.price() for one in versions if one.terms.counts_in_ledger))


@dataclass(frozen=True, slots=True)
class Deflator:
    """A release of a published index of prices: what each financial year stands at, the base year at 100."""

    release: str
    base_year: Period
    source: str
    index: Mapping[Period, Decimal]

    def uprate(self, amount: Decimal, before: Period, after: Period) -> Decimal | None:
        """An amount in the prices of another year, to the penny; null where this release lacks one of the years.

        Both years are read from one release: the base moves from one to the next.
        """
        if before not in self.index or after not in self.index:
            return None
        return to_penny(amount * self.index[after] / self.index[before])
