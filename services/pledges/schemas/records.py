"""What the bodies of records have in common: each is of one dataclass, with its code beside it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money
from services.pledges.schemas.fields import Code


class PartBody(StrictBody):
    """A part of a record as it is sent; ``makes`` is the dataclass that it becomes."""

    makes: ClassVar[type[Any]]

    def to_domain(self) -> Any:
        return self.makes(**self.fields())

    def fields(self) -> Mapping[str, Any]:
        """What was sent, as the domain has it: lists as tuples, money as pounds, parts as what they make."""
        return {name: _as_domain(value) for name, value in self}


class RecordIn(PartBody):
    """A record as it is sent; its code is in the path, or beside it where many are sent."""

    def record(self, code: str) -> Any:
        return self.makes(**{**self.fields(), "code": code})


class CodedBody(StrictBody):
    """What a body has beside those of a kind where no path names the record: its code."""

    code: Code = Field(description="Code that names it in paths, for good", examples=["benefit-1"])

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        found = handler.resolve_ref_schema(handler(schema))
        if examples := found.get("examples"):
            found["examples"] = [{"code": "first"} | each for each in examples]
        return found


def _as_domain(value: Any) -> Any:
    if isinstance(value, PartBody):
        return value.to_domain()
    if isinstance(value, Money):
        return value.amount
    return tuple(map(_as_domain, value)) if isinstance(value, list | tuple) else value


class RecordOut(OutBody):
    """A record, or a part of it, as it is shown: its fields by their names."""

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls.model_validate(found, from_attributes=True)
