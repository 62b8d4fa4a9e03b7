"""Groups of areas."""

from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from services.indicators.domain.comparisons import AreaGroup, GroupKind
from services.indicators.schemas.values import Name, Text

AREA_GROUP_EXAMPLE: dict[str, Any] = {
    "name": "Nearest neighbours of Plymouth",
    "kind": "nearest_neighbours",
    "areas": ["E06000045", "E06000044"],
    "source": "CIPFA nearest neighbours model",
}


class AreaGroupIn(StrictBody):
    """Areas by a name, the nearest first where they are somebody's neighbours."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [AREA_GROUP_EXAMPLE]}}

    name: Name
    kind: GroupKind = GroupKind.GROUP
    areas: Annotated[list[AreaCode], Field(min_length=1, max_length=200, description="Codes of its areas, in order")]
    source: Text | None = None

    def to_domain(self, code: str) -> AreaGroup:
        return AreaGroup(code, self.name, self.kind, tuple(dict.fromkeys(self.areas)), self.source)


class AreaGroupOut(OutBody):
    code: str
    name: str
    kind: GroupKind
    areas: list[str]
    source: str | None

    @classmethod
    def of(cls, group: AreaGroup) -> Self:
        return cls(code=group.code, name=group.name, kind=group.kind, areas=list(group.areas), source=group.source)
