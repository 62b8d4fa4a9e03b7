"""What every operation keeps to without a line in its endpoint: tags, conditions, keys, methods, strictness, audit."""

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field
from sqlalchemy import delete, func, select, update

from chassis.audit import AuditFilter, list_entries, record_change
from chassis.errors import Conflict, NotFound
from chassis.events.outbox import emit
from chassis.paging import PageRequest
from chassis.service import ServiceSpec
from chassis.settings import ServiceSettings
from chassis.web.app import build_app
from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from chassis.web.paging import _encode
from chassis.web.units import Read, Resources, Write
from tests.integration.chassis import tally
from tests.integration.chassis.tally import new_event, newest

router = APIRouter()
JSON = {"content-type": "application/json"}


class NoteIn(StrictBody):
    code: str = Field(min_length=1, max_length=20)
    number: int = Field(ge=0, le=2**31 - 1)
    due: date | None = None
    done: bool = False


class NotePatch(PatchBody):
    number: int = UNCHANGED


class NoteOut(OutBody):
    code: str
    number: int


@dataclass(frozen=True)
class Note:
    code: str
    number: int


async def get(tx, code):
    row = (await tx.session.execute(select(newest).where(newest.c.subject == code))).first()
    if row is None:
        raise NotFound
    return Note(row.subject, row.number)


async def save(tx, note):
    changed = update(newest).where(newest.c.subject == note.code).values(number=note.number)
    await tx.session.execute(changed)


@router.get("/notes")
async def list_notes(
    read: Read,
    number: int | None = None,
    words: Annotated[list[str] | None, Query()] = None,
    since: date | None = None,
    at: AwareDatetime | None = None,
    done: bool | None = None,
) -> list[NoteOut]:
    async def work(tx):
        return [NoteOut(code=r.subject, number=r.number) for r in await tx.session.execute(select(newest))]

    return await read(work)


@router.post("/notes", status_code=201)
async def add_note(write: Write, body: NoteIn) -> NoteOut:
    async def work(tx):
        there = await tx.session.scalar(select(newest.c.number).where(newest.c.subject == body.code))
        if there is not None:
            raise Conflict("It is there.")
        await tx.session.execute(newest.insert(), [{"subject": body.code, "version": 1, "number": body.number}])
        emit(tx, new_event(body.code, 1, body.number))
        if body.number == 99:
            raise RuntimeError
        return Note(body.code, body.number)

    note = await write(work)
    return NoteOut(code=note.code, number=note.number)


@router.post("/notes/{code}/simulations")
async def simulate(read: Read, code: str, body: NotePatch) -> NoteOut:
    note = await read(lambda tx: get(tx, code))
    return NoteOut(code=note.code, number=body.changes().get("number", note.number))


@router.get("/notes/{code}")
async def get_note(read: Read, code: str) -> NoteOut:
    note = await read(lambda tx: get(tx, code))
    return NoteOut(code=note.code, number=note.number)


@router.patch("/notes/{code}")
async def amend_note(write: Write, code: str, body: NotePatch) -> NoteOut:
    async def work(tx):
        note = await get(tx, code)
        amended = replace(note, **body.changes())
        if amended != note:
            await save(tx, amended)
            before, after = {"number": note.number}, {"number": amended.number}
            record_change(tx, subject=code, action="note.amended", before=before, after=after)
        return amended

    note = await write(work)
    return NoteOut(code=note.code, number=note.number)


@router.delete("/notes/{code}", status_code=204)
async def remove_note(write: Write, code: str) -> Response:
    async def work(tx):
        await get(tx, code)
        await tx.session.execute(delete(newest).where(newest.c.subject == code))

    await write(work)
    return Response(status_code=204)


