"""The feed and its readers over HTTP: parse, call one use case, render."""

from services.subscriptions.endpoints import checkpoints, feed, state, stream

routers = tuple(part.router for part in (feed, stream, state, checkpoints))
