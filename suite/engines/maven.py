"""Programs in Java out of Maven's jars, kept in a cache outside the work tree."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from suite.engines.process import Command, EngineUnavailable, run


def cache_folder(name: str) -> Path:
    """Where jars are kept: under SUITE_ENGINE_CACHE, or else the user's cache folder."""
    if override := os.environ.get("SUITE_ENGINE_CACHE"):
        return Path(override) / name
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "commissioning-suite" / name


def fetch_jars(pom: Path, target: Path) -> Path:
    """Fetch the jars that ``pom`` asks for unless they are there; a half download is never used.

    Raises:
        EngineUnavailable: Maven could not fetch them.
    """
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        shutil.copy(pom, fresh / "pom.xml")  # Maven may write beside it
        _copy_dependencies(fresh)
        _settle(fresh / "jars", target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _copy_dependencies(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise EngineUnavailable("The jars are not in the cache, and no mvn to fetch them with is on the PATH.")
    options = ("-q", "-B", "-f", "pom.xml", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'jars'}")
    run(Command((maven, *options, "dependency:copy-dependencies"), os.environ), folder, within_s=600)


def _settle(fresh: Path, target: Path) -> None:
    try:
        fresh.rename(target)
    except OSError:
        if not target.exists():  # otherwise someone else was faster
            raise


def java_version() -> int | None:
    """The version of the java on the PATH; None where there is none."""
    java = shutil.which("java")
    if java is None:
        return None
    output = subprocess.run(  # noqa: S603  found on the PATH
        [java, "-version"], capture_output=True, text=True, check=False, timeout=30
    ).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', output)
    return int(found.group(1)) if found else None
