"""The tables of the events service."""

from services.subscriptions.models.base import Base
from services.subscriptions.models.feed import AggregateRow, CheckpointRow, FeedEventRow, FeedHeadRow

__all__ = ["AggregateRow", "Base", "CheckpointRow", "FeedEventRow", "FeedHeadRow"]
