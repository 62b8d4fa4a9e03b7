"""deploy/Dockerfile and what it would run, as far as that shows without a container engine."""

import http.server
import re
import shutil
import socket
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.deploy.conftest import REPOSITORY
from tests.unit.deploy.rendering import documents

DOCKERFILE = (REPOSITORY / "deploy" / "Dockerfile").read_text()
HEALTHCHECK = REPOSITORY / "deploy" / "healthcheck.py"
COPIED = re.findall(r"^COPY (?:--chmod=\d+ )?([a-z].*) \S+$", DOCKERFILE, re.MULTILINE)


def tracked(*under: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *under],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (REPOSITORY / name).is_file()]


def packages() -> list[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    return [name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]]


def test_every_package_is_copied_and_let_through() -> None:
    sources = {source for line in COPIED for source in line.split()}
    assert {f"{name}/" for name in packages()} <= sources
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert "*" in lines, "everything is shut out but what is named"
    assert {line[1:] for line in lines if line.startswith("!")} == sources


def test_both_stages_stand_on_one_pinned_base() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${PYTHON}", "${PYTHON}"]
    assert re.search(r"^ARG PYTHON=python:3\.11\.\d+-slim-bookworm$", DOCKERFILE, re.MULTILINE)


def test_the_last_stage_is_unprivileged_and_installs_nothing() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert not re.search(r"pip (install|--python)|apt", last)
    user = re.search(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert user
    (deployment,) = [
        d for d in documents(REPOSITORY / "deploy/kubernetes/base/gateway.yaml") if d["kind"] == "Deployment"
    ]
    context = deployment["spec"]["template"]["spec"]["securityContext"]
    assert (int(user.group(1)), int(user.group(2))) == (context["runAsUser"], context["runAsGroup"])
    assert 'ENTRYPOINT ["suite"]' in last


def test_every_locked_package_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", (REPOSITORY / "requirements.lock").read_text()).strip())
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._\[\]-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_wheel_holds_every_file(tmp_path: Path) -> None:
    """The last build step, as a plain process: no migration, template or table of facts is left behind."""
    if not (REPOSITORY / "README.md").exists():
        pytest.skip("README.md, which pyproject.toml names, is not written yet")
    for name in ["pyproject.toml", "README.md", *tracked(*packages())]:
        (tmp_path / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / "src" / name)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir"]
    subprocess.run([*build, tmp_path, tmp_path / "src"], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    wanted = {name for name in tracked(*packages()) if not name.endswith(".md")}
    missing = wanted - set(zipfile.ZipFile(wheel).namelist())
    assert not missing


class Process(http.server.BaseHTTPRequestHandler):
    """Answers as a service that lives but is not ready."""

    def do_GET(self) -> None:
        self.send_response({"/health/live": 200, "/health/ready": 503}[self.path])
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Process) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def healthcheck(port: int, *question: str) -> int:
    environment = {"SUITE_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, "-I", HEALTHCHECK, *question]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_the_health_check_asks_the_process(port: int) -> None:
    assert healthcheck(port) == 0
    assert healthcheck(port, "live") == 0
    assert healthcheck(port, "ready") == 1


def test_the_health_check_fails_where_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert healthcheck(probe.getsockname()[1]) == 1
