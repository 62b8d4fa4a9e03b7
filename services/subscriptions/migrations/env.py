"""Alembic's entrance to the tables of this service."""

from chassis.storage.migrate import run_env
from services.subscriptions.models import Base

run_env(Base.metadata)
