"""One consumer process of the risks service, by the environment, until told to stop."""

from benchmarks.stage import run_async
from chassis.bus.kafka import KafkaBus, KafkaSettings, consumer
from chassis.events.consumer import ConsumerLoop
from chassis.logging import configure_logging
from chassis.memory import settle_memory
from chassis.settings import ServiceSettings
from services.risks.app import SPEC
from suite import compose
from suite.settings import SuiteSettings


async def main() -> None:
    consumer.IDLE_S = 0.05  # it is set to work by moving its offset, which it must notice at once
    bus = KafkaBus(KafkaSettings())
    await bus.start()
    database = compose.open_database("risks", SuiteSettings())
    settle_memory()
    await ConsumerLoop(database, bus, SPEC.subscriptions[0], ServiceSettings()).run()


if __name__ == "__main__":
    configure_logging(level="WARNING")
    run_async(main())
