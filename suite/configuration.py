"""Which addresses a command must be given, and which go together; told all at once, before anything is opened.

On one machine an address that is not given means a file in the data folder. Elsewhere it means that it was forgotten.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from chassis.settings import ServiceSettings
from gateway.settings import GatewaySettings
from suite.settings import BusSettings, DatabaseUrls, SuiteSettings


class NotConfigured(Exception):  # noqa: N818  named for what it is
    """Variables are not set that must be, or do not go together; the message names them."""


class NoDatabase(Exception):  # noqa: N818  named for what it is
    """The file of a database is not there, and the command is none that makes it."""


def database_url(member: str, settings: SuiteSettings) -> str:
    """The address of one member's database.

    Raises:
        NotConfigured: it is a file, and the bus is one between machines.
    """
    require_agreement([member])
    return DatabaseUrls().of(member, settings.data_dir)


def existing_database_url(member: str, settings: SuiteSettings) -> str:
    """The address of a database that is there, for commands that make none.

    Raises:
        NoDatabase: its file is not there.
        NotConfigured: as in :func:`database_url`.
    """
    address = database_url(member, settings)
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise NoDatabase(f"There is no database {url.database}. Not migrated? Run: suite migrate")
    return address


def require_for_serving(member: str) -> None:
    """A member alone shares its bus, and is known or knows the gateway by keys: none is left to a default."""
    known_by = (
        {"GATEWAY_SIGNING_KEY": GatewaySettings().signing_key}
        if member == "gateway"
        else {"SUITE_GATEWAY_KEYS": ServiceSettings().gateway_keys}
    )
    given = {**known_by, _variable(member): _given(member)}
    missing = [name for name, value in given.items() if value is None]
    if member != "gateway" and not BusSettings().is_given:  # the gateway reads no events
        missing.append("BUS")
    if missing:
        raise NotConfigured(f"Set {_listed(missing)}. {_hints(missing)}".strip())
    require_agreement([member])


def require_agreement(members: Sequence[str]) -> None:
    """Kafka's events belong into databases that are as lasting and as shared: never into local files."""
    files = [_variable(member) for member in members if not _is_server(member)]
    if files and BusSettings().bus == "kafka":
        raise NotConfigured(f"With BUS=kafka set {_listed(files)} to PostgreSQL (postgresql+asyncpg://...).")


def require_one_kind(members: Sequence[str], *, on_server: bool) -> None:
    """All on PostgreSQL (``on_server``: they must be), or none: one that is not given beside others was forgotten."""
    unset = [_variable(member) for member in members if _given(member) is None]
    if unset and (on_server or any(map(_is_server, members))):
        where = "the roles are made on PostgreSQL" if on_server else "the others are on PostgreSQL"
        raise NotConfigured(f"Set {_listed(unset)}, too: {where}, and what is not set would be a local file.")
    require_agreement(members)


def reachable(members: Sequence[str]) -> list[str]:
    """Those of the members whose databases this environment names.

    Raises:
        NotConfigured: it names none.
    """
    if BusSettings().bus != "kafka":
        return list(members)
    found = [member for member in members if _given(member)]
    require_agreement(found or members)
    return found


def _given(member: str) -> object:
    return getattr(DatabaseUrls(), member)


def _is_server(member: str) -> bool:
    urls = DatabaseUrls()
    return _given(member) is not None and urls.of(member, Path()).startswith("postgresql")


def _variable(member: str) -> str:
    return f"DATABASE_URL_{member.upper()}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _hints(missing: Sequence[str]) -> str:
    hints = {
        "GATEWAY_SIGNING_KEY": "It has 32 characters or more, and is the gateway's alone.",
        "SUITE_GATEWAY_KEYS": "suite gateway-keys, run with GATEWAY_SIGNING_KEY set, says it for each service.",
        "BUS": "BUS is kafka, or embedded for a trial on files.",
    }
    return " ".join(hint for name, hint in hints.items() if name in missing)
