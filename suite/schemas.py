"""The schemas of the events, kept with the code, and the rule that they only ever grow.

``contracts/schemas/<type>/<n>.json`` holds every schema an event type has ever had: of the event as it is written, for
that is what others read. Our own readers may accept more (a number where a decimal string is written). A change is
refused unless the new schema is compatible, forwards and backwards, with *all* of them (FULL_TRANSITIVE): old readers
read new events and new readers read old ones. So a field may be added or dropped only where it is optional, and what a
field may hold never changes; anything else is a new version of the type. No stored schema is ever deleted: each has an
example, ``contracts/golden/<type>/<n>-<what>.json``, and neither may stand without the other.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.event_types import BODIES
from gateway.documents.asyncapi import event_schema

FOLDER = Path(__file__).parent.parent / "contracts" / "schemas"
"""The schemas; the examples stand in ``golden`` beside it."""

Schema = Mapping[str, Any]

_WORDS = {"title", "description", "examples", "default", "$defs"}
"""What may change without a reader noticing."""


def current() -> dict[str, dict[str, Any]]:
    """The schema of every event type as it travels; what has a default is optional to readers."""
    return {type_: event_schema(body) for type_, body in BODIES.items()}


# ---- what is stored


def _numbers(folder: Path) -> set[int]:
    """The schema numbers that the files of a folder begin with."""
    return {int(path.stem.split("-")[0]) for path in folder.glob("*.json")}


def stored(type_: str, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Every schema that the type has had, oldest first."""
    return [json.loads((folder / type_ / f"{number}.json").read_text()) for number in sorted(_numbers(folder / type_))]


def missing(type_: str, folder: Path = FOLDER) -> list[int]:
    """The numbers of schemas that once were: a later one stands, or an example of them does."""
    schemas, examples = _numbers(folder / type_), _numbers(folder.parent / "golden" / type_)
    return sorted(set(range(1, max(schemas | examples, default=0) + 1)) - schemas)


def without_example(type_: str, folder: Path = FOLDER) -> list[int]:
    return sorted(_numbers(folder / type_) - _numbers(folder.parent / "golden" / type_))


# ---- whether two schemas go together


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """Why readers of one could not read events of the other; empty when both can."""
    return list(_differences("event", old, new, (old, new)))


def _differences(path: str, old: Schema, new: Schema, roots: tuple[Schema, Schema]) -> Iterator[str]:
    before, after = _forms(old, roots[0]), _forms(new, roots[1])
    if [_kind(form) for form in before] != [_kind(form) for form in after]:
        yield f"{path}: was {_quoted(before)} and is {_quoted(after)}"
        return
    for one, other in zip(before, after, strict=True):
        if "properties" in one and "properties" in other:
            yield from _objects(path, one, other, roots)
        for keyword in sorted((one.keys() | other.keys()) - _WORDS - {"properties", "required"}):
            yield from _keyword(path, keyword, one.get(keyword), other.get(keyword), roots)


def _objects(path: str, old: Schema, new: Schema, roots: tuple[Schema, Schema]) -> Iterator[str]:
    required = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(required[0] - required[1]):
        yield f"{path}.{name} was required and is not any more: old readers would miss it"
    for name in sorted(required[1] - required[0]):
        yield f"{path}.{name} is required and was not before: old events do not have it"
    yield from _unknown_to_closed(path, old, new)
    for name in sorted(old["properties"].keys() & new["properties"].keys()):
        yield from _differences(f"{path}.{name}", old["properties"][name], new["properties"][name], roots)


def _unknown_to_closed(path: str, old: Schema, new: Schema) -> Iterator[str]:
    """An object that forbids other fields can neither gain one nor lose one."""
    for reader, writer, readers in ((old, new, "old"), (new, old, "new")):
        if reader.get("additionalProperties") is False:
            for name in sorted(writer["properties"].keys() - reader["properties"].keys()):
                yield f"{path}.{name} came or went, and {readers} readers refuse fields they do not know"


