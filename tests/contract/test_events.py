"""Events that were ever published stay readable, by models and by every consumer, and schemas only grow."""

import copy
import json
import shutil
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import Message
from chassis.events import dead_letters
from chassis.events.consumer import ConsumerLoop
from chassis.events.dead_letters import DeadLetterFilter
from chassis.settings import ServiceSettings
from chassis.web.units import Resources
from contracts.envelope import Body, CloudEvent
from contracts.event_types import BODIES, DIGESTS, EVENTS
from contracts.topics import SERVICES, digest_topic, events_topic, state_topic
from gateway.documents.asyncapi import asyncapi, event_schema
from services.indicators.app import create_app as create_indicators
from suite import schemas
from suite.operations import consumers

GOLDEN = Path(schemas.FOLDER).parent / "golden"
FILES = sorted(GOLDEN.glob("*/*.json"))


def named(path):
    return f"{path.parent.name}/{path.stem}"


def test_every_event_type_has_schema_and_golden_file():
    assert {path.parent.name for path in FILES} == set(BODIES)
    assert schemas.problems() == []


@pytest.mark.parametrize("service", SERVICES)
def test_who_reads_a_topic_reads_all_of_its_types(service):
    """A consumer parks what it does not know, and compares with digests only where it reads everything."""
    subscribed = [each for _, each in consumers().values() if events_topic(service) in each.topics]
    assert subscribed
    assert all(set(each.types) == set(EVENTS[service]) for each in subscribed)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_golden_events_are_read_by_the_models_of_today(path):
    raw = json.loads(path.read_text())
    event = CloudEvent[BODIES[path.parent.name]].model_validate_json(path.read_text())
    assert event.type == path.parent.name
    assert reduced(json.loads(event.model_dump_json()), raw) == raw


def reduced(again, raw):
    """What was written then of what is written now: fields that came later are left out."""
    if isinstance(raw, dict):
        return {name: reduced(again[name], raw[name]) for name in raw}
    if isinstance(raw, list) and len(raw) == len(again):
        return [reduced(*pair) for pair in zip(again, raw, strict=True)]
    return again


def test_what_is_newest_is_written_with_every_field():
    """An example of the newest schema leaves nothing to defaults."""
    for type_ in BODIES:
        newest = len(schemas.stored(type_))
        for path in (GOLDEN / type_).glob(f"{newest}-*.json"):
            event = CloudEvent[BODIES[type_]].model_validate_json(path.read_text())
            assert json.loads(event.model_dump_json()) == json.loads(path.read_text())


@pytest.mark.parametrize("path", FILES, ids=named)
def test_golden_events_satisfy_every_schema_of_their_type(path):
    raw = json.loads(path.read_text())
    for schema in schemas.stored(path.parent.name):
        Draft202012Validator(schema).validate(raw)


async def define(database):
    """What the examples are observations of."""
    resources = Resources(database=database, settings=ServiceSettings())
    transport = httpx.ASGITransport(app=create_indicators(resources))
    indicator = {"code": "cqc-good-or-outstanding", "name": "Homes rated well", "unit": "percentage"}
    area = {"code": "E06000026", "name": "Plymouth", "type": "unitary_authority"}
    async with httpx.AsyncClient(transport=transport, base_url="http://x/indicators/v1") as api:
        (await api.post("/areas", json=area)).raise_for_status()
        shape = {"polarity": "high_is_good", "frequency": "quarter"}
        (await api.post("/indicators", json=indicator | shape)).raise_for_status()


@pytest.mark.parametrize("consumer", sorted(consumers()))
async def test_every_golden_event_passes_through_every_consumer(consumer, database_for, tmp_path):
    service, subscription = consumers()[consumer]
    database, bus = await database_for(f"services.{service}"), EmbeddedBus(tmp_path / "bus.db", partitions=1)
    if service == "indicators":
        await define(database)
    await bus.start()
    await bus.ensure_topics(subscription.topics)
    producer = await bus.producer()
    handled = [path for path in FILES if path.parent.name in subscription.types]
    messages = [Message(json.loads(path.read_text())["subject"], path.read_bytes()) for path in handled]
    await producer.publish(subscription.topics[0], messages)
    loop = ConsumerLoop(database, bus, subscription, ServiceSettings())
    ends = await bus.end_offsets(subscription.topics[0])
    await loop.load_offsets(list(ends))
    async for batch in bus.read(subscription.topics[0], {}, ends):
        await loop.apply_batch(batch)
    assert await database.read(lambda tx: dead_letters.list_dead_letters(tx, DeadLetterFilter(consumer))) == []
    inbox = database.metadata.tables["inbox"]
    assert (
        await database.read(lambda tx: tx.session.scalar(select(func.count()).select_from(inbox))) == len(handled) > 0
    )
    await bus.close()


