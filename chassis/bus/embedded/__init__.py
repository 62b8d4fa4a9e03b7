"""The bus inside one process: a log in one SQLite file, woken by an event, decided by the tables.

Groups assign partitions to the consumers of this process. Another process may publish, read and look at
offsets at the same time; its messages are noticed within a second.
"""

from chassis.bus.embedded.bus import EmbeddedBus, EmbeddedProducer
from chassis.bus.embedded.group import EmbeddedConsumer

__all__ = ["EmbeddedBus", "EmbeddedConsumer", "EmbeddedProducer"]
