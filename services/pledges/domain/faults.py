"""What is wrong with what was sent."""

Fault = tuple[str, str]
"""A field, and what is wrong with it."""
