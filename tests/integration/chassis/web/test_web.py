"""What every service does with a request before and after its own code."""

import re

import httpx
import pytest
from fastapi import APIRouter
from pydantic import Field, SecretStr
from sqlalchemy import select
from structlog.testing import capture_logs

from chassis import telemetry
from chassis.errors import Conflict, FieldError
from chassis.identity import Caller
from chassis.paging import page_of
from chassis.service import ServiceSpec
from chassis.settings import ServiceSettings
from chassis.web.app import build_app
from chassis.web.bodies import OutBody, StrictBody
from chassis.web.hop import HopSigner
from chassis.web.middleware import RequestMiddleware
from chassis.web.paging import PageBody, Paging
from chassis.web.units import Read, Resources, Write
from tests.integration.chassis import tally

JSON = {"content-type": "application/json"}
KEY = "i" * 40

router = APIRouter()


class NumberTaken(Conflict):
    type_, title = "number-taken", "That number is taken"


class Note(StrictBody):
    name: str = Field(min_length=1, max_length=60)
    number: int = Field(ge=0, le=2**31 - 1)


class NoteOut(OutBody):
    name: str
    number: int


@router.post("/notes", status_code=201)
async def add(write: Write, body: Note) -> NoteOut:
    async def work(tx):
        if body.number == 13:
            raise NumberTaken("13 is taken.", [FieldError("number", "choose another")])
        if body.number == 99:
            raise RuntimeError("a secret detail")
        row = {"subject": body.name, "version": 1, "number": body.number}
        await tx.session.execute(tally.newest.insert(), [row])

    await write(work)
    return NoteOut(name=body.name, number=body.number)


@router.get("/notes")
async def listed(read: Read, paging: Paging) -> PageBody[NoteOut]:
    async def work(tx):
        query = select(tally.newest).order_by(tally.newest.c.subject).limit(paging.request.fetch)
        if paging.request.after:
            query = query.where(tally.newest.c.subject > paging.request.after)
        return page_of((await tx.session.execute(query)).all(), paging.request, lambda row: row.subject)

    return paging.body(await read(work), lambda row: NoteOut(name=row.subject, number=row.number))


def client_of(database, **settings):
    spec = ServiceSpec("tally", "Tally", "", tally.metadata, "tests", (router,))
    app = build_app(spec, Resources(database, ServiceSettings(**settings)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://tally")


@pytest.fixture
async def client(database):
    async with client_of(database) as client:
        yield client


async def refused(client, status, **request):
    answer = await client.post("/tally/v1/notes", **request)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["instance"]) == (status, "/tally/v1/notes")
    return problem


async def test_every_offending_field_is_named(client):
    problem = await refused(client, 422, json={"name": "", "number": -1, "more": 1})
    assert [e["field"] for e in problem["errors"]] == ["name", "number", "more"]
    assert problem["detail"] == "3 fields are not valid."


async def test_a_refusal_of_the_domain_carries_its_noun(client):
    problem = await refused(client, 409, json={"name": "a", "number": 13})
    assert problem["type"] == "/problems/number-taken"
    assert problem["errors"] == [{"field": "number", "message": "choose another"}]
    assert (await client.get("/tally/v1/notes")).json()["items"] == []


async def test_a_crash_tells_nothing_of_the_inside(client):
    problem = await refused(client, 500, json={"name": "a", "number": 99})
    assert "secret" not in str(problem)


async def test_a_crash_at_the_door_is_a_problem_too():
    async def crashes(_scope):
        raise IndexError("a secret detail")

    door = RequestMiddleware(None, service="tally", admit=crashes, body_limit=10)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://tally") as client:
        with capture_logs() as lines:
            problem = await refused(client, 500, json={})
    assert "secret" not in str(problem)
    assert [line["status"] for line in lines if line["event"] == "request.answered"] == [500]


@pytest.mark.parametrize(
    "text", ['{"name": "a", "number": NaN}', '{"name": "a", "number": 1e400}', '{"name": 1, "number": [{}]}']
)
async def test_numbers_that_are_none(client, text):
    problem = await refused(client, 422, content=text, headers=JSON)
    assert "number" in [e["field"] for e in problem["errors"]]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        '{"name": "a", "number": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"name": "a", "number": ' + "9" * 500_000 + "}",
        '{"name": "a", "number": 1e999999999}',
        '{"name": "a", "number": 1' + "0" * 100_000 + ".0}",
        '{"name": "a", "number": 0.' + "1" * 500_000 + "}",
    ],
)
async def test_json_that_is_deep_or_holds_enormous_numbers(client, body):
    answer = await client.post("/tally/v1/notes", content=body, headers=JSON)
    assert answer.status_code in {400, 422}, answer.text[:200]
    assert len(answer.content) < 5_000


async def test_text_that_no_database_keeps(client, database):
    answer = await client.post("/tally/v1/notes", content='{"name": "a\\ud800", "number": 1}', headers=JSON)
    assert answer.status_code == 422
    answer = await client.post("/tally/v1/notes", content='{"name": "a\\u0000b", "number": 1}', headers=JSON)
    assert answer.status_code in ({422} if database.dialect == "postgresql" else {201, 422})


async def test_broken_json_and_other_types(client):
    await refused(client, 400, content="{oops", headers=JSON)
    await refused(client, 415, content="name=a", headers={"content-type": "application/x-www-form-urlencoded"})
    await refused(client, 415, content=b"\x00\x01")
    assert (await client.post("/tally/v1/notes", json={"name": "a", "number": 1})).status_code == 201


