"""Work that outlives a request: jobs in the service's own database, taken under a lease and done to their end.

A job is saved in the transaction of what it follows from, so neither is there without the other. What may run twice and
what may not stands in ``run.py``.
"""
