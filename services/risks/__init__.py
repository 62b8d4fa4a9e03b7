"""Risks: the register, its ratings, and how linked indicators move them."""
