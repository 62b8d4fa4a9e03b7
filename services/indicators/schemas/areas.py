"""Areas."""

from datetime import date
from typing import Self

from pydantic import model_validator

from chassis.web.bodies import OutBody, StrictBody
from services.indicators.domain.definitions import Area
from services.indicators.schemas.values import AreaCode, Name, Word


class AreaIn(StrictBody):
    """An area and the dates between which it exists; null leaves that end open."""

    model_config = StrictBody.model_config | {
        "json_schema_extra": {"examples": [{"code": "E06000026", "name": "Plymouth", "type": "unitary authority"}]}
    }

    code: AreaCode
    name: Name
    type: Word
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _exists_for_a_time(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to must not be before valid_from")
        return self

    def to_domain(self) -> Area:
        return Area(self.code, self.name, self.type, self.valid_from, self.valid_to)


class AreaOut(OutBody):
    code: str
    name: str
    type: str
    valid_from: date | None
    valid_to: date | None

    @classmethod
    def of(cls, area: Area) -> Self:
        return cls(code=area.code, name=area.name, type=area.type, valid_from=area.valid_from, valid_to=area.valid_to)
