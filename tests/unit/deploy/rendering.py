"""What Kustomize would make of deploy/kubernetes, for exactly the fields used there; any other is refused."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
KNOWN = {"apiVersion", "kind", "resources", "namespace", "images", "patches"}


def documents(path: Path) -> list[Manifest]:
    return [found for found in yaml.load_all(path.read_text(), yaml.CSafeLoader) if found]


def render(folder: Path) -> list[Manifest]:
    """Every object of the kustomization in ``folder``, in the order of its resources."""
    (wanted,) = documents(folder / "kustomization.yaml")
    if unknown := set(wanted) - KNOWN:
        raise ValueError(f"{folder}: fields this reading does not know: {sorted(unknown)}")
    objects: list[Manifest] = []
    for name in wanted["resources"]:
        path = folder / name
        objects += render(path) if path.is_dir() else documents(path)
    for patch in wanted.get("patches", []):
        _patch(objects, patch)
    for image in wanted.get("images", []):
        _replace_image(objects, image)
    return [_in_namespace(found, wanted.get("namespace")) for found in objects]


def _patch(objects: list[Manifest], patch: Manifest) -> None:
    target = patch["target"]
    if set(patch) != {"target", "patch"} or set(target) not in ({"kind", "name"}, {"kind", "labelSelector"}):
        raise ValueError(f"only JSON patches of one kind, by name or by label, are read here: {target}")
    found = [each for each in objects if _is_target(each, target)]
    if not found or ("name" in target and len(found) != 1):
        raise ValueError(f"{target} names {len(found)} objects")
    for each in found:
        for step in yaml.safe_load(patch["patch"]):
            _apply(each, step)


def _is_target(found: Manifest, target: Manifest) -> bool:
    if found["kind"] != target["kind"]:
        return False
    if "name" in target:
        return bool(found["metadata"]["name"] == target["name"])
    label, _, value = target["labelSelector"].partition("=")
    return bool(found["metadata"].get("labels", {}).get(label) == value)


def _apply(target: Any, step: Manifest) -> None:
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
    for part in parents:
        target = target[int(part)] if isinstance(target, list) else target[part]
    value = copy.deepcopy(step["value"])
    if step["op"] == "add" and isinstance(target, list) and last == "-":
        target.append(value)
    elif step["op"] == "add" and isinstance(target, dict):
        target[last] = value
    elif step["op"] == "replace":
        key: Any = int(last) if isinstance(target, list) else last
        target[key]  # a replaced field must be there
        target[key] = value
    else:
        raise ValueError(f"this operation is not read here: {step}")


def _replace_image(objects: list[Manifest], image: Manifest) -> None:
    used = [box for found in objects for box in containers(found) if box["image"].split(":")[0] == image["name"]]
    if not used:
        raise ValueError(f"no container has the image {image['name']}")
    for box in used:
        box["image"] = f"{image['newName']}:{image['newTag']}"


def _in_namespace(found: Manifest, namespace: str | None) -> Manifest:
    if namespace and found["kind"] != "Namespace":
        found["metadata"]["namespace"] = namespace
    return found


def pod(found: Manifest) -> Manifest | None:
    """The pod template of a workload."""
    return found["spec"]["template"] if found["kind"] in {"Deployment", "Job"} else None


def containers(found: Manifest) -> Iterator[Manifest]:
    if template := pod(found):
        yield from template["spec"].get("initContainers", [])
        yield from template["spec"]["containers"]
