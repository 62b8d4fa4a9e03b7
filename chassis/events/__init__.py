"""Events from the transaction that makes them to the transaction that applies them.

The promise is "delivered at least once, applied once". A failing event is retried, then parked alone while everything
else goes on; a run of failures stops the consumer, since then it is the code or the schema that is broken.
"""
