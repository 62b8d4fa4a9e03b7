"""Calculators: they store nothing."""

from decimal import Decimal

from services.finance.domain.agreement import RiskShareTerms
from services.finance.domain.ranges import RangeInput, SavingsRange, savings_range
from services.finance.domain.risk_share import SplitTerms
from services.finance.domain.sharing import SharedVariance, obligation, share_variance


def calculate_savings_range(given: RangeInput) -> SavingsRange:
    """The low and the high saving of a base, beside what was printed where that is given."""
    return savings_range(given)


def share_variance_by(variance: Decimal, terms: RiskShareTerms, split: SplitTerms) -> tuple[SharedVariance, str | None]:
    """How a variance is absorbed and shared by these terms, and what it obliges partners to."""
    shared = share_variance(variance, terms.sources, split, terms.underspend)
    return shared, terms.obliges(variance) or obligation(variance)
