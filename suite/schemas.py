"""The schemas of the events, kept with the code, and the rule that they only ever grow.

``contracts/schemas/<type>/<n>.json`` holds every schema an event type has ever had: of the event as it is written, for
that is what others read. Our own readers may accept more (a number where a decimal string is written). A change is
refused unless the new schema is compatible, forwards and backwards, with *all* of them (FULL_TRANSITIVE): old readers
read new events and new readers read old ones. So a field may be added or dropped only where it is optional, and what a
field may hold never changes; anything else is a new version of the type.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from suite.documents import EVENTS, event_schema

FOLDER = Path(__file__).parent.parent / "contracts" / "schemas"
Schema = Mapping[str, Any]

_IGNORED = {"title", "description", "examples", "default", "$defs"}


def current() -> dict[str, dict[str, Any]]:
    """The schema of every event type as it travels; what has a default is optional to readers."""
    return {type_: event_schema(body) for types in EVENTS.values() for type_, body in types.items()}


def stored(type_: str, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Every schema that the type has had, oldest first."""
    files = sorted((folder / type_).glob("*.json"), key=lambda path: int(path.stem))
    return [json.loads(path.read_text()) for path in files]


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """Why readers of one could not read events of the other; empty when both can."""
    return list(_differences("event", old, new, old, new))


def _differences(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    if "properties" in old and "properties" in new:
        yield from _objects(place, old, new, old_root, new_root)
        return
    for keyword in sorted((old.keys() | new.keys()) - _IGNORED):
        yield from _keyword(place, keyword, old.get(keyword), new.get(keyword), (old_root, new_root))


def _objects(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    required = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(required[0] - required[1]):
        yield f"{place}.{name} was required and is not any more: old readers would miss it"
    for name in sorted(required[1] - required[0]):
        yield f"{place}.{name} is required and was not before: old events do not have it"
    for name in sorted(old["properties"].keys() & new["properties"].keys()):
        yield from _differences(f"{place}.{name}", old["properties"][name], new["properties"][name], old_root, new_root)


def _keyword(place: str, keyword: str, old: Any, new: Any, roots: tuple[Schema, Schema]) -> Iterator[str]:
    if keyword in {"items", "additionalProperties"} and isinstance(old, dict) and isinstance(new, dict):
        yield from _differences(f"{place}[]", old, new, *roots)
    elif keyword == "anyOf" and old and new and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from _differences(place, one, other, *roots)
    elif old != new:
        yield f"{place}: {keyword} was {old!r} and is {new!r}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    return root["$defs"][reference.rsplit("/", 1)[1]] if reference else schema


def problems(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the schemas of today, against every stored one."""
    found = []
    for type_, schema in current().items():
        history = stored(type_, folder)
        if not history or history[-1] != schema:
            found.append(f"{type_}: not stored as it is now; run `make contracts`")
        for number, old in enumerate(history, start=1):
            found += [f"{type_}, against schema {number}: {why}" for why in incompatibilities(old, schema)]
    gone = {path.name for path in folder.iterdir()} - set(current()) if folder.exists() else set()
    return found + [f"{type_}: its events are on the bus for good, so its schema must stay" for type_ in sorted(gone)]


def write(folder: Path = FOLDER) -> list[str]:
    """Store new schemas, unless they break with an old one. Returns what was written."""
    written = []
    for type_, schema in current().items():
        history = stored(type_, folder)
        if (history and history[-1] == schema) or any(incompatibilities(old, schema) for old in history):
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