def client_of(database, **settings):
    spec = ServiceSpec("tally", "Tally", "", tally.metadata, "tests", (router,))
    app = build_app(spec, Resources(database, ServiceSettings(**settings)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://tally", headers={"x-actor": "Ana"})


@pytest.fixture
async def client(database):
    async with client_of(database) as client:
        await client.post("/tally/v1/notes", json={"code": "a", "number": 1})
        yield client


def problem(answer, status, type_=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert type_ is None or answer.json()["type"] == f"/problems/{type_}"
    return answer.json()


# Entity tags


async def test_what_is_read_has_a_tag_and_is_sent_once(client):
    read = await client.get("/tally/v1/notes/a")
    again = await client.get("/tally/v1/notes/a", headers={"if-none-match": f'"other", {read.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", read.headers["etag"])
    await client.patch("/tally/v1/notes/a", json={"number": 2})
    changed = await client.get("/tally/v1/notes/a", headers={"if-none-match": read.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != read.headers["etag"]


async def test_an_answer_to_a_write_carries_the_tag_of_what_is_read_from_now_on(client):
    written = await client.patch("/tally/v1/notes/a", json={"number": 2})
    assert written.headers["etag"] == (await client.get("/tally/v1/notes/a")).headers["etag"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_write_by_what_is_not_there_any_more_is_refused(client, method):
    stale = (await client.get("/tally/v1/notes/a")).headers["etag"]
    await client.patch("/tally/v1/notes/a", json={"number": 2})
    body = {"json": {"number": 3}} if method == "PATCH" else {}
    for tags in (stale, '"nonsense"', f'W/{stale}, "x"'):
        problem(await client.request(method, "/tally/v1/notes/a", headers={"if-match": tags}, **body), 412)
    for path in ("a", "none"):
        problem(await client.get(f"/tally/v1/notes/{path}", headers={"if-none-match": "nonsense"}), 400)
    for words in ("nonsense", ""):
        problem(await client.request(method, "/tally/v1/notes/a", headers={"if-match": words}, **body), 400)
    problem(await client.request(method, "/tally/v1/notes/none", headers={"if-match": "*"}, **body), 412)
    assert (await client.get("/tally/v1/notes/a")).json()["number"] == 2
    current = (await client.get("/tally/v1/notes/a")).headers["etag"]
    done = await client.request(method, "/tally/v1/notes/a", headers={"if-match": f'"x", {current}'}, **body)
    assert done.status_code in {200, 204}


async def test_any_and_none(client):
    assert (await client.patch("/tally/v1/notes/a", json={"number": 3}, headers={"if-match": "*"})).status_code == 200
    problem(await client.patch("/tally/v1/notes/a", json={"number": 4}, headers={"if-none-match": "*"}), 412)


async def test_of_writes_by_the_same_tag_one_goes_through(client):
    tag = (await client.get("/tally/v1/notes/a")).headers["etag"]
    writes = [client.patch("/tally/v1/notes/a", json={"number": 10 + n}, headers={"if-match": tag}) for n in range(6)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*writes))
    assert statuses == [200, 412, 412, 412, 412, 412]


async def test_a_deployment_may_ask_for_a_condition(database):
    async with client_of(database, require_if_match=True) as client:
        await client.post("/tally/v1/notes", json={"code": "a", "number": 1})
        problem(await client.patch("/tally/v1/notes/a", json={"number": 2}), 428, "precondition-required")
        problem(await client.delete("/tally/v1/notes/a"), 428)
        tag = (await client.get("/tally/v1/notes/a")).headers["etag"]
        assert (await client.delete("/tally/v1/notes/a", headers={"if-match": tag})).status_code == 204


# Idempotency keys


async def count(database, name):
    async with database.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(database.metadata.tables[name]))


async def test_what_is_sent_again_is_answered_as_before_and_has_its_effect_once(client, database):
    sent = {"json": {"code": "b", "number": 5}, "headers": {"idempotency-key": "k-1"}}
    first, again = await client.post("/tally/v1/notes", **sent), await client.post("/tally/v1/notes", **sent)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["location"] == first.headers["location"] == "/tally/v1/notes/b"
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert await count(database, "outbox") == 2  # of a and b


async def test_a_key_goes_with_one_body_and_one_caller(client):
    key = {"idempotency-key": "k-1"}
    await client.post("/tally/v1/notes", json={"code": "b", "number": 5}, headers=key)
    other = await client.post("/tally/v1/notes", json={"code": "c", "number": 5}, headers=key)
    problem(other, 422, "idempotency-key-used-otherwise")
    bens = await client.post("/tally/v1/notes", json={"code": "c", "number": 5}, headers=key | {"x-actor": "Ben"})
    assert bens.status_code == 201


async def test_what_was_refused_or_broke_is_tried_afresh(client, database):
    key = {"idempotency-key": "k-1"}
    problem(await client.post("/tally/v1/notes", json={"code": "a", "number": 1}, headers=key), 409)
    problem(await client.post("/tally/v1/notes", json={"code": "z", "number": 99}, headers=key), 500)
    assert await count(database, "idempotency_key") == 0
    again = await client.post("/tally/v1/notes", json={"code": "z", "number": 1}, headers=key)
    assert again.status_code == 201


async def test_at_the_same_time_one_is_at_work(client, database):
    sent = {"json": {"code": "b", "number": 5}, "headers": {"idempotency-key": "k-1"}}
    answers = await asyncio.gather(*(client.post("/tally/v1/notes", **sent) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "idempotency-key-in-use")
    assert await count(database, "outbox") == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "wört"])
async def test_a_key_that_is_none(client, key):
    raw = [("idempotency-key", key.encode("latin-1")), ("content-type", "application/json"), ("x-actor", "Ana")]
    problem(await client.post("/tally/v1/notes", content=b'{"code": "b", "number": 5}', headers=raw), 400)


async def test_what_stores_nothing_takes_no_key(client, database):
    for number in (1, 2):
        answer = await client.post(
            "/tally/v1/notes/a/simulations", json={"number": number}, headers={"idempotency-key": "k-1"}
        )
        assert answer.json()["number"] == number
    assert await count(database, "idempotency_key") == 0


# Methods


async def test_the_methods_of_a_path_are_told(client):
    for answer in (await client.put("/tally/v1/notes/a", json={}), await client.request("BREW", "/tally/v1/notes/a")):
        problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    options = await client.options("/tally/v1/notes")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    head = await client.head("/tally/v1/notes/a")
    assert head.headers["etag"] == (await client.get("/tally/v1/notes/a")).headers["etag"]


# Strictness


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("numbr=1", "numbr"),
        ("number=1&number=2", "number"),
        ("number=1_0", "number"),
        ("number=%C2%B2", "number"),
        ("since=0", "since"),
        ("at=0.5", "at"),
        ("done=yes", "done"),
        ("x", "x"),
    ],
)
async def test_a_query_that_is_not_understood(client, query, field):
    found = problem(await client.get(f"/tally/v1/notes?{query}"), 422)
    assert [each["field"] for each in found["errors"]] == [field]
    if field in {"numbr", "x"}:
        assert found["errors"][0]["message"].endswith("done, number, since, words")


async def test_a_query_that_is_understood(client):
    good = "number=-1&words=a&words=b&since=2018-02-28&at=2018-02-28T09:00:00Z&done=true"
    assert (await client.get(f"/tally/v1/notes?{good}")).status_code == 200


async def test_an_address_that_is_no_text(client):
    for method in ("GET", "PUT", "DELETE"):  # a 404 is no answer of what makes a thing
        problem(await client.request(method, "/tally/v1/notes/a%00", json={}), 400)
    found = problem(await client.get("/tally/v1/notes?number=1&words=%00&since=a%00b&x%00=1"), 422)
    assert [each["field"] for each in found["errors"]] == ["words", "since", "query"]
    problem(await client.get("/tally/v1/notes?words=%ED%A0%80"), 400)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"code": "b", "number": 1, "number": 2}', "number"),
        ('{"code": "b", "number": 1, "due": 0}', "due"),
        ('{"code": "b", "number": 1, "due": "1519776000"}', "due"),
        ('{"code": "b", "number": 1, "due": "2018-02-28T00:00:00"}', "due"),
        ('{"code": "b", "number": 1, "done": "yes"}', "done"),
        ('{"code": "b", "number": 1, "done": 1}', "done"),
        ('{"code": "b", "number": "1"}', "number"),
        ('{"code": "b", "number": 1.0}', "number"),
        ('{"code": "b", "number": true}', "number"),
        ('{"code": 5, "number": 1}', "code"),
        ('{"code": "b\\u0000", "number": 1}', "code"),
        ('{"code": "b\\ud800", "number": 1}', "code"),
    ],
)
async def test_json_is_taken_at_its_word(client, body, field):
    found = problem(await client.post("/tally/v1/notes", content=body, headers=JSON), 422)
    assert field in [each["field"] for each in found["errors"]]


