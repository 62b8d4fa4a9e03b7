"""Whether a risk's indicators told of what its owner judged."""

from chassis.storage.transaction import Tx
from services.risks.domain.back_test import BackTest, back_test, reassessments
from services.risks.repository import records
from services.risks.service.reading import get_view


async def get_back_test(tx: Tx, ref: str) -> BackTest:
    """Each link of a risk against the judgements of its owner, in one statement more than the risk takes.

    Raises:
        RiskUnknown: nothing has this reference.
    """
    view = await get_view(tx, ref)
    judged = await records.list_judgements(tx, view.risk.risk_id)
    found = reassessments(view.risk.kind, judged, view.today)
    return BackTest(view.risk, view.today, [back_test(link, found) for link in view.links])
