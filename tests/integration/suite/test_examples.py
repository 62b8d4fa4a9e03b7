"""docs/integration.md: every example runs as it is printed, with a key of the scopes that it names and no others."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite.load import LoadReport
from tests.integration.reference.conftest import LOADING_SECONDS, loaded, migrated
from tests.oidc.provider import AUDIENCE, provider
from tests.process import SuiteProcess

__all__ = ["loaded", "migrated"]
pytestmark = [pytest.mark.rest, pytest.mark.timeout(LOADING_SECONDS)]

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "integration.md").read_text().partition("\n## Getting in\n")[2].partition("\n## ")[0]
CHAPTERS = dict(re.findall(r"^### ([^\n]+)\n\n(.+?)(?=^### |\Z)", GUIDE, re.MULTILINE | re.DOTALL))
CALLERS = ("A council's system", "A data platform", "Operations")
BY_TOKEN = "With access tokens"
BY_CLIENT = "With the Python client"
"""Run by ``make clients``, which builds what it needs."""
PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECRET = "of-the-warehouse"


def shell_of(chapter: str) -> str:
    """What is printed for a shell, which is indented."""
    lines = PROGRAM.sub("", chapter).splitlines()
    return "\n".join(line.removeprefix("    ") for line in lines if line.startswith("    "))


def scopes_of(chapter: str) -> list[str]:
    return sorted(set(re.findall(r"`(\w+:\w+)`", chapter.partition("\n\n")[0])))


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as found:
        yield found


@pytest.fixture(scope="module")
def suite(
    issuer: str, loaded: tuple[Path, LoadReport], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SuiteProcess]:
    folder = tmp_path_factory.mktemp("examples") / "data"
    shutil.copytree(loaded[0], folder)
    found = SuiteProcess(folder, reference=False)
    try:
        yield found.start(
            GATEWAY_OIDC_ISSUER=issuer, GATEWAY_OIDC_AUDIENCE=AUDIENCE, LOG_LEVEL="DEBUG", LOG_FORMAT="json"
        )
    finally:
        found.kill()


def key_of(suite: SuiteProcess, name: str, scopes: list[str], areas: list[str]) -> str:
    with suite.client() as client:
        made = client.post("/access/v1/keys", json={"name": name, "scopes": scopes, "areas": areas})
    assert made.status_code == 201, made.text
    key: str = made.json()["key"]
    return key


def run(program: list[str], text: str, **environment: str) -> str:
    done = subprocess.run(
        program, input=text, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, text + done.stdout + done.stderr
    return done.stdout


def run_both(chapter: str, **environment: str) -> tuple[str, str]:
    """What the examples for the shell and for Python print."""
    (program,) = PROGRAM.findall(chapter)
    return (
        run(["bash", "-euo", "pipefail"], shell_of(chapter), **environment),
        run([sys.executable, "-"], program, **environment),
    )


def test_every_kind_of_caller_has_a_chapter() -> None:
    assert set(CHAPTERS) == {*CALLERS, BY_TOKEN, BY_CLIENT}


@pytest.mark.parametrize("heading", CALLERS)
def test_the_examples_of_a_caller_run(suite: SuiteProcess, heading: str) -> None:
    chapter = CHAPTERS[heading]
    areas = ["E06000026"] if "areas" in chapter.partition("\n\n")[0] else []
    key = key_of(suite, f"example-{len(heading)}", scopes_of(chapter), areas)
    in_shell, _ = run_both(chapter, SUITE_URL=suite.url, SUITE_KEY=key)
    assert '"problems/' not in in_shell
    assert len(in_shell) > 100


def test_the_examples_by_token_run(suite: SuiteProcess, issuer: str) -> None:
    environment = {"SUITE_URL": suite.url, "PROVIDER": issuer, "AUDIENCE": AUDIENCE, "SECRET": SECRET}
    in_shell, in_python = run_both(CHAPTERS[BY_TOKEN], **environment)
    assert "OCC4" in in_shell
    assert "OCC4" in in_python


def test_the_logs_have_no_secret_of_all_that(suite: SuiteProcess) -> None:
    """Of a suite that logs all it can: neither what opens it, nor what was written."""
    body = {"area": "E06000026", "period": "2018-04", "value": "85.2", "status": "final", "note": "of a private matter"}
    wrong, cookie = "csk_" + "w" * 43, "a-cookie-of-somebody"
    with suite.client() as client:
        address = "/indicators/v1/indicators/ae-four-hour-wait/observations"
        once = {"idempotency-key": "an-idempotency-key"}
        assert client.post(address, json=body, headers=once).status_code == 201
        assert client.post(address, json=body | {"value": "no-number-at-all"}).status_code == 422
        assert client.get(address, headers={"authorization": f"Bearer {wrong}"}).status_code == 401
        assert client.get("/risks/v1/risks", params={"search": "what-was-searched"}).status_code == 200
        assert client.post("/sign-in", data={"key": wrong}, headers={"cookie": f"session={cookie}"}).is_client_error
        assert client.get("/last").status_code == 404
    suite.wait_for(r'"path": ?"(/last)"')
    for secret in (suite.admin_key, wrong, cookie, SECRET, "private matter", "no-number", "eyJ", "idempotency-key"):
        assert secret is not None
        assert secret not in suite.output
    shown = set(re.findall(r"csk_[\w-]+", suite.output))
    assert shown
    assert {len(each) for each in shown} == {8}