def _keyword(path: str, keyword: str, old: Any, new: Any, roots: tuple[Schema, Schema]) -> Iterator[str]:
    if keyword in {"items", "additionalProperties"} and isinstance(old, dict) and isinstance(new, dict):
        yield from _differences(f"{path}[]", old, new, roots)
    elif keyword == "enum" and old and new:
        changes = [
            f"{word} {value!r}" for word, value in (("gained", _more(old, new)), ("lost", _more(new, old))) if value
        ]
        yield from [f"{path}: {keyword} {' and '.join(changes)}"] if changes else []
    elif old != new:
        yield f"{path}: {keyword} was {_quoted(old)} and is {_quoted(new)}"


def _more(old: list[Any], new: list[Any]) -> list[Any]:
    return [value for value in new if value not in old]


def _forms(schema: Schema, root: Schema) -> list[Schema]:
    """What a value may be, one schema each, in an order of their own: none says more than another."""
    schema = _resolved(schema, root)
    return sorted((_resolved(form, root) for form in schema.get("anyOf", [schema])), key=_kind)


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    return root["$defs"][reference.rsplit("/", 1)[1]] if reference else schema


def _kind(form: Schema) -> str:
    return str(form.get("type", "anything"))


def _quoted(value: Any) -> str:
    """A keyword's value, or the forms of a value, in a few words: never a whole schema."""
    if isinstance(value, list) and value and all(isinstance(form, Mapping) for form in value):
        return " or ".join(dict.fromkeys(map(_kind, value)))
    words = _kind(value) if isinstance(value, Mapping) else "nothing" if value is None else repr(value)
    return words if len(words) <= _LONG else words[:_LONG] + "..."


_LONG = 80

# ---- the check


def problems(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the schemas of today and those stored, in lines to print."""
    types = current()
    found = [line for type_, schema in types.items() for line in _problems_of(type_, schema, folder)]
    gone = _folders(folder) | _folders(folder.parent / "golden")
    return found + [
        f"{type_}: its events are on the bus for good, so its code, schemas and examples must stay"
        for type_ in sorted(gone - set(types))
    ]


def _folders(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def _problems_of(type_: str, schema: Schema, folder: Path) -> Iterator[str]:
    for number in missing(type_, folder):
        yield f"{type_}: schema {number} was stored once and is gone; take it back from the history"
    for number in without_example(type_, folder):
        yield f"{type_}: schema {number} has no example: add contracts/golden/{type_}/{number}-<what>.json"
    why, history = list(_against_all(type_, schema, folder)), stored(type_, folder)
    if why:
        yield f"{type_}: not compatible with what it was, so it needs a new version, {_next(type_)}:"
        yield from (f"  {each}" for each in why)
    elif not history or history[-1] != schema:
        changed = "changed, compatibly with all it ever was" if history else "new"
        yield f"{type_}: {changed}; store it with `make contracts`"


def _against_all(type_: str, schema: Schema, folder: Path) -> Iterator[str]:
    """Each incompatibility once, with the numbers of the schemas it is with."""
    numbers_by_reason: dict[str, list[str]] = {}
    for number, old in zip(sorted(_numbers(folder / type_)), stored(type_, folder), strict=True):
        for why in incompatibilities(old, schema):
            numbers_by_reason.setdefault(why, []).append(str(number))
    return (f"{why} (against schema {', '.join(numbers)})" for why, numbers in numbers_by_reason.items())


def _next(type_: str) -> str:
    return re.sub(r"\d+$", lambda found: str(int(found.group()) + 1), type_)


def write(folder: Path = FOLDER) -> list[str]:
    """Store new schemas, unless they break with an old one or one is missing. Returns what was written."""
    written = []
    for type_, schema in current().items():
        history = stored(type_, folder)
        refused = missing(type_, folder) or any(incompatibilities(old, schema) for old in history)
        if refused or (history and history[-1] == schema):
            continue
        path = folder / type_ / f"{len(history) + 1}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema, indent=2) + "\n")
        written.append(str(path.relative_to(folder)))
    return written


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        for path in write():
            print(f"wrote {path}")
    found = problems()
    for problem in found:
        print(problem)
    if not found:
        print(f"event schemas: {len(current())} types, compatible with all they ever were")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
