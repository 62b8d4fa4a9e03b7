"""Calculators: they store nothing."""

from decimal import Decimal

from services.finance.domain.agreement import RiskShareTerms
from services.finance.domain.ranges import RangeInput, SavingsRange, savings_range
from services.finance.domain.risk_share import SplitTerms
from services.finance.domain.sharing import SharedVariance, share_variance


def calculate_savings_range(given: RangeInput) -> SavingsRange:
    """The low and the high saving of a base, beside what was printed where that is given."""
    return savings_range(given)


def share_variance_by(variance: Decimal, terms: RiskShareTerms, split: SplitTerms) -> tuple[Decimal, SharedVariance]:
    """A variance, and how it is absorbed and shared by these terms."""
    return variance, share_variance(variance, terms.sources, split, terms.underspend)
