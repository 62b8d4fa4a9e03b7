"""overlays/example-oauth: who speaks to Kafka has a token's address, a client's id and secret, and the way there."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chassis.bus.kafka.settings import KafkaSettings
from tests.unit.deploy import test_kubernetes
from tests.unit.deploy.rendering import Manifest, containers, pod, render

OBJECTS = render(test_kubernetes.FOLDER / "overlays" / "example-oauth")
BOXES = {f"{each['metadata']['name']}/{box['name']}": box for each in OBJECTS for box in containers(each)}
SPEAKING = sorted(name for name, box in BOXES.items() if "KAFKA_SASL_USERNAME" in {e["name"] for e in box["env"]})


def one(kind: str, name: str) -> Manifest:
    (found,) = [each for each in OBJECTS if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def test_the_services_and_the_topics_job_speak_to_kafka() -> None:
    services = ("finance", "indicators", "pledges", "risks", "subscriptions")
    assert sorted(SPEAKING) == sorted([*(f"{each}/{each}" for each in services), "migrate/topics"])


@pytest.mark.parametrize("name", SPEAKING)
def test_the_settings_are_complete(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Read as a process would read them, with the secret's keys for values and an empty file for each that is named."""
    mounted = tmp_path / "file"
    mounted.touch()
    given = dict(one("ConfigMap", "suite-bus")["data"])
    for entry in (each for each in BOXES[name]["env"] if each["name"].startswith("KAFKA_")):
        known = entry.get("value") or entry["valueFrom"]["secretKeyRef"]["key"]
        given[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda found: given.get(found.group(1), "?"), known)
    for variable, value in given.items():
        monkeypatch.setenv(variable, str(mounted) if variable.endswith("_FILE") else value)
    settings = KafkaSettings()
    assert settings.sasl_mechanism == "OAUTHBEARER"
    assert settings.oauth_client_id == "username"
    assert settings.oauth_client_secret
    assert settings.oauth_client_secret.get_secret_value() == "password"


def test_the_way_to_the_token_is_open_for_them_and_for_nobody_else() -> None:
    policy = one("NetworkPolicy", "to-oauth")
    selector, (rule,) = policy["spec"]["podSelector"], policy["spec"]["egress"]
    reached = {
        each["metadata"]["name"]
        for each in OBJECTS
        if (template := pod(each)) and test_kubernetes.selects(selector, template["metadata"]["labels"])
    }
    assert reached == {name.split("/")[0] for name in SPEAKING}
    address = urlsplit(one("ConfigMap", "suite-bus")["data"]["KAFKA_OAUTH_TOKEN_URL"])
    assert address.scheme == "https"
    assert rule["ports"] == [{"protocol": "TCP", "port": address.port or 443}]
    assert policy["metadata"]["labels"]["commissioning-suite/step"] == "prepare", "the topics job needs it"


def test_nothing_else_differs_from_the_example() -> None:
    """The gateway, the databases and the rest stand as in the example."""
    changed = {(each["kind"], each["metadata"]["name"]) for each in OBJECTS if each not in test_kubernetes.OBJECTS}
    deployments = {("Deployment", name.split("/")[0]) for name in SPEAKING} - {("Deployment", "migrate")}
    assert changed == deployments | {("ConfigMap", "suite-bus"), ("Job", "migrate"), ("NetworkPolicy", "to-oauth")}
