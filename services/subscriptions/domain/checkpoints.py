"""How far a reader has come, kept for one who keeps nothing."""

from dataclasses import dataclass
from datetime import datetime

from services.subscriptions.domain.feed import FeedHead


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The last event that a caller has processed, under a name of their own. ``event_id`` is None at the beginning."""

    caller: str
    name: str
    position: int
    event_id: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """A checkpoint, and the feed as it is now."""

    checkpoint: Checkpoint
    head: FeedHead

    @property
    def gap_detected(self) -> bool:
        """Whether events that follow it are gone, or the feed ends before it: then the reader starts anew."""
        return not self.head.has_all_after(self.checkpoint.position)

    @property
    def behind(self) -> int:
        """How many events there are after it, of whatever kind."""
        return max(0, self.head.last_position - self.checkpoint.position)