LIMIT = 2048


def note_of(size):
    """A note whose JSON is exactly ``size`` bytes."""
    note = b'{"name": "a", "number": 1}'
    return note + b" " * (size - len(note))


async def in_chunks(body):
    for start in range(0, len(body), 100):
        yield body[start : start + 100]


@pytest.mark.parametrize("send", [lambda body: body, in_chunks], ids=["declared", "chunked"])
async def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_not(database, send):
    async with client_of(database, max_body_bytes=LIMIT) as client:
        taken = await client.post("/tally/v1/notes", content=send(note_of(LIMIT)), headers=JSON)
        assert taken.status_code == 201, taken.text
        problem = await refused(client, 413, content=send(note_of(LIMIT + 1)), headers=JSON)
        assert problem["type"] == "/problems/payload-too-large"
        assert str(LIMIT) in problem["detail"]


async def test_a_body_that_lies_about_its_length_is_counted(database):
    async with client_of(database, max_body_bytes=LIMIT) as client:
        lying = JSON | {"content-length": "10"}
        await refused(client, 413, content=in_chunks(note_of(LIMIT + 1)), headers=lying)


async def test_a_request_has_an_id_that_its_caller_may_choose(client):
    chosen = "import-2018-02.row_7"
    assert (await client.get("/tally/v1/notes", headers={"x-request-id": chosen})).headers["x-request-id"] == chosen
    for odd in ("short", "x" * 65, "with space", "new\tline"):
        made = (await client.get("/tally/v1/nothing", headers={"x-request-id": odd})).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", made)


async def test_each_request_leaves_one_line_and_health_none_at_info(client, database):
    with capture_logs() as lines:
        await client.get("/tally/v1/notes", headers={"x-actor": "Ana"})
        await client.post("/tally/v1/notes", json={"name": "a", "number": 99})
        await client.get("/health/live")
    shown = [line for line in lines if line["event"] == "request.answered" and line["log_level"] == "info"]
    assert [(line["method"], line["status"], line["caller"]) for line in shown] == [
        ("GET", 200, "Ana"),
        ("POST", 500, "anonymous"),
    ]
    async with client_of(database, access_log=False) as quiet:
        with capture_logs() as lines:
            await quiet.get("/tally/v1/notes")
    assert lines == []


async def test_requests_after_one_another_have_traces_of_their_own(client):
    traces = []

    def note(_logger, _method, fields):
        traces.append((telemetry.traceparent(), telemetry.request_id()))
        return fields

    with capture_logs(processors=[note]):
        await client.get("/tally/v1/notes")
        await client.get("/tally/v1/notes")
    assert len({trace for trace, _ in traces}) == len({request for _, request in traces}) == 2
    assert (telemetry.traceparent(), telemetry.request_id()) == (None, None)


async def test_what_can_be_read_has_a_head(client):
    whole = await client.get("/tally/v1/notes")
    head = await client.head("/tally/v1/notes")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


async def test_unknown_paths_and_methods_are_problems_too(client):
    for answer in (await client.get("/tally/v1/nothing"), await client.delete("/tally/v1/notes")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


async def test_a_collection_is_walked_by_its_cursors(client):
    names = [f"n{n:02}" for n in range(7)]
    for name in names:
        await client.post("/tally/v1/notes", json={"name": name, "number": 1})
    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        found = (await client.get("/tally/v1/notes", params=query)).json()
        seen += [note["name"] for note in found["items"]]
        cursor = found["next"]
        if cursor is None:
            break
    assert seen == names


@pytest.mark.parametrize("cursor", ["nonsense", "bnVsbA", "", "é", "Ilx1ZDgwMCI"])
async def test_a_cursor_that_was_not_given_out(client, cursor):
    answer = await client.get("/tally/v1/notes", params={"cursor": cursor})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "cursor"


async def test_a_service_with_keys_answers_only_what_the_gateway_has_signed(database):
    signer, ana = HopSigner(KEY), Caller("Ana", frozenset({"tally:read"}))
    keys = SecretStr(f"{signer.key_of('tally')},{'o' * 64}")
    async with client_of(database, gateway_keys=keys, metrics_key=SecretStr(KEY)) as client:
        assert (await client.get("/tally/v1/notes", headers={"x-actor": "system"})).status_code == 401
        assert (await client.get("/tally/v1/notes", headers={"authorization": f"Bearer {KEY}"})).status_code == 401
        assert (await client.get("/tally/v1/notes", auth=signer.auth("tally", ana))).status_code == 200
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/metrics", headers={"authorization": f"Bearer {KEY}"})).status_code == 200
        refused = await client.post("/tally/v1/notes", json={}, auth=signer.auth("tally", ana))
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/insufficient-scope")
        assert refused.json()["detail"] == "This needs the scope tally:write."
        assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="tally:write"'


async def test_storage_that_is_gone_is_a_503_and_not_ready(client, database, monkeypatch):
    def gone(*_arguments, **_more):
        raise ConnectionRefusedError("no database here")

    monkeypatch.setattr(database, "_committed", gone)
    monkeypatch.setattr(database, "connect", gone)
    problem = await refused(client, 503, json={"name": "a", "number": 1})
    assert "nothing was saved" in problem["detail"]
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