BASE = {
    "type": "object",
    "required": ["a"],
    "properties": {
        "a": {"type": "string"},
        "b": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        "c": {"$ref": "#/$defs/Colour"},
        "d": {"type": "array", "items": {"$ref": "#/$defs/Point"}, "maxItems": 6},
    },
    "$defs": {
        "Colour": {"enum": ["red", "green"], "type": "string"},
        "Point": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
    },
}


def changed(change):
    schema = copy.deepcopy(BASE)
    change(schema)
    return schema


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"].update(e={"type": "string"}),
        lambda s: s["properties"].pop("b"),
        lambda s: s["properties"]["a"].update(description="more words"),
        lambda s: s["$defs"]["Point"]["properties"].update(y={"type": "integer"}),
    ],
    ids=["optional field added", "optional field dropped", "words", "optional field added inside"],
)
def test_compatible_changes_pass(change):
    assert schemas.incompatibilities(BASE, changed(change)) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda s: s["required"].append("c"), "event.c"),
        (lambda s: s["required"].remove("a"), "event.a"),
        (lambda s: s["properties"]["a"].update(type="integer"), "event.a"),
        (lambda s: s["properties"].update(b={"type": "integer"}), "event.b"),
        (lambda s: s["$defs"]["Colour"]["enum"].append("amber"), "event.c"),
        (lambda s: s["properties"]["d"].update(maxItems=12), "event.d"),
        (lambda s: s["$defs"]["Point"]["properties"]["x"].update(type="number"), "event.d[].x"),
        (lambda s: s["$defs"]["Point"].update(required=[]), "event.d[].x"),
    ],
    ids=[
        "now required",
        "no longer required",
        "type",
        "no null",
        "new colour",
        "longer",
        "type inside",
        "required inside",
    ],
)
def test_incompatible_changes_are_refused(change, where):
    found = schemas.incompatibilities(BASE, changed(change))
    assert found
    assert all(each.startswith(where) for each in found)


PLEDGE = "commissioning.pledge.updated.v1"


@pytest.fixture
def folder(tmp_path):
    """A copy of contracts/schemas with the examples beside it, as if the pledge event had had one schema only."""
    shutil.copytree(schemas.FOLDER.parent, tmp_path / "contracts")
    folder = tmp_path / "contracts" / "schemas"
    for kind in (folder, folder.parent / "golden"):
        for path in (kind / PLEDGE).glob("*.json"):
            if not path.name.startswith("1"):
                path.unlink()
    store(folder, lambda _: None)
    return folder


def store(folder, change, number=1, type_=PLEDGE):
    """Have a stored schema of the pledge event be another than that of today."""
    schema = copy.deepcopy(schemas.current()[type_])
    change(schema)
    (folder / type_ / f"{number}.json").write_text(json.dumps(schema))


def one_field_more(schema):
    schema["properties"]["extra"] = {"type": "string"}
    schema["required"] = [*schema["required"], "extra"]


def test_a_breaking_change_is_refused_against_the_oldest_schema_too(folder):
    """FULL_TRANSITIVE: two steps that are each compatible may together break with the first."""
    store(folder, one_field_more)
    store(folder, lambda _: None, number=2)
    (folder.parent / "golden" / PLEDGE / "2-linked.json").write_text("{}")
    headline, why = schemas.problems(folder)
    assert headline.startswith(f"{PLEDGE}: not compatible")
    assert "commissioning.pledge.updated.v2" in headline
    assert why == "  event.extra was required and is not any more: old readers would miss it (against schema 1)"
    assert schemas.write(folder) == []


def test_an_incompatible_change_is_told_at_once_and_not_stored(folder):
    store(folder, one_field_more)
    assert not any("make contracts" in line for line in schemas.problems(folder))
    assert schemas.write(folder) == []


def test_a_compatible_change_is_told_stored_and_wants_an_example(folder):
    store(folder, lambda schema: schema["properties"].pop("traceparent"))
    assert schemas.problems(folder) == [
        f"{PLEDGE}: changed, compatibly with all it ever was; store it with `make contracts`"
    ]
    assert schemas.write(folder) == [f"{PLEDGE}/2.json"]
    assert schemas.problems(folder) == [
        f"{PLEDGE}: schema 2 has no example: add contracts/golden/{PLEDGE}/2-<what>.json"
    ]
    (folder.parent / "golden" / PLEDGE / "2-traced.json").write_text("{}")
    assert schemas.problems(folder) == []


