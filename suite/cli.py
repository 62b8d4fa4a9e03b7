"""The ``suite`` command."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import asyncpg
import httpx
import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from sqlalchemy.exc import DBAPIError

from chassis import tracing
from chassis.bus.port import BusError
from chassis.errors import Problem
from chassis.logging import configure_logging
from chassis.recovery.procedure import NotConverged
from chassis.settings import DatabaseSettings, LogSettings, ServiceSettings
from chassis.storage.migrate import SchemaDrift, check
from chassis.web.hop import service_key
from gateway.documents.asyncapi import asyncapi as asyncapi_document
from gateway.settings import GatewaySettings
from services.indicators.settings import IndicatorsSettings
from services.subscriptions.settings import (
    MeshSettings,
    MnsSettings,
    NoticeSettings,
    SubscriptionsSettings,
    WebhookSettings,
)
from suite import (
    audit_commands,
    backup,
    compose,
    configuration,
    database_roles,
    dead_letter_commands,
    documents,
    file_commands,
    key_commands,
    loading,
    notice_commands,
    operations,
    people_commands,
    recovery_commands,
    replay_commands,
    report_commands,
    running_suite,
    serving,
    subscription_commands,
)
from suite.catch_up import NotCaughtUp
from suite.engines import EngineUnavailable
from suite.load.api_client import Refused
from suite.load.csv_files import BadRows
from suite.settings import MEMBERS, SERVED, BusSettings, DatabaseUrls, Member, RoleSettings, SuiteSettings

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Commissioning Suite"
)
app.add_typer(audit_commands.app, name="audit")
app.add_typer(dead_letter_commands.app, name="dead-letters")
app.add_typer(dead_letter_commands.consumers_app, name="consumers")
app.add_typer(key_commands.app, name="keys")
app.add_typer(people_commands.app, name="people")
app.add_typer(loading.load_app, name="load")
app.add_typer(notice_commands.app, name="notices")
app.add_typer(report_commands.app, name="report")
app.add_typer(subscription_commands.app, name="subscriptions")
app.command(name="import")(file_commands.import_file)
app.command(name="export")(file_commands.export_file)
app.command()(recovery_commands.backup)
app.command()(recovery_commands.restore)
app.command()(recovery_commands.recover)
app.command()(recovery_commands.verify)
app.command()(replay_commands.replay)
app.command()(replay_commands.rebuild)
app.command(name="business-date")(replay_commands.business_date)

EXPECTED = (
    Problem,
    BusError,
    SchemaDrift,
    EngineUnavailable,
    BadRows,
    Refused,
    NotCaughtUp,
    httpx.TransportError,
    httpx.InvalidURL,
    OSError,
    configuration.NotConfigured,
    configuration.NoDatabase,
    serving.CannotStart,
    tracing.TracingUnavailable,
    operations.NotAnOffset,
    operations.UnknownConsumer,
    NotConverged,
    running_suite.OperationRefused,
    backup.BackupImpossible,
)
"""What an operator can mend; said in one line."""


SETTINGS: tuple[type[BaseSettings], ...] = (
    SuiteSettings,
    RoleSettings,
    DatabaseUrls,
    BusSettings,
    ServiceSettings,
    DatabaseSettings,
    LogSettings,
    tracing.TraceSettings,
    GatewaySettings,
    IndicatorsSettings,
    SubscriptionsSettings,
    WebhookSettings,
    MeshSettings,
    NoticeSettings,
    MnsSettings,
)


@app.callback()
def configured() -> None:
    logs = LogSettings()
    configure_logging(form=logs.form, level=logs.level)


def echo(line: str) -> None:
    typer.echo(line)


def _answer(work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await work()

    return asyncio.run(run())


@app.command()
def run(
    *,
    reference: Annotated[bool, typer.Option(help="Load the reference data first.")] = False,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Instead of SUITE_PORT.")] = None,
) -> None:
    """Run everything in this process: files and an embedded bus unless the environment names others."""
    settings = SuiteSettings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    serving.run_async(lambda: serving.run(settings, reference=reference, echo=echo))


@app.command()
def serve(member: Member) -> None:
    """Run one service, or the gateway, alone. Needs its keys, its DATABASE_URL_<SERVICE> and BUS."""
    settings = SuiteSettings()
    configuration.require_for_serving(member.value)
    serving.run_async(lambda: serving.serve_one(member.value, settings, echo=echo))


@app.command(name="run-distributed")
def run_distributed(
    *,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The gateway's, instead of SUITE_PORT.")] = None,
    reference: Annotated[bool, typer.Option(help="Load the reference data.")] = True,
) -> None:
    """Run the gateway and the services as processes of their own, on PostgreSQL and Kafka."""
    from suite import distributed  # noqa: PLC0415  loads the engines, which nothing else needs

    settings = SuiteSettings()
    distributed.run(settings.port if port is None else port, reference=reference, echo=echo)


@app.command()
def migrate(
    member: Annotated[Member | None, typer.Argument(help="One member; all without.")] = None,
    *,
    create: Annotated[bool, typer.Option(help="First create roles and schemas on PostgreSQL.")] = False,
    check_only: Annotated[bool, typer.Option("--check", help="Only compare the databases with the models.")] = False,
) -> None:
    """Bring databases up to date."""
    settings, names = SuiteSettings(), [member.value] if member else list(MEMBERS)
    administrator = RoleSettings() if create else None
    configuration.require_one_kind(names, on_server=create)
    if administrator:
        _answer(lambda: database_roles.create_roles(administrator))
        echo("Roles and schemas stand")
    if not check_only:
        _answer(lambda: compose.upgrade(names, settings))
    for name in names:
        check(compose.SPECS[name].package, configuration.existing_database_url(name, settings))
        echo(f"{name}: up to date")


@app.command()
def topics() -> None:
    """Create the topics, or check that those which exist are as they should be."""
    bus = BusSettings()
    if not bus.is_given:
        raise configuration.NotConfigured("Set BUS=kafka to make its topics; the embedded bus needs none.")
    if bus.bus == "embedded":
        echo("The embedded bus needs no topics")
    for topic in _answer(lambda: operations.ensure_topics(SuiteSettings())):
        echo(topic)


@app.command(name="gateway-keys")
def gateway_keys() -> None:
    """Print what each service knows the gateway by, of GATEWAY_SIGNING_KEY; without one, make one first."""
    given = GatewaySettings().signing_key
    secret = given.get_secret_value() if given else secrets.token_urlsafe(32)
    if not given:
        echo(f"GATEWAY_SIGNING_KEY={secret}")
    for service in SERVED:
        echo(f"{service}: SUITE_GATEWAY_KEYS={service_key(secret, service)}")


@app.command()
def openapi() -> None:
    """Print the joined OpenAPI document."""
    echo(_answer(documents.openapi))


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of the events."""
    echo(json.dumps(asyncapi_document(), indent=2))


