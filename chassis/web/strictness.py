"""What is refused before an operation sees it: parameters it does not know, text no database keeps, doubtful JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.types import Scope

from chassis.errors import BadRequest, FieldError, Invalid, Unsupported
from chassis.web.middleware import header
from chassis.web.operations import Operation, QueryParameter


def require_plain_body(scope: Scope) -> None:
    """Refuse a body that is compressed: its size could not be bounded before it is read."""
    encoding = header(scope, b"content-encoding").strip().lower()
    if encoding not in {b"", b"identity"}:
        name = encoding.decode("latin-1")[:40]
        raise Unsupported(f"A body encoded as {name} is not read here: send plain JSON, without Content-Encoding.")


def require_readable_address(scope: Scope) -> None:
    """Refuse a path or query that is not UTF-8 or holds a NUL, which no stored text can match.

    Raises:
        BadRequest: it is none, or the path holds one: nothing has such a name, and nothing can be given it.
        Invalid: the query holds one.
    """
    try:
        path, query = (
            unquote_to_bytes(part).decode() for part in (scope.get("raw_path") or b"", scope["query_string"])
        )
    except UnicodeDecodeError as error:
        raise BadRequest("The address is not UTF-8.") from error
    if "\x00" in path or "\x00" in scope["path"]:
        raise BadRequest("The path holds a NUL character.")
    if "\x00" in query:
        raise Invalid("The query holds a NUL.", _holding_nul(scope["query_string"].decode("latin-1")))


def _holding_nul(query: str) -> list[FieldError]:
    """Each parameter with a NUL in its value, by its name; ``query`` where it is in a name, or in no pair."""
    given = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if "\x00" in name + value]
    names = dict.fromkeys("query" if "\x00" in name else name[:100] for name, _ in given)
    return [FieldError(name, "holds a NUL character") for name in names or ["query"]]


def require_known_parameters(operation: Operation, scope: Scope) -> None:
    """Refuse parameters that the operation does not know, or that are repeated or written in another form.

    Raises:
        Invalid: naming each of them, and the parameters that there are.
    """
    query = scope["query_string"].decode("latin-1")
    given = parse_qsl(query, keep_blank_values=True) if query else []
    counts = Counter(name for name, _ in given)
    errors = [_unknown(name, operation) for name in counts if name not in operation.parameters]
    errors += [error for name, value in given if (error := _misused(operation.parameters.get(name), value, counts))]
    if errors:
        raise Invalid("The query is not valid.", list(dict.fromkeys(errors)))


def _unknown(name: str, operation: Operation) -> FieldError:
    known = ", ".join(sorted(operation.parameters)) or "none"
    return FieldError(name[:100], f"is no parameter here; there are: {known}")


def _misused(parameter: QueryParameter | None, value: str, counts: Counter[str]) -> FieldError | None:
    if parameter is None:
        return None
    if counts[parameter.name] > 1 and not parameter.repeatable:
        return FieldError(parameter.name, "may be given once only")
    if parameter.form and not parameter.form[0].fullmatch(value):
        return FieldError(parameter.name, f"write {parameter.form[1]}")
    return None


def require_single_keys(body: bytes) -> None:
    """Refuse JSON with an object that says a key twice: readers disagree on which one counts.

    What is no JSON at all passes: whoever reads it says so.
    """
    repeated: list[str] = []

    def note(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            repeated.extend(name for name, count in counts.items() if count > 1)
        return found

    try:
        json.loads(body, object_pairs_hook=note)
    except (ValueError, RecursionError):
        return
    if repeated:
        errors = [FieldError(name[:100], "stands twice in one object") for name in dict.fromkeys(repeated)]
        raise Invalid("The body says a key twice.", errors)
