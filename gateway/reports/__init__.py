"""The board's report of a quarter: drafted from the public API, edited, published, and frozen with its numbers."""
