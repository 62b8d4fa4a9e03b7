"""The feed and its readers over HTTP: parse, call one use case, render."""

from services.subscriptions.endpoints import (
    checkpoints,
    deliveries,
    feed,
    mailboxes,
    notices,
    recipients,
    state,
    stream,
    subscriptions,
)

routers = tuple(
    part.router
    for part in (feed, stream, state, checkpoints, subscriptions, deliveries, mailboxes, recipients, notices)
)
