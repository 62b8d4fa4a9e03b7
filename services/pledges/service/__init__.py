"""Use cases: load state, decide, save, emit; each returns domain state.

Locks are taken in one order everywhere: the colours of series, by key, then pledges, by number. Whoever links a pledge
locks the colours first, so an event that arrives meanwhile either is seen or sees the new link.
"""
