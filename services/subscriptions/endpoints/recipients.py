"""Recipients of notices over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from chassis.web.making import made, set_made
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Resources, Write
from services.subscriptions.schemas.recipients import RecipientIn, RecipientOut, RecipientTestOut
from services.subscriptions.service import recipients
from services.subscriptions.service.deliveries.loop import policy_of
from services.subscriptions.service.recipients import RecipientRules
from services.subscriptions.service.webhook_secrets import sealer_of
from services.subscriptions.settings import NoticeSettings, WebhookSettings

router = APIRouter(tags=["notices"])

RecipientInPath = Annotated[
    str,
    Path(
        max_length=80,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="Their code, best that in `/access/v1/people`",
        examples=["anna-coles"],
    ),
]


async def _rules(request: Request) -> RecipientRules:
    settings = WebhookSettings()
    resources: Resources = request.app.state.resources
    return RecipientRules(policy_of(settings), NoticeSettings().domains, sealer_of(resources.database, settings))


Ruled = Annotated[RecipientRules, Depends(_rules)]
"""What an operator has set."""


@router.get("/recipients", summary="List who is told of what waits", responses=problems(400, 401, 422))
async def list_recipients(read: Read, paging: Paging) -> PageBody[RecipientOut]:
    """By code, with whom they are told for."""
    page = await read(lambda tx: recipients.list_recipients(tx, paging.request))
    return paging.body(page, RecipientOut.of)


@router.get("/recipients/{code}", summary="Read who is told", responses=problems(401, 404))
async def read_recipient(read: Read, code: RecipientInPath) -> RecipientOut:
    """As it was put last. The address of a webhook is shown nowhere."""
    return RecipientOut.of(await read(lambda tx: recipients.get_recipient(tx, code)))


@router.put(
    "/recipients/{code}",
    summary="Have somebody told of what waits",
    responses=made(RecipientOut) | problems(401, 409, 412, 413, 415, 422, 503),
)
async def put_recipient(
    write: Write, rules: Ruled, code: RecipientInPath, body: RecipientIn, response: Response
) -> RecipientOut:
    """They are told of what waits for the `owners`: late values, returns due, reviews overdue and the like.

    Of these only what you may read yourself: `risks:read` and so on. The same again changes nothing, and no owner is of
    two recipients. Messages are sent at least once, each attempt under the same id.
    """
    await recipients.require_public(body.url, rules.policy)
    found, created = await write(lambda tx: recipients.put_recipient(tx, body.to_domain(code), body.url, rules))
    set_made(response, created=created)
    return RecipientOut.of(found)


@router.delete("/recipients/{code}", summary="Tell somebody no more", responses=problems(401, 404, 412))
async def delete_recipient(write: Write, code: RecipientInPath) -> RecipientOut:
    """What waits to be sent to them is not sent. What they were is answered once more."""
    return RecipientOut.of(await write(lambda tx: recipients.delete_recipient(tx, code)))


@router.post("/recipients/{code}/test", summary="Send somebody a test", status_code=202, responses=problems(401, 404))
async def test_recipient(write: Write, code: RecipientInPath) -> RecipientTestOut:
    """A message that says that it came, on whatever day; the list of messages has whether it did."""
    return RecipientTestOut(message=await write(lambda tx: recipients.send_test(tx, code)))
