"""A service's OpenAPI document, completed by what the contract adds to every operation."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI

from chassis.service import ServiceSpec
from chassis.web.descriptions import describe
from chassis.web.examples import NoExampleError, example_of
from chassis.web.operations import Operation, Operations
from chassis.web.preconditions import GUARDED, TAGS_PATTERN
from chassis.web.problem_types import EXTENSION, problem_types
from chassis.web.problems import DESCRIPTIONS, PROBLEM_SCHEMA, PROBLEM_TYPE, FieldErrorBody, ProblemBody

Document = dict[str, Any]
SCOPES: Final = "x-scopes"
"""Where an operation says which scopes it asks for: any of them lets a caller in."""

RESPONSES: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    408: "RequestTimeout",
    409: "Conflict",
    410: "Gone",
    412: "PreconditionFailed",
    413: "PayloadTooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    428: "PreconditionRequired",
    429: "TooManyRequests",
    500: "InternalError",
    502: "BadGateway",
    503: "Unavailable",
    504: "GatewayTimeout",
}
"""Names of the shared problem responses."""
_ALWAYS: Final = (400, 401, 403, 422, 429, 500, 502, 503, 504)
_WITH_BODY: Final = (408, 413, 415)
_GUARDED: Final = (412, 428)
_ETAG: Final = {
    "description": "Tag of this representation; a file that is made while it is sent has none",
    "schema": {"type": "string"},
    "example": '"33a64df551425fcc"',
}
_HEADERS: Final = {
    "ETag": _ETAG,
    "Location": {
        "description": "Where what was created is read",
        "schema": {"type": "string"},
        "example": "/risks/v1/risks/OCC4",
    },
    "Deprecation": {
        "description": "Since when callers are to leave this operation (RFC 9745)",
        "schema": {"type": "string"},
        "example": "",
    },
    "Sunset": {
        "description": "When this operation stops to answer (RFC 8594)",
        "schema": {"type": "string"},
        "example": "Sun, 30 Jun 2024 23:59:59 GMT",
    },
    "RequestId": {
        "description": "Id of the request, as in the logs; the caller's `X-Request-Id` where it is well-formed",
        "schema": {"type": "string"},
        "example": "9f1c0d6c5b7e4c7f8a55a6c2f1f3b0aa",
    },
}
_PARAMETERS: Final = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "Go on only if what is there has this tag (412 otherwise); `*` for whatever is there",
        "schema": {"type": "string", "pattern": TAGS_PATTERN},
        "example": '"33a64df551425fcc"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "Answer 304 if what is there still has this tag",
        "schema": {"type": "string", "pattern": TAGS_PATTERN},
        "example": '"33a64df551425fcc"',
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "Any text of the caller's own: the same request under the same key has its effect once within a day, "
            "and is answered as before"
        ),
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
        "example": "import-2018-02-row-7",
    },
}


def complete_document(app: FastAPI, operations: Operations, spec: ServiceSpec) -> None:
    """Have ``app`` document what its operations get from the contract, besides what they say themselves.

    Args:
        app: whose document it is.
        operations: of the app.
        spec: of the service whose problem types are listed, and whose words describe fields and parameters.
    """
    generate = app.openapi

    def openapi() -> Document:
        fresh = app.openapi_schema is None
        document = generate()
        if fresh:
            completed(document, {(each.path, each.method.lower()): each for each in operations})
            describe(document, spec.descriptions)
            document[EXTENSION] = problem_types(spec.package)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way


def completed(document: Document, operations: dict[tuple[str, str], Operation]) -> None:
    """Complete ``document`` in place."""
    components = document.setdefault("components", {})
    _add_components(components)
    for path, methods in document.get("paths", {}).items():
        for method, shown in methods.items():
            _complete(shown, operations[path, method])
    for schema in _patch_schemas(document):
        for each in schema.get("properties", {}).values():
            each.pop("default", None)
    for schema in components["schemas"].values():
        _simplify_maps(schema)
    for parameter in _parameters(document):
        _leave_out_null(parameter)
    for media in _asked(document):
        _add_example_to_schema(media, components["schemas"])
    for media in _answered(document):
        _add_example(media, components["schemas"])


def _add_components(components: Document) -> None:
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (ProblemBody, FieldErrorBody):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[schema["title"]] = schema
    schemas["Problem"]["properties"]["errors"]["items"] = {"$ref": "#/components/schemas/FieldError"}
    components["responses"] = {RESPONSES[status]: problem_response_of(status) for status in RESPONSES}
    components["headers"] = dict(_HEADERS)
    components["parameters"] = dict(_PARAMETERS)


def problem_response_of(status: int) -> Document:
    """The response object of a problem, with an example."""
    kind = RESPONSES[status]
    example = {
        "type": f"/problems/{_type(kind)}",
        "title": DESCRIPTIONS[status].split(";")[0].split(",")[0],
        "status": status,
        "detail": DESCRIPTIONS[status],
        "instance": "/risks/v1/risks/OCC4",
    }
    return {
        "description": DESCRIPTIONS[status],
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
        "content": {PROBLEM_TYPE: {"schema": dict(PROBLEM_SCHEMA), "example": example}},
    }


def _type(name: str) -> str:
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in name).lstrip("-")


def _complete(shown: Document, operation: Operation) -> None:
    responses: Document = shown.setdefault("responses", {})
    own = [int(status) for status in responses if status.isdigit() and int(status) in RESPONSES]
    for status in sorted({*own, *_ALWAYS, *(_WITH_BODY if "requestBody" in shown else ()), *_guards(operation)}):
        described = responses.get(str(status), {}).get("description", DESCRIPTIONS[status])
        shared = {"$ref": f"#/components/responses/{RESPONSES[status]}"}
        own_words = problem_response_of(status) | {"description": described}
        responses[str(status)] = shared if described in {DESCRIPTIONS[status], "Validation Error"} else own_words
    shown.setdefault("description", f"{shown.get('summary', '')}.")
    _add_scopes(shown, operation)
    _add_deprecation(shown, responses, operation)
    _add_headers(shown, responses, operation)
    shown["responses"] = dict(sorted(responses.items()))
    for parameter in shown.get("parameters", ()):
        parameter.get("schema", {}).pop("title", None)


def _patch_schemas(document: Document) -> Iterator[Document]:
    """The bodies of every PATCH: a default there would be sent by a generated client, and change what it names."""
    for methods in document.get("paths", {}).values():
        for media in methods.get("patch", {}).get("requestBody", {}).get("content", {}).values():
            name = media.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
            if name:
                yield document["components"]["schemas"][name]


def _add_scopes(shown: Document, operation: Operation) -> None:
    if operation.scopes:
        shown[SCOPES] = list(operation.scopes)
        words = " or ".join(f"`{each}`" for each in operation.scopes)
        shown["description"] = f"{shown['description']}\n\nScope: {words}."


def _add_deprecation(shown: Document, responses: Document, operation: Operation) -> None:
    if operation.deprecation is None:
        return
    shown["deprecated"] = True
    shown["description"] = f"{operation.deprecation.words()}\n\n{shown['description']}"
    names = ["Deprecation", *(["Sunset"] if operation.deprecation.ends_on else [])]
    for status, response in responses.items():
        if status.startswith("2"):
            said = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
            response.setdefault("headers", {}).update(said)


def _guards(operation: Operation) -> tuple[int, ...]:
    if operation.method in GUARDED:
        return _GUARDED
    return (409,) if operation.method == "POST" and operation.writes else ()


def _add_headers(shown: Document, responses: Document, operation: Operation) -> None:
    """What is sent and answered beside bodies: tags, conditions, keys and locations."""
    names = {"GET": ["IfNoneMatch"], "POST": ["IdempotencyKey"] if operation.writes and not operation.secretive else []}
    wanted = ["IfMatch"] if operation.method in GUARDED else names.get(operation.method, [])
    shown.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in wanted)
    if not shown["parameters"]:
        del shown["parameters"]
    tag = {"ETag": {"$ref": "#/components/headers/ETag"}}
    if operation.method == "GET":
        responses["304"] = {"description": "Nothing has changed since `If-None-Match`", "headers": dict(tag)}
    for status, response in responses.items():
        if status.startswith("2") and "$ref" not in response:
            headers = response.setdefault("headers", {})
            headers["X-Request-Id"] = {"$ref": "#/components/headers/RequestId"}
            if status == "201":
                headers["Location"] = {"$ref": "#/components/headers/Location"}
            if operation.method == "GET":
                headers |= tag


# Maps


def _simplify_maps(node: Any) -> None:
    """Say of maps the same in the words that generators of clients read."""
    if isinstance(node, list):
        for each in node:
            _simplify_maps(each)
    if not isinstance(node, dict):
        return
    patterns = node.get("patternProperties")
    if isinstance(patterns, dict) and len(patterns) == 1 and "additionalProperties" not in node:
        ((pattern, node["additionalProperties"]),) = node.pop("patternProperties").items()
        node["propertyNames"] = {"pattern": pattern} | node.get("propertyNames", {})
    if node.get("additionalProperties") is True:
        node["additionalProperties"] = {}
    for each in node.values():
        _simplify_maps(each)


def _parameters(document: Document) -> Iterator[Document]:
    for shown in _shown(document):
        yield from shown.get("parameters", ())


def _leave_out_null(parameter: Document) -> None:
    """A parameter is sent as text or left out: there is no null in an address."""
    schema = parameter.get("schema", {})
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) == 1:
        del schema["anyOf"]
        schema |= others[0]


# Examples


def _shown(document: Document) -> Iterator[Document]:
    for methods in document.get("paths", {}).values():
        yield from (shown for shown in methods.values() if isinstance(shown, dict))


def _asked(document: Document) -> Iterator[Document]:
    """The JSON body of every operation that has one."""
    for shown in _shown(document):
        yield from _json(shown.get("requestBody", {}))


def _answered(document: Document) -> Iterator[Document]:
    """Every JSON answer of every operation."""
    for shown in _shown(document):
        for response in shown.get("responses", {}).values():
            yield from _json(response)


def _json(holder: Document) -> Iterator[Document]:
    yield from (media for kind, media in holder.get("content", {}).items() if "json" in kind)


def _add_example_to_schema(media: Document, schemas: Document) -> None:
    """Examples of what is asked stand with its schema: generators of clients drop those of the operation."""
    name = media["schema"].get("$ref", "").rsplit("/", 1)[-1]
    schema = schemas[name] if name else media["schema"]
    if not schema.get("examples"):
        schema["examples"] = [example_of(schema, schemas)]


def _add_example(media: Document, schemas: Document) -> None:
    if "example" in media or "examples" in media or "schema" not in media:
        return
    try:
        media["example"] = example_of(media["schema"], schemas)
    except NoExampleError:
        return
