"""One call that changes something."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One call that changes something: the action and the subject of its entry, and whether both states are there.

    ``again``: the very same call changes nothing.
    """

    method: str
    path: str
    body: Any
    action: str
    subject: str
    had_before: bool = False
    reason: str | None = None
    again: bool = True
    by: str = "Ana"
    """Who makes it; what one person has done another decides on."""