def test_a_new_type_is_stored(folder):
    shutil.rmtree(folder / PLEDGE)
    shutil.rmtree(folder.parent / "golden" / PLEDGE)
    assert schemas.problems(folder) == [f"{PLEDGE}: new; store it with `make contracts`"]
    assert schemas.write(folder) == [f"{PLEDGE}/1.json"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_deleted_schema_is_noticed_and_not_made_anew(folder, number):
    store(folder, lambda _: None, number=2)
    (folder.parent / "golden" / PLEDGE / "2-linked.json").write_text("{}")
    (folder / PLEDGE / f"{number}.json").unlink()
    assert f"{PLEDGE}: schema {number} was stored once and is gone; take it back from the history" in schemas.problems(
        folder
    )
    assert schemas.write(folder) == []


def test_a_type_that_is_gone_is_noticed_by_its_examples_alone(folder):
    (folder.parent / "golden" / "commissioning.pledge.dropped.v1").mkdir()
    assert [line for line in schemas.problems(folder) if "commissioning.pledge.dropped.v1" in line]


def test_a_change_of_what_may_be_null_is_said_in_a_line():
    old = schemas.current()["commissioning.indicator.updated.v1"]
    new = copy.deepcopy(old)
    new["$defs"]["IndicatorUpdated"]["properties"]["latest"] = {"$ref": "#/$defs/ObservationState"}
    assert schemas.incompatibilities(old, new) == ["event.data.latest: was null or object and is object"]


def test_an_object_that_forbids_other_fields_gains_none():
    """Money does: who reads it by its schema would refuse the event."""
    old = schemas.current()["commissioning.saving.restated.v1"]
    new = copy.deepcopy(old)
    new["$defs"]["Money"]["properties"]["rounded"] = {"type": "boolean"}
    found = schemas.incompatibilities(old, new)
    assert found
    assert all(".rounded came or went, and old readers refuse" in why for why in found)
    assert len(schemas.incompatibilities(new, old)) == len(found)


class Written(Body):
    """A decimal, which is read from a number too but written as a string."""

    value: Decimal | None


class WrittenAsNumber(Body):
    value: float | None


def test_a_producer_that_writes_a_number_for_a_decimal_string_is_refused():
    """Even though our own reader would take either."""
    assert CloudEvent[Written].model_json_schema(mode="validation")["$defs"]["Written"]["properties"]["value"][
        "anyOf"
    ] == [{"type": "number"}, {"type": "string"}, {"type": "null"}]
    assert schemas.incompatibilities(event_schema(Written), event_schema(WrittenAsNumber)) == [
        "event.data.value: was null or string and is null or number"
    ]


@pytest.mark.parametrize("type_", sorted(BODIES))
def test_the_stored_schemas_are_of_what_is_written(type_):
    """No value or amount may be a number, and the AsyncAPI document says the same as the newest file."""
    newest = schemas.stored(type_)[-1]
    assert '"type": "number"' not in json.dumps(newest)
    assert newest["properties"]["time"] == {"format": "date-time", "title": "Time", "type": "string"}
    document = asyncapi()
    assert written_out(document["components"]["messages"][type_]["payload"], document) == written_out(newest, newest)


def written_out(node, document):
    """A schema with what it refers to in the place of its references."""
    if isinstance(node, list):
        return [written_out(each, document) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return written_out(found | {key: value for key, value in node.items() if key != "$ref"}, document)
    return {key: written_out(value, document) for key, value in node.items() if key != "$defs"}


def with_numbers(raw):
    """The same event with numbers where it has decimal strings."""

    def loosened(found):
        decimals = {"value", "amount", "expected"} & found.keys()
        return found | {name: float(found[name]) for name in decimals if isinstance(found[name], str)}

    return json.loads(json.dumps(raw), object_hook=loosened)


@pytest.mark.parametrize("prefix", ["commissioning.indicator.", "commissioning.saving."])
def test_a_number_for_a_decimal_string_breaks_the_stored_schema(prefix):
    known = [(path.parent.name, path.read_text()) for path in FILES if path.parent.name.startswith(prefix)]
    both = [(type_, json.loads(text), with_numbers(json.loads(text))) for type_, text in known]
    changed_ones = [(type_, numbers) for type_, raw, numbers in both if numbers != raw]
    assert changed_ones
    for type_, numbers in changed_ones:
        assert not any(Draft202012Validator(schema).is_valid(numbers) for schema in schemas.stored(type_))


def test_the_asyncapi_document_names_every_event():
    document = asyncapi()
    assert set(document["components"]["messages"]) == set(BODIES)
    channels = {channel["address"]: set(channel["messages"]) for channel in document["channels"].values()}
    logs = {events_topic(service): set(types) for service, types in EVENTS.items()}
    states = {state_topic(service): set(types) for service, types in EVENTS.items()}
    digests = {digest_topic(service): set(DIGESTS) for service in SERVICES}
    assert set(EVENTS) == set(SERVICES)
    everything = {type_ for types in EVENTS.values() for type_ in types}
    over_http = {"/events/v1/feed": everything, "/events/v1/stream": everything}
    assert channels == logs | states | digests | over_http
    for channel in document["channels"].values():
        server = "https" if channel["address"] in over_http else "kafka"
        assert channel["servers"] == [{"$ref": f"#/servers/{server}"}]
    received = {operation["channel"]["$ref"] for operation in document["operations"].values()}
    assert received == {f"#/channels/{name}" for name in document["channels"]}


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    document = asyncapi()
    for channel in document["channels"].values():
        for message in channel["messages"].values():
            assert written_out(message, document)["payload"]["properties"]
