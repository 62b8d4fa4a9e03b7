"""Processes that deliver to receivers and mailboxes, killed where a test says."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


class Workers:
    """Processes that deliver; killed at the end."""

    def __init__(self) -> None:
        self.children: list[subprocess.Popen[bytes]] = []

    def start(self, url: str, crash_at: str = "") -> subprocess.Popen[bytes]:
        environment = os.environ | {"SUITE_CRASH_AT": crash_at, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-m", "tests.faults.webhook_worker", url]
        self.children.append(subprocess.Popen(command, env=environment, cwd=REPOSITORY))
        return self.children[-1]
