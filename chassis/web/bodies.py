"""What callers send and get: strict JSON bodies, in which every text can be stored."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from chassis.web.json_types import as_strict

UNSTORABLE = "text_notis_storable"


def is_storable(value: object) -> bool:
    """Whether every text in ``value`` is one that any database stores."""
    if isinstance(value, str):
        return "\x00" not in value and (value.isascii() or value.encode("utf-8", "ignore").decode() == value)
    if isinstance(value, dict):
        return all(is_storable(each) for pair in value.items() for each in pair)
    return all(map(is_storable, value)) if isinstance(value, list | tuple) else True


class StrictBody(BaseModel):
    """What a caller sends: unknown fields are refused, types are those of JSON and not guessed, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return as_strict(handler(source))

    @model_validator(mode="after")
    def _text_is_storable(self) -> Self:
        for name, value in self:
            if not is_storable(value):
                raise PydanticCustomError(UNSTORABLE, "This text holds a NUL or half a character", {"field": name})
        return self


class PatchBody(StrictBody):
    """A JSON Merge Patch (RFC 7396): what is left out stays, null takes away. Every field is optional.

    Declare each field as ``X | None = None`` where null takes it away, and as ``X = UNCHANGED`` where there must be
    something. Defaults never show in the document: a generated client would send them. Read :meth:`changes`, never a
    field by itself, which cannot tell what was left out.
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: Any) -> None:
        required = [name for name, field in cls.model_fields.items() if field.is_required()]
        if required:
            raise TypeError(f"{cls.__name__} is a patch, so these must be optional: {', '.join(required)}")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        found = handler.resolve_ref_schema(handler(schema))
        for each in found.get("properties", {}).values():
            each.pop("default", None)
        found["description"] = found.get("description") or "What is left out stays as it is (RFC 7396)."
        return found

    def changes(self) -> dict[str, Any]:
        """What was sent, by field; None where it is to be taken away."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


UNCHANGED: Any = Field(default_factory=lambda: None)
"""The default of a field of a patch that null may not take away."""


def merge_patch(target: Any, patch: Any) -> Any:
    """``target`` as ``patch`` changes it, by RFC 7396; both are JSON."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


class OutBody(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(frozen=True, defer_build=True)
