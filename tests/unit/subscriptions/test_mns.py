"""The profile of the NHS Multicast Notification Service, by what its schema asks for and by a closed set of keys."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from contracts.event_types import EVENTS
from services.subscriptions.domain.deletions import deletion_of
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.mns import KEYS, Publisher, type_of
from services.subscriptions.domain.webhooks import HEARTBEAT, TEST, Mode, Rendering, notice

PUBLISHER: Final = Publisher("uk.gov.plymouth.commissioning", "https://suite.example")
NOW: Final = datetime(2018, 2, 28, 9, tzinfo=UTC)
_TEXT: Final = {"type": "string", "minLength": 1}
_GIVEN: Final = {"oneOf": [{"type": kind} for kind in ("string", "number", "boolean", "array")]}
SCHEMA: Final = {
    "type": "object",
    "required": ["id", "source", "specversion", "type", "time"],
    "properties": {
        **dict.fromkeys(("id", "specversion", "type", "subject", "versionid"), _TEXT),
        "source": _TEXT | {"format": "uri-reference"},
        "time": {"type": "string", "format": "date-time"},
        "dataref": {"type": "string", "format": "uri"},
        "filtering": {"type": "object", "additionalProperties": _GIVEN},
    },
}
"""What ``mns-publish-cloudevent.yaml`` of NHSDigital/multicast-notification-service (April 2026) says of each key."""


def _event(type_: str, service: str = "risks", **data: Any) -> FeedEvent:
    body = {
        "generation": 2,
        "specversion": "1.0",
        "id": "8a4f",
        "source": f"/{service}",
        "type": type_,
        "subject": "ae-four-hour-wait/E06000026",
        "time": "2018-02-28T09:00:00.000000Z",
        "datacontenttype": "application/json",
        "partitionkey": "ae-four-hour-wait/E06000026",
        "aggregateversion": 7,
        "traceparent": "00-a-b-00",
        "data": data,
    }
    encoded = json.dumps(body).encode()
    return FeedEvent(3, "8a4f", type_, body["subject"], service, 7, 2, "E06000026", NOW, encoded)


@pytest.mark.parametrize(("service", "type_"), [(each, type_) for each, types in EVENTS.items() for type_ in types])
def test_every_event_is_valid_and_has_no_other_keys(service: str, type_: str) -> None:
    event = _event(type_, service, directorate="People", status={"more": 1})
    published = json.loads(PUBLISHER.published(event))
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(published)
    assert set(published) == set(KEYS)
    assert published["filtering"] == {"service": service, "area": "E06000026", "directorate": "People"}
    delivered = json.loads(PUBLISHER.delivered(event.body))
    assert delivered == {name: value for name, value in published.items() if name != "filtering"}
    assert (delivered["source"], delivered["versionid"]) == ("uk.gov.plymouth.commissioning", "7")
    link = urlsplit(delivered["dataref"])
    assert (link.scheme, link.path) == ("https", "/events/v1/state")
    assert link.query == "subjects=ae-four-hour-wait%2FE06000026"


def test_types_are_names_with_a_version_and_no_two_are_one() -> None:
    types = [each for of_service in EVENTS.values() for each in of_service]
    assert len({type_of(each) for each in types}) == len(set(types))
    assert type_of("commissioning.risk.rescored.v1") == "commissioning-risk-rescored-1"
    with pytest.raises(ValueError, match="no version"):
        type_of("commissioning.risk")


def test_what_is_gone_and_what_is_of_no_aggregate_has_what_can_be_said_of_it() -> None:
    gone = json.loads(PUBLISHER.published(deletion_of(_event("commissioning.risk.rescored.v1"), "9b", NOW)))
    assert set(gone) == set(KEYS)
    assert (gone["id"], gone["versionid"], gone["filtering"]) == ("9b", "8", {"service": "risks", "area": "E06000026"})
    rendering = Rendering(Mode.FULL, PUBLISHER)
    for type_ in (TEST, HEARTBEAT):
        found = json.loads(rendering.notice(notice(type_, "8a", "sub_1", 4, NOW)).body)
        assert set(found) == set(KEYS) - {"filtering", "versionid"}
        assert found["dataref"] == "https://suite.example/events/v1/subscriptions/sub_1/progress"


@pytest.mark.parametrize(
    "wrong", [{"id": ""}, {"subject": ""}, {"versionid": 7}, {"filtering": {"a": {}}}, {"id": None}]
)
def test_the_schema_refuses_what_is_none(wrong: dict[str, Any]) -> None:
    found = json.loads(PUBLISHER.published(_event("commissioning.risk.rescored.v1"))) | wrong
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate(found)
