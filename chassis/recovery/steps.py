"""How steps travel: as JSON, by the types that the methods of a port have."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter

PATH: Final = "/internal/stores"
"""Before a step's name. It is no path of the service's own, so the gateway leads nobody there."""


def steps_of(port: type) -> frozenset[str]:
    """The methods of a port, each of which is a step."""
    return frozenset(name for name in vars(port) if not name.startswith("_"))


@cache
def _types(port: type, step: str) -> Mapping[str, TypeAdapter[Any]]:
    """What reads and writes a step's arguments, and its result as ``return``."""
    hints = get_type_hints(getattr(port, step))
    return {name: TypeAdapter(kind) for name, kind in hints.items()}


def arguments_to_json(port: type, step: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _types(port, step)[name].dump_python(value, mode="json") for name, value in arguments.items()}


def arguments_of_json(port: type, step: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a step.

    Raises:
        pydantic.ValidationError, KeyError: they do not fit.
    """
    types = {name: kind for name, kind in _types(port, step).items() if name != "return"}
    return {name: kind.validate_python(body[name]) for name, kind in types.items()}


def result_to_json(port: type, step: str, result: Any) -> Any:
    return _types(port, step)["return"].dump_python(result, mode="json")


def result_of_json(port: type, step: str, body: Any) -> Any:
    """A step's result.

    Raises:
        pydantic.ValidationError: it does not fit.
    """
    return _types(port, step)["return"].validate_python(body)
