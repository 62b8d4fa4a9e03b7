"""Alerts and dashboard read measures that there are, by labels that they have; each alert has a paragraph to go by."""

import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from chassis import telemetry
from tests.unit.deploy.conftest import REPOSITORY

FOLDER = REPOSITORY / "deploy" / "monitoring"
GUIDE = (REPOSITORY / "docs" / "operations.md").read_text()
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"][0]["rules"]
BOARD = json.loads((FOLDER / "dashboard.json").read_text())
PROMETHEUS = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())
OF_PROMETHEUS = {"up": {"job", "instance"}}


def _samples() -> Iterator[tuple[str, set[str]]]:
    """Every time series of ours: its name and labels."""
    for measure in vars(telemetry).values():
        if isinstance(measure, Counter | Gauge | Histogram):
            name, labels = measure._name, set(measure._labelnames)
            endings = {Counter: ["_total"], Gauge: [""], Histogram: ["_bucket", "_count", "_sum"]}[type(measure)]
            for ending in endings:
                yield name + ending, labels | ({"le"} if ending == "_bucket" else set())


SAMPLES = dict(_samples())
TARGETS = [(panel["title"], target["expr"]) for panel in BOARD["panels"] for target in panel["targets"]]
EXPRESSIONS = [(rule["alert"], rule["expr"]) for rule in RULES] + TARGETS
VARIABLES = {variable["name"] for variable in BOARD["templating"]["list"]}
_SELECTOR = re.compile(r"\b([a-z_]+)(?:\{([^}]*)\})?")
_WORDS = re.compile(r"(?:by|ignoring|on|without) \(([^)]*)\)")


def test_the_measures_are_found() -> None:
    assert {"suite_consumer_lag", "suite_relay_published_total", "suite_http_request_seconds_bucket"} <= set(SAMPLES)


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS, ids=[where for where, _ in EXPRESSIONS])
def test_every_expression_reads_what_there_is(where: str, expression: str) -> None:
    promql_parser.parse(expression)  # raises
    read = {name: matchers for name, matchers in _SELECTOR.findall(expression) if name in SAMPLES | OF_PROMETHEUS}
    assert read, where
    assert {name for name in re.findall(r"suite_\w+", expression) if name not in SAMPLES} == set()
    known = {label for name in read for label in (SAMPLES | OF_PROMETHEUS)[name]}
    matched = {label for matchers in read.values() for label in re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", matchers)}
    grouped = {label.strip() for labels in _WORDS.findall(expression) for label in labels.split(",")}
    assert matched | grouped <= known


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_every_alert_leads_to_what_to_do(rule: dict[str, Any]) -> None:
    name = rule["alert"]
    assert rule["annotations"]["runbook"] == f"docs/operations.md#{name.lower()}"
    assert f"\n### {name}\n" in GUIDE
    paragraph = GUIDE.partition(f"\n### {name}\n")[2].partition("\n#")[0]
    assert paragraph.strip().startswith("Page.") is (rule["labels"]["severity"] == "page")
    read = [(SAMPLES | OF_PROMETHEUS).get(word, set()) for word in re.findall(r"\w+", rule["expr"])]
    known = {label for labels in read for label in labels}
    said = " ".join(rule["annotations"].values())
    assert set(re.findall(r"\$labels\.(\w+)", said)) <= known | {"instance"}


def test_every_paragraph_is_of_an_alert() -> None:
    chapter = GUIDE.partition("\n## Alerts\n")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^### (\w+)$", chapter, re.MULTILINE)) == sorted(rule["alert"] for rule in RULES)


def test_every_measure_is_documented() -> None:
    names = {measure._name for measure in vars(telemetry).values() if isinstance(measure, Counter | Gauge | Histogram)}
    assert {name for name in names if f"`{name}" not in GUIDE} == set()


def test_the_board_holds_together() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in BOARD["panels"]}
    assert len(places) == len(ids), "no panel covers another"
    used = set(re.findall(r"\$\{?(\w+)\}?", json.dumps(BOARD["panels"])))
    assert used == VARIABLES
    assert {panel["datasource"]["uid"] for panel in BOARD["panels"]} == {"${datasource}"}


def test_prometheus_is_told_of_every_member() -> None:
    configs = [config for job in PROMETHEUS["scrape_configs"] for config in job["static_configs"]]
    compose = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())["services"]
    members = {name: box for name, box in compose.items() if list(box.get("command", ()))[:1] == ["serve"]}
    assert {target for config in configs for target in config["targets"]} == {
        f"{name}:{box['environment']['SUITE_PORT']}" for name, box in members.items()
    }
    assert PROMETHEUS["rule_files"] == ["alerts.yaml"]
