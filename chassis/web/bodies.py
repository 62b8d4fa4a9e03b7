"""What callers send and get: strict JSON bodies, in which every text can be kept."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

UNSTORABLE = "text_notis_storable"


def is_storable(value: object) -> bool:
    """Whether every text in ``value`` is one that any database keeps."""
    if isinstance(value, str):
        return "\x00" not in value and (value.isascii() or value.encode("utf-8", "ignore").decode() == value)
    if isinstance(value, dict):
        return all(is_storable(each) for pair in value.items() for each in pair)
    return all(map(is_storable, value)) if isinstance(value, list | tuple) else True


class StrictBody(BaseModel):
    """What a caller sends: unknown fields are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    @model_validator(mode="after")
    def _text_can_be_kept(self) -> Self:
        for name, value in self:
            if not is_storable(value):
                raise PydanticCustomError(UNSTORABLE, "This text holds a NUL or half a character", {"field": name})
        return self


class OutBody(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(frozen=True)
