"""Events that were ever published stay readable, by models and by every consumer, and schemas only grow."""

import copy
import json
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from chassis import dead_letters
from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import Message
from chassis.consumer import ConsumerLoop
from chassis.settings import ServiceSettings
from contracts.envelope import Body, CloudEvent
from suite import schemas
from suite.documents import EVENTS, asyncapi, event_schema
from suite.operations import consumers

GOLDEN = Path(schemas.FOLDER).parent / "golden"
FILES = sorted(GOLDEN.glob("*/*.json"))
BODIES = {type_: body for types in EVENTS.values() for type_, body in types.items()}


def named(path):
    return f"{path.parent.name}/{path.stem}"


def test_every_event_type_has_schema_and_golden_file():
    assert {path.parent.name for path in FILES} == set(BODIES)
    assert schemas.problems() == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_golden_events_are_read_by_the_models_of_today(path):
    raw = json.loads(path.read_text())
    event = CloudEvent[BODIES[path.parent.name]].model_validate_json(path.read_text())
    assert event.type == path.parent.name
    again = json.loads(event.model_dump_json())
    assert {name: again[name] for name in raw} == raw


@pytest.mark.parametrize("path", FILES, ids=named)
def test_golden_events_satisfy_every_schema_of_their_type(path):
    raw = json.loads(path.read_text())
    for schema in schemas.stored(path.parent.name):
        Draft202012Validator(schema).validate(raw)


@pytest.mark.parametrize("consumer", sorted(consumers()))
async def test_every_golden_event_passes_through_every_consumer(consumer, database_for, tmp_path):
    service, subscription = consumers()[consumer]
    database, bus = await database_for(f"services.{service}"), EmbeddedBus(tmp_path / "bus.db", partitions=1)
    await bus.start()
    await bus.ensure_topics(subscription.topics)
    producer = await bus.producer()
    handled = [path for path in FILES if path.parent.name in subscription.types]
    messages = [Message(json.loads(path.read_text())["subject"], path.read_bytes()) for path in handled]
    await producer.publish(subscription.topics[0], messages)
    loop = ConsumerLoop(database, bus, subscription, ServiceSettings())
    ends = await bus.end_offsets(subscription.topics[0])
    await loop._positions(list(ends))
    async for batch in bus.read(subscription.topics[0], {}, ends):
        await loop._consume(batch)
    assert await database.read(lambda tx: dead_letters.listed(tx, consumer=consumer)) == []
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


def test_a_breaking_change_is_refused_against_the_oldest_schema_too(tmp_path):
    """FULL_TRANSITIVE: two steps that are each compatible may together break with the first."""
    type_ = "commissioning.pledge.updated.v1"
    now = schemas.current()[type_]
    first = copy.deepcopy(now)
    first["properties"]["extra"] = {"type": "string"}
    first["required"] = [*first["required"], "extra"]
    for number, schema in enumerate((first, now), start=1):
        path = tmp_path / type_ / f"{number}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(schema))
    assert any("against schema 1" in problem and "extra" in problem for problem in schemas.problems(tmp_path))
    assert not any(type_ in path for path in schemas.write(tmp_path))


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
    found = schemas.incompatibilities(event_schema(Written), event_schema(WrittenAsNumber))
    assert len(found) == 1
    assert found[0].startswith("event.data.value: ")


@pytest.mark.parametrize("type_", sorted(BODIES))
def test_the_stored_schemas_are_of_what_is_written(type_):
    """No value or amount may be a number, and the AsyncAPI document says the same as the newest file."""
    newest = schemas.stored(type_)[-1]
    assert '"type": "number"' not in json.dumps(newest)
    assert newest["properties"]["time"] == {"format": "date-time", "title": "Time", "type": "string"}
    assert asyncapi()["components"]["messages"][type_]["payload"] == newest


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
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert "commissioning.indicators.v1" in addresses
    assert "commissioning.risks.state.v1" in addresses
