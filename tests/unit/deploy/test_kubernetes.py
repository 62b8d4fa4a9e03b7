"""deploy/kubernetes as the example overlay renders it: every name leads somewhere, and nothing is left open."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.deploy.conftest import REPOSITORY, SERVICES
from tests.unit.deploy.rendering import Manifest, containers, documents, pod, render

FOLDER = REPOSITORY / "deploy" / "kubernetes"
OBJECTS = render(FOLDER / "overlays" / "example")
GUIDE = (REPOSITORY / "docs" / "deployment.md").read_text()
PORT = 8000


def of(kind: str) -> dict[str, Manifest]:
    return {found["metadata"]["name"]: found for found in OBJECTS if found["kind"] == kind}


WORKLOADS = [found for found in OBJECTS if pod(found)]
CONTAINERS = [(f"{w['metadata']['name']}/{box['name']}", w, box) for w in WORKLOADS for box in containers(w)]
each_container = pytest.mark.parametrize(
    ("workload", "box"), [pytest.param(w, box, id=name) for name, w, box in CONTAINERS]
)
each_workload = pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w["metadata"]["name"])


def labels(workload: Manifest) -> dict[str, str]:
    template = pod(workload)
    assert template
    return dict(template["metadata"]["labels"])


def selects(selector: dict[str, Any], worn: dict[str, str]) -> bool:
    """Whether a label selector, in either of its forms, matches."""
    wanted = selector.get("matchLabels", {})
    among = selector.get("matchExpressions", [])
    assert all(rule["operator"] == "In" for rule in among)
    return wanted.items() <= worn.items() and all(worn.get(rule["key"]) in rule["values"] for rule in among)


def test_every_manifest_is_part_of_its_kustomization() -> None:
    for folder in (FOLDER / "base", *(FOLDER / "overlays").iterdir()):
        (wanted,) = documents(folder / "kustomization.yaml")
        present = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
        assert present == {name for name in wanted["resources"] if not name.startswith("..")}


def test_the_ingress_names_its_class() -> None:
    assert of("Ingress")["gateway"]["spec"]["ingressClassName"]


def test_no_object_stands_twice() -> None:
    names = [(found["kind"], found["metadata"]["name"]) for found in OBJECTS]
    assert len(names) == len(set(names))


def test_a_deployment_a_service_a_budget_and_a_scaler_for_every_process() -> None:
    for kind in ("Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"):
        assert set(of(kind)) == set(SERVICES), kind
    assert set(of("Job")) == {"migrate"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_selector_matches_its_own_pods_and_no_other(name: str) -> None:
    for kind in ("Deployment", "Service", "PodDisruptionBudget"):
        selector = of(kind)[name]["spec"]["selector"]
        selector = selector if kind != "Service" else {"matchLabels": selector}
        assert [w["metadata"]["name"] for w in WORKLOADS if selects(selector, labels(w))] == [name], kind
    target = of("HorizontalPodAutoscaler")[name]["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    assert "replicas" not in of("Deployment")[name]["spec"], "an apply would undo what the scaler decided"


@pytest.mark.parametrize("name", SERVICES)
def test_ports_agree(name: str) -> None:
    (box,) = containers(of("Deployment")[name])
    assert box["ports"] == [{"name": "http", "containerPort": PORT}]
    assert of("Service")[name]["spec"]["ports"] == [{"name": "http", "port": PORT, "targetPort": "http"}]
    given = {entry["name"]: entry.get("value") for entry in box["env"]}
    assert (given["SUITE_HOST"], given["SUITE_PORT"]) == ("0.0.0.0", str(PORT))  # noqa: S104  inside a pod
    ready = "live" if name == "gateway" else "ready"  # the gateway's own "ready" asks all four services
    for probe, path in (("startup", "live"), ("liveness", "live"), ("readiness", ready)):
        assert box[f"{probe}Probe"]["httpGet"] == {"path": f"/health/{path}", "port": "http"}


def test_the_gateway_knows_every_service() -> None:
    (box,) = containers(of("Deployment")["gateway"])
    given = {entry["name"]: entry.get("value") for entry in box["env"]}
    known = {name: value for name, value in given.items() if name.startswith("GATEWAY_") and name.endswith("_URL")}
    assert known == {f"GATEWAY_{name.upper()}_URL": f"http://{name}:{PORT}" for name in SERVICES if name != "gateway"}


def body_of(name: str) -> str:
    return (FOLDER / "base" / f"{name}.yaml").read_text()


SEALING = """\
            - name: SUBSCRIPTIONS_WEBHOOK_KEYS
              valueFrom: {secretKeyRef: {name: suite-webhooks, key: keys}}
