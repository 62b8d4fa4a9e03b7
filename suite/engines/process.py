"""One engine: a child process with its descendants, a folder and an output file."""

import atexit
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PR_SET_PDEATHSIG = 1


class EngineUnavailable(Exception):  # noqa: N818  # a state of the machine, told in one sentence
    """An engine cannot be had, or does not start, here."""


@dataclass(frozen=True)
class Account:
    """An unprivileged user, where root must not run the engine."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    arguments: Sequence[str]
    environment: Mapping[str, str]
    account: Account | None = None


class Engine(ABC):
    """Start, stop, starve and kill one server. A restart keeps data and port.

    Start it from a thread that lives as long as the engine: Linux ends the child with the *thread* that
    started it. ``folder`` is kept when given; otherwise it is a temporary one, deleted by :meth:`remove`.
    """

    name: str
    parent_gone = signal.SIGKILL  # what the child gets when the process that started it ends
    start_s = 60.0

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = folder is None
        self.folder = folder.absolute() if folder else Path(tempfile.mkdtemp(prefix=f"suite-{self.name}-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._caretaker = delete_when_gone(self.folder) if self._temporary else None
        self.output = self.folder / "output.log"
        self.port = free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self._output_start = 0

    def start(self) -> Self:
        """Run the engine and return once it answers.

        Raises:
            EngineUnavailable: its programs are missing, or it does not come up in time.
        """
        if not self.running:
            atexit.register(self.remove)
            command = self._prepare()
            self._output_start = self.output.stat().st_size if self.output.exists() else 0
            self._child = spawn(command, self.folder, self.output, self.parent_gone)
            self._wait_until_ready()
        return self

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        if self._child is None:
            raise EngineUnavailable(f"{self.name} has not been started.")
        return self._child.pid

    def stop(self, within_s: float = 30.0) -> None:
        """End it in good order; kill it when that takes too long. The data stay."""
        if not self.running:
            return
        self.resume()
        os.kill(self.pid, self._stop_signal())
        if not ended(self._child, within_s):
            self.kill()

    def kill(self) -> None:
        """SIGKILL, for the engine and everything it started."""
        self._signal(signal.SIGKILL)
        ended(self._child, 10)

    def suspend(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop in good order and start again on the same data and port."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stop it and delete a temporary folder."""
        atexit.unregister(self.remove)
        self.kill() if self._temporary else self.stop()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._caretaker:
            self._caretaker.communicate()  # it finds nothing left
            self._caretaker = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.remove()

    @abstractmethod
    def _prepare(self) -> Command:
        """Make the data folder when there is none, and say what to run."""

    @abstractmethod
    def _ready(self) -> bool: ...

    def _stop_signal(self) -> signal.Signals:
        return signal.SIGTERM

    def _output_of_this_run(self) -> str:
        with self.output.open("rb") as file:
            file.seek(self._output_start)
            return file.read().decode(errors="replace")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.start_s
        while not self._ready():
            if not self.running or time.monotonic() > deadline:
                output = self._output_of_this_run()[-2000:]
                self.kill()
                raise EngineUnavailable(f"{self.name} did not start:\n{output}")
            time.sleep(0.02)

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            # The engine first, so that it starts nothing while its descendants are counted.
            for pid in (self.pid, *descendants(self.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)


def delete_when_gone(folder: Path) -> subprocess.Popen[bytes]:
    """Have a folder deleted once this process is gone, however it ends: its end closes the pipe that is waited on.

    What is still writing into the folder ends with us; until it has, the deletion is tried again.
    """
    words = 'read -r _; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1"; sleep 0.2; [ -e "$1" ] || exit; done'
    return subprocess.Popen(  # noqa: S603  # our own words
        ["/bin/sh", "-c", words, "sh", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )


def spawn(command: Command, folder: Path, output: Path, parent_gone: signal.Signals) -> subprocess.Popen[bytes]:
    """Run a command in a process group of its own (a Ctrl-C is for us), tied to this process's life."""
    with output.open("ab") as file:
        return subprocess.Popen(  # noqa: S603  # our own command line
            command.arguments,
            cwd=folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_die_with_parent(parent_gone),  # noqa: PLW1509  # one system call, prepared beforehand
            **_as_account(command.account),
        )


def run(command: Command, folder: Path, within_s: float = 120) -> None:
    """Run a command to its end.

    Raises:
        EngineUnavailable: it failed; the message ends with what it printed.
    """
    with subprocess.Popen(  # noqa: S603  # our own command line
        command.arguments,
        cwd=folder,
        env=dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **_as_account(command.account),
    ) as child:
        try:
            output, _ = child.communicate(timeout=within_s)
        except BaseException:
            end_tree(child.pid)  # an interrupted program's children write on, into a folder about to be deleted
            raise
    if child.returncode:
        raise EngineUnavailable(f"{Path(command.arguments[0]).name} failed:\n{output.decode(errors='replace')[-2000:]}")


def end_tree(pid: int, within_s: float = 10) -> None:
    """SIGKILL for a process and its descendants; returns once the descendants are gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)  # it starts nothing while its descendants are counted
    below = descendants(pid)
    for member in (pid, *below):
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)
    deadline = time.monotonic() + within_s
    while any(map(_alive, below)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    """Whether it still runs: one that ended and that nobody waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ended(child: subprocess.Popen[bytes] | None, within_s: float) -> bool:
    if child is not None:
        try:
            child.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """Children and their children, from /proc (a server's workers may have left its process group)."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            after_name = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _as_account(account: Account | None) -> dict[str, Any]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Ask Linux to end the child when the thread that started it ends; elsewhere ``atexit`` must do."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it ended before the tie was made
            os.kill(os.getpid(), number)

    return tie
