"""The tables of the events service."""

from services.subscriptions.models.base import Base
from services.subscriptions.models.feed import AggregateRow, CheckpointRow, FeedEventRow, FeedHeadRow
from services.subscriptions.models.mailboxes import MailboxMessageRow
from services.subscriptions.models.notices import (
    MessageRow,
    NoticeHeadRow,
    NoticeRow,
    RecipientOwnerRow,
    RecipientRow,
)
from services.subscriptions.models.webhooks import DeliveryRow, SubscriptionRow, WaitingRow

__all__ = [
    "AggregateRow",
    "Base",
    "CheckpointRow",
    "DeliveryRow",
    "FeedEventRow",
    "FeedHeadRow",
    "MailboxMessageRow",
    "MessageRow",
    "NoticeHeadRow",
    "NoticeRow",
    "RecipientOwnerRow",
    "RecipientRow",
    "SubscriptionRow",
    "WaitingRow",
]
