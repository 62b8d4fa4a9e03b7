"""What a webhook carries: signatures that receivers verify, headers, and bodies in full, thin or of another profile."""

import json
from datetime import UTC, datetime
from typing import Final

import pytest
from standardwebhooks import Webhook as Receiver

from services.subscriptions.domain.mns import Publisher
from services.subscriptions.domain.webhooks import (
    HEARTBEAT,
    Mode,
    Rendering,
    Webhook,
    make_secret,
    notice,
    request_headers,
    webhook_of,
)

NOW: Final = datetime(2018, 2, 28, 9, tzinfo=UTC)
SECRET, BEFORE = make_secret(bytes(range(32))), make_secret(bytes(32))
BODY: Final = (
    b'{"specversion":"1.0","id":"e1","source":"/risks","type":"t.v1","subject":"a/b","time":"now","data":{"x":1},'
    b'"datacontenttype":"application/json"}'
)
PUBLISHER: Final = Publisher("uk.gov.example", "https://suite.example")


def test_a_secret_is_base64_of_32_bytes() -> None:
    assert SECRET == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    with pytest.raises(ValueError, match=r"^a secret is made of 32 random bytes, not 31$"):
        make_secret(bytes(31))


def test_a_receiver_verifies_by_either_secret_while_one_is_rotated() -> None:
    headers = request_headers(Webhook("e1", "t.v1", "a/b", BODY), [SECRET, BEFORE], NOW)
    expected = [Receiver(each).sign("e1", NOW, BODY.decode()) for each in (SECRET, BEFORE)]
    assert headers == {
        "content-type": "application/cloudevents+json",
        "user-agent": "commissioning-suite",
        "webhook-id": "e1",
        "webhook-timestamp": "1519808400",
        "webhook-signature": " ".join(expected),
    }


def test_bodies_are_the_bytes_of_the_feed_or_say_where_the_state_is_read() -> None:
    assert webhook_of("e1", "t.v1", "a/b", BODY, Rendering()) == Webhook("e1", "t.v1", "a/b", BODY)
    thin = webhook_of("e1", "t.v1", "a/b", BODY, Rendering(Mode.THIN)).body
    assert json.loads(thin) == {
        "specversion": "1.0",
        "id": "e1",
        "source": "/risks",
        "type": "t.v1",
        "subject": "a/b",
        "time": "now",
        "dataref": "/events/v1/state?subjects=a%2Fb",
    }
    assert b" " not in thin
    assert Rendering(Mode.THIN).body(b'{"subject":"a"}') == b'{"subject":"a","dataref":"/events/v1/state?subjects=a"}'


def test_a_profile_renders_events_and_heartbeats() -> None:
    mns = Rendering(Mode.THIN, PUBLISHER)
    assert mns.body(BODY) == PUBLISHER.delivered(BODY)
    beat = notice(HEARTBEAT, "h1", "s1", 7, NOW)
    assert Rendering().notice(beat) is beat
    assert mns.notice(beat) == Webhook("h1", HEARTBEAT, "subscription/s1", PUBLISHER.delivered(beat.body))


def test_a_heartbeat_says_how_far_the_subscription_is() -> None:
    beat = notice(HEARTBEAT, "h1", "s1", 7, NOW)
    assert (beat.id, beat.type, beat.subject) == ("h1", HEARTBEAT, "subscription/s1")
    assert json.loads(beat.body) == {
        "specversion": "1.0",
        "id": "h1",
        "source": "/events",
        "type": HEARTBEAT,
        "subject": "subscription/s1",
        "time": "2018-02-28T09:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": {"subscription": "s1", "position": 7},
    }
    assert b" " not in beat.body
