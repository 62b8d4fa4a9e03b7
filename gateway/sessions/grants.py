"""What a provider has granted to somebody who signed in by it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider is shown for more: for rights as they are later, and for being signed out there too."""

    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """Who signed in, by the subject of their tokens, with which scopes of ours, and until when that is said.

    ``name`` is how the provider prints them. ``sealed`` holds their :class:`Tokens`, readable with the session's own
    token only.
    """

    subject: str
    name: str
    scopes: AbstractSet[str]
    good_until: datetime
    sealed: str = field(default="", repr=False)
