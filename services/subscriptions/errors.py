"""What can be wrong with a request about events."""

from chassis.errors import Invalid, NotFound, Problem


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
