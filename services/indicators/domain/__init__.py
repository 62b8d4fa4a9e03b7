"""The rules of indicators: pure functions of readings, comparators and targets. All arithmetic is Decimal."""
