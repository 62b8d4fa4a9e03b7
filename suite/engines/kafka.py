"""Apache Kafka on one node, broker and controller in one process, from Maven's jars and the Java that is here."""

import base64
import os
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from suite.engines.maven import cache_folder, fetch_jars, java_version
from suite.engines.process import Command, Engine, EngineUnavailable, free_port, run

VERSION = "4.3.1"
JAVA = 17
POM = Path(__file__).with_name("pom.xml")
MEMORY = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
STARTED = "Kafka Server started"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=8388608
# A killed broker comes back once its old registration has expired.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""


def missing() -> str | None:
    """What keeps Kafka from running here, in one sentence; None when nothing does.

    Where the jars are not in the cache yet, the download may still fail.
    """
    java = java_version()
    if java is None:
        return f"Kafka needs Java {JAVA} or newer, and no java is on the PATH."
    if java < JAVA:
        return f"Kafka needs Java {JAVA} or newer, and the java on the PATH is {java}."
    if not jars_folder().exists() and not shutil.which("mvn"):
        return "Kafka's jars are not in the cache, and no mvn to fetch them with is on the PATH."
    return None


def jars_folder() -> Path:
    return cache_folder(f"kafka-{VERSION}")


class KafkaServer(Engine):
    """One broker without authentication, for this machine only. Topics are made by whoever needs them."""

    name = "kafka"
    more_properties: Sequence[str] = ()
    """Lines after the settings; of a setting given twice the last counts."""
    more_format: Sequence[str] = ()
    """Options more to make its storage with."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder)
        self._controller_port = free_port()
        self._data = self.folder / "data"
        self._properties = self.folder / "server.properties"

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _prepare(self) -> Command:
        if reason := missing():
            raise EngineUnavailable(reason)
        ports = {"port": self.port, "controller": self._controller_port}
        self._properties.write_text("\n".join([PROPERTIES.format(data=self._data, **ports), *self.more_properties]))
        if not (self._data / "meta.properties").exists():
            self._format()
        return self._command("kafka.Kafka", str(self._properties))

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        options = (
            "format",
            "--standalone",
            f"--cluster-id={cluster}",
            f"--config={self._properties}",
            *self.more_format,
        )
        run(self._command("kafka.tools.StorageTool", *options), self.folder)

    def _command(self, program: str, *arguments: str) -> Command:
        java = shutil.which("java") or "java"
        return Command((java, *MEMORY, "-cp", f"{fetch_jars(POM, jars_folder())}/*", program, *arguments), os.environ)

    def _ready(self) -> bool:
        return STARTED in self._output_of_this_run()
