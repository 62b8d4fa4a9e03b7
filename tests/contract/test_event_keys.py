"""The page for platforms that subscribe lists every event, with the keys that its events do have."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from contracts.areas import AREA_CODE_PATTERN
from contracts.event_types import EVENTS
from contracts.indicators import commentary_subject, late_subject, subject
from contracts.topics import SERVICES, digest_topic, events_topic

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "contracts" / "golden").glob("*/*.json"))
PARTS = {
    "area": AREA_CODE_PATTERN.strip("^$"),
    "breakdown": r"[^/=;]+=[^/=;]+(;[^/=;]+=[^/=;]+)*",
    "number": r"\d+",
    "assignment": r"\d+",
    "quarter": r"\d{4}-\d{2}-Q[1-4]",
    "service": "|".join(SERVICES),
}
"""What stands for a name between angle brackets; anything else is a code."""


def _keys() -> dict[str, tuple[str, list[str]]]:
    """The topic of each event and its keys, as listed."""
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    listed = {}
    for topic, keys, events in re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE):
        for event in re.findall(r"`([^`]+)`", events):
            assert event not in listed
            listed[event] = topic, re.findall(r"`([^`]+)`", keys)
    return listed


KEYS = _keys()


def _is_key(text: str, listed: str) -> bool:
    pattern = re.sub(r"<(\w+)>", lambda part: f"({PARTS.get(part[1], '[A-Za-z0-9-]+')})", listed.replace(".", r"\."))
    return re.fullmatch(pattern, text) is not None


def test_every_event_is_listed():
    assert set(KEYS) == {path.name for path in (ROOT / "contracts" / "schemas").iterdir()}


PROMISED: Final = {
    "indicators": ("indicator.updated", "commentary.published", "observation.late"),
    "risks": (
        "risk.rescored",
        "risk.reviewed",
        "tolerance.breached",
        "acceptance.suspended",
        "review.overdue",
        "proposal.updated",
    ),
    "finance": ("saving.restated", "fund.updated", "period.closed", "trigger.crossed", "unit_cost.changed"),
    "pledges": (
        "pledge.updated",
        "return.submitted",
        "return.approved",
        "return.missing",
        "action.updated",
        "milestone.overdue",
        "decision.made",
    ),
}
"""What subscribers were promised, by service: a lapsed override is a ``risk.reviewed``, a variance beyond its trigger a
``trigger.crossed``."""


@pytest.mark.parametrize("service", SERVICES)
def test_no_event_that_was_promised_is_missing_and_each_is_made_by_its_service(service: str):
    """Made: a module of the service that makes events names the constant of each type that it is said to publish."""
    types = EVENTS[service]
    assert {f"commissioning.{each}.v1" for each in PROMISED[service]} <= set(types)
    module, made = import_module(f"contracts.{service}"), import_module(f"services.{service}.events")
    names = {value: name for name, value in vars(module).items() if isinstance(value, str) and value in types}
    assert set(names) == set(types)
    assert [name for name in names.values() if not hasattr(made, name)] == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_key_of_an_event_is_one_of_those_listed(path: Path):
    event = json.loads(path.read_text(encoding="utf-8"))
    topic, keys = KEYS[event["type"]]
    service = event["source"].removeprefix("/")
    assert topic.replace("<service>", service) in {events_topic(service), digest_topic(service)}
    assert any(_is_key(event["subject"], key) for key in keys)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (subject("rate", "E06000026"), "indicator.updated"),
        (subject("rate", "RK9", "age=18-64;sex=male"), "indicator.updated"),
        (late_subject("rate", "RK9"), "observation.late"),
        (late_subject("rate", "E06000026", "sex=male"), "observation.late"),
        (commentary_subject("rate", 12), "commentary.published"),
    ],
)
def test_each_key_of_the_indicators_is_listed_once(key: str, kind: str):
    """So that a reader of the topic can tell what an event is of by its key."""
    fitting = {event for event, (topic, keys) in KEYS.items() if any(_is_key(key, one) for one in keys)}
    assert fitting & {event for event, (topic, _) in KEYS.items() if "indicators" in topic} == {
        f"commissioning.{kind}.v1"
    }
