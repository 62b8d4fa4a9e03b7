"""Calls every operation with a key of each scope: what is not the key's is refused, and nothing of it is read.

Where the key may not come in, the answer is a 403 that names the scope and holds nothing else, whatever was asked and
sent. Where it may, what is made up is answered by anything but a failure of ours.
"""

import json
import random
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from contracts.scopes import ADMIN, SCOPES

Json = Any
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_REFUSED: Final = 403
_OURS: Final = 500
_PROBLEM: Final = {"type", "title", "status", "detail", "instance"}
_INSUFFICIENT: Final = "/problems/insufficient-scope"
_ODD: Final = (
    *("", "x", "0", "-1", "NaN", "null", "E06000026", "2017-18-Q3", "..", "%2e%2e"),
    *("a" * 300, "\u00e9\u202e", "'; --"),
)
_ASKED: Final = 0.3
"""How often a parameter is sent that may be left out."""
CASES: Final = 3
"""Made up for each operation that a key may call."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operation of the joined document."""

    method: str
    path: str
    scopes: frozenset[str]
    shown: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """What an operation is called by."""

    path: str
    query: Mapping[str, str]
    body: Json


def calls_of(document: Mapping[str, Any]) -> Sequence[Call]:
    """Every operation that asks for a scope."""
    return [
        Call(method.upper(), path, frozenset(shown["x-scopes"]), shown)
        for path, methods in document["paths"].items()
        for method, shown in methods.items()
        if method in _METHODS and "x-scopes" in shown
    ]


def faults(client: httpx.Client, seed: int) -> Iterator[str]:
    """What is wrong with the suite behind ``client``, whose key is an administrator's, in lines to print."""
    calls, chance = calls_of(client.get("/openapi.json").json()), random.Random(seed)  # noqa: S311  made up, not secret
    for scope in (scope for scope in SCOPES if scope != ADMIN):
        with _holder(client, scope) as holder:
            for call in calls:
                yield from _faults_of(holder, call, scope, chance)
            yield from _measures(holder, scope)


def _holder(client: httpx.Client, scope: str) -> httpx.Client:
    """A client that shows a key of this scope alone."""
    name = f"fuzz-{scope.replace(':', '-')}"
    made = client.post("/access/v1/keys", json={"name": name, "scopes": [scope]}).raise_for_status()
    headers = {"authorization": f"Bearer {made.json()['key']}"}
    return httpx.Client(base_url=client.base_url, headers=headers, timeout=60, trust_env=False)


def _faults_of(holder: httpx.Client, call: Call, scope: str, chance: random.Random) -> Iterator[str]:
    is_allowed = scope in call.scopes
    for _ in range(CASES if is_allowed else 1):
        sent = _made_up(call, chance)
        answer = holder.request(call.method, sent.path, params=sent.query, **_as_sent(call, sent.body))
        wrong = _wrong(answer) if is_allowed else _told(answer)
        if wrong:
            yield f"{scope}: {call.method} {sent.path} {dict(sent.query)} {json.dumps(sent.body)[:200]}: {wrong}"


def _as_sent(call: Call, body: Json) -> Mapping[str, Any]:
    """A body as the operation reads it: a file, of which anything is one, or JSON."""
    kinds = call.shown.get("requestBody", {}).get("content", {"application/json": {}})
    if "application/json" in kinds:
        return {"json": body}
    return {"content": json.dumps(body).encode(), "headers": {"content-type": next(iter(kinds))}}


def _wrong(answer: httpx.Response) -> str | None:
    """Why this is no answer to a key that may come in."""
    if answer.status_code >= _OURS:
        return f"{answer.status_code} {answer.text[:300]}"
    if answer.status_code == _REFUSED and len(answer.json().get("detail", "")) == 0:
        return "a 403 that does not say why"
    return None


def _told(answer: httpx.Response) -> str | None:
    """Why this tells something to a key that may not come in."""
    if answer.status_code != _REFUSED:
        return f"{answer.status_code} rather than 403: {answer.text[:200]}"
    said = answer.json()
    if said["type"] != _INSUFFICIENT or set(said) - _PROBLEM:
        return f"a 403 that says more than that: {answer.text[:300]}"
    return None


def _measures(holder: httpx.Client, scope: str) -> Iterator[str]:
    status = holder.get("/metrics").status_code
    if (status == httpx.codes.OK) is not (scope == "operations:read"):
        yield f"{scope}: GET /metrics: {status}"


# What is sent


def _made_up(call: Call, chance: random.Random) -> Sent:
    parameters = call.shown.get("parameters", ())
    path = call.path
    for each in (each for each in parameters if each.get("in") == "path"):
        path = path.replace(f"{{{each['name']}}}", _segment(_text(each, chance)))
    asked = [each for each in parameters if each.get("in") == "query" and chance.random() < _ASKED]
    query = {each["name"]: _text(each, chance) for each in asked}
    return Sent(path, query, _body(call, chance))


def _segment(text: str) -> str:
    """What can stand between two slashes: a dot segment is none, and the gateway says so to everybody."""
    return quote("x" if set(text) <= {"."} else text, safe="")


def _text(parameter: Mapping[str, Any], chance: random.Random) -> str:
    """An example of a parameter, one of its values, or something odd."""
    known = _known(parameter) + _known(parameter.get("schema", {}))
    if known and chance.random() < 0.6:
        return str(chance.choice(known))
    return chance.choice(_ODD) if chance.random() < 0.7 else _word(chance)


def _known(said: Mapping[str, Any]) -> list[Any]:
    return [*said.get("examples", ()), *said.get("enum", ()), *([said["example"]] if "example" in said else [])]


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_lowercase + string.digits + "-_ ", k=chance.randint(1, 30)))


def _body(call: Call, chance: random.Random) -> Json:
    """Anything that is JSON, seldom what is wanted: the main run makes up what is."""
    return None if call.method == "GET" or "requestBody" not in call.shown else _value(chance, 3)


def _value(chance: random.Random, depth: int) -> Json:
    kinds = ["text", "number", "word", "nothing", *(["list", "object", "object"] if depth else [])]
    kind = chance.choice(kinds)
    if kind == "list":
        return [_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    if kind == "object":
        names = ("code", "name", "title", "reason", "area", "period", "value", "ref", "state", _word(chance))
        return {name: _value(chance, depth - 1) for name in chance.sample(names, chance.randint(0, 5))}
    plain: Mapping[str, Json] = {
        "text": chance.choice(_ODD),
        "word": _word(chance),
        "number": chance.choice((0, -1, 2**63, 1.5, 10**30)),
        "nothing": None,
    }
    return plain[kind]
