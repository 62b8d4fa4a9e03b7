"""What ends with a key: the subscriptions by webhook of whoever had it.

A revocation asks for that in its own transaction. Keys that run out are looked for now and then, and with them whatever
a revocation did not get through with.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from chassis.errors import Unavailable
from chassis.identity import operating
from chassis.jobs.job import Json
from chassis.jobs.run import Handler, JobRun
from chassis.jobs.schedule import Schedule, every
from contracts.paths import first_part
from gateway.access.keys import REVOCATION
from gateway.access.service import list_keys
from gateway.operations.services import Services

SERVICE: Final = "subscriptions"
LOOKED_FOR: Final = "keys-run-out"
_PATH: Final = f"/{first_part(SERVICE)}/v1/subscription-owners"
SCHEDULES: Final = (Schedule("keys-run-out", LOOKED_FOR, every(timedelta(minutes=10))),)


def handlers(services: Services) -> Mapping[str, Handler]:
    """What the gateway's jobs are done by."""

    async def end_of_key(run: JobRun) -> Json:
        return await _end(services, run.job.actor, str(run.job.arguments["key"]))

    async def end_of_all(run: JobRun) -> Json:
        owners = (await _asked(services, run.job.actor, "GET", _PATH))["owners"]
        gone = await _gone(run)
        return {each: await _end(services, run.job.actor, each) for each in owners if each in gone}

    return {REVOCATION: end_of_key, LOOKED_FOR: end_of_all}


async def _gone(run: JobRun) -> set[str]:
    """Names of keys that open nothing any more."""
    now = run.database.clock()
    found = await run.database.read(list_keys)
    return {key.name for key in found if key.revoked_at is not None or (key.expires_at and key.expires_at <= now)}


async def _end(services: Services, actor: str, owner: str) -> int:
    ended = await _asked(services, actor, "POST", f"{_PATH}/{quote(owner, safe='')}/end")
    return int(ended["ended"])


async def _asked(services: Services, actor: str, method: str, path: str) -> Json:
    """The answer; what does not come is asked for again by the job's next attempt."""
    auth = services.signer.auth(SERVICE, operating(actor))
    answer = await services.clients[SERVICE].request(method, path, auth=auth)
    if not answer.is_success:
        raise Unavailable(f"The service {SERVICE} answers {answer.status_code}.")
    return answer.json()
