"""Messages to a mailbox of NHS MESH: addresses, what is sealed, and what becomes of a message."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.subscriptions.domain.batches import batch_of
from services.subscriptions.domain.mailboxes import (
    LOST,
    Address,
    Mailbox,
    Message,
    MessageStatus,
    Moves,
    address_faults,
    address_of,
    local_id_of,
)

NOW: Final = datetime(2018, 2, 28, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
MOVES: Final = Moves(3, 17, (4, 90), 2)
PLANNED: Final = Message("s1", "s1.7", 7, [12, 9, 17], NOW, MOVES)


def test_an_address_names_a_mailbox_and_a_workflow() -> None:
    url = "mesh://X26OT123?workflow_id=RISK_CHANGES-1"
    assert address_of(url) == Address("X26OT123", "RISK_CHANGES-1")
    assert list(address_faults(url)) == []


@pytest.mark.parametrize(
    "url",
    [
        *("mesh://X26OT123", "mesh://?workflow_id=A", "mesh://X26?workflow_id=", "https://X26?workflow_id=A"),
        *("mesh://X26?workflow_id=A&b=c", "mesh://X-26?workflow_id=A", f"mesh://{'X' * 41}?workflow_id=A"),
        f"mesh://X26?workflow_id={'A' * 201}",
    ],
)
def test_what_is_no_address_of_a_mailbox_is_said_to_be_none(url: str) -> None:
    assert list(address_faults(url)) == [
        "is no mailbox: write mesh://MAILBOX?workflow_id=WORKFLOW, as MESH gave you both"
    ]
    with pytest.raises(ValueError, match="is no mailbox") as found:
        address_of(url)
    assert str(found.value) == f"{url[:100]} is no mailbox"


def test_what_opens_a_mailbox_is_sealed_as_one_text_and_never_shown() -> None:
    mailbox = Mailbox("X26OT123", "word", "key", certificate="pem", authorities="ca")
    assert json.loads(mailbox.to_text()) == {
        "id": "X26OT123",
        "password": "word",
        "shared_key": "key",
        "certificate": "pem",
        "private_key": None,
        "authorities": "ca",
    }
    assert Mailbox.of_text(mailbox.to_text()) == mailbox
    assert repr(mailbox) == "Mailbox()"


def test_moves_are_kept_whole() -> None:
    assert MOVES.to_json() == {"revision": 3, "position": 17, "resync": [4, 90], "gap_before": 2}
    assert Moves.of_json(MOVES.to_json()) == MOVES


def test_a_message_is_called_by_its_number_and_by_what_it_holds() -> None:
    assert (PLANNED.file_name, PLANNED.subject) == ("s1.000000000007.json", "Commissioning Suite: 3 events, 9 to 17")
    test = replace(PLANNED, number=None, positions=[], local_id=local_id_of("s1", "test"))
    assert (test.file_name, test.subject) == ("s1.test.json", "Commissioning Suite")


def test_what_was_not_accepted_is_sent_again_and_what_was_is_looked_at_later() -> None:
    refused = PLANNED.tried(None, 80, NOW, HOUR)
    assert refused == replace(PLANNED, attempts=1, size=80)
    before = replace(refused, ended_at=NOW, code="06", description="not collected")
    accepted = before.tried("2018-ABC", 81, NOW, HOUR)
    expected = replace(PLANNED, attempts=2, size=81, status=MessageStatus.ACCEPTED, message_id="2018-ABC", moves=None)
    assert accepted == replace(expected, sent_at=NOW, due_at=NOW + HOUR)


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(), HOUR),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(hours=7), timedelta(hours=6)),
        (None, HOUR),
    ],
)
def test_a_message_that_waits_is_looked_at_ever_more_rarely(age: timedelta | None, pause: timedelta) -> None:
    sent = replace(PLANNED, sent_at=None if age is None else NOW - age)
    assert sent.looked_at(NOW, HOUR) == replace(sent, due_at=NOW + pause)


def test_a_message_that_ended_is_looked_at_no_more() -> None:
    waits = PLANNED.tried("2018-ABC", 80, NOW, HOUR)
    ended = waits.ended(MessageStatus.UNDELIVERABLE, NOW + HOUR, "14", "nobody collected it")
    told = replace(waits, code="14", description="nobody collected it")
    assert ended == replace(told, status=MessageStatus.UNDELIVERABLE, ended_at=NOW + HOUR, due_at=None)
    assert {MessageStatus.UNDELIVERABLE, MessageStatus.UNKNOWN} == LOST


def test_a_batch_is_a_list_of_events() -> None:
    assert batch_of([b'{"id":"a"}', b'{"id":"b"}']) == b'[{"id":"a"},{"id":"b"}]'
    assert batch_of([]) == b"[]"
