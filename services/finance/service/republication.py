"""Publishing schemes once more, and forgetting series, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from services.finance.domain.restating import Reversal, entries_to_reverse
from services.finance.domain.series import Series
from services.finance.repository import observations, schemes
from services.finance.repository.accounts import get_accounts
from services.finance.repository.entries import append_entries
from services.finance.service.restatement import emit_again, emit_moved

REASON = "The indicators' database went back in time, and has this series no longer"


async def emit_states(tx: Tx, codes: Sequence[str]) -> None:
    """Lock these schemes, and emit the position of each as its next version."""
    await schemes.lock_schemes(tx, codes)
    for account in await get_accounts(tx, codes):
        await emit_again(tx, account)


async def forget_series(tx: Tx, subjects: Sequence[str]) -> None:
    """Delete series that their producer no longer has, and take back what they indicated, in open quarters."""
    series = {Series.parse(subject) for subject in subjects}
    await observations.lock_series(tx, series)
    codes = await observations.list_schemes_linked_to(tx, series)
    await schemes.lock_schemes(tx, codes)
    accounts = await get_accounts(tx, codes)
    reversals = [entries_to_reverse(account, Reversal.FORGOTTEN, REASON) for account in accounts]
    await append_entries(tx, [entry for entries in reversals for entry in entries])
    await observations.delete_series(tx, series)
    for account in await get_accounts(tx, codes):
        await emit_moved(tx, account, ())


REPUBLICATION = Republication(schemes.list_published_codes, emit_states)
