"""``suite verify ledger`` on the folder of a stopped suite."""

import asyncio
import sqlite3
from pathlib import Path

from chassis.storage import migrate
from chassis.storage.database import Database
from services.finance.app import SPEC
from services.finance.schemas.funds import FundBody
from services.finance.service.funds import define_fund
from tests.integration.finance.world import fund_body


def define(folder: Path) -> None:
    url = f"sqlite+threads:///{folder / 'finance.db'}"
    migrate.upgrade(SPEC.package, url)
    asyncio.run(_define(url))


async def _define(url: str) -> None:
    database = Database(url, SPEC.metadata)
    try:
        body = FundBody.model_validate(fund_body())
        await database.write(lambda tx: define_fund(tx, "integrated-fund", body.to_domain(), "Agreed"))
    finally:
        await database.close()


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_ledger_is_whole_and_a_changed_row_is_named(suite, tmp_path):
    (tmp_path / "var").mkdir()
    define(tmp_path / "var")
    status, said, error = suite("verify", "ledger")
    assert (status, "2 entries of 1 ledgers" in said, "all as they were written" in said) == (0, True, True), error
    change(tmp_path / "var" / "finance.db", "UPDATE transfer SET pence = pence + 1 WHERE number = 2")
    status, said, _ = suite("verify", "ledger")
    assert status == 1
    assert "transfer integrated-fund.2: was changed" in said
