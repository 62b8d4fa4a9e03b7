"""Traces go from the gateway through service and bus to the consumer, to whom is told of them; else nothing is."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import otel, telemetry, tracing
from gateway.access import service
from gateway.access.keys import NewKey
from suite import compose, operations
from suite.catch_up import wait_until_caught_up
from suite.settings import MEMBERS, SuiteSettings
from tests.conftest import DatabaseFor

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
AREA = {"code": "E06000026", "name": "Plymouth", "type": "unitary_authority"}
WAITS = {"code": "waits", "name": "Waits", "unit": "percentage", "polarity": "high_is_good", "frequency": "month"}
OBSERVATION = {
    "area": "E06000026",
    "period": "2018-01",
    "value": "81.5",
    "status": "provisional",
    "note": "of-the-body",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tracing")


async def update(folder: Path, observation: Mapping[str, str]) -> None:
    """One observation, from the gateway to the consumers of its event."""
    settings = SuiteSettings(data_dir=folder)
    await compose.upgrade(MEMBERS, settings)
    async with compose.everything(settings) as running:
        wanted = NewKey(f"Ana {observation['value']}", frozenset({"admin"}))
        key = await running.databases["gateway"].write(lambda tx: service.create_key(tx, wanted))
        transport = httpx.ASGITransport(running.app)
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://suite", headers=headers) as client:
            for path, body in (("areas", AREA), ("indicators", WAITS)):
                await client.post(f"/indicators/v1/{path}", json=body)
            await wait_until_caught_up(client)
            path, trace = "/indicators/v1/indicators/waits/observations", f"00-{TRACE}-{CALLER}-01"
            answer = await client.post(path, json=observation, headers={"traceparent": trace})
            assert answer.status_code == 201, answer.text
            await wait_until_caught_up(client)


def spans_of(found: Sequence[ReadableSpan]) -> dict[str, ReadableSpan]:
    """Those of our trace, by name."""
    return {each.name: each for each in found if f"{each.context.trace_id:032x}" == TRACE}


def parent_of(span: ReadableSpan) -> str:
    return f"{span.parent.span_id:016x}" if span.parent else ""


def id_of(span: ReadableSpan) -> str:
    return f"{span.context.span_id:016x}"


async def chain_of_an_update(folder: Path) -> dict[str, ReadableSpan]:
    """The spans that an update leads to: each is caused by the one before, and the consumer's by who emitted."""
    exporter = InMemorySpanExporter()
    with otel.told("suite", exporter, 1.0):
        await update(folder, OBSERVATION)
    found = spans_of(exporter.get_finished_spans())
    assert {"POST gateway", "POST indicators", "publish indicators", "apply risks"} <= set(found)
    assert parent_of(found["POST gateway"]) == CALLER
    assert parent_of(found["POST indicators"]) == id_of(found["POST gateway"])
    assert parent_of(found["publish indicators"]) == id_of(found["POST indicators"])
    assert parent_of(found["apply risks"]) == id_of(found["POST indicators"]), "it is caused by who emitted the event"
    return found


async def test_one_update_is_one_trace(folder: Path) -> None:
    found = await chain_of_an_update(folder)
    posted = dict(found["POST indicators"].attributes or {})
    assert (posted["http.response.status_code"], posted["suite.member"]) == (201, "indicators")
    assert posted["http.route"] == "/indicators/v1/indicators/{code}/observations"
    assert dict(found["POST gateway"].attributes or {})["http.route"] == "/indicators/v1"
    assert "waits" not in "".join(span.to_json() for span in found.values()), "what is in a path is not told"
    assert telemetry.is_told() is False, "at the end nobody is"


