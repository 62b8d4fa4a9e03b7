"""Programs that an engine's start runs to their end: an interruption leaves nothing of them at work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from suite.engines.process import Command, EngineUnavailable, run
from tests.eventually import eventually

SPAWNING = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("child", "w").write(str(child.pid))
child.wait()
"""


def _command(code: str) -> Command:
    return Command((sys.executable, "-c", code), os.environ)


def test_a_program_that_takes_too_long_ends_with_what_it_started(tmp_path):
    with pytest.raises(subprocess.TimeoutExpired):
        run(_command(SPAWNING), tmp_path, within_s=3)
    stat = Path(f"/proc/{(tmp_path / 'child').read_text()}/stat")
    assert not stat.exists() or " Z " in stat.read_text()


def test_a_program_that_fails_is_named_with_what_it_printed(tmp_path):
    with pytest.raises(EngineUnavailable, match="failed:\nno room"):
        run(_command("import sys; sys.exit('no room')"), tmp_path)


KILLED = """
import sys, time
from suite.engines.process import Command, Engine

class Sleeping(Engine):
    name = "sleeping"
    def _prepare(self):
        return Command((sys.executable, "-c", "import time; time.sleep(60)"), {})
    def _ready(self):
        return True

engine = Sleeping().start()
print(engine.folder, flush=True)
time.sleep(60)
"""


async def test_nothing_stays_in_the_temporary_folder_after_a_kill(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    child = subprocess.Popen([sys.executable, "-c", KILLED], env=environment, stdout=subprocess.PIPE, text=True)
    folder = Path(child.stdout.readline().strip())
    assert folder.parent == tmp_path
    assert folder.exists()
    child.kill()
    child.wait()
    await eventually(lambda: not folder.exists())
