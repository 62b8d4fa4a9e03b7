"""The rules of indicators and the state they speak of: pure functions and frozen dataclasses. Arithmetic is exact."""
