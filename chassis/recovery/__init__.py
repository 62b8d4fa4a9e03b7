"""Mending a suite whose stores went back in time, and verifying that they agree: one procedure over all services.

``port`` is what it asks of each; ``local`` answers beside the databases and the bus, ``remote`` over HTTP, and
``steps`` is how that travels. ``procedure`` is the order in which it is asked, ``report`` what came of it.
"""
