"""What can be wrong with a request about events."""

from chassis.errors import Conflict, Invalid, NotFound, Problem, Unavailable


class PositionGone(Problem):
    """Events that follow the one named are not all kept any more, or there never was such an event.

    Nothing is skipped silently: read the state of everything at `state_url`, and go on with the event that its header
    `last-event-id` names; or read the feed from its beginning, at `restart`.
    """

    status, type_, title = 410, "position-gone", "The feed does not go back that far"

    def __init__(self, what: str, first: int, last: int) -> None:
        kept = f"{what}: the feed is whole from position {first} to {last}."
        super().__init__(f"{kept} Start anew with the state of everything.")
        self.members = {
            "oldest_position": first,
            "newest_position": last,
            "state_url": "/events/v1/state",
            "restart": "/events/v1/feed",
        }


class CheckpointUnknown(NotFound):
    type_ = "checkpoint-unknown"
    title = "Unknown checkpoint"


class CheckpointAhead(Invalid):
    type_ = "checkpoint-ahead"
    title = "A checkpoint is of an event that the feed has"


class SubscriptionUnknown(NotFound):
    type_ = "subscription-unknown"
    title = "Unknown subscription"


class SubscriptionRefused(Invalid):
    type_ = "subscription-refused"
    title = "This cannot be subscribed to so"


class SubscriptionExists(Conflict):
    type_ = "subscription-exists"
    title = "There is a subscription of this name"


class TooManySubscriptions(Conflict):
    type_ = "too-many-subscriptions"
    title = "This caller has as many subscriptions as one may have"


class ProfileNotOffered(Invalid):
    type_ = "profile-not-offered"
    title = "Events are not given in that profile"


class NotOfThisKind(Conflict):
    type_ = "not-of-this-kind"
    title = "Subscriptions of this kind have no such thing"


class MailboxMessageUnknown(NotFound):
    type_ = "mailbox-message-unknown"
    title = "Unknown message to a mailbox"


class DeadLetterUnknown(NotFound):
    type_ = "dead-aggregate-unknown"
    title = "No dead letters of this aggregate"


class SecretsUnavailable(Unavailable):
    type_ = "webhook-secrets-unavailable"
    title = "Secrets of webhooks cannot be kept or read right now"


class RecipientUnknown(NotFound):
    type_ = "recipient-unknown"
    title = "Unknown recipient"


class RecipientRefused(Invalid):
    type_ = "recipient-refused"
    title = "A recipient is reached, and is told for owners that are nobody else's"


class MessageUnknown(NotFound):
    type_ = "message-unknown"
    title = "Unknown message"


class MessageNotFailed(Conflict):
    type_ = "message-not-failed"
    title = "Only a message that was given up is sent again"
