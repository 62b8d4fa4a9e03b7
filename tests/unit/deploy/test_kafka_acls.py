"""deploy/kafka/acls.csv against the topics of the contracts and the subscriptions of the services."""

import csv
import importlib
import subprocess
import sys

import pytest

from contracts.topics import SERVICES, digest_topic, events_topic, state_topic
from tests.unit.deploy.conftest import REPOSITORY

FOLDER = REPOSITORY / "deploy" / "kafka"
with (FOLDER / "acls.csv").open(newline="") as table:
    RULES = list(csv.DictReader(table))


def granted(operation: str, resource: str) -> set[tuple[str, str]]:
    return {
        (rule["principal"].removeprefix("commissioning-"), rule["name"])
        for rule in RULES
        if rule["resource"] == resource and operation in rule["operations"].split()
    }


def test_only_its_service_writes_a_topic() -> None:
    kinds = (events_topic, state_topic, digest_topic)
    own = {(service, kind(service)) for service in SERVICES for kind in kinds}
    assert granted("Write", "topic") == own


@pytest.mark.parametrize("service", [*SERVICES, "subscriptions"])
def test_a_service_reads_what_it_subscribes_to_and_its_own_log_and_no_more(service: str) -> None:
    subscriptions = importlib.import_module(f"services.{service}.app").SPEC.subscriptions
    topics = {topic for subscription in subscriptions for topic in subscription.topics}
    beside = {topic.replace(".v1", kind) for topic in topics for kind in (".state.v1", ".digest.v1")}
    own = {events_topic(service)} & {events_topic(each) for each in SERVICES}
    assert {topic for name, topic in granted("Read", "topic") if name == service} == topics | beside | own
    groups = {f"commissioning.{subscription.consumer}" for subscription in subscriptions}
    assert {group for name, group in granted("Read", "group") if name == service} == groups


def test_the_topics_user_neither_reads_nor_writes() -> None:
    (rule,) = [rule for rule in RULES if rule["principal"] == "commissioning-topics"]
    assert not {"Read", "Write", "All"} & set(rule["operations"].split())
    assert all(events_topic(service).startswith(rule["name"]) for service in SERVICES)
    assert [rule["pattern"] for rule in RULES].count("prefixed") == 1


def test_a_command_for_every_rule() -> None:
    command = [sys.executable, FOLDER / "acls", "broker:9093", "admin.properties"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(printed) == len(RULES)
    assert (
        "kafka-acls.sh --bootstrap-server broker:9093 --command-config admin.properties --add "
        "--allow-principal User:commissioning-risks --operation Read --operation Describe "
        "--group commissioning.risks --resource-pattern-type literal"
    ) in printed
