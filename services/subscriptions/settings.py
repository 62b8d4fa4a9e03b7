"""What an operator may set of the feed, as ``SUBSCRIPTIONS_*`` in the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SubscriptionsSettings(BaseSettings):
    """How long what others read is kept."""

    model_config = SettingsConfigDict(env_prefix="SUBSCRIPTIONS_", extra="ignore")

    keep_feed_days: float = Field(default=30.0, gt=0, le=36_500)
    """How long the feed keeps every event; the newest of each aggregate stays for good."""
    stream_slow_seconds: float = Field(default=30.0, gt=0, le=3600)
    """How long one part of a stream may wait for its reader, who is then cut off."""
    stream_heartbeat_seconds: float = Field(default=15.0, gt=0, le=25)
    """How often a stream on which nothing happens says that it is alive; shorter than any proxy waits."""
