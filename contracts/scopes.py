"""What a caller may do: a scope is a service and an action, such as ``risks:assess``, or ``admin``."""

from collections.abc import Callable
from typing import Final

from contracts.topics import SERVICES

ADMIN: Final = "admin"
"""May do everything, and alone says who may come in. Separation of duties holds for it too."""
OPERATE: Final = "operations:operate"

SCOPES: Final = {
    "indicators:read": "Read indicators, observations, colours and scorecards",
    "indicators:write": "Record observations, targets and definitions, and load files",
    "indicators:publish": "Publish commentaries, and withdraw them",
    "risks:read": "Read the risk register, and ask what if",
    "risks:write": "Enter, amend, link and close risks",
    "risks:assess": "Assess risks, decide on proposals and ask for an acceptance",
    "risks:override": "Override a rating, and lift that",
    "risks:accept": "Accept a risk that is above tolerance",
    "finance:read": "Read funds, schemes, savings and the ledger, and use the calculators",
    "finance:write": "Define funds and schemes, post outturn, and propose virements",
    "finance:validate": "Validate savings, decide on virements and reverse entries",
    "finance:bank": "Bank savings",
    "finance:close": "Close quarters, and sign off years and returns",
    "pledges:read": "Read pledges, returns, priorities, actions and boards",
    "pledges:write": "Enter and change pledges, priorities, actions and boards",
    "pledges:return": "Fill in and submit returns",
    "pledges:approve": "Approve or send back returns, sign off pledges and take decisions",
    "events:read": "Read the feed of events",
    "events:subscribe": "Subscribe to events",
    "events:notify": "Say who is told of what waits, and how",
    "reports:read": "Read reports",
    "reports:write": "Write reports",
    "reports:publish": "Publish reports",
    "operations:read": "See how the suite works: consumers, jobs, measures and audit entries",
    OPERATE: "Recover, replay, rebuild, retry and discard",
    ADMIN: "Everything, and keys and people",
}
"""Every scope, with what it opens."""


def default_scope(service: str, *, reads: bool) -> str:
    """What an operation of ``service`` asks for where it says nothing of its own: ``reads`` where it is a GET.

    What else only reads or calculates is named: an operation that has others change something looks alike.
    """
    if service == "access":
        return ADMIN
    change = "operate" if service == "operations" else "write"
    return f"{service}:{'read' if reads else change}"


def services_read(may: Callable[[str], bool]) -> frozenset[str]:
    """The services whose state, and so whose events, somebody may read who ``may`` do what these scopes say."""
    return frozenset(service for service in SERVICES if may(f"{service}:read"))
