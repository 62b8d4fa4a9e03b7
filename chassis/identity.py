"""Who calls, and what for: what the door has found out, as every use case may read it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from chassis.errors import InsufficientScope
from contracts.scopes import ADMIN, OPERATE


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    ``areas`` limits what may be written to these areas, ``directorates`` to what is of these; empty is no limit.
    ``person`` is the code of the person that the caller acts for, where one is entered, ``names`` are all that this
    person is known by in histories, and ``full_name`` is how documents print their name.
    """

    name: str
    scopes: AbstractSet[str] = frozenset()
    areas: AbstractSet[str] = frozenset()
    person: str | None = None
    names: AbstractSet[str] = frozenset()
    full_name: str | None = None
    directorates: AbstractSet[str] = frozenset()

    @property
    def is_limited(self) -> bool:
        return bool(self.areas or self.directorates)

    def is_same(self, actor: str) -> bool:
        """Whether whoever acted under this name or as this person is the caller, by whatever key."""
        return actor in (self.name, self.person) or actor in self.names

    def is_named(self, printed: str) -> bool:
        """Whether a document that prints this name means the caller: a person is entered, and so called."""
        return self.full_name is not None and self.full_name.casefold() == printed.casefold()

    def may(self, scope: str) -> bool:
        """Whether this scope is among the caller's; an administrator has all."""
        return scope in self.scopes or ADMIN in self.scopes


def within(name: str) -> Caller:
    """One who acts inside the house, such as a consumer or a job: not limited, and known by name only."""
    return Caller(name, frozenset({ADMIN}))


def require_scope(caller: Caller, *scopes: str) -> None:
    """Let only those go on who may do one of these.

    Raises:
        InsufficientScope: none of the scopes is the caller's.
    """
    if not any(map(caller.may, scopes)):
        raise InsufficientScope(scopes)


def operating(name: str) -> Caller:
    """The gateway, which takes a step within a service in the name of an operator whom it has let do so."""
    return Caller(name, frozenset({OPERATE}))
