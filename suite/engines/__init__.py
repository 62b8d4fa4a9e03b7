"""Real engines as child processes, for the tests, the fault tests and a distributed run on one machine.

They listen on 127.0.0.1 at free ports, keep their data in a folder of their own and end with the process that
started them. Nothing here needs root; as root, PostgreSQL runs as an unprivileged user.
"""

from suite.engines.kafka import KafkaServer
from suite.engines.postgres import PostgresServer
from suite.engines.process import Engine, EngineUnavailable

__all__ = ["Engine", "EngineUnavailable", "KafkaServer", "PostgresServer"]
