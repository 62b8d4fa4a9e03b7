"""Makes the Python client of this very version and builds its wheel: ``make client``.

Operations and bodies are generated from the suite's own document, and nothing generated is kept in the repository, so
nothing there can be out of date. ``connection.py`` goes with them as it is.
"""

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from suite.documents import openapi

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
FOLDER: Final = ROOT / "build" / "client"
GENERATOR: Final = ROOT / "build" / "clients" / "venv" / "bin" / "openapi-python-client"
PACKAGE: Final = "commissioning_suite_client"
DISTRIBUTION: Final = ROOT / "dist"
_KEYED: Final = '''"""Which calls take an ``Idempotency-Key``, by their paths."""

import re

KEYED = re.compile(
    {patterns}
)
'''


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--document", type=Path, help="the document, where it is there already")
    given = parser.parse_args().document
    document = given.read_text() if given else asyncio.run(openapi())
    make_package(document)
    build_wheel()


def make_package(document: str) -> None:
    """The package in ``build/client``: what is generated, with what is written by hand."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    source = FOLDER / "openapi.json"
    source.write_text(document)
    options = ("--meta", "none", "--fail-on-warning", "--config", HERE / "openapi-python-client.yaml")
    _run(GENERATOR, "generate", "--path", source, "--output-path", FOLDER / PACKAGE, *options)
    (FOLDER / PACKAGE / "py.typed").touch()
    (FOLDER / PACKAGE / "keyed.py").write_text(keyed_module(json.loads(document)))
    shutil.copy(HERE / "connection.py", FOLDER / PACKAGE)


def keyed_module(document: Mapping[str, Any]) -> str:
    """The module that tells a POST with an ``Idempotency-Key`` from one without, by the end of its path."""
    patterns = [re.sub(r"\{\w+\}", "[^/]+", path) for path in _keyed(document)]
    lines = [f'r"{"|" if at else "(?:"}{pattern}"' for at, pattern in enumerate(sorted(patterns))]
    return _KEYED.format(patterns="\n    ".join([*lines, 'r")$"']))


def _keyed(document: Mapping[str, Any]) -> Iterator[str]:
    for path, item in document["paths"].items():
        taken = item.get("post", {}).get("parameters", ())
        if any(each.get("$ref", "").endswith("/IdempotencyKey") for each in taken):
            yield path


def build_wheel() -> None:
    """The package as a wheel in ``dist``, in the place of one built before."""
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(HERE / name, FOLDER)
    (FOLDER / "VERSION").write_text(version("commissioning-suite"))
    for old in DISTRIBUTION.glob(f"{PACKAGE}-*.whl"):
        old.unlink()
    options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet")
    _run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", DISTRIBUTION, FOLDER)
    for wheel in DISTRIBUTION.glob(f"{PACKAGE}-*.whl"):
        print(wheel.relative_to(ROOT))  # noqa: T201  a command prints


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=FOLDER)  # noqa: S603  our own tools


if __name__ == "__main__":
    main()
