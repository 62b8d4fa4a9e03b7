"""Dataclasses as JSON by the names and types of their fields, and back."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from contracts.breakdown import Breakdown

Stored = Mapping[str, Any]
Of = TypeVar("Of")


def plain(value: Any) -> Any:
    """A value as JSON has it: days and moments as ISO text, amounts as plain digits."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def read_fields(of: type[Of], stored: Stored) -> Of:
    """A dataclass from its fields; one that was stored before a field was there has its default."""
    hints = _hints(of)  # type: ignore[arg-type]  # a class is hashable
    return of(**{name: _value(hint, stored[name]) for name, hint in hints.items() if name in stored})


@cache
def _hints(of: type[Any]) -> Mapping[str, Any]:
    hints = get_type_hints(of)
    return {field.name: hints[field.name] for field in fields(of)}


def _value(hint: Any, stored: Any) -> Any:
    """What :func:`plain` wrote of a value of this type."""
    if stored is None:
        return None
    if get_origin(hint) is UnionType:
        return _value(next(each for each in get_args(hint) if each is not NoneType), stored)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], one) for one in stored)
    if hint in _TEXTS:
        return _TEXTS[hint](stored)
    if is_dataclass(hint):
        return read_fields(cast("type[Any]", hint), stored)
    return hint(stored) if issubclass(hint, Enum) else stored


_TEXTS: Final[Mapping[type, Callable[[str], Any]]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
    Breakdown: Breakdown.parse,
}
