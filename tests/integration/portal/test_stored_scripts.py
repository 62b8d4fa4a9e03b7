"""A script that somebody has stored is shown, and is not run."""

import html
from pathlib import Path
from urllib.parse import quote

import httpx

from gateway.access import service
from gateway.access.keys import NewKey
from suite.settings import SuiteSettings
from tests.integration.portal.conftest import Pages
from tests.integration.suite.test_recovery import started

SCRIPT = "<script>alert(1)</script>"
RISK = {
    "ref": "R1",
    "register": "people",
    "title": SCRIPT,
    "owner": SCRIPT,
    "assessment": {"impact": 4, "likelihood": 3, "reason": SCRIPT},
}


async def test_a_script_that_is_stored_is_shown_and_not_run(tmp_path: Path) -> None:
    async with started(SuiteSettings(data_dir=tmp_path / "var")) as (running, _):
        database = running.databases["gateway"]
        wanted = NewKey("Ana Nowak", frozenset({"admin"}))
        key = await database.write(lambda tx: service.create_key(tx, wanted))
        transport = httpx.ASGITransport(running.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=30) as client:
            made = await client.post("/risks/v1/risks", json=RISK, headers={"authorization": f"Bearer {key}"})
            assert made.status_code == 201, made.text
            await Pages(client, key, database).sign_in()
            for path in ("/register", "/register/risks/R1", f"/register?search={quote(SCRIPT)}"):
                page = await client.get(path)
                assert page.status_code == 200, page.text
                assert SCRIPT not in page.text
                assert html.escape(SCRIPT) in page.text
                assert "unsafe" not in page.headers["content-security-policy"]
