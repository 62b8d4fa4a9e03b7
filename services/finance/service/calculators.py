"""Calculators: they store nothing."""

from services.finance.domain.ranges import RangeInput, SavingsRange, savings_range


def calculate_savings_range(given: RangeInput) -> SavingsRange:
    """The low and the high saving of a base, beside what was printed where that is given."""
    return savings_range(given)
