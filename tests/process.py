"""The suite as a process, started the way a user starts it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

ADMIN_KEY = "k" * 40


class SuiteProcess:
    """``suite run`` on a data folder; killed and started again at will."""

    def __init__(self, folder: Path, *, reference: bool = True, admin_key: str | None = ADMIN_KEY) -> None:
        self.folder = folder
        self.reference = reference
        self.admin_key = admin_key
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self, *, crash_at: str = "", within: float = 270, **more: str) -> "SuiteProcess":
        """Start and wait for the ready line. ``crash_at`` arms a named crash point."""
        environment = os.environ | {"SUITE_DATA_DIR": str(self.folder), "SUITE_CRASH_AT": crash_at} | more
        environment.pop("SUITE_ADMIN_KEY", None)
        if self.admin_key:
            environment["SUITE_ADMIN_KEY"] = self.admin_key
        command = [sys.executable, "-m", "suite", "run", "--port", "0", *(["--reference"] if self.reference else [])]
        self.lines = []
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self.wait_for(r"Ready on (http://\S+)", within)
        return self

    def command(self, *arguments: str) -> str:
        """What a command of the suite prints, given on the same data folder."""
        environment = os.environ | {"SUITE_DATA_DIR": str(self.folder)}
        command = [sys.executable, "-m", "suite", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    def _read(self) -> None:
        assert self.process
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, pattern: str, within: float = 150) -> str:
        """What the first group of ``pattern`` matches in what is printed, as soon as it is."""
        limit = time.monotonic() + within
        while time.monotonic() < limit:
            found = re.search(pattern, self.output)
            if found:
                return found[1]
            assert self.process
            assert self.process.poll() is None, f"it ended:\n{self.output}"
            time.sleep(0.05)
        raise AssertionError(f"no {pattern!r} within {within}s:\n{self.output}")

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {"authorization": f"Bearer {key or self.admin_key}"}
        # well before the suite closes an idle connection, which a busy machine notices in the middle of the next call
        limits = httpx.Limits(keepalive_expiry=1)
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, limits=limits)

    def wait_gone(self, within: float = 60) -> int:
        assert self.process
        return self.process.wait(within)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop, as Ctrl-C or a supervisor would; returns its exit status."""
        assert self.process
        self.process.send_signal(by)
        return self.wait_gone()


def settle(client: httpx.Client, within: float = 120) -> None:
    """Wait until every event has had its effect."""
    from suite.catch_up import unapplied

    limit, quiet = time.monotonic() + within, 0
    while quiet < 3:
        behind = unapplied(client.get("/health/ready").json())
        quiet = 0 if behind else quiet + 1
        assert time.monotonic() < limit, behind
        time.sleep(0.05)
