"""A migration that is killed half way can be run again."""

import subprocess
import sys

from chassis.storage import migrate

KILLED = """
import os, signal, sys
from alembic import op
from chassis.storage import migrate, revisions

def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

revisions.op.batch_alter_table = killed
migrate.upgrade("services.pledges", sys.argv[1])
"""


def test_a_migration_that_was_killed_is_run_again(tmp_path):
    url = f"sqlite+threads:///{tmp_path / 'pledges.db'}"
    migrate.upgrade("services.pledges", url, "0001")
    done = subprocess.run([sys.executable, "-c", KILLED, url], check=False, timeout=60)
    assert done.returncode == -9
    migrate.upgrade("services.pledges", url)
    migrate.check("services.pledges", url)