async def test_a_compressed_body(client):
    answer = await client.post("/tally/v1/notes", content=b"\x1f\x8b", headers=JSON | {"content-encoding": "gzip"})
    assert "gzip" in problem(answer, 415)["detail"]


async def test_a_patch_leaves_alone_what_it_does_not_name(client):
    assert (await client.patch("/tally/v1/notes/a", json={})).json()["number"] == 1
    problem(await client.patch("/tally/v1/notes/a", json={"number": None}), 422)
    schema = (await client.get("/openapi.json")).json()["components"]["schemas"]["NotePatch"]
    assert "required" not in schema
    assert all("default" not in each for each in schema["properties"].values())


# Audit


async def entries(database):
    return list((await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(50)))).items)


async def test_every_change_leaves_one_entry(client, database):
    await client.patch("/tally/v1/notes/a", json={"number": 2})
    await client.patch("/tally/v1/notes/a", json={"number": 2})
    await client.delete("/tally/v1/notes/a")
    problem(await client.delete("/tally/v1/notes/a"), 404)
    found = [(entry.subject, entry.action, entry.after) for entry in await entries(database)]
    assert found == [
        ("notes", "post.add_note", {"code": "a", "number": 1}),
        ("a", "note.amended", {"number": 2}),
        ("a", "delete.remove_note", None),
    ]
    assert {entry.actor for entry in await entries(database)} == {"Ana"}


async def test_entries_are_read_by_page_and_filter(client):
    for number in range(2, 6):
        await client.patch("/tally/v1/notes/a", json={"number": number})
    first = (await client.get("/tally/v1/audit", params={"subject": "a", "limit": 3})).json()
    rest = (await client.get("/tally/v1/audit", params={"subject": "a", "limit": 3, "cursor": first["next"]})).json()
    assert [each["after"]["number"] for each in first["items"] + rest["items"]] == [2, 3, 4, 5]
    assert rest["next"] is None
    assert (await client.get("/tally/v1/audit", params={"actor": "Ben"})).json()["items"] == []
    for since in ("2018-02-28", "0.5", "1519776000", "9999-12-31T23:59:59-14:00"):
        problem(await client.get("/tally/v1/audit", params={"since": since}), 422)
    later = await client.get("/tally/v1/audit", params={"since": "2999-01-01T00:00:00Z"})
    assert later.json()["items"] == []
    collection = json.dumps(["/tally/v1/audit", []])
    for key in ("x", "9" * 30, "\u0663", "-1"):
        problem(await client.get("/tally/v1/audit", params={"cursor": _encode(key, collection)}), 400)
