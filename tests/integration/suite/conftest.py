"""Commands, as an operator gives them, and an empty database for them on a real server."""

import asyncio
import secrets
import sys

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from suite.cli import main


@pytest.fixture
def suite(tmp_path, monkeypatch, capsys):
    """Run a command in a fresh folder; gives exit status and what it said."""
    monkeypatch.setenv("SUITE_DATA_DIR", str(tmp_path / "var"))

    def run(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["suite", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return run


def execute(dsn, statement):
    async def run():
        connection = await asyncpg.connect(dsn.replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


@pytest.fixture
def empty_database(postgres_admin_dsn):
    """The administrator's address of a database of our own."""
    name = f"command_{secrets.token_hex(6)}"
    execute(postgres_admin_dsn, f"CREATE DATABASE {name}")
    url = make_url(postgres_admin_dsn).set(drivername="postgresql+asyncpg", database=name)
    yield url.render_as_string(hide_password=False)
    execute(postgres_admin_dsn, f"DROP DATABASE {name} WITH (FORCE)")
