"""Every query of whoever delivers: leases, what is due, what waits, and the log."""

from services.subscriptions.repository.deliveries.leases import (
    Leased,
    Served,
    clear_test,
    extend_lease,
    lease_subscription,
    list_heads,
    list_served,
    lock_leased,
    release,
    save_scanned,
    save_served,
)
from services.subscriptions.repository.deliveries.log import (
    delete_deliveries,
    list_deliveries,
    save_deliveries,
)
from services.subscriptions.repository.deliveries.waiting import (
    Backlog,
    delete_waiting,
    get_backlog,
    list_dead,
    list_due,
    list_waiting_among,
    lock_dead,
    make_due,
    save_waiting,
)

__all__ = [
    "Backlog",
    "Leased",
    "Served",
    "clear_test",
    "delete_deliveries",
    "delete_waiting",
    "extend_lease",
    "get_backlog",
    "lease_subscription",
    "list_dead",
    "list_deliveries",
    "list_due",
    "list_heads",
    "list_served",
    "list_waiting_among",
    "lock_dead",
    "lock_leased",
    "make_due",
    "release",
    "save_deliveries",
    "save_scanned",
    "save_served",
    "save_waiting",
]
