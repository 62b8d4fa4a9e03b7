"""Loading the reference data into a running suite, over HTTP alone, so that it works wherever the services run."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from suite.load.contradictions import contradictions, disagreements
from suite.load.csv_files import BadRows
from suite.load.dataset import REFERENCE, read_reference
from suite.load.finance import load_finance
from suite.load.former import withdraw_forecasts
from suite.load.governance import load_governance
from suite.load.indicators import load_indicators
from suite.load.people import load_people
from suite.load.pledges import load_pledges
from suite.load.registers import load_registers
from suite.load.report import LoadReport
from suite.load.risks import load_risks
from suite.load.upsert import Load

Progress = Callable[[str], None]


async def load_reference(
    client: httpx.AsyncClient, *, wait: Callable[[], Awaitable[None]], report: Progress, folder: Path = REFERENCE
) -> LoadReport:
    """Load everything that is missing. A second time changes nothing and publishes nothing.

    ``client`` speaks to the gateway, with a key. ``wait`` returns once every service has applied every event: a risk
    is assessed with the severities its indicators have *then*, and one that was not heard of yet would take no part.

    Raises:
        BadRows: a file is not as it should be; nothing was sent.
        Refused: the suite did not accept a call. What was made stays; loading again goes on from there.
    """
    reference = read_reference(folder)
    if problems := list(disagreements(reference)):
        raise BadRows(problems)
    load = Load(client, reference)
    report("Loading indicators, targets, scorecards and observations")
    await load_indicators(load)
    report("Waiting until every service has heard of them")
    await wait()
    report("Loading the register, pledges, priorities, actions, boards, the fund and its schemes, and people")
    await load_risks(load)
    await load_pledges(load)
    await load_governance(load)
    await load_registers(load)
    await load_finance(load)
    await load_people(load)
    if load.from_version_0_1:
        await withdraw_forecasts(load)
    return LoadReport(counts=load.tally.counts(), contradictions=contradictions(load.reference), notes=load.notes)
