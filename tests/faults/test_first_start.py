"""The first start of one process on files: killed while it loads, and in a folder that others may read."""

import re
import stat

import pytest

from tests.process import SuiteProcess

pytestmark = pytest.mark.faults


def test_a_first_start_killed_while_it_loads_leaves_a_way_in_and_nothing_open(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    (folder / "notes").touch(mode=0o644)
    process = SuiteProcess(folder, admin_key=None)
    with pytest.raises(AssertionError, match="it ended"):
        process.start(crash_at="relay.before_publish:5")
    assert process.wait_gone() == -9
    noted = re.search(r"Your key, shown now and once more when all is loaded: (\S+)", process.output)
    process.reference = False
    process.start()
    try:
        assert process.wait_for("Another: (suite keys create NAME --scope admin)", within=30)
        assert noted
        with process.client(noted[1]) as client:
            assert client.get("/indicators/v1/indicators").status_code == 200
        process.stop()
        another = re.search(r"\S{30,}", process.command("keys", "create", "ana", "--scope", "admin"))
        assert another
        process.start()
        with process.client(another[0]) as client:
            assert client.get("/access/v1/keys").status_code == 200
    finally:
        process.kill()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert "notes" in modes
    assert set(modes.values()) == {0o600}, modes