"""


def test_the_services_differ_by_name_alone() -> None:
    """But that one seals secrets."""
    assert SEALING in (FOLDER / "base" / "subscriptions.yaml").read_text()
    bodies = {
        body_of(name).replace(SEALING, "").replace(name, "NAME").replace(name.upper(), "NAME")
        for name in SERVICES
        if name != "gateway"
    }
    assert len(bodies) == 1


@each_workload
def test_pods_are_restricted(workload: Manifest) -> None:
    template = pod(workload)
    assert template
    spec = template["spec"]
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert of("ServiceAccount")[spec["serviceAccountName"]]["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)


@each_container
def test_containers_are_restricted_and_bounded(workload: Manifest, box: Manifest) -> None:
    assert box["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= set(box["resources"]["requests"])
    assert "memory" in box["resources"]["limits"]
    template = pod(workload)
    assert template
    volumes = {volume["name"] for volume in template["spec"]["volumes"]}
    assert {mount["name"] for mount in box["volumeMounts"]} == volumes


def test_one_image_of_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (REPOSITORY / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert {box["image"] for _, _, box in CONTAINERS} == {f"commissioning-suite:{version.group(1)}"}


def test_no_secret_has_a_value_here() -> None:
    assert not of("Secret")
    for path in FOLDER.rglob("*.yaml"):
        assert "stringData" not in path.read_text()


@each_container
def test_every_reference_leads_to_a_key(workload: Manifest, box: Manifest) -> None:
    config = of("ConfigMap")
    for source in box["envFrom"]:
        assert source["configMapRef"]["name"] in config
    for entry in box["env"]:
        reference = entry.get("valueFrom", {})
        if "configMapKeyRef" in reference:
            wanted = reference["configMapKeyRef"]
            assert wanted["key"] in config[wanted["name"]]["data"], entry
        if "secretKeyRef" in reference:
            wanted = reference["secretKeyRef"]
            assert f"| `{wanted['name']}` | `{wanted['key']}` |" in GUIDE, f"not documented: {wanted}"


def test_the_guide_names_no_secret_that_nothing_reads() -> None:
    references = [entry.get("valueFrom", {}).get("secretKeyRef") for _, _, box in CONTAINERS for entry in box["env"]]
    read = {(wanted["name"], wanted["key"]) for wanted in references if wanted}
    described = re.findall(r"^\| `(suite-[a-z-]+)` \| `([a-z-]+)` \|", GUIDE, re.MULTILINE)
    assert set(described) == read
    assert "`suite-trust`" in GUIDE


def test_a_service_shows_its_measures_to_monitoring() -> None:
    """With a key that may be missing: then nobody is shown them. At the gateway a key of the suite opens them."""
    found = {
        name.split("/")[0]: entry["valueFrom"]["secretKeyRef"]
        for name, workload, box in CONTAINERS
        if workload["kind"] == "Deployment"
        for entry in box["env"]
        if entry["name"] == "SUITE_METRICS_KEY"
    }
    wanted = {"name": "suite-metrics", "key": "key", "optional": True}
    assert found == {name: wanted for name in SERVICES if name != "gateway"}


@each_container
def test_a_value_made_of_others_finds_them_before_it(workload: Manifest, box: Manifest) -> None:
    """Kubernetes fills $(NAME) from the entries above it in the same list, and from nothing else."""
    seen: set[str] = set()
    for entry in box["env"]:
        assert set(re.findall(r"\$\(([A-Z_]+)\)", str(entry.get("value", "")))) <= seen, entry["name"]
        assert entry["name"] not in seen
        seen.add(entry["name"])


@each_container
def test_a_process_holds_only_its_own_password(workload: Manifest, box: Manifest) -> None:
    name = workload["metadata"]["name"]
    held = {entry["name"].rpartition("_")[2].lower() for entry in box["env"] if "DATABASE_URL_" in entry["name"]}
    expected = {"migrate/migrate": set(SERVICES), "migrate/topics": set()}
    assert held == expected.get(f"{name}/{box['name']}", {name})
    admin = [entry for entry in box["env"] if entry["name"] == "DATABASE_ADMIN_URL"]
    assert bool(admin) == (box["name"] == "migrate")


def test_pools_fit_the_limits_of_the_roles() -> None:
    """Every replica, and the one more that an update starts, within the limit roles.sql gives by default."""
    script = (REPOSITORY / "suite" / "roles.sql").read_text()
    limit = int(re.findall(r"connection_limit', true\), ''\)::int, (\d+)\)", script)[0])
    pool = int(of("ConfigMap")["suite"]["data"]["DATABASE_POOL_SIZE"])
    for name in SERVICES:
        most = of("HorizontalPodAutoscaler")[name]["spec"]["maxReplicas"]
        surge = of("Deployment")[name]["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
        assert pool * (most + surge) <= limit, name


# ---- who may speak to whom, as a cluster that keeps NetworkPolicies would decide it

PEERS = {name: labels(workload) for workload in WORKLOADS for name in [workload["metadata"]["name"]]}
OUTSIDE = {
    "ingress controller": {"commissioning-suite/role": "ingress"},
    "monitoring": {"commissioning-suite/role": "monitoring"},
    "stranger": {"kubernetes.io/metadata.name": "elsewhere"},
}


def _named(peer: dict[str, Any], other: str) -> bool:
    if "namespaceSelector" in peer:
        return other in OUTSIDE and selects(peer["namespaceSelector"], OUTSIDE[other])
    return "podSelector" in peer and other in PEERS and selects(peer["podSelector"], PEERS[other])


def _open(direction: str, here: str, there: str, port: int) -> bool:
    side = {"Ingress": "from", "Egress": "to"}[direction]
    policies = [p["spec"] for p in of("NetworkPolicy").values() if selects(p["spec"]["podSelector"], PEERS[here])]
    assert any(direction in policy["policyTypes"] for policy in policies), "nothing closes it"
    rules = chain.from_iterable(policy.get(direction.lower(), []) for policy in policies)
    return any(
        {"protocol": "TCP", "port": port} in rule["ports"] and any(_named(peer, there) for peer in rule[side])
        for rule in rules
    )


def may_call(source: str, target: str, port: int = PORT) -> bool:
    leaves = source in OUTSIDE or _open("Egress", source, target, port)
    return leaves and _open("Ingress", target, source, port)


def test_only_the_gateway_reaches_the_services() -> None:
    callers = [*PEERS, *OUTSIDE]
    open_ways = {(source, target) for source in callers for target in PEERS if may_call(source, target)}
    four = [name for name in SERVICES if name != "gateway"]
    assert open_ways == (
        {("gateway", name) for name in four}
        | {("monitoring", name) for name in SERVICES}
        | {("ingress controller", "gateway")}
    )
    assert not any(may_call(source, target, 8001) for source in callers for target in PEERS)


def reaches(name: str, policy: str) -> bool:
    return selects(of("NetworkPolicy")[policy]["spec"]["podSelector"], PEERS[name])


def test_the_databases_and_kafka_are_reached_by_those_who_use_them() -> None:
    assert {name for name in PEERS if reaches(name, "to-postgres")} == {*SERVICES, "migrate"}
    assert {name for name in PEERS if reaches(name, "to-kafka")} == {*SERVICES, "migrate"} - {"gateway"}
    data = {name: of("ConfigMap")[name]["data"] for name in ("suite", "suite-bus")}
    (postgres,) = of("NetworkPolicy")["to-postgres"]["spec"]["egress"]
    assert postgres["ports"] == [{"protocol": "TCP", "port": int(data["suite"]["DATABASE_PORT"])}]
    (kafka,) = of("NetworkPolicy")["to-kafka"]["spec"]["egress"]
    ports = {int(server.rpartition(":")[2]) for server in data["suite-bus"]["KAFKA_BOOTSTRAP_SERVERS"].split(",")}
    assert {entry["port"] for entry in kafka["ports"]} == ports


def test_the_first_step_of_a_release_is_complete() -> None:
    """`kubectl apply -l commissioning-suite/step=prepare` brings all that the migration job needs."""
    first = {
        (found["kind"], found["metadata"]["name"])
        for found in OBJECTS
        if found["metadata"].get("labels", {}).get("commissioning-suite/step") == "prepare"
    }
    policies = {("NetworkPolicy", name) for name in ("default-deny", "to-dns", "to-postgres", "to-kafka")}
    config = {("ConfigMap", "suite"), ("ConfigMap", "suite-bus")}
    job = {("Job", "migrate"), ("ServiceAccount", "migrate"), ("Namespace", "commissioning")}
    assert first == policies | config | job
    assert "commissioning-suite/step=prepare" in GUIDE


def test_an_unknown_field_of_kustomize_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump({"resources": [], "commonLabels": {"a": "b"}}))
    with pytest.raises(ValueError, match="commonLabels"):
        render(tmp_path)
