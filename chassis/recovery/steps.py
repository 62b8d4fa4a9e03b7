"""How the steps of :class:`ServiceStores` travel: as JSON, by the types that its methods have."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter

from chassis.recovery.port import ServiceStores

STEPS: Final = frozenset(name for name in vars(ServiceStores) if not name.startswith("_"))
PATH: Final = "/internal/stores"
"""Before a step's name. It is no path of the service's own, so the gateway leads nobody there."""


@cache
def _types(step: str) -> Mapping[str, TypeAdapter[Any]]:
    """What reads and writes a step's arguments, and its result as ``return``."""
    hints = get_type_hints(getattr(ServiceStores, step))
    return {name: TypeAdapter(kind) for name, kind in hints.items()}


def arguments_to_json(step: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _types(step)[name].dump_python(value, mode="json") for name, value in arguments.items()}


def arguments_of_json(step: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a step.

    Raises:
        pydantic.ValidationError, KeyError: they do not fit.
    """
    types = {name: kind for name, kind in _types(step).items() if name != "return"}
    return {name: kind.validate_python(body[name]) for name, kind in types.items()}


def result_to_json(step: str, result: Any) -> Any:
    return _types(step)["return"].dump_python(result, mode="json")


def result_of_json(step: str, body: Any) -> Any:
    """A step's result.

    Raises:
        pydantic.ValidationError: it does not fit.
    """
    return _types(step)["return"].validate_python(body)
