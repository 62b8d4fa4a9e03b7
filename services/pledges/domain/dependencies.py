"""What actions wait for outside of themselves: partners, approvals, resources, programmes and policies."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypedDict


class DependencyKind(StrEnum):
    PARTNER = "partner"
    APPROVAL = "approval"
    RESOURCE = "resource"
    PROGRAMME = "programme"
    POLICY = "policy"


class DependencyState(StrEnum):
    """``awaited`` until somebody says that it was met, or that it will not be."""

    AWAITED = "awaited"
    MET = "met"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class DependencyDefinition:
    """Of one action, of every action of a priority, or, where neither is named, of every action of any priority."""

    title: str
    kind: DependencyKind
    priority: str | None = None
    action: str | None = None
    partners: tuple[str, ...] = ()
    needed_by: date | None = None
    number: int | None = None
    source: str | None = None


class DependencyChanges(TypedDict, total=False):
    """What a change names; what is left out stays."""

    state: DependencyState
    needed_by: date | None
    partners: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Dependency:
    """A dependency as it is now."""

    code: str
    definition: DependencyDefinition
    state: DependencyState = DependencyState.AWAITED

    def changed(self, changes: DependencyChanges) -> "Dependency":
        definition = replace(
            self.definition,
            needed_by=changes.get("needed_by", self.definition.needed_by),
            partners=changes.get("partners", self.definition.partners),
        )
        return replace(self, definition=definition, state=changes.get("state", self.state))

    def blocks(self, today: date) -> bool:
        """Whether it keeps actions from going on: it is broken, or was needed before today and is still awaited."""
        needed_by = self.definition.needed_by
        overdue = needed_by is not None and needed_by < today
        return self.state is DependencyState.BROKEN or (self.state is DependencyState.AWAITED and overdue)


@dataclass(frozen=True, slots=True)
class DependencyView:
    """A dependency on the business date ``today``."""

    dependency: Dependency
    today: date

    @property
    def is_blocking(self) -> bool:
        return self.dependency.blocks(self.today)


@dataclass(frozen=True, slots=True)
class DependencyFilter:
    priority: str | None = None
    action: str | None = None
    kind: DependencyKind | None = None
    state: DependencyState | None = None
