"""The published language of the suite: event bodies, envelopes and the value types they are made of.

Nothing here does I/O or imports anything of ours. Every service, and every subscriber outside, may depend on it.
"""
