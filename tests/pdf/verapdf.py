"""veraPDF, which says whether a PDF keeps PDF/UA-1 (ISO 14289-1), by the Java that is here."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from suite.engines import EngineUnavailable
from suite.engines.maven import cache_folder, fetch_jars, java_version

_POM: Final = Path(__file__).with_name("pom.xml")
_VERSION: Final = "1.28.2"
_MAIN: Final = "org.verapdf.apps.GreenfieldCliWrapper"


def jars() -> Path:
    """The folder of its jars.

    Raises:
        EngineUnavailable: no Java, or the jars cannot be had.
    """
    if java_version() is None:
        raise EngineUnavailable("No java is on the PATH.")
    return fetch_jars(_POM, cache_folder(f"verapdf-{_VERSION}"))


def check(file: Path) -> tuple[bool, str]:
    """Whether a PDF keeps PDF/UA-1, and what it says of it: a line, or one for each rule that is broken."""
    java = shutil.which("java") or "java"
    options = ["-f", "ua1", "--format", "text", "-v", str(file)]
    done = subprocess.run(
        [java, "-Xmx384m", "-cp", f"{jars()}/*", _MAIN, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    return done.stdout.startswith("PASS "), f"{done.stdout}\n{done.stderr}"
