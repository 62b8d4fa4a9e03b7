"""Consuming: what a service hears, and the loop that applies it.

The promise is "delivered at least once, applied once". A failing event is retried, then parked alone while everything
else goes on; a run of failures stops the loop, since then it is the code or the schema that is broken.
"""

from chassis.consumer.loop import ConsumerLoop
from chassis.consumer.subscription import Rebuild, Subscription, sort

__all__ = ["ConsumerLoop", "Rebuild", "Subscription", "sort"]
