"""What rows of several files have in common."""

from typing import Literal

PLYMOUTH = "E06000026"
Basis = Literal["sourced", "illustrative"]