@pytest.mark.rest
@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.parametrize("database_for", ["postgresql"], indirect=True)
async def test_a_trace_goes_through_a_broker(
    database_for: DatabaseFor, kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Kafka only the headers of a record carry it from who emitted the event to who applies it."""
    monkeypatch.setenv("BUS", "kafka")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka_bootstrap)
    for name in MEMBERS:
        database = await database_for(compose.SPECS[name].package)
        monkeypatch.setenv(f"DATABASE_URL_{name.upper()}", database.url.render_as_string(hide_password=False))
    await operations.ensure_topics(SuiteSettings(data_dir=tmp_path))
    await chain_of_an_update(tmp_path)


async def test_of_a_share_of_none_nothing_is_sent_and_all_works(folder: Path) -> None:
    exporter = InMemorySpanExporter()
    with otel.told("suite", exporter, 0.0):
        await update(folder, OBSERVATION | {"value": "82.5"})
    assert exporter.get_finished_spans() == ()


def told_of(traces: Sequence[str], share: float, *, follows: bool = False) -> int:
    """Of how many calls that come with these somebody is told."""
    exporter = InMemorySpanExporter()
    with otel.told("suite", exporter, share, follows=follows):
        for each in traces:
            with telemetry.request(each, None, "GET gateway"):
                pass
    return len(exporter.get_finished_spans())


def test_no_caller_chooses_which_traces_are_told() -> None:
    """By the id alone, whoever picks small ones would have each of them told."""
    assert 0 < told_of([f"00-{number:032x}-{CALLER}-01" for number in range(1, 100)], 0.5) < 99


def test_a_service_behind_a_gateway_follows_what_that_has_drawn() -> None:
    assert told_of([f"00-{TRACE}-{CALLER}-01"], 0.0, follows=True) == 1
    assert told_of([f"00-{TRACE}-{CALLER}-00"], 1.0, follows=True) == 0
    assert told_of([f"00-{TRACE}-{CALLER}-00"], 1.0) == 1
    with telemetry.request(f"00-{TRACE}-{CALLER}-01", None):
        assert (telemetry.traceparent() or "").endswith("-00"), "nobody was told, so nobody further on is"


class Collector:
    """Takes OTLP over HTTP, as a collector does."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()


async def test_spans_arrive_at_a_collector_and_hold_nothing_of_what_was_sent(
    collector: Collector, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACES_ENDPOINT", collector.url)
    monkeypatch.setenv("TRACES_SHARE", "1")
    await update(folder, OBSERVATION | {"value": "83.5"})
    sent = [ExportTraceServiceRequest.FromString(body) for body in collector.bodies]
    resources = [resource for each in sent for resource in each.resource_spans]
    names = {span.name for each in resources for scope in each.scope_spans for span in scope.spans}
    assert {"POST gateway", "POST indicators", "apply risks"} <= names
    whole = b"".join(collector.bodies)
    for secret in (b"csk_", b"of-the-body", b"83.5", b"Ana", b"Bearer"):
        assert secret not in whole


async def test_a_failure_of_ours_is_a_failed_span() -> None:
    exporter = InMemorySpanExporter()
    with otel.told("suite", exporter, 1.0):
        with pytest.raises(RuntimeError), telemetry.span("work", "internal"):
            raise RuntimeError("words that nobody is told")
        with telemetry.span("answer", "server"):
            telemetry.say(status=503)
    assert [span.status.is_ok for span in exporter.get_finished_spans()] == [False, False]
    assert "nobody" not in "".join(span.to_json() for span in exporter.get_finished_spans())


def test_a_batch_of_many_causes_is_linked_to_them() -> None:
    exporter = InMemorySpanExporter()
    causes = [f"00-{number:032x}-{number:016x}-01" for number in range(1, 50)]
    with otel.told("suite", exporter, 1.0), telemetry.span("apply", "consumer", [*causes, "nonsense"]):
        entered = telemetry.traceparent()
    (span,) = exporter.get_finished_spans()
    assert (span.parent, len(span.links)) == (None, otel.MOST_LINKS)
    assert entered == f"00-{span.context.trace_id:032x}-{id_of(span)}-01"


def test_without_the_extra_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    settings = tracing.TraceSettings(endpoint="http://127.0.0.1:1/v1/traces")
    with pytest.raises(tracing.TracingUnavailable, match="install"), tracing.traced("suite", settings):
        pass


def test_who_asks_for_nothing_loads_nothing() -> None:
    program = "import sys, suite.compose; print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
