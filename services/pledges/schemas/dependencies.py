"""Bodies of dependencies."""

from datetime import date
from typing import Self, cast

from pydantic import ConfigDict, Field

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.reasons import Reason
from services.pledges.domain.dependencies import (
    DependencyChanges,
    DependencyDefinition,
    DependencyKind,
    DependencyState,
    DependencyView,
)
from services.pledges.schemas.fields import Code, Name, Names, Wording


class DependencyIn(StrictBody):
    """Of one action, of every action of a priority, or, where neither is named, of every action of any priority."""

    title: Wording = Field(examples=["Backing of the GP Forum"])
    kind: DependencyKind = Field(examples=["partner"])
    priority: Code | None = Field(None, examples=["primary-care"])
    action: Code | None = Field(None, examples=["primary-care-home"])
    partners: Names = Field(default_factory=list, examples=[["GP Forum"]])
    needed_by: date | None = Field(None, examples=["2018-09-30"])
    number: int | None = Field(None, ge=1, le=9999, description="Number in its source", examples=[10])
    source: Name | None = Field(None, examples=["2018-19 business plan"])

    def to_domain(self) -> DependencyDefinition:
        return DependencyDefinition(
            title=self.title,
            kind=self.kind,
            priority=self.priority,
            action=self.action,
            partners=tuple(self.partners),
            needed_by=self.needed_by,
            number=self.number,
            source=self.source,
        )


class DependencyPatch(PatchBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "met", "reason": "Agreed in the forum"}]})

    state: DependencyState = UNCHANGED
    needed_by: date | None = None
    partners: Names = Field(default_factory=list, description="The whole list")
    reason: Reason | None = Field(None, description="Why the change is made; recorded with it")

    def to_domain(self) -> DependencyChanges:
        named = self.changes()
        if "partners" in named:
            named["partners"] = tuple(self.partners)
        return cast("DependencyChanges", named)


class DependencyOut(OutBody):
    code: str = Field(examples=["2018-10"])
    title: str
    kind: DependencyKind
    priority: str | None
    action: str | None
    partners: list[str]
    needed_by: date | None
    number: int | None
    source: str | None
    state: DependencyState
    blocking: bool = Field(description="Broken, or still awaited after the day by which it is needed")

    @classmethod
    def of(cls, view: DependencyView) -> Self:
        definition = view.dependency.definition
        return cls(
            code=view.dependency.code,
            title=definition.title,
            kind=definition.kind,
            priority=definition.priority,
            action=definition.action,
            partners=list(definition.partners),
            needed_by=definition.needed_by,
            number=definition.number,
            source=definition.source,
            state=view.dependency.state,
            blocking=view.is_blocking,
        )
