"""One check for each tool: it gives a line to print, or fails with what the tool has to say."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
FOLDER: Final = HERE.parent.parent / "build" / "clients"
"""What is installed and generated; nothing of it is kept."""
PROGRAMS: Final = FOLDER / "venv" / "bin"
NODE_PROGRAMS: Final = FOLDER / "node_modules" / ".bin"
DOCUMENT: Final = FOLDER / "openapi.json"
ROOT: Final = HERE.parent.parent
PYTHON_CLIENT: Final = ROOT / "build" / "client" / "commissioning_suite_client"
"""The package that is released as a wheel, by which ``end_to_end.py`` calls the suite."""
WHEELS: Final = ROOT / "dist"

_NOT_OF_THE_DOCUMENT: Final = (
    "OpenAPI 3.1 support is still in beta",
    # The Python generator looks for the reference of every schema, and says so of each that is none: also of the
    # smallest document with one answer of text (AbstractPythonCodegen.toDefaultValue; docs/decisions).
    "Failed to get the schema name: null",
)

_IMPORT: Final = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"


class CheckFailed(Exception):
    """A tool has an error or a warning; the message is its output."""


def _output(*command: str | Path, folder: Path = FOLDER) -> str:
    """What a command prints; it must end well."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    if done.returncode:
        raise CheckFailed(printed)
    return printed


def _fresh(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    return folder


# The documents


def validate() -> str:
    _output(PROGRAMS / "openapi-spec-validator", DOCUMENT)
    return "no error"


def lint() -> str:
    options = ("--ruleset", HERE / "spectral.yaml", "--fail-severity", "hint")
    _output(NODE_PROGRAMS / "spectral", "lint", DOCUMENT, *options)
    return "no error, warning or hint by the OAS rules"


def parse_asyncapi() -> str:
    return _output("node", HERE / "parse_asyncapi.cjs", FOLDER / "asyncapi.json").strip()


# Generated clients


def build_python_client() -> str:
    """Made by openapi-python-client, which may have nothing to warn of."""
    wheel = _output(sys.executable, ROOT / "clients" / "python" / "build.py", "--document", DOCUMENT).split()[-1]
    return f"{_imported(PYTHON_CLIENT)} modules generated and imported, and {wheel}"


def generate_python() -> str:
    # `from` is a word of Python: the generator looks for a model of the parameter's name, of which there is none
    named = "--model-name-mappings=from=ModelFrom,From=ModelFrom"
    target = _generated("python", "--additional-properties=packageName=suite_api", named)
    return f"{_imported(target / 'suite_api')} modules generated and imported"


def generate_java() -> str:
    target = _generated("java", "--library=native")
    libraries = FOLDER / "java-libraries"
    if not libraries.exists():
        copy = ("dependency:copy-dependencies", "-DincludeScope=compile", f"-DoutputDirectory={libraries}")
        _output("mvn", "--quiet", "--batch-mode", "--file", target / "pom.xml", *copy)
    sources = sorted(target.joinpath("src", "main").rglob("*.java"))
    options = ("-J-XX:TieredStopAtLevel=1", "-proc:none", "-d", _fresh("java-classes"), "-cp", f"{libraries}/*")
    _output("javac", *options, *sources)
    return f"{len(sources)} classes generated and compiled"


def generate_typescript() -> str:
    target = _generated("typescript-fetch")
    options = ("--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler")
    _output(NODE_PROGRAMS / "tsc", "--noEmit", *options, "--lib", "es2022,dom", target / "index.ts")
    return f"{len(list(target.rglob('*.ts')))} files generated and type-checked"


def _generated(generator: str, *options: str) -> Path:
    """The folder of what openapi-generator made without a warning."""
    target = _fresh(generator)
    program = PROGRAMS / "openapi-generator-cli"
    output = _output(program, "generate", "-i", DOCUMENT, "-g", generator, "-o", target, *options)
    (FOLDER / f"{generator}.log").write_text(output)
    _require_no_warning(output.splitlines())
    return target


def _require_no_warning(lines: Sequence[str]) -> None:
    warnings = [line for line in lines if " WARN " in line or " ERROR " in line]
    ours = [line for line in warnings if not any(known in line for known in _NOT_OF_THE_DOCUMENT)]
    if ours:
        raise CheckFailed("\n".join(ours))


def _imported(package: Path) -> int:
    """How many modules of a generated package there are; each was imported."""
    names = [
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(package.rglob("*.py"))
    ]
    _output(sys.executable, "-W", "ignore", "-c", _IMPORT, *names, folder=package.parent)
    return len(names)


CHECKS: Final[dict[str, Callable[[], str]]] = {
    "openapi-python-client": build_python_client,
    "openapi-generator, Java": generate_java,
    "openapi-generator, Python": generate_python,
    "openapi-generator, TypeScript": generate_typescript,
    "Spectral": lint,
    "openapi-spec-validator": validate,
    "AsyncAPI parser": parse_asyncapi,
}
