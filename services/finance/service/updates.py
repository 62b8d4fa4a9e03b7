"""Save what events say of indicators, and restate the schemes that they move."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from chassis.jobs.job import Json
from chassis.jobs.run import JobRun
from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from services.finance.domain.restating import is_as_observed
from services.finance.domain.savings import Observation
from services.finance.domain.scheme import SeriesPolarity
from services.finance.domain.series import Series, Version
from services.finance.domain.updates import Updates
from services.finance.repository import observations
from services.finance.repository.accounts import get_accounts
from services.finance.repository.observations import SeriesState
from services.finance.service.restatement import lock_with_series, restate_schemes

SCHEMES_AT_ONCE = 200


async def save_updates(tx: Tx, updates: Updates) -> None:
    """Save polarities and observations; order and duplicates cannot matter. A withdrawn value is saved as null.

    Once every period of a generation was told, what lower ones observed is of a time that was lost, whenever it comes.
    """
    stored = await observations.lock_series(tx, updates.newest)
    states = {series: _state(before, updates, series) for series, before in stored.items()}
    await observations.save_series(tx, {series: new for series, new in states.items() if new != stored[series]})
    complete = {series: state.complete for series, state in states.items()}
    await observations.save_observations(tx, updates.observations_since(complete))
    await observations.withdraw_older_generations(tx, updates.complete)


def _state(stored: SeriesState, updates: Updates, series: Series) -> SeriesState:
    """The state of a series after updates: what is newer of each, whichever came first."""
    version, polarity = updates.newest[series]
    state = replace(stored, complete=max(stored.complete, updates.complete.get(series, 0)))
    if version <= stored.version:
        return state
    return replace(state, version=version, polarity=_turned(stored, version, polarity))


def _turned(stored: SeriesState, version: Version, polarity: Polarity) -> SeriesPolarity:
    """The polarity of the newest event, and the version at which it last turned, if ever."""
    if stored.polarity is None:
        return SeriesPolarity(polarity)
    return SeriesPolarity(polarity, stored.polarity.turned if stored.polarity.polarity is polarity else version)


async def list_contradicted(tx: Tx, updates: Updates) -> Collection[Series]:
    """Series of newest events that tell of a period what is stored otherwise, or not at all."""
    stored = await observations.get_observations(tx, updates.newest.keys())
    return {key[0] for key, told in updates.observations.items() if not _is_stored(told, stored.get(key))}


def _is_stored(told: Observation, stored: Observation | None) -> bool:
    """Which event told it first, and in which generation, is not what the newest event says."""
    return stored is not None and replace(stored, event_id=told.event_id, generation=told.generation) == told


async def list_evaluated(tx: Tx, after: str) -> Mapping[str, bool]:
    """Linked schemes by code, those after one, and whether the ledger of each is what observations ask for."""
    codes = await observations.list_linked_schemes(tx, after, SCHEMES_AT_ONCE)
    accounts = await get_accounts(tx, codes)
    return dict.fromkeys(codes, True) | {account.scheme.code: is_as_observed(account) for account in accounts}


async def restate_updated(tx: Tx, updates: Updates) -> None:
    """Restate the schemes that these updates may move."""
    codes = await observations.list_schemes_linked_to(tx, updates.newest.keys())
    await restate_schemes(tx, codes, updates.event_ids())


async def restate_all(tx: Tx) -> None:
    """Post what all observations together ask for; nothing where the ledger says it already."""
    await restate_schemes(tx, await observations.list_linked_schemes(tx))


RESTATE_DIFFERING: Final = "restate_differing"
"""A job: a migration that changes what schemes reckon with asks for it by this name."""


async def restate_differing(run: JobRun) -> Json:
    """Restate the schemes whose ledgers are not what is stored asks for, page by page, each in a transaction."""
    restated, after = 0, ""
    while page := await run.step(f"after {after}", partial(_restate_page, after=after)):
        restated, after = restated + page["restated"], page["last"]
    return {"restated": restated}


async def _restate_page(tx: Tx, after: str) -> Json:
    evaluated = await list_evaluated(tx, after)
    if not evaluated:
        return None
    differing = [code for code, agrees in evaluated.items() if not agrees]
    if differing:
        await lock_with_series(tx, differing)
        await restate_schemes(tx, differing)
    return {"last": list(evaluated)[-1], "restated": len(differing)}
