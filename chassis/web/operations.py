"""What a service offers: each path with its methods, and what the contract needs to know of each operation."""

import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Final, Union, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import AwareDatetime
from starlette.routing import BaseRoute

from chassis.service import ServiceSpec
from chassis.web.deprecation import Deprecation
from chassis.web.scopes import scopes_of
from contracts.paths import first_part

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII), "a moment such as 2018-02-28T09:00:00Z"
_FORMS: Final[Mapping[object, tuple[re.Pattern[str], str]]] = {
    bool: (re.compile("true|false"), "true or false"),
    int: (re.compile("-?[0-9]{1,18}"), "a whole number in digits"),
    datetime: _MOMENT,
    AwareDatetime: _MOMENT,
    date: (re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), "a date such as 2018-02-28"),
}
_NONE: Final[Mapping[str, "Operation"]] = types.MappingProxyType({})


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A parameter that an operation takes from the query; ``form`` is how its text has to look, and in words."""

    name: str
    repeatable: bool
    form: tuple[re.Pattern[str], str] | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path.

    ``writes`` says whether it opens a writing unit of work: calculators and simulations do not. ``representation`` is
    the model of its answer. Any of ``scopes`` lets a caller in; the answer of a ``secretive`` one is never kept.
    """

    id: str
    method: str
    path: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, QueryParameter]
    writes: bool
    representation: Any
    scopes: Sequence[str] = ()
    secretive: bool = False
    deprecation: Deprecation | None = None


class Operations:
    """All operations of an app."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._paths = _by_template(operations)
        self._items = {_collection_of(each.path): each for each in reversed(operations) if each.method == "GET"}

    def at(self, path: str) -> Mapping[str, Operation]:
        """The operations that a path has, by method; none where there is nothing.

        Those of the template that says most of the path itself: ``/cards/{code}.csv`` over ``/cards/{code}``.
        """
        return next((methods for pattern, methods in self._paths if pattern.match(path)), _NONE)

    def item_of(self, collection: str) -> Operation | None:
        """The operation that reads one item of the collection with this path, if there is one."""
        return self._items.get(collection.rstrip("/"))

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._operations)


def _by_template(operations: Iterable[Operation]) -> list[tuple[re.Pattern[str], Mapping[str, Operation]]]:
    """The methods of each template, first the template that says most of a path itself."""
    found: dict[str, tuple[re.Pattern[str], dict[str, Operation]]] = {}
    for each in operations:
        found.setdefault(each.path, (each.pattern, {}))[1].setdefault(each.method, each)
    return [found[template] for template in sorted(found, key=_said_by_itself, reverse=True)]


def _collection_of(path: str) -> str | None:
    """The collection that a path names one item of: ``/cards`` of ``/cards/{code}``."""
    collection, _, item = path.rpartition("/")
    return collection if re.fullmatch(r"\{[^/]+\}", item) else None


def _said_by_itself(template: str) -> int:
    """How many characters of a path its template says, rather than its parameters."""
    return len(re.sub(r"\{[^}]*\}", "", template))


def operations_of(routes: Sequence[BaseRoute], writing: object) -> Operations:
    """Those operations of ``routes`` that a document shows; ``writing`` is the dependency by which one writes."""
    return Operations([each for context in iter_route_contexts(routes) for each in _operations_of(context, writing)])


def with_scopes(operations: Operations, spec: ServiceSpec) -> Operations:
    """The same, with what the service says of each: its scopes, that it is secretive, that it is to be left."""
    return Operations([_with_scopes(each, spec) for each in operations])


def _with_scopes(operation: Operation, spec: ServiceSpec) -> Operation:
    scopes = scopes_of(first_part(spec.name), operation.id, spec.scopes, reads=operation.method == "GET")
    secretive, deprecation = operation.id in spec.secretive, spec.deprecated.get(operation.id)
    return replace(operation, scopes=scopes, secretive=secretive, deprecation=deprecation)


def _operations_of(context: RouteContext, writing: object) -> Iterator[Operation]:
    """The operations of a route, with the prefixes of the routers that it was included by."""
    if isinstance(context.original_route, APIRoute) and context.include_in_schema:
        for method in sorted(context.methods or ()):
            yield Operation(
                id=context.name or "",
                method=method,
                path=context.path_format or "",
                pattern=context.path_regex,
                parameters=_parameters(context.dependant),
                writes=_depends_on(context.dependant, writing),
                representation=context.response_model,
            )


def _parameters(dependant: Dependant) -> dict[str, QueryParameter]:
    fields = [field for field in get_flat_params(dependant) if field.field_info.in_.value == "query"]  # type: ignore[attr-defined]
    return {field.alias: _parameter(field.alias, field.field_info.annotation) for field in fields}


def _parameter(name: str, annotation: Any) -> QueryParameter:
    plain = _plain_types(annotation)
    repeatable = any(get_origin(each) in {list, set, tuple, frozenset} for each in plain)
    form = next((_FORMS[each] for each in plain if isinstance(each, type) and each in _FORMS), None)
    return QueryParameter(name, repeatable, None if len(plain) > 1 else form)


def _plain_types(annotation: Any) -> list[Any]:
    """What an annotation allows, without None and what it says beside the type."""
    if get_origin(annotation) is Annotated:
        return _plain_types(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return [plain for each in get_args(annotation) for plain in _plain_types(each)]
    return [] if annotation is type(None) else [annotation]


def _depends_on(dependant: Dependant, call: object) -> bool:
    return dependant.call is call or any(_depends_on(each, call) for each in dependant.dependencies)