def _is_missing_table(error: DBAPIError) -> bool:
    return "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", None) in {"42P01", "3F000"}


def variable(settings: str, field: str) -> str:
    """The environment variable that a setting is read from; all of them (``KAFKA_*``) where the fault is no one's."""
    from chassis.bus.kafka.settings import KafkaSettings  # noqa: PLC0415  loads the client, which few commands need

    everything: tuple[type[BaseSettings], ...] = (*SETTINGS, KafkaSettings)
    settings_type = {each.__name__: each for each in everything}.get(settings)
    if settings_type is None or field in {each.validation_alias for each in settings_type.model_fields.values()}:
        return field.upper()
    return f"{settings_type.model_config.get('env_prefix', '')}{field or '*'}".upper()


def _in_a_line(error: BaseException | None) -> str:
    """What it says, or what it is where it says nothing (a time that ran out)."""
    return " ".join(str(error).split())[:1000] or type(error).__name__


def main() -> None:
    """Run a command; what an operator can mend is said in one line, without a trace."""
    try:
        app()
    except EXPECTED as error:
        typer.echo(f"error: {_in_a_line(error)}", err=True)
        raise SystemExit(1) from error
    except DBAPIError as error:
        hint = " Not migrated? Run: suite migrate" if _is_missing_table(error) else ""
        typer.echo(f"error: the database answers: {_in_a_line(error.orig)[:300]}.{hint}", err=True)
        raise SystemExit(1) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # while connecting, and from making roles
        typer.echo(f"error: the database answers: {_in_a_line(error)[:300]}.", err=True)
        raise SystemExit(1) from error
    except ValidationError as error:
        for each in error.errors():
            name = "_".join(map(str, each["loc"]))
            typer.echo(f"error: {variable(error.title, name)}: {each['msg'].removeprefix('Value error, ')}", err=True)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
