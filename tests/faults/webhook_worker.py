"""A process that delivers webhooks of a database until it is killed: ``python -m tests.faults.webhook_worker URL``."""

import asyncio
import sys

from chassis.storage.database import Database
from services.subscriptions.app import SPEC
from services.subscriptions.service.deliveries.loop import deliver

if __name__ == "__main__":
    asyncio.run(deliver(Database(sys.argv[1], SPEC.metadata)))
