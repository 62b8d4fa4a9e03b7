"""The garbage collector, told what a process of ours is like."""

import gc


def collect_by_the_batch() -> None:
    """Call before anything is loaded: what loading makes stays, and going through it time and again finds nothing."""
    gc.set_threshold(200_000, 20, 100)


def collect_between_batches() -> None:
    """Call where a batch of long work is done with: in its midst all that is young is still in use."""
    gc.collect(1)


def settle_memory() -> None:
    """Call once everything is loaded and composed: it stands for good, and is left out of every later collection."""
    gc.collect()
    gc.freeze()
    collect_by_the_batch()
