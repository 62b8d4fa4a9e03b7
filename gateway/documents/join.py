"""Joining the services' OpenAPI documents into one. Pure: documents in, document out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from chassis.web.problem_types import EXTENSION
from contracts.anybody import PUBLISHED_PROMISES

Document = dict[str, Any]
Name = tuple[str, str]
"""A component: its section (``schemas``) and its name there."""

_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_ROOT: Final = "#/components/"
_SHARED_OUT: Final = frozenset({"securitySchemes"})
_NOT_THE_CALLERS: Final = frozenset({"x-actor", "traceparent"})
_SECURITY: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of the suite: printed once at the first start, or made with `suite keys create`. "
        "Each operation names the scope that it asks for; `admin` has all.",
    }
}
_KEY_NEEDED: Final = {"$ref": f"{_ROOT}responses/Unauthorized"}


def join(own: Document, documents: Mapping[str, Document | None], *, prefixes: Mapping[str, str]) -> Document:
    """One OpenAPI 3.1 document out of the gateway's ``own`` and those of the services.

    ``documents`` holds one a service, None for a service that did not answer: the description names it. Only paths
    under a service's prefix (``/risks/v1``) are taken, since only those can be called through here. Components of
    one name and one meaning are shared; where the meanings differ each is prefixed with its service.
    """
    joined: Document = {
        "openapi": "3.1.0",
        "info": deepcopy(own["info"]),
        "servers": [{"url": "/"}],
        "tags": deepcopy(own.get("tags", [])),
        "paths": deepcopy(own.get("paths", {})),
        "components": {"securitySchemes": deepcopy(_SECURITY)},
    }
    for operation in (found for _, _, found in _operations(joined["paths"])):
        operation["security"] = []
    answered = {service: deepcopy(document) for service, document in documents.items() if document is not None}
    _describe(joined, [service for service, document in documents.items() if document is None])
    clashes = _clashes(answered)
    taken: set[str] = {found["operationId"] for _, _, found in _operations(joined["paths"]) if "operationId" in found}
    for service, document in answered.items():
        _rename(document, service, clashes)
        _add_components(joined, document)
        _add_paths(joined, service, document, prefixes[service], taken)
        joined["tags"].append(_tag(service, document))
    joined[EXTENSION] = _problem_types([own, *answered.values()])
    _title_components(joined)
    _drop_unused(joined)
    return joined


def _describe(joined: Document, missing: Sequence[str]) -> None:
    if missing:
        note = f"**Not answering at the moment, and so left out: {', '.join(missing)}.**"
        joined["info"]["description"] = f"{joined['info'].get('description', '')}\n\n{note}".strip()


def _tag(service: str, document: Document) -> Document:
    info = document.get("info", {})
    return {"name": service, "description": info.get("description") or info.get("title", "")}


def _operations(paths: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in paths.items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation


# Components


def _components(document: Document) -> Iterator[tuple[Name, Any]]:
    for section, found in document.get("components", {}).items():
        if section not in _SHARED_OUT:
            for name, content in found.items():
                yield (section, name), content


def _clashes(documents: Mapping[str, Document]) -> set[Name]:
    """Names that mean different things in different services, directly or through what they refer to."""
    contents: dict[Name, list[Any]] = {}
    for document in documents.values():
        for name, content in _components(document):
            contents.setdefault(name, []).append(content)
    clashing = {name for name, found in contents.items() if any(other != found[0] for other in found[1:])}
    shared = {name: found[0] for name, found in contents.items() if len(found) > 1}
    while True:
        further = {
            name for name, content in shared.items() if name not in clashing and clashing & set(_refers(content))
        }
        if not further:
            return clashing
        clashing |= further


def _refers(content: Any) -> Iterator[Name]:
    found: list[Name] = []

    def note(ref: str) -> str:
        name = _named(ref)
        if name:
            found.append(name)
        return ref

    _rewrite(deepcopy(content), note)
    return iter(found)


def _named(ref: str) -> Name | None:
    parts = ref.removeprefix(_ROOT).split("/") if ref.startswith(_ROOT) else []
    return (parts[0], parts[1]) if len(parts) >= 2 else None  # noqa: PLR2004  section and name


def _rename(document: Document, service: str, clashes: set[Name]) -> None:
    """Prefix the clashing components of a service, and every reference to them."""
    present = {name for name, _ in _components(document)}
    new = {name: _free(name, service, present) for name in sorted(present & clashes)}

    def follow(ref: str) -> str:
        name = _named(ref)
        if name not in new:
            return ref
        old = f"{_ROOT}{name[0]}/{name[1]}"
        return f"{_ROOT}{name[0]}/{new[name]}{ref.removeprefix(old)}"

    _rewrite(document, follow)
    for (section, old), fresh in new.items():
        document["components"][section][fresh] = document["components"][section].pop(old)


def _free(name: Name, service: str, present: set[Name]) -> str:
    fresh = f"{service.capitalize()}{name[1]}"
    while (name[0], fresh) in present:
        fresh += "_"
    return fresh


def _rewrite(node: Any, change: Callable[[str], str]) -> None:
    """Pass every reference below ``node`` through ``change``, in place."""
    if isinstance(node, list):
        for item in node:
            _rewrite(item, change)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                node[key] = change(value)
            elif key == "mapping" and isinstance(value, dict) and "propertyName" in node:
                node[key] = {tag: change(ref) if isinstance(ref, str) else ref for tag, ref in value.items()}
            else:
                _rewrite(value, change)


def _add_components(joined: Document, document: Document) -> None:
    for (section, name), content in _components(document):
        joined["components"].setdefault(section, {})[name] = content


def _problem_types(documents: Sequence[Document]) -> list[Document]:
    """All that any of the documents lists, each type once."""
    return list({each["type"]: each for document in documents for each in document.get(EXTENSION, ())}.values())


def _title_components(joined: Document) -> None:
    """One title for one schema: its own name, which is unique."""
    for name, schema in joined["components"].get("schemas", {}).items():
        schema["title"] = name


def _drop_unused(joined: Document) -> None:
    """Leave out components that nothing refers to, such as those whose operations are not shown here."""
    while True:
        used = set(_refers([joined["paths"], joined["components"]]))
        unused = [(section, name) for (section, name), _ in _components(joined) if (section, name) not in used]
        for section, name in unused:
            del joined["components"][section][name]
        if not unused:
            return


# Paths


def _add_paths(joined: Document, service: str, document: Document, prefix: str, taken: set[str]) -> None:
    for path, item in document.get("paths", {}).items():
        if path == prefix or path.startswith(prefix + "/"):
            joined["paths"][path] = item
            _public_parameters(item)
    ours = {path: item for path, item in document.get("paths", {}).items() if path in joined["paths"]}
    for path, method, operation in _operations(ours):
        operation["operationId"] = _unique(operation.get("operationId") or f"{method}_{path}", service, taken)
        operation["tags"] = [service]
        operation["security"] = [{"bearer": []}, {}] if path == PUBLISHED_PROMISES else [{"bearer": []}]
        if "Unauthorized" in document.get("components", {}).get("responses", {}):
            operation.setdefault("responses", {})["401"] = dict(_KEY_NEEDED)
        _public_parameters(operation)


def _public_parameters(holder: Document) -> None:
    """Leave out the headers that the gateway sets itself."""
    if "parameters" in holder:
        holder["parameters"] = [p for p in holder["parameters"] if not _is_ours(p)]


def _is_ours(parameter: Document) -> bool:
    return parameter.get("in") == "header" and str(parameter.get("name", "")).lower() in _NOT_THE_CALLERS


def _unique(wanted: str, service: str, taken: set[str]) -> str:
    """An operation's id: always with its service in front, so that it does not depend on who else answers."""
    found = wanted if wanted.startswith(f"{service}_") else f"{service}_{wanted}"
    while found in taken:
        found += "_"
    taken.add(found)
    return found
