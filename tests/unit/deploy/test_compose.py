"""deploy/compose.yaml, its .env and the script that makes it."""

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.web.hop import service_key
from tests.unit.deploy.conftest import REPOSITORY, SERVICES

DEPLOY = REPOSITORY / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
BOXES: dict[str, Any] = COMPOSE["services"]
OURS = [*SERVICES, "migrate", "topics"]
PORTS = {"indicators": 8001, "risks": 8002, "pledges": 8003, "finance": 8004, "subscriptions": 8005, "gateway": 8000}
OPTIONAL = {"SUBSCRIPTIONS_MESH_URL", "SUBSCRIPTIONS_MNS_SOURCE", "SUBSCRIPTIONS_MNS_URL"}
DEFAULTED = OPTIONAL | {"SUITE_IMAGE", "SUITE_PUBLISHED_PORT"}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:[-?][^}]*)?\}")


def examples() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))


def test_the_boxes() -> None:
    assert set(BOXES) == {*OURS, "postgres", "kafka"}


def test_only_the_gateway_is_published_and_only_here() -> None:
    assert [name for name, box in BOXES.items() if "ports" in box] == ["gateway"]
    assert BOXES["gateway"]["ports"] == ["127.0.0.1:${SUITE_PUBLISHED_PORT:-8000}:8000"]
    assert [name for name, box in BOXES.items() if "outside" in box["networks"]] == ["subscriptions", "gateway"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", BOXES, ids="{}-box".format)
def test_boxes_are_hardened_and_bounded(name: str) -> None:
    box = BOXES[name]
    assert box["cap_drop"] == ["ALL"]
    assert box["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(box)
    assert {"cpus", "memory", "pids"} <= set(box["deploy"]["resources"]["limits"])
    assert box["logging"]["options"]["max-size"]
    # Kafka's start script renders the configuration into its own image.
    assert box.get("read_only") is (None if name == "kafka" else True)


@pytest.mark.parametrize("name", [*SERVICES, "postgres", "kafka"], ids="{}-box".format)
def test_what_runs_on_is_watched_and_started_again(name: str) -> None:
    assert BOXES[name]["restart"] == "unless-stopped"
    assert BOXES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", ["migrate", "topics"])
def test_jobs_run_once(name: str) -> None:
    assert BOXES[name]["restart"] == "no"
    assert BOXES[name]["healthcheck"] == {"disable": True}


def test_services_wait_for_the_jobs() -> None:
    for name in SERVICES:
        waits = {other: rule["condition"] for other, rule in BOXES[name]["depends_on"].items()}
        assert waits["migrate"] == "service_completed_successfully"
        assert waits["postgres"] == "service_healthy"
        assert waits.get("topics") == (None if name == "gateway" else "service_completed_successfully")


@pytest.mark.parametrize("name", BOXES, ids="{}-box".format)
def test_images_are_pinned(name: str) -> None:
    image = BOXES[name]["image"]
    expected = (
        r"\$\{SUITE_IMAGE:-commissioning-suite:\d+\.\d+\.\d+\}" if name in OURS else r"[a-z/]+:\d+\.\d+[-a-z0-9.]*"
    )
    assert re.fullmatch(expected, image)


def test_every_variable_is_required_or_has_a_default() -> None:
    used = VARIABLE.findall(TEXT)
    assert {name for name, rule in used if rule.startswith(":-")} == DEFAULTED
    required = {name for name, _ in used} - DEFAULTED
    assert all(rule.startswith(":?") for name, rule in used if name in required)
    assert examples() == required | DEFAULTED | {"SUITE_BUSINESS_DATE", "SUITE_METRICS_KEY"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_shows_its_measures_to_monitoring(name: str) -> None:
    """Where .env has a key for that; one of before has none. At the gateway a key of the suite opens them."""
    environment = BOXES[name]["environment"]
    assert ("SUITE_METRICS_KEY" in environment) is (name != "gateway")
    assert environment.get("SUITE_METRICS_KEY") is None


def test_ports_agree() -> None:
    for name, port in PORTS.items():
        assert BOXES[name]["environment"]["SUITE_PORT"] == str(port)
        assert BOXES[name]["command"] == ["serve", name]
    upstreams = {
        k: v for k, v in BOXES["gateway"]["environment"].items() if k.endswith("_URL") and k.startswith("GATEWAY_")
    }
    assert upstreams == {
        f"GATEWAY_{name.upper()}_URL": f"http://{name}:{port}" for name, port in PORTS.items() if name != "gateway"
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_holds_only_its_own_address(name: str) -> None:
    environment = BOXES[name]["environment"]
    held = [key for key in environment if key.startswith(("DATABASE_URL", "DATABASE_ADMIN", "DATABASE_PASSWORD"))]
    assert held == [f"DATABASE_URL_{name.upper()}"]
    assert f"//commissioning_{name}:${{DATABASE_PASSWORD_{name.upper()}:?}}@" in environment[held[0]]
    assert environment[held[0]] == BOXES["migrate"]["environment"][held[0]]


def test_pools_fit_the_server() -> None:
    pools = sum(int(BOXES[name]["environment"]["DATABASE_POOL_SIZE"]) for name in SERVICES)
    most = re.search(r"max_connections=(\d+)", " ".join(BOXES["postgres"]["command"]))
    assert most
    assert pools < int(most.group(1)) - 20, "room for migrations and the administrator"


def make_env(target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, DEPLOY / "make-env", target], capture_output=True, text=True, check=False)


def test_make_env_fills_every_secret_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert make_env(first).returncode == 0
    assert make_env(second).returncode == 0
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    made = dict(re.findall(r"^([A-Z_]+)=(.*)$", first.read_text(), re.MULTILINE))
    again = dict(re.findall(r"^([A-Z_]+)=(.*)$", second.read_text(), re.MULTILINE))
    assert set(made) == examples() - OPTIONAL - {"SUITE_BUSINESS_DATE"}
    secret = set(made) - DEFAULTED
    assert len({made[name] for name in secret} | {again[name] for name in secret}) == 2 * len(secret)
    for name in secret - {"KAFKA_CLUSTER_ID"}:
        assert re.fullmatch(r"[0-9a-f]{48}|[0-9a-f]{64}", made[name])
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", made["KAFKA_CLUSTER_ID"])
    assert made["GATEWAY_KEYS_RISKS"] == service_key(made["GATEWAY_SIGNING_KEY"], "risks")


def test_make_env_never_overwrites(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    assert make_env(target).returncode == 0
    before = target.read_text()
    refused = make_env(target)
    assert refused.returncode == 1
    assert "is kept" in refused.stderr
    assert target.read_text() == before


def test_the_made_file_is_not_committed() -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", "deploy/.env"], cwd=REPOSITORY, check=False)
    assert ignored.returncode == 0
