"""Every variable that a deployment sets is one that the code reads, and every command one that it has."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain

import pytest
from pydantic import AliasChoices, AliasPath
from pydantic_settings import BaseSettings

import chassis.bus.kafka.settings
import chassis.settings
import chassis.tracing
import gateway.settings
import portal.settings
import services.subscriptions.settings
import suite.settings
from contracts.topics import SERVICES
from tests.unit.deploy import test_compose, test_kubernetes
from tests.unit.deploy.conftest import REPOSITORY

MODULES = (
    *(chassis.settings, chassis.tracing, chassis.bus.kafka.settings),
    *(gateway.settings, portal.settings, suite.settings, services.subscriptions.settings),
)
BY_THE_DRIVER = {"PGSSLMODE", "PGSSLROOTCERT"}
"""Read by asyncpg itself."""


def names_of(settings: type[BaseSettings]) -> Iterator[str]:
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        assert not isinstance(alias, AliasChoices | AliasPath), "this test does not read such an alias"
        yield (alias or settings.model_config.get("env_prefix", "") + name).upper()


READ = {
    name
    for module in MODULES
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, BaseSettings) and found is not BaseSettings
    for name in names_of(found)
} | BY_THE_DRIVER


def test_the_settings_are_found() -> None:
    assert {"LOG_FORMAT", "BUS", "KAFKA_SASL_PASSWORD", "DATABASE_URL_RISKS", "SUITE_ADMIN_KEY"} <= READ


@pytest.mark.parametrize("name", test_compose.OURS)
def test_compose_sets_what_is_read(name: str) -> None:
    assert set(test_compose.BOXES[name]["environment"]) <= READ


@test_kubernetes.each_container
def test_kubernetes_sets_what_is_read(workload: dict[str, object], box: test_kubernetes.Manifest) -> None:
    config = test_kubernetes.of("ConfigMap")
    of_maps = set(chain.from_iterable(config[source["configMapRef"]["name"]]["data"] for source in box["envFrom"]))
    set_here = {entry["name"] for entry in box["env"]} | of_maps
    parts = set(chain.from_iterable(re.findall(r"\$\((\w+)\)", str(e.get("value", ""))) for e in box["env"]))
    only_parts = {"DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME"}
    assert set_here - only_parts <= READ
    assert parts >= only_parts or not parts


def test_the_guide_names_only_what_is_read() -> None:
    named = set(re.findall(r"^\| (`[A-Z`, _.]+)\|", test_kubernetes.GUIDE, re.MULTILINE))
    whole = {name for cell in named for name in re.findall(r"`([A-Z][A-Z_]+)`", cell)}
    assert "DATABASE_POOL_SIZE" in whole
    assert whole <= READ


def test_the_image_sets_what_is_read() -> None:
    lines = (REPOSITORY / "deploy" / "Dockerfile").read_text().rpartition("FROM ")[2]
    assert set(re.findall(r"\b((?:SUITE|LOG|DATABASE|KAFKA)_[A-Z_]+)=", lines)) <= READ


COMMANDS = sorted(
    {tuple(box["command"]) for box in test_compose.BOXES.values() if "SUITE_IMAGE" in box["image"]}
    | {tuple(box["args"]) for _, _, box in test_kubernetes.CONTAINERS}
)


@pytest.mark.rest
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_exists(command: tuple[str, ...]) -> None:
    """Each is understood as far as its words go: what stops it is a setting that is not there."""
    absent = [name for name in SERVICES if importlib.util.find_spec(f"services.{name}.app") is None]
    if absent:
        pytest.skip(f"not written yet: {absent}")
    without = {"SUITE_DATA_DIR": "/nowhere", "BUS": "kafka", "KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    words = [sys.executable, "-m", "suite", *command]
    done = subprocess.run(words, env=without, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1, done.stderr  # 2 is a word it does not know
    wanted = {
        "serve": f"DATABASE_URL_{command[-1].upper()}",
        "migrate": "DATABASE_ADMIN_URL",
        "topics": "KAFKA_SASL_USERNAME",
    }[command[0]]
    assert wanted in done.stderr


PER_SERVICE = re.compile(r"DATABASE_(URL|PASSWORD)_\w+|GATEWAY_\w+_URL")
"""Documented once for all services."""


def test_every_setting_is_documented():
    documents = "".join((REPOSITORY / "docs" / f"{name}.md").read_text() for name in ("operations", "deployment"))
    named = set(re.findall(r"\b[A-Z][A-Z_]+\b", documents))
    assert {name for name in READ - named if not PER_SERVICE.fullmatch(name)} == set()
