"""Which scope each operation asks for: by its service and method, unless the service says otherwise."""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.scopes import SCOPES, default_scope

AUDIT: Final = "list_audit_entries"
Named = Mapping[str, str | Sequence[str]]
"""Scopes of operations by their names; of several, which one is asked for depends on what is sent."""


def scopes_of(service: str, operation: str, named: Named, *, reads: bool) -> Sequence[str]:
    """The scopes of an operation, any of which lets a caller in.

    Raises:
        KeyError: the service names a scope that there is not.
    """
    if operation == AUDIT:
        return ("operations:read",)
    if operation not in named:
        return (default_scope(service, reads=reads),)
    found = named[operation]
    scopes = (found,) if isinstance(found, str) else tuple(found)
    for each in scopes:
        SCOPES[each]  # raises
    return scopes
