"""Bodies of checkpoints."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints

from chassis.web.bodies import OutBody, StrictBody
from services.subscriptions.domain.checkpoints import CheckpointState

EventId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]


class CheckpointIn(StrictBody):
    """The event that was processed last."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"last_event_id": "8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10"}]}
    )

    last_event_id: EventId = Field(
        description="Id of the event that was processed last, or its position in the feed; 0 is the beginning",
        examples=["8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10"],
    )


class CheckpointOut(OutBody):
    """How far a reader has come, and what became of the feed since."""

    name: str = Field(description="The reader's own name for it", examples=["warehouse"])
    last_event_id: str | None = Field(
        description="Id of the event that was processed last: what to send as `lastEventId`; null at the beginning",
        examples=["8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10"],
    )
    position: int = Field(description="Position of that event in the feed, which counts from 1", examples=[4711])
    behind: int = Field(description="How many events the feed has after it", examples=[3])
    gap_detected: bool = Field(
        description="Whether events after it are no longer kept, or the feed ends before it: then start anew with the "
        "state of everything",
        examples=[False],
    )
    saved_at: datetime = Field(description="When it was put", examples=["2018-02-28T09:30:00Z"])

    @classmethod
    def of(cls, state: CheckpointState) -> Self:
        return cls(
            name=state.checkpoint.name,
            last_event_id=state.checkpoint.event_id,
            position=state.checkpoint.position,
            behind=state.behind,
            gap_detected=state.gap_detected,
            saved_at=state.checkpoint.saved_at,
        )
