"""The bus on Apache Kafka: idempotent producers, explicit commits, offsets kept by the database.

The only room that speaks to aiokafka. What it codes around: a producer is unusable on a partition after an
out-of-order error and its idempotent sends never expire (so sends are bounded, and a producer that failed is
replaced); there is neither static membership nor cooperative rebalancing (so every rebalance drains and seeks);
a consumer may stall in silence (so lag without progress replaces it).
"""

from chassis.bus.kafka.bus import KafkaBus
from chassis.bus.kafka.consumer import KafkaConsumer
from chassis.bus.kafka.producer import KafkaProducer
from chassis.bus.kafka.settings import KafkaSettings

__all__ = ["KafkaBus", "KafkaConsumer", "KafkaProducer", "KafkaSettings"]
