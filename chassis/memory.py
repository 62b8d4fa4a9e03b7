"""The garbage collector, told what a long-running process is like."""

import gc


def settle_memory() -> None:
    """Call once everything is loaded and composed.

    What stands then stands for good, so it is left out of every later collection; and collections come by the batch
    rather than by the hundred objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
