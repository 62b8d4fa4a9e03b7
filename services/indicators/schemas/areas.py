"""Areas."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from contracts.areas import AreaCode
from contracts.reasons import Reason
from services.indicators.domain.areas import Area
from services.indicators.schemas.values import Name, Word

Codes = Annotated[list[AreaCode], Field(max_length=100)]


class AreaIn(StrictBody):
    """An area and the dates between which it exists; null leaves that end open.

    ``parents`` are the areas it is part of, ``successors`` those that came in its place.
    """

    model_config = StrictBody.model_config | {
        "json_schema_extra": {
            "examples": [
                {"code": "E06000026", "name": "Plymouth", "type": "unitary authority", "parents": ["E92000001"]}
            ]
        }
    }

    code: AreaCode
    name: Name
    type: Word
    valid_from: date | None = None
    valid_to: date | None = None
    parents: Annotated[Codes, Field(default_factory=list)]
    successors: Annotated[Codes, Field(default_factory=list)]

    def to_domain(self) -> Area:
        links = (tuple(dict.fromkeys(self.parents)), tuple(dict.fromkeys(self.successors)))
        return Area(self.code, self.name, self.type, self.valid_from, self.valid_to, *links)


class AreaPatch(PatchBody):
    """What changes, and the ``reason``; fields that are left out stay. ``valid_to`` closes the area."""

    model_config = StrictBody.model_config | {
        "json_schema_extra": {
            "examples": [{"valid_to": "2019-03-31", "successors": ["E06000059"], "reason": "Became one council"}]
        }
    }

    name: Name = UNCHANGED
    type: Word = UNCHANGED
    valid_from: date | None = None
    valid_to: date | None = None
    parents: Codes | None = None
    successors: Codes | None = None
    reason: Annotated[Reason | None, Field(description="Why; needed where anything changes")] = None

    def to_domain(self) -> dict[str, Any]:
        """The fields of the area that were sent."""
        links = {"parents", "successors"}
        sent = {name: value for name, value in self.changes().items() if name != "reason"}
        return {name: tuple(dict.fromkeys(v or ())) if name in links else v for name, v in sent.items()}


class AreaOut(OutBody):
    code: str
    name: str
    type: str
    valid_from: date | None
    valid_to: date | None
    parents: list[str]
    successors: list[str]

    @classmethod
    def of(cls, area: Area) -> Self:
        return cls(
            code=area.code,
            name=area.name,
            type=area.type,
            valid_from=area.valid_from,
            valid_to=area.valid_to,
            parents=list(area.parents),
            successors=list(area.successors),
        )
