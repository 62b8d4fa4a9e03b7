"""Which problems a service answers with: the catalogue that their ``type`` leads to."""

import inspect
from collections.abc import Iterator
from typing import Any, Final

from chassis.errors import Problem

EXTENSION: Final = "x-problem-types"
"""Where a document lists them."""
_SHARED: Final = "chassis."


def problem_types(package: str) -> list[dict[str, Any]]:
    """The problems that ``package`` and the chassis name, by type: each with its title, status and meaning."""
    found = {each.type_: each for each in _named(Problem) if each.__module__.startswith((package, _SHARED))}
    return [
        {"type": type_, "title": each.title, "status": each.status, "description": _meaning(each)}
        for type_, each in sorted(found.items())
    ]


def _named(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _named(each)


def _meaning(kind: type[Problem]) -> str:
    """What its docstring says, where it has one of its own."""
    own = kind.__doc__ if "__doc__" in vars(kind) and kind.__doc__ else kind.title
    return inspect.cleandoc(own)
